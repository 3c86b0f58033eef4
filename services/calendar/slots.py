"""Turns the weekly hour that a chat chose into moments: one in every local ISO week."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from services.calendar.zones import zone_info

LATE: Final = timedelta(hours=1)
"""Above this delay a run counts as late: a tick and a queue explain less."""

_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Slot:
    """A weekly wall-clock time.

    Attributes:
        weekday: 0 (Monday) to 6.
        minute: of the local day, 0 to 1439.
        zone: a name of the tz database.

    Raises:
        UnknownZone: the tz database has no such zone.
        ValueError: weekday or minute is out of range.
    """

    weekday: int
    minute: int
    zone: str

    def __post_init__(self) -> None:
        if self.weekday not in range(7) or self.minute not in range(24 * 60):
            raise ValueError(f"no such time in a week: day {self.weekday}, minute {self.minute}")
        zone_info(self.zone)


class Plan(NamedTuple):
    """The run that a due schedule gets, and the next one.

    Attributes:
        period: the local ISO week that is served, "2026-W47".
        due: when the run was due (aware, UTC).
        late: whether that is longer ago than `LATE`.
        next_run_at: when the schedule is due again (aware, UTC).
    """

    period: str
    due: datetime
    late: bool
    next_run_at: datetime


def period(zone: str, moment: datetime) -> str:
    """Return the ISO week of an aware moment in a zone, as "2026-W47"; it sorts as time does."""
    year, week, _ = moment.astimezone(zone_info(zone)).isocalendar()
    return f"{year:04}-W{week:02}"


def reschedule(slot: Slot, now: datetime, last_period: str | None) -> datetime:
    """Return a slot's first run later than `now` that serves no week twice, in UTC.

    There is exactly one run in each local ISO week. A wall time that the clocks skip is shifted by
    the length of the gap (as in RFC 5545); of a wall time that occurs twice only the first counts.

    Args:
        slot: the slot, which may have another hour or zone than the last.
        now: aware.
        last_period: the newest week with a planned digest; None if there is none. A week further
            ahead than zones can differ comes from a wrong clock, and is ignored.
    """
    served = last_period or ""
    if served > period(slot.zone, now + _WEEK):
        served = ""
    after_now = (run for run in _runs(slot, now, 1) if run > now)
    return next(run for run in after_now if period(slot.zone, run) > served)


def catch_up(slot: Slot, due: datetime, now: datetime) -> Plan:
    """Plan a schedule that was due: one run for the latest missed week, however many there were.

    Args:
        slot: the current slot.
        due: when the run was planned for; not later than `now`. It may be off the slot, since the
            tz database may have changed after it was computed.
        now: aware.
    """
    latest = max(due, next(run for run in _runs(slot, now, -1) if run <= now))
    served = period(slot.zone, latest)
    return Plan(served, latest, now - latest > LATE, reschedule(slot, now, served))


def _runs(slot: Slot, around: datetime, step: int) -> Iterator[datetime]:
    """Yield the slot's runs from the local week of `around`, forwards (`step` 1) or back (-1)."""
    zone = zone_info(slot.zone)
    today = around.astimezone(zone).date()
    monday = today - today.weekday() * _DAY
    while True:
        yield _run(slot, zone, monday)
        monday += step * _WEEK


def _run(slot: Slot, zone: ZoneInfo, monday: date) -> datetime:
    """Return the run in the local ISO week that begins on `monday`."""
    day = monday + slot.weekday * _DAY
    hour, minute = divmod(slot.minute, 60)
    wall = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
    # PEP 495: fold 0 is the first of two equal times, and shifts a skipped one forwards. Only where
    # that leaves the week (Sunday's last hour was skipped) does fold 1 shift it back instead.
    run = wall.astimezone(UTC)
    if run.astimezone(zone).date() >= monday + _WEEK:
        run = wall.replace(fold=1).astimezone(UTC)
    return run
