"""Schedules: when a place gets its digest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, select, update

from storage.chats.places import Place, at
from storage.engine.database import Database
from storage.engine.dialects import upsert
from storage.engine.schema import schedule
from storage.engine.transaction import Transaction

AT_ONCE: Final = 500
"""Schedules planned in one transaction: other writers wait a fraction of a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a place gets its digest.

    Attributes:
        weekday: 0 (Monday) to 6.
        minute: of the local day, 0 to 1439.
        zone: a name of the tz database.
        next_run_at: None unless `state` is active.
        state: active, paused (by its people) or dead (Telegram takes no message for the place).
        reason: why it is dead.
        last_period: the local ISO week of its newest digest.
        least: points; a week in which no score moved that far is skipped; None skips none.
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


class Run(NamedTuple):
    """One run of a due schedule.

    Attributes:
        period: the local ISO week that it serves.
        next_run_at: when the schedule runs after it.
    """

    place: Place
    period: str
    due_at: datetime
    next_run_at: datetime


class Schedules:
    """Stores the schedules of all places."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, place: Place) -> Schedule | None:
        """Return a place's schedule; None before its first follow."""
        async with self._database.reading() as connection:
            row = (
                await connection.execute(select(schedule).where(at(schedule, place)))
            ).one_or_none()
        return None if row is None else schedule_of(row)

    async def start(self, place: Place, first: Schedule) -> None:
        """Store a place's first schedule; an existing one stays."""
        async with self._database.transaction() as tx:
            await tx.execute(
                upsert(tx, schedule)
                .values(**place._asdict(), **_values(first))
                .on_conflict_do_nothing()
            )

    async def locked(self, tx: Transaction, place: Place) -> Schedule | None:
        """Return a place's schedule, with its row locked until the transaction ends."""
        row = (
            await tx.execute(select(schedule).where(at(schedule, place)).with_for_update())
        ).one_or_none()
        return None if row is None else schedule_of(row)

    async def put(self, tx: Transaction, place: Place, changed: Schedule) -> Schedule:
        """Store a place's changed schedule, which `locked` returned before; return it."""
        await tx.execute(update(schedule).where(at(schedule, place)).values(**_values(changed)))
        return changed

    async def due(self, tx: Transaction, now: datetime) -> list[tuple[Place, Schedule]]:
        """Return due schedules, the longest due first, with their rows locked.

        At most `AT_ONCE` are returned; those that another transaction has locked are left out.
        """
        rows = await tx.execute(
            select(schedule)
            .where(schedule.c.next_run_at <= now)
            .order_by(schedule.c.next_run_at)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        return [(Place(row.chat_id, row.topic_id), schedule_of(row)) for row in rows]

    async def advance(self, tx: Transaction, runs: Sequence[Run]) -> None:
        """Set when schedules run next, and that the week of each run is served."""
        rows = [
            {
                "chat": run.place.chat_id,
                "topic": run.place.topic_id,
                "period": run.period,
                "next": run.next_run_at,
            }
            for run in runs
        ]
        if rows:
            await tx.execute(_ADVANCED, rows)

    async def postpone(self, tx: Transaction, place: Place, until: datetime) -> None:
        """Set when a schedule runs next; no week is served meanwhile."""
        await tx.execute(update(schedule).where(at(schedule, place)).values(next_run_at=until))


_ADVANCED: Final = (
    update(schedule)
    .where(schedule.c.chat_id == bindparam("chat"), schedule.c.topic_id == bindparam("topic"))
    .values(next_run_at=bindparam("next"), last_period=bindparam("period"))
)


def schedule_of(row: Any) -> Schedule:
    """Return a row of the table as a schedule."""
    return Schedule(**{name: getattr(row, name) for name in Schedule.__slots__})


def _values(of: Schedule) -> dict[str, Any]:
    active = of if of.state == "active" else replace(of, next_run_at=None)
    return {name: getattr(active, name) for name in Schedule.__slots__}
