"""One digest a week at the hour chosen, in every zone, whatever its clocks do (F19 to F21).

`PROPERTY_SLOTS=20 make test` walks twenty random slots of each zone instead of one.
"""

import os
import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.calendar.slots import Plan, Slot, catch_up, period, reschedule
from services.calendar.zones import UnknownZone, zone_info, zone_names

SLOTS = int(os.environ.get("PROPERTY_SLOTS", "1"))
"""How many slots of each zone are walked."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START, END = datetime(2024, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
NINE = 9 * 60
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)

zones = st.sampled_from(sorted(zone_names()))
slots = st.builds(Slot, st.integers(0, 6), st.integers(0, 24 * 60 - 1), zones)
moments = st.integers(0, 70 * 365 * 24 * 60).map(lambda minutes: EPOCH + timedelta(minutes=minutes))


def next_run(slot: Slot, after: datetime) -> datetime:
    """The first run of a schedule that has served no week."""
    return reschedule(slot, after, None)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def clock(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%a %d %H:%M}"


def weeks(first: datetime, count: int) -> list[str]:
    days = (first + number * WEEK for number in range(count))
    return [f"{day:%G-W%V}" for day in days]


def walk(slot: Slot) -> list[datetime]:
    runs = [next_run(slot, START)]
    while runs[-1] < END:
        runs.append(next_run(slot, runs[-1]))
    return runs


def test_every_zone_has_exactly_one_run_a_week() -> None:
    """All zones of the tz database, 2024 to 2029; the slots are new ones each day."""
    seed = datetime.now(UTC).date().isoformat()
    chance = random.Random(seed)  # noqa: S311 - no secret
    steps = 0
    for zone in sorted(zone_names()):
        for _ in range(SLOTS):
            slot = Slot(chance.randrange(7), chance.randrange(24 * 60), zone)
            runs = walk(slot)
            steps += len(runs)
            served = [period(zone, run) for run in runs]
            first = runs[0].astimezone(ZoneInfo(zone))
            assert served == weeks(first, len(runs)), (slot, seed)
            hours = [(later - run) / HOUR for run, later in pairwise(runs)]
            assert 166 <= min(hours) <= max(hours) <= 170, (slot, seed)
    print(f"{len(zone_names())} zones x {SLOTS} slots: {steps:,} steps")
    assert steps >= len(zone_names()) * SLOTS * (END - START).days // 7


@given(slots, moments)
def test_a_run_is_the_first_after_a_moment_and_shows_the_hour(slot: Slot, moment: datetime) -> None:
    """Also in the years when zones skipped and repeated whole days."""
    run = next_run(slot, moment)
    assert moment < run <= moment + WEEK + 2 * DAY
    assert next_run(slot, run - timedelta(microseconds=1)) == run
    shown = run.astimezone(zone_info(slot.zone))
    monday = shown.date() - timedelta(days=shown.weekday())
    chosen = datetime.combine(monday, datetime.min.time()) + timedelta(
        slot.weekday, 0, 0, 0, slot.minute
    )
    assert (shown.replace(tzinfo=None) == chosen and not shown.fold) or skipped(chosen, slot.zone)


def skipped(wall: datetime, zone: str) -> bool:
    there = wall.replace(tzinfo=zone_info(zone)).astimezone(UTC).astimezone(zone_info(zone))
    return there.replace(tzinfo=None) != wall


@given(slots, moments)
def test_weeks_follow_each_other_in_every_year(slot: Slot, moment: datetime) -> None:
    runs = [next_run(slot, moment)]
    for _ in range(9):
        runs.append(next_run(slot, runs[-1]))
    served = [period(slot.zone, run) for run in runs]
    assert served == weeks(runs[0].astimezone(zone_info(slot.zone)), len(runs))


@pytest.mark.parametrize(
    ("slot", "before", "runs"),
    [
        pytest.param(  # 02:00 becomes 03:00 on 29 March 2026
            Slot(SUN, 150, "Europe/Berlin"),
            "2026-03-28",
            ["Sun 29 03:30", "Sun 05 02:30"],
            id="gap",
        ),
        pytest.param(  # 03:00 becomes 02:00 on 25 October 2026: 02:30 comes at 00:30 and 01:30 UTC
            Slot(SUN, 150, "Europe/Berlin"),
            "2026-10-24",
            ["Sun 25 02:30", "Sun 01 02:30"],
            id="fold",
        ),
        pytest.param(
            Slot(SUN, 90, "America/New_York"),
            "2026-10-31",
            ["Sun 01 01:30", "Sun 08 01:30"],
            id="fold NY",
        ),
        pytest.param(  # the day of 24 April 2026 begins at 01:00
            Slot(FRI, 0, "Africa/Cairo"),
            "2026-04-20",
            ["Fri 24 01:00", "Fri 01 00:00"],
            id="midnight",
        ),
        pytest.param(  # 02:00 becomes 02:30 on 4 October 2026
            Slot(SUN, 135, "Australia/Lord_Howe"),
            "2026-10-01",
            ["Sun 04 02:45", "Sun 11 02:15"],
            id="½ h",
        ),
        pytest.param(  # 01:00 becomes 03:00 on 29 March 2026
            Slot(SUN, 90, "Antarctica/Troll"),
            "2026-03-24",
            ["Sun 29 03:30", "Sun 05 01:30"],
            id="2 h",
        ),
        pytest.param(
            Slot(MON, 585, "Asia/Kathmandu"),
            "2026-03-24",
            ["Mon 30 09:45", "Mon 06 09:45"],
            id="no DST",
        ),
        pytest.param(  # there was no 30 December 2011
            Slot(FRI, NINE, "Pacific/Apia"),
            "2011-12-24",
            ["Sat 31 09:00", "Fri 06 09:00"],
            id="no Friday",
        ),
        pytest.param(  # nor a 31 December 1994
            Slot(SAT, NINE, "Pacific/Kiritimati"),
            "1994-12-26",
            ["Sun 01 09:00", "Sat 07 09:00"],
            id="no Saturday",
        ),
        pytest.param(  # 25 April 1971 ended at 23:00: shifted onwards it would be next week's
            Slot(SUN, 1410, "Africa/Algiers"),
            "1971-04-20",
            ["Sun 25 22:30", "Sun 02 23:30"],
            id="no end of Sunday",
        ),
    ],
)
def test_slots_follow_unusual_clocks(slot: Slot, before: str, runs: list[str]) -> None:
    """F20."""
    first = next_run(slot, utc(before))
    second = next_run(slot, first)
    assert [clock(first, slot.zone), clock(second, slot.zone)] == runs
    assert period(slot.zone, first) < period(slot.zone, second)


@pytest.mark.parametrize(
    ("slot", "before", "first", "second"),
    [
        (Slot(SUN, 150, "Europe/Berlin"), "2026-10-24", "2026-10-25T00:30", "2026-11-01T01:30"),
        (Slot(TUE, 720, "Pacific/Kwajalein"), "1969-09-25", "1969-09-30T01:00", "1969-10-08T00:00"),
    ],
    ids=["hour", "day"],
)
def test_what_clocks_show_twice_counts_once(
    slot: Slot, before: str, first: str, second: str
) -> None:
    """F20."""
    assert next_run(slot, utc(before)) == utc(first)
    assert next_run(slot, utc(first)) == utc(second)


def test_a_week_belongs_to_the_zone_and_to_iso() -> None:
    moment = utc("2027-01-03T12:00")  # a Sunday, in the 53rd week of 2026
    assert period("UTC", moment) == "2026-W53"
    assert period("Pacific/Kiritimati", moment) == "2027-W01"


MONDAY = utc("2026-11-16T08:00")
"""09:00 in Paris, on the Monday of 2026-W47."""

PARIS = Slot(MON, NINE, "Europe/Paris")


@pytest.mark.parametrize(
    ("slot", "now", "last_period", "expected"),
    [
        pytest.param(PARIS, MONDAY - HOUR, None, MONDAY, id="first, later today"),
        pytest.param(PARIS, MONDAY - HOUR, "2026-W46", MONDAY, id="later today, as ever"),
        pytest.param(
            PARIS, MONDAY - HOUR, "2026-W47", MONDAY + WEEK, id="this week has had its own"
        ),
        pytest.param(PARIS, MONDAY, None, MONDAY + WEEK, id="this very moment is over"),
        pytest.param(
            Slot(SUN, NINE, "Europe/Paris"), MONDAY, "2026-W47", MONDAY + 13 * DAY, id="later day"
        ),
        pytest.param(  # Kiritimati's Monday of W48 is Honolulu's Sunday of W47
            Slot(SUN, 23 * 60, "Pacific/Honolulu"),
            utc("2026-11-22T12:00"),
            "2026-W48",
            utc("2026-12-07T09:00"),
            id="over the date line",
        ),
        pytest.param(PARIS, MONDAY - HOUR, "2031-W01", MONDAY, id="planned by a clock years ahead"),
    ],
)
def test_a_changed_slot_serves_no_week_twice(
    slot: Slot, now: datetime, last_period: str | None, expected: datetime
) -> None:
    assert reschedule(slot, now, last_period) == expected


@given(st.lists(st.tuples(slots, st.integers(0, 400)), min_size=2, max_size=12), moments)
def test_however_often_it_is_changed_no_week_is_served_twice(
    changes: list[tuple[Slot, int]], now: datetime
) -> None:
    served: list[str] = []
    for slot, hours in changes:
        due = reschedule(slot, now, served[-1] if served else None)
        now += hours * HOUR
        while due <= now:
            plan = catch_up(slot, due, due)
            served.append(plan.period)
            due = plan.next_run_at
    assert all(earlier < later for earlier, later in pairwise(served))


@pytest.mark.parametrize(
    ("outage", "late"),
    [(timedelta(0), False), (timedelta(minutes=10), False), (3 * HOUR, True), (3 * DAY, True)],
    ids=["none", "10 min", "3 h", "3 days"],
)
def test_f21_after_an_outage_over_the_slot_there_is_one_digest(
    outage: timedelta, late: bool
) -> None:
    plan = catch_up(PARIS, MONDAY, MONDAY + outage)
    assert plan == Plan("2026-W47", MONDAY, late, MONDAY + WEEK)


def test_f21_of_many_weeks_missed_only_the_latest_is_served() -> None:
    now = MONDAY + 5 * WEEK + 3 * HOUR
    plan = catch_up(PARIS, MONDAY, now)
    assert plan == Plan("2026-W52", MONDAY + 5 * WEEK, True, MONDAY + 6 * WEEK)


def test_f21_lateness_is_that_of_the_week_served() -> None:
    assert not catch_up(PARIS, MONDAY, MONDAY + 5 * WEEK + timedelta(minutes=10)).late


@given(slots, moments, st.integers(0, 100_000))
def test_after_any_outage_the_next_run_is_ahead_and_of_a_later_week(
    slot: Slot, start: datetime, minutes: int
) -> None:
    due = next_run(slot, start)
    now = due + timedelta(minutes=minutes)
    plan = catch_up(slot, due, now)
    assert due <= plan.due <= now < plan.next_run_at
    assert next_run(slot, plan.due) == plan.next_run_at
    assert period(slot.zone, plan.due) == plan.period < period(slot.zone, plan.next_run_at)


def test_f19_a_clock_8_days_ahead_brings_one_digest_and_one_set_back_none() -> None:
    ahead = catch_up(PARIS, MONDAY, MONDAY + 8 * DAY)
    assert ahead == Plan("2026-W48", MONDAY + WEEK, True, MONDAY + 2 * WEEK)
    assert reschedule(PARIS, MONDAY, ahead.period) == MONDAY + 2 * WEEK
    assert reschedule(PARIS, MONDAY - 2 * HOUR, "2026-W47") == MONDAY + WEEK


def test_a_tz_database_that_moved_the_hour_makes_no_second_digest() -> None:
    """What was planned for 08:00 is served at 08:00, though the slot is at 09:00 by now."""
    plan = catch_up(PARIS, MONDAY - HOUR, MONDAY - HOUR)
    assert plan == Plan("2026-W47", MONDAY - HOUR, False, MONDAY + WEEK)


@pytest.mark.parametrize(
    "name",
    ["", "Mars/Olympus", "Europe", "europe/paris", "../etc/passwd", "localtime", "Factory", "\0"],
)
def test_a_name_that_is_no_zone_is_a_typed_error(name: str) -> None:
    with pytest.raises(UnknownZone) as error:
        Slot(MON, NINE, name)
    assert error.value.name == name
    with pytest.raises(UnknownZone):
        period(name, MONDAY)


@pytest.mark.parametrize(("weekday", "minute"), [(-1, 0), (7, 0), (0, -1), (0, 1440)])
def test_a_week_has_seven_days_of_1440_minutes(weekday: int, minute: int) -> None:
    with pytest.raises(ValueError, match="no such time"):
        Slot(weekday, minute, "UTC")
