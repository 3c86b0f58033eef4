"""The hour that a chat chose, made into moments: one in every local ISO week."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from delivery.zones import zone_info

LATE: Final = timedelta(hours=1)
"""From here on a run is called late: a tick and a queue before it explain less."""

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
    """What a due schedule comes to.

    Attributes:
        period: the local ISO week that is served, "2026-W47".
        due: when it should have been (aware, UTC).
        late: whether that is longer ago than `LATE`.
        next_run_at: when the schedule is due again (aware, UTC).
    """

    period: str
    due: datetime
    late: bool
    next_run_at: datetime


def next_run(slot: Slot, after: datetime) -> datetime:
    """The slot's first run later than `after` (both aware; the answer in UTC).

    There is exactly one run in each local ISO week. A wall time that the clocks skip is shifted by
    what they skip (as RFC 5545 has it); of one that they show twice only the first counts.
    """
    return next(run for run in _runs(slot, after, 1) if run > after)


def period(zone: str, moment: datetime) -> str:
    """The ISO week of an (aware) moment on the zone's clocks: "2026-W47". Sorts as time does."""
    year, week, _ = moment.astimezone(zone_info(zone)).isocalendar()
    return f"{year:04}-W{week:02}"


def reschedule(slot: Slot, now: datetime, last_period: str | None) -> datetime:
    """The first run of a changed slot that serves no week twice: today, if that is still possible.

    Args:
        slot: the new one, of another hour or zone than the last.
        now: aware.
        last_period: the week for which a digest was planned last, if any ever was. One further
            ahead than zones can differ comes from a clock that was wrong, and is not believed.
    """
    served = last_period or ""
    if served > period(slot.zone, now + _WEEK):
        served = ""
    after_now = (run for run in _runs(slot, now, 1) if run > now)
    return next(run for run in after_now if period(slot.zone, run) > served)


def catch_up(slot: Slot, due: datetime, now: datetime) -> Plan:
    """Serve a schedule that was due: one run for the latest week missed, however many there were.

    Args:
        slot: as it is now.
        due: for when it was planned; not later than `now`. It may be off the slot, since the tz
            database may have changed after it was computed.
        now: aware.
    """
    latest = max(due, next(run for run in _runs(slot, now, -1) if run <= now))
    served = period(slot.zone, latest)
    return Plan(served, latest, now - latest > LATE, reschedule(slot, now, served))


def _runs(slot: Slot, around: datetime, step: int) -> Iterator[datetime]:
    """The slot's runs from the local week of `around` on: onwards (`step` 1) or back (-1)."""
    zone = zone_info(slot.zone)
    today = around.astimezone(zone).date()
    monday = today - today.weekday() * _DAY
    while True:
        yield _run(slot, zone, monday)
        monday += step * _WEEK


def _run(slot: Slot, zone: ZoneInfo, monday: date) -> datetime:
    """The run in the local ISO week that begins on `monday`."""
    day = monday + slot.weekday * _DAY
    hour, minute = divmod(slot.minute, 60)
    wall = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
    # PEP 495: fold 0 is the first of two equal times, and shifts a skipped one onwards. Only where
    # that leaves the week (Sunday's last hour was skipped), fold 1 shifts it back instead.
    run = wall.astimezone(UTC)
    if run.astimezone(zone).date() >= monday + _WEEK:
        run = wall.replace(fold=1).astimezone(UTC)
    return run
