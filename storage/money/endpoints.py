"""The state of each endpoint of X, shared by all processes: rate limit, backoff, circuit breaker.

An endpoint is named by the resource that it gives. It has its own rate limit, a count of tries
without an answer (the backoff doubles the pauses), and a circuit breaker, which opens when X
refuses several items in a row, or says that it refuses the endpoint.
"""

import json
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import select, update

from scoring.reading.budget import Resource
from scoring.reading.errors import RateLimited, TokenRefused
from storage.engine.dialects import upsert
from storage.engine.schema import endpoint
from storage.engine.transaction import Connection, Lock, Transaction

_log = logging.getLogger(__name__)

ABOUT_ENDPOINT: Final = ("client-forbidden", "client-not-enrolled")
"""X's problem types that concern an endpoint, whichever item is asked for."""

PAUSE: Final = timedelta(minutes=5)
"""How long a refusing endpoint is not asked; the shortest pause after no answer."""

_LONGEST_PAUSE: Final = timedelta(hours=1)
_LONGEST_LIMIT: Final = timedelta(hours=25)
"""X's longest window is a day; its clock and ours may differ."""

_SEVERAL: Final = 3
"""Items refused in a row after which the endpoint counts as refusing."""

_A_WHILE: Final = timedelta(hours=1)
"""How long a refusal counts towards a row of refusals."""


_NOTED: Final = timedelta(minutes=1)
"""How long the moment of a look-up's answer is not written again."""


class Endpoint(NamedTuple):
    """The state of one endpoint: a row of the table `endpoint`."""

    resource: str
    limited_at: datetime | None = None
    limited_until: datetime | None = None
    failures: int = 0
    failed_at: datetime | None = None
    answered_at: datetime | None = None
    refused: str | None = None
    refused_at: datetime | None = None
    reason: str | None = None
    opened_at: datetime | None = None
    until: datetime | None = None
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Return whether the endpoint's breaker is open."""
        return self.opened_at is not None and self.closed_at is None

    @property
    def rest_until(self) -> datetime | None:
        """Return when background reads may try again; None when X answers."""
        if self.failed_at is None or not self.failures:
            return None
        doubled: timedelta = PAUSE * 2 ** min(self.failures - 1, 10)
        return self.failed_at + min(doubled, _LONGEST_PAUSE)

    def check(self, now: datetime) -> None:
        """Raise `RateLimited` while X asks to wait, unless the clock has been set back since."""
        if self.limited_at and self.limited_until and self.limited_at <= now < self.limited_until:
            raise RateLimited(self.limited_until)

    def waits(self, now: datetime) -> bool:
        """Return whether the breaker is open and no probe is allowed yet."""
        return self.is_open and self.until is not None and now < self.until <= now + PAUSE


class Endpoints:
    """Stores the state of every endpoint.

    A transaction that writes holds `Lock.BUDGET`.
    """

    async def all_of(self, connection: Connection) -> Mapping[str, Endpoint]:
        """Return the known state of every endpoint, by resource."""
        rows = await connection.execute(select(endpoint).order_by(endpoint.c.resource))
        return {row.resource: Endpoint(*row) for row in rows}

    async def probe(self, tx: Transaction, resource: Resource, until: datetime) -> None:
        """Let one request probe an endpoint, and no other before `until`."""
        await self._write(tx, resource, until=until)

    async def limit(
        self, tx: Transaction, resource: Resource, until: datetime, now: datetime
    ) -> None:
        """Ask nothing of an endpoint before `until`."""
        until = min(until, now + _LONGEST_LIMIT)
        await self._write(tx, resource, limited_at=now, limited_until=until)

    async def unanswered(
        self, tx: Transaction, resource: Resource, known: Endpoint, now: datetime
    ) -> None:
        """Count a request without an answer; requests within one pause count once."""
        rest_until = known.rest_until
        if rest_until is None or known.failed_at is None or not known.failed_at <= now < rest_until:
            await self._write(tx, resource, failures=known.failures + 1, failed_at=now)

    async def refuse(
        self,
        tx: Transaction,
        resource: Resource,
        known: Endpoint,
        problem: TokenRefused,
        item: str,
        *,
        now: datetime,
    ) -> bool:
        """Count a refusal against an endpoint.

        Returns:
            Whether its breaker is open now.
        """
        of_endpoint = any(kind in problem.problem_type for kind in ABOUT_ENDPOINT)
        recent = known.refused_at is not None and abs(now - known.refused_at) < _A_WHILE
        before = json.loads(known.refused) if known.refused and recent else []
        items = sorted({*before, item})[:_SEVERAL]
        values: dict[str, Any] = {"refused": json.dumps(items), "refused_at": now}
        opens = known.is_open or of_endpoint or len(items) >= _SEVERAL
        if opens:
            values |= {"reason": "client" if of_endpoint else "token", "until": now + PAUSE}
        if opens and not known.is_open:
            values |= {"opened_at": now, "closed_at": None}
            _log.warning(
                "X refuses to be read (%s of %s): it is not asked for that before %s",
                values["reason"],
                resource,
                values["until"],
            )
        await self._write(tx, resource, **values)
        return opens

    async def answered(
        self,
        tx: Transaction,
        resource: Resource,
        known: Mapping[str, Endpoint],
        now: datetime,
        *,
        probed: bool,
    ) -> bool:
        """Note an answer, which ends every row of refusals and of missing answers.

        Any answer closes a breaker that refused items had opened; a breaker opened by X's own
        statement is closed by the probe only.

        Returns:
            Whether a breaker was closed.
        """
        this = known.get(resource, Endpoint(resource))
        values: dict[str, Any] = {}
        if this.failures or this.refused:
            values = {"failures": 0, "refused": None}
        closes = this.is_open and (probed or this.reason != "client")
        if closes:
            values |= {"closed_at": now}
            _log.info("X lets itself be read again (%s)", resource)
        # what the key's breaker asks of look-ups; a minute more or less does not matter to it
        noted = this.answered_at is not None and abs(now - this.answered_at) < _NOTED
        tells = resource == "user" and not noted
        if values or tells or any(other.is_open for other in known.values()):
            await self._write(tx, resource, **values, answered_at=now)
        return closes

    async def hasten(self, tx: Transaction, until: datetime) -> None:
        """Allow a probe of refusing or silent endpoints from `until` on; rate limits stay."""
        await tx.execute(
            update(endpoint)
            .where(endpoint.c.opened_at.is_not(None), endpoint.c.closed_at.is_(None))
            .where(endpoint.c.until > until)
            .values(until=until)
        )
        await tx.execute(update(endpoint).values(refused=None))

    async def _write(self, tx: Transaction, resource: Resource, **values: Any) -> None:
        assert tx.holds(Lock.BUDGET)  # noqa: S101 - it depends on what was read before
        new = {"failures": 0} | values
        await tx.execute(
            upsert(tx, endpoint)
            .values(resource=resource, **new)
            .on_conflict_do_update(index_elements=["resource"], set_=values)
        )
