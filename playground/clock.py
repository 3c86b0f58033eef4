"""The demo's clock: real time that can be moved on, to see what a week brings."""

import asyncio
import contextlib
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import exists, func, or_, select

from operations.assembly import utc_now
from storage.accounts.alerts import Alerts
from storage.engine.database import Database
from storage.engine.schema import digest, outbox, schedule

_WEEK: Final = timedelta(weeks=1)
_SAME_DAY: Final = timedelta(hours=24)
_LOOK: Final = 0.05
_PATIENCE: Final = 5.0
"""Seconds: between two looks at the bot, and the longest wait for the digests of one moment."""


class Clock:
    """Returns the real time plus `ahead`."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        """Return the present moment (aware, UTC)."""
        return utc_now() + self.ahead

    def move_to(self, moment: datetime) -> None:
        """Move on to a moment; an earlier one has no effect."""
        self.ahead += max(moment - self(), timedelta())


class Weeks:
    """Lets weeks pass for a bot that uses this clock.

    Args:
        clock: the bot's clock.
        database_url: the database with the bot's schedules.
    """

    def __init__(self, clock: Clock, database_url: str) -> None:
        self._clock = clock
        self._database_url = database_url
        self._one_at_a_time = asyncio.Lock()

    async def let_one_pass(self) -> None:
        """Move the clock by seven days, and on through the digests of the day it gets to.

        The clock stops at each due digest until the digest is sent, so that none comes late;
        at the end it waits for alerts.
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
        await self._send_all(database)

    async def _send_all(self, database: Database) -> None:
        """Wait until the bot has sent what is due, alerts too, for a limited time: it may wait."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                while await self._is_behind(database):  # noqa: ASYNC110 - only the database knows
                    await asyncio.sleep(_LOOK)

    async def _is_behind(self, database: Database) -> bool:
        now, alerts = self._clock(), Alerts(database)
        unsent = or_(
            exists().where(digest.c.state.in_(("due", "ready"))),
            exists().where(outbox.c.state.in_(("pending", "leased", "sending"))),
        )
        async with database.reading() as connection:
            if await connection.scalar(select(unsent)):
                return True
        return bool(
            await _due(database, func.min, until=now)
            or await alerts.unread(now)
            or await alerts.to_check()
        )


async def _due(database: Database, which: Any, *, until: datetime) -> datetime | None:
    """Return the first or last moment, up to `until`, at which a place's digest is due."""
    moments = select(which(schedule.c.next_run_at)).where(schedule.c.next_run_at <= until)
    async with database.reading() as connection:
        found: datetime | None = await connection.scalar(moments)
    return found
