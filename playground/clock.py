"""The demo's time: the real one, which can be moved on to see what a week brings."""

import asyncio
import contextlib
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import exists, func, select

from operations.assembly import utc_now
from storage.database import Database
from storage.schema import digest, schedule

_WEEK: Final = timedelta(weeks=1)
_SAME_DAY: Final = timedelta(hours=24)
_LOOK: Final = 0.05
_PATIENCE: Final = 5.0
"""Seconds: between two looks at the bot, and for the digests of one moment."""


class Clock:
    """Tells the time, `ahead` of the real one."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        """Now (aware, UTC)."""
        return utc_now() + self.ahead

    def move_to(self, moment: datetime) -> None:
        """Go on to a moment; never back."""
        self.ahead += max(moment - self(), timedelta())


class Weeks:
    """Lets weeks pass for a bot that uses this clock.

    Args:
        clock: what it is told the time by.
        database_url: where it keeps its schedules.
    """

    def __init__(self, clock: Clock, database_url: str) -> None:
        self._clock = clock
        self._database_url = database_url
        self._one_at_a_time = asyncio.Lock()

    async def let_one_pass(self) -> None:
        """Move the clock by seven days, and on to the digests of the day that it gets to.

        It stops where a digest is due until that is sent: nobody's comes late.
        """
        async with self._one_at_a_time:
            database = await Database.open(self._database_url)
            try:
                await self._pass(database)
            finally:
                await database.close()

    async def _pass(self, database: Database) -> None:
        end = self._clock() + _WEEK
        last = await _due(database, func.max, until=end + _SAME_DAY)
        end = max(end, last or end)
        await self._send_all(database)
        while (due := await _due(database, func.min, until=end)) and due > self._clock():
            self._clock.move_to(due)
            await self._send_all(database)
        self._clock.move_to(end)

    async def _send_all(self, database: Database) -> None:
        """Wait until the bot has sent what is due now; not for ever: it may be waiting itself."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                while await self._is_behind(database):  # noqa: ASYNC110 - only the database knows
                    await asyncio.sleep(_LOOK)

    async def _is_behind(self, database: Database) -> bool:
        unsent = exists().where(digest.c.state.in_(("due", "ready")))
        async with database.reading() as connection:
            return bool(
                await _due(database, func.min, until=self._clock())
                or await connection.scalar(select(unsent))
            )


async def _due(database: Database, which: Any, *, until: datetime) -> datetime | None:
    """The first or last moment, of those until then, at which a place is to get its digest."""
    moments = select(which(schedule.c.next_run_at)).where(schedule.c.next_run_at <= until)
    async with database.reading() as connection:
        found: datetime | None = await connection.scalar(moments)
    return found
