"""When a place gets its digest, and turning what is due into digests."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, select, update

from storage.database import Database
from storage.dialects import upsert
from storage.places import Place, at
from storage.schema import digest, schedule

AT_ONCE: Final = 500
"""Schedules planned in one transaction: a fraction of a second for whoever else writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a place gets its digest.

    Attributes:
        weekday: 0 for Monday.
        minute: of the local day.
        zone: a name of the tz database.
        next_run_at: None unless `state` is active.
        state: active, paused (by its people) or dead (Telegram takes nothing for that place).
        reason: why it is dead.
        last_period: the local ISO week of its newest digest.
        least: a week in which nothing moved by that many points is skipped; None for none.
        silent: its messages make no sound.
    """

    weekday: int
    minute: int
    zone: str
    next_run_at: datetime | None
    state: str = "active"
    reason: str | None = None
    last_period: str | None = None
    least: float | None = None
    silent: bool = False


class Planned(NamedTuple):
    """What a due schedule comes to: the week it serves, the moment it was due, the next run."""

    period: str
    due: datetime
    next_run_at: datetime


Next = Callable[[Schedule, datetime], Planned]
"""A due schedule and the time -> what it comes to."""


class Schedules:
    """Schedules of every place."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, place: Place) -> Schedule | None:
        """A place's schedule; None before it ever followed anybody."""
        async with self._database.reading() as connection:
            row = (
                await connection.execute(select(schedule).where(at(schedule, place)))
            ).one_or_none()
        return None if row is None else schedule_of(row)

    async def start(self, place: Place, first: Schedule) -> None:
        """Give a place its first schedule; one that is there stays."""
        async with self._database.transaction() as connection:
            await connection.execute(
                upsert(connection, schedule)
                .values(**place._asdict(), **_values(first))
                .on_conflict_do_nothing()
            )

    async def change(self, place: Place, to: Callable[[Schedule], Schedule]) -> Schedule | None:
        """Change a place's schedule, if there is one; nobody else changes it meanwhile."""
        async with self._database.transaction() as connection:
            row = (
                await connection.execute(
                    select(schedule).where(at(schedule, place)).with_for_update()
                )
            ).one_or_none()
            if row is None:
                return None
            changed = to(schedule_of(row))
            await connection.execute(
                update(schedule).where(at(schedule, place)).values(**_values(changed))
            )
        return changed

    async def plan(self, now: datetime, next_of: Next) -> int:
        """Make a digest of each schedule that is due, one a week and place, and set its next run.

        Returns:
            How many schedules were due; at most `AT_ONCE` are taken at a time.
        """
        async with self._database.transaction() as connection:
            rows = (
                await connection.execute(
                    select(schedule)
                    .where(schedule.c.next_run_at <= now)
                    .order_by(schedule.c.next_run_at)
                    .limit(AT_ONCE)
                    .with_for_update(skip_locked=True)
                )
            ).all()
            digests, nexts = [], []
            for row in rows:
                planned = next_of(schedule_of(row), now)
                place = {"chat_id": row.chat_id, "topic_id": row.topic_id}
                digests.append({**place, "period": planned.period, "due_at": planned.due})
                nexts.append(
                    {
                        "chat": row.chat_id,
                        "topic": row.topic_id,
                        "next_run_at": planned.next_run_at,
                        "last_period": planned.period,
                    }
                )
            if rows:
                await connection.execute(
                    upsert(connection, digest)
                    .values(state="due", attempt=0, not_before=now)
                    .on_conflict_do_nothing(),
                    digests,
                )
                await connection.execute(_PLANNED, nexts)
        return len(rows)


_PLANNED = (
    update(schedule)
    .where(schedule.c.chat_id == bindparam("chat"), schedule.c.topic_id == bindparam("topic"))
    .values(next_run_at=bindparam("next_run_at"), last_period=bindparam("last_period"))
)


def schedule_of(row: Any) -> Schedule:
    """A row of the table."""
    return Schedule(**{name: getattr(row, name) for name in Schedule.__slots__})


def _values(of: Schedule) -> dict[str, Any]:
    active = of if of.state == "active" else replace(of, next_run_at=None)
    return {name: getattr(active, name) for name in Schedule.__slots__}
