"""Circuit breakers for X, shared by all processes: one of the API key, one of each endpoint.

While a breaker is open, its requests are not made. Once `until` is past, one request, the probe, is
let through: it closes the outage, or prolongs it. X does not charge for refusals, but sees every
attempt.

The key's breaker opens when X speaks of the account (credits), when it refuses a look-up, or when
it refuses every other endpoint while no look-up was answered. Everything else counts against an
endpoint (`storage.money.endpoints`) or one item (`storage.money.booking`).
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, false, insert, or_, select, update

from scoring.reading.budget import Reservation, Resource
from scoring.reading.errors import (
    CreditsDepleted,
    EndpointRefused,
    ItemError,
    RateLimited,
    SourceError,
    SourceUnreachable,
    TokenRefused,
)
from storage.engine.database import Database
from storage.engine.dialects import upsert
from storage.engine.schema import control, outage
from storage.engine.transaction import Connection, Lock, Transaction
from storage.money.booking import Bookings
from storage.money.endpoints import PAUSE, Endpoint, Endpoints

_log = logging.getLogger(__name__)

_ERRORS: Final[dict[str, type[SourceError]]] = {"credits": CreditsDepleted, "token": TokenRefused}

_PAUSES: Final = {"credits": timedelta(hours=1), "token": timedelta(minutes=5)}
"""Pauses before the next probe. X does not say when to ask: its reset time is that of the rate
limit, also on a 429 for the monthly cap. A token may be refused by mistake, and is fixed by
hand."""

_PROBE: Final = timedelta(minutes=1)
"""How long a probe may take; without an outcome by then, another request probes."""

_OTHERS: Final = ("mention_count", "post")

_RESTARTED: Final = "x restarted"
_RESTARTS: Final = 3
_PACE: Final = timedelta(minutes=1)
"""So many restarts at once allow a probe, then one a minute: a crash loop must not flood X."""


class Outage(NamedTuple):
    """An outage: X refuses requests, or did.

    Attributes:
        reason: `credits` (also a spending limit or a usage cap), `token`, or `client`: what X says
            of an endpoint that this app may not use.
        until: X is not asked before.
        closed_at: when X answered again; None while it has not.
        resource: the only resource that X refuses; None for all.
    """

    reason: str
    opened_at: datetime
    until: datetime
    closed_at: datetime | None
    resource: str | None = None


class CircuitBreaker:
    """The key's outages, and the breakers of all endpoints.

    A method with a transaction admits a request of the ledger, or notes what became of it.
    """

    def __init__(self, database: Database, endpoints: Endpoints, bookings: Bookings) -> None:
        self._database = database
        self._endpoints = endpoints
        self._bookings = bookings

    async def current(self) -> list[Outage]:
        """Return the open outages, the key's first."""
        return [each for each in await self._all(None) if each.closed_at is None]

    async def since(self, moment: datetime) -> list[Outage]:
        """Return the open outages, and those that closed since a moment."""
        return await self._all(moment)

    async def endpoints(self) -> Mapping[str, Endpoint]:
        """Return the known state of every endpoint, by resource."""
        async with self._database.reading() as connection:
            return await self._endpoints.all_of(connection)

    async def hasten(self, now: datetime) -> None:
        """Allow a probe now, since an operator may have fixed what X refused."""
        async with self._database.transaction() as tx:
            await tx.lock(Lock.BUDGET)
            await self._hasten(tx, now)
            await self._bookings.forgive(tx)

    async def restarted(self, now: datetime) -> None:
        """Allow a probe on start-up, at once for the first few processes that start."""
        if not await self._anything_refused():
            return
        async with self._database.transaction() as tx:
            await tx.lock(Lock.BUDGET)
            full_at = await tx.scalar(select(control.c.until).where(control.c.key == _RESTARTED))
            if full_at is None or not now <= full_at <= now + _RESTARTS * _PACE:
                full_at = now
            again = max(now, full_at + _PACE - _RESTARTS * _PACE)
            if again == now:
                new = upsert(tx, control).values(key=_RESTARTED, until=full_at + _PACE)
                await tx.execute(
                    new.on_conflict_do_update(
                        index_elements=["key"], set_={"until": new.excluded.until}
                    )
                )
                await self._bookings.forgive(tx)
            await self._hasten(tx, again)

    async def check(
        self, connection: Connection, resource: Resource, now: datetime
    ) -> tuple[int | None, bool]:
        """Return whether a request would be a probe.

        Returns:
            The number of the key's outage that it would probe, or None, and whether it would probe
            an outage of its endpoint.

        Raises:
            CreditsDepleted, TokenRefused: the key's breaker is open.
            RateLimited, EndpointRefused: the endpoint is not to be asked now.
        """
        row = await _open(connection)
        # an outage that ends later than a new one would began before the clock was set back
        if row and now < row.until <= now + _PAUSES[row.reason]:
            raise _ERRORS[row.reason]
        this = (await self._endpoints.all_of(connection)).get(resource, Endpoint(resource))
        this.check(now)
        if this.waits(now):
            raise EndpointRefused(resource)
        return row.id if row else None, this.is_open

    async def admit(self, tx: Transaction, resource: Resource, now: datetime) -> tuple[bool, bool]:
        """Admit a request, and return whether it probes the key's and its endpoint's outage.

        It raises the errors of `check`. The transaction holds `Lock.BUDGET`, as for `note` and
        `answered`.
        """
        key, of_endpoint = await self.check(tx, resource, now)
        if key is not None:
            until = now + _PROBE
            await tx.execute(update(outage).where(outage.c.id == key).values(until=until))
        if of_endpoint:
            await self._endpoints.probe(tx, resource, now + _PROBE)
        return key is not None, of_endpoint

    async def note(self, tx: Transaction, reservation: Reservation, problem: SourceError) -> None:
        """Count a refusal against the key, the endpoint or the item."""
        resource, now = reservation.resource, reservation.now
        known = await self._endpoints.all_of(tx)
        this = known.get(resource, Endpoint(resource))
        match problem:
            case CreditsDepleted():
                await self._refuse_key(tx, "credits", now)
            case TokenRefused() if resource == "user":
                await self._refuse_key(tx, "token", now)
            case TokenRefused():
                item = min(reservation.wanted)
                await self._bookings.refuse(tx, reservation)
                await self._endpoints.refuse(tx, resource, this, problem, item, now=now)
                if _every_other(await self._endpoints.all_of(tx)):
                    await self._refuse_key(tx, "token", now)
            case ItemError():
                await self._bookings.refuse(tx, reservation)
            case RateLimited():
                await self._endpoints.limit(tx, resource, problem.until, now)
            case SourceUnreachable():
                await self._endpoints.unanswered(tx, resource, this, now)
            case _:
                pass

    async def answered(self, tx: Transaction, reservation: Reservation) -> None:
        """Note that X answered a request; a probe closes the outage that it was let through for."""
        resource, now = reservation.resource, reservation.now
        if reservation.probe:
            closed = await tx.execute(
                update(outage).where(outage.c.closed_at.is_(None)).values(closed_at=now)
            )
            if closed.rowcount:
                _log.info("X lets itself be read again")
        known = await self._endpoints.all_of(tx)
        if known or resource == "user":
            probed = reservation.probes_endpoint
            if await self._endpoints.answered(tx, resource, known, now, probed=probed):
                await self._bookings.forgive(tx)

    async def _refuse_key(self, tx: Transaction, reason: str, now: datetime) -> None:
        """Open the key's outage, or prolong it."""
        until = now + _PAUSES[reason]
        if found := await _open(tx):
            change = update(outage).where(outage.c.id == found.id)
            await tx.execute(change.values(reason=reason, until=until))
        else:
            new = insert(outage).values(reason=reason, opened_at=now, until=until)
            await tx.execute(new)
            _log.warning("X refuses to be read (%s): it is not asked before %s", reason, until)

    async def _hasten(self, tx: Transaction, until: datetime) -> None:
        await tx.execute(
            update(outage)
            .where(outage.c.closed_at.is_(None), outage.c.until > until)
            .values(until=until)
        )
        await self._endpoints.hasten(tx, until)

    async def _anything_refused(self) -> bool:
        async with self._database.reading() as connection:
            return (
                await _open(connection) is not None
                or any(
                    each.is_open or each.refused
                    for each in (await self._endpoints.all_of(connection)).values()
                )
                or await self._bookings.any_refused(connection)
            )

    async def _all(self, moment: datetime | None) -> list[Outage]:
        closed = false() if moment is None else outage.c.closed_at >= moment
        wanted = select(outage).where(or_(outage.c.closed_at.is_(None), closed))
        async with self._database.reading() as connection:
            rows = await connection.execute(wanted.order_by(outage.c.id))
            found = [Outage(*row[1:]) for row in rows]
            of_endpoints = await self._endpoints.all_of(connection)
        found += [
            Outage(each.reason, each.opened_at, each.until, each.closed_at, each.resource)
            for each in of_endpoints.values()
            if each.reason and each.opened_at and each.until
        ]
        return [
            each
            for each in found
            if each.closed_at is None or (moment and each.closed_at >= moment)
        ]


def _every_other(known: Mapping[str, Endpoint]) -> bool:
    """Return whether all other endpoints refuse the key and no look-up was answered around then.

    A look-up is answered shortly before the posts of its account are refused.
    """
    others = [each for name, each in known.items() if name != "user" and each.is_open]
    refused = [each.opened_at for each in others if each.reason == "token" and each.opened_at]
    answered_at = known["user"].answered_at if "user" in known else None
    several = len(refused) == len(_OTHERS)
    return several and (answered_at is None or answered_at < min(refused) - PAUSE)


async def _open(connection: Connection) -> Row[Any] | None:
    rows = await connection.execute(
        select(outage).where(outage.c.closed_at.is_(None)).order_by(outage.c.id).limit(1)
    )
    return rows.one_or_none()
