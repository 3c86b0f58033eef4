"""X refuses everybody: the breaker that all processes share.

While one is open nobody asks X. Once `until` is past, one request is let through to find out: it
closes the outage, or prolongs it. What is refused is not charged for, but X sees every attempt.
"""

import logging
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.errors import CreditsDepleted, SourceError, TokenRefused
from storage.database import Database
from storage.schema import outage

_log = logging.getLogger(__name__)

_ERRORS: Final[dict[str, type[SourceError]]] = {"credits": CreditsDepleted, "token": TokenRefused}

_PAUSES: Final = {"credits": timedelta(hours=1), "token": timedelta(minutes=5)}
"""Until X is asked again. It does not say when: its reset time is that of the rate limit, also on a
429 for the monthly cap. A token may be refused by mistake, and is mended by hand."""

_PROBE: Final = timedelta(minutes=1)
"""What a probing request may take; if nothing was heard of it by then, another one goes."""


class Outage(NamedTuple):
    """X refuses everybody, or did.

    Attributes:
        reason: `credits` (also a spending limit or a usage cap) or `token`.
        until: X is not asked before.
        closed_at: when it answered again; None while it has not.
    """

    id: int
    reason: str
    opened_at: datetime
    until: datetime
    closed_at: datetime | None


class Outages:
    """What became of X's refusals."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def current(self) -> Outage | None:
        """The one that is open."""
        async with self._database.reading() as connection:
            return await _open(connection)

    async def since(self, moment: datetime) -> list[Outage]:
        """The one that is open, and those that were closed since a moment."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(outage)
                .where(or_(outage.c.closed_at.is_(None), outage.c.closed_at >= moment))
                .order_by(outage.c.id)
            )
            return [Outage(*row) for row in rows]


async def check(connection: AsyncConnection, now: datetime) -> Outage | None:
    """The outage in which a request would be the one that probes, if any.

    Raises:
        CreditsDepleted, TokenRefused: X is not to be asked now.
    """
    found = await _open(connection)
    # one that ends later than a new one would began before the clock was set back
    if found and now < found.until <= now + _PAUSES[found.reason]:
        raise _ERRORS[found.reason]
    return found


async def admit(connection: AsyncConnection, now: datetime) -> bool:
    """Whether a request is the one that probes; False when X answers as ever. Raises as `check`.

    For a transaction that is alone with the budget, as the others.
    """
    found = await check(connection, now)
    if found is None:
        return False
    await connection.execute(
        update(outage).where(outage.c.id == found.id).values(until=now + _PROBE)
    )
    return True


async def note(connection: AsyncConnection, problem: SourceError, now: datetime) -> None:
    """What X says to everybody opens an outage, or prolongs it; anything else changes nothing."""
    for reason, kind in _ERRORS.items():
        if isinstance(problem, kind):
            until = now + _PAUSES[reason]
            if found := await _open(connection):
                change = update(outage).where(outage.c.id == found.id)
                await connection.execute(change.values(reason=reason, until=until))
            else:
                new = insert(outage).values(reason=reason, opened_at=now, until=until)
                await connection.execute(new)
                _log.warning("X refuses to be read (%s): nobody asks it before %s", reason, until)


async def close(connection: AsyncConnection, now: datetime) -> None:
    """The probe was answered."""
    closed = await connection.execute(
        update(outage).where(outage.c.closed_at.is_(None)).values(closed_at=now)
    )
    if closed.rowcount:
        _log.info("X lets itself be read again")


async def _open(connection: AsyncConnection) -> Outage | None:
    row = (
        await connection.execute(
            select(outage).where(outage.c.closed_at.is_(None)).order_by(outage.c.id).limit(1)
        )
    ).one_or_none()
    return None if row is None else Outage(*row)
