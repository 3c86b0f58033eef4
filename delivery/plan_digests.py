"""Plans digests: each due schedule gets one for its week, and the time of its next run."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from services.calendar.slots import Slot, catch_up
from storage.chats.places import Place
from storage.queues.schedules import AT_ONCE, Run, Schedule
from storage.stores import Stores

_log = logging.getLogger(__name__)

_AGAIN: Final = timedelta(hours=1)
"""How long a schedule that cannot be understood is left before the next try."""


class DigestPlanner:
    """Plans what is due."""

    def __init__(self, stores: Stores, clock: Callable[[], datetime]) -> None:
        self._stores = stores
        self._clock = clock

    async def plan(self) -> None:
        """Create the digests of due schedules, one for each place and week."""
        while await self._plan_some() == AT_ONCE:
            pass

    async def _plan_some(self) -> int:
        """Plan a portion of what is due, in one transaction; return how many schedules it found."""
        now = self._clock()
        schedules = self._stores.schedules
        async with self._stores.transaction() as tx:
            due = await schedules.due(tx, now)
            runs = []
            for place, schedule in due:
                try:
                    runs.append(_run(place, schedule, now))
                except Exception as error:  # noqa: BLE001 - it must not stop the others
                    damaged = {**place._asdict(), "error": type(error).__name__}
                    _log.warning("a schedule cannot be understood", extra=damaged)
                    await schedules.postpone(tx, place, now + _AGAIN)
            await self._stores.digests.plan(tx, runs, now)
            await schedules.advance(tx, runs)
        return len(due)


def _run(place: Place, schedule: Schedule, now: datetime) -> Run:
    slot = Slot(schedule.weekday, schedule.minute, schedule.zone)
    assert schedule.next_run_at is not None  # noqa: S101 - the schedule is due
    plan = catch_up(slot, schedule.next_run_at, now)
    return Run(place, plan.period, plan.due, plan.next_run_at)
