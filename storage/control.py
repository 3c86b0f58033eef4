"""What all processes on one database agree on: who sends, when nobody does, what was told."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, or_, select

from storage.database import Database
from storage.dialects import later, upsert
from storage.schema import control

TERM: Final = timedelta(seconds=30)
"""How long a sender stays elected without a word; then another one may take over."""


class Control:
    """An elected sender, and a pause for all of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def elect(self, owner: str, now: datetime) -> bool:
        """Whether `owner` is the one that sends, for another `TERM`."""
        mine = {"value": owner, "until": now + TERM}
        async with self._database.transaction() as connection:
            result = await connection.execute(
                upsert(connection, control)
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
        """Let another one take over at once."""
        async with self._database.transaction() as connection:
            await connection.execute(
                delete(control).where(control.c.key == "sender", control.c.value == owner)
            )

    async def note(self, key: str, value: str, now: datetime) -> None:
        """Remember the newest of something that only ever grows."""
        mine = {"value": value, "until": now}
        async with self._database.transaction() as connection:
            await connection.execute(
                upsert(connection, control)
                .values(key=key, **mine)
                .on_conflict_do_update(index_elements=["key"], set_=mine)
            )

    async def noted(self, key: str) -> str | None:
        """What was remembered."""
        async with self._database.reading() as connection:
            value: str | None = await connection.scalar(
                select(control.c.value).where(control.c.key == key)
            )
        return value

    async def seen_at(self) -> datetime | None:
        """When the elected sender last said that it is there; None when there is none."""
        async with self._database.reading() as connection:
            until: datetime | None = await connection.scalar(
                select(control.c.until).where(control.c.key == "sender")
            )
        return until and until - TERM

    async def pause(self, until: datetime) -> None:
        """Nobody sends before that moment, nor before one that was named earlier."""
        async with self._database.transaction() as connection:
            new = upsert(connection, control).values(key="pause", until=until)
            longer = later(control.c.until, new.excluded.until)
            await connection.execute(
                new.on_conflict_do_update(index_elements=["key"], set_={"until": longer})
            )

    async def paused_until(self, now: datetime) -> datetime | None:
        """Until when nobody sends; None when one may."""
        async with self._database.reading() as connection:
            until: datetime | None = await connection.scalar(
                select(control.c.until).where(control.c.key == "pause", control.c.until > now)
            )
        return until
