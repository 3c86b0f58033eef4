"""Leader election: a lease that one of several processes holds to send, and a pause for all."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, or_, select

from storage.engine.database import Database
from storage.engine.dialects import greatest, upsert
from storage.engine.schema import control

TERM: Final = timedelta(seconds=30)
"""How long a leader that stays silent is still the leader; then another process is elected."""


class LeaderLease:
    """The leader's lease, the pause of sending, and the newest values that leaders noted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def elect(self, owner: str, now: datetime) -> bool:
        """Elect or re-elect `owner` for another `TERM`; return whether it leads now."""
        mine = {"value": owner, "until": now + TERM}
        async with self._database.transaction() as tx:
            result = await tx.execute(
                upsert(tx, control)
                .values(key="sender", **mine)
                .on_conflict_do_update(
                    index_elements=["key"],
                    set_=mine,
                    # a term that ends later than a new one was won before the clock was set back
                    where=or_(
                        control.c.value == owner,
                        control.c.until < now,
                        control.c.until > now + 2 * TERM,
                    ),
                )
            )
            return result.rowcount > 0

    async def resign(self, owner: str) -> None:
        """End the term, so that another process can be elected at once."""
        async with self._database.transaction() as tx:
            await tx.execute(
                delete(control).where(control.c.key == "sender", control.c.value == owner)
            )

    async def note(self, key: str, value: str, now: datetime) -> None:
        """Store a value by key, in place of an earlier one."""
        mine = {"value": value, "until": now}
        async with self._database.transaction() as tx:
            await tx.execute(
                upsert(tx, control)
                .values(key=key, **mine)
                .on_conflict_do_update(index_elements=["key"], set_=mine)
            )

    async def noted(self, key: str) -> str | None:
        """Return the value stored by `note`, or None."""
        async with self._database.reading() as connection:
            value: str | None = await connection.scalar(
                select(control.c.value).where(control.c.key == key)
            )
        return value

    async def seen_at(self) -> datetime | None:
        """Return when the leader last renewed its term; None when there is no leader."""
        async with self._database.reading() as connection:
            until: datetime | None = await connection.scalar(
                select(control.c.until).where(control.c.key == "sender")
            )
        return until and until - TERM

    async def pause(self, until: datetime) -> None:
        """Pause sending until a moment; a longer pause that was set before stays."""
        async with self._database.transaction() as tx:
            new = upsert(tx, control).values(key="pause", until=until)
            longer = greatest(control.c.until, new.excluded.until)
            await tx.execute(
                new.on_conflict_do_update(index_elements=["key"], set_={"until": longer})
            )

    async def paused_until(self, now: datetime) -> datetime | None:
        """Return when the pause ends; None when there is none."""
        async with self._database.reading() as connection:
            until: datetime | None = await connection.scalar(
                select(control.c.until).where(control.c.key == "pause", control.c.until > now)
            )
        return until
