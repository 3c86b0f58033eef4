"""What the bot writes about a schedule is understood when a person sends it back."""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from locales import LANGUAGES
from services.calendar.offsets import UNEVEN
from services.calendar.place_names import search_zones
from services.calendar.schedule_parsing import When, parse
from services.calendar.slots import Slot, reschedule
from services.calendar.zones import zone_names
from storage.queues.schedules import Schedule
from views.following.following_messages import schedule_lines
from views.following.pasted import read_back
from views.wording import Wording, wording_for

NOW: Final = datetime(2026, 3, 18, 12, tzinfo=UTC)
MOMENTS: Final = [NOW + timedelta(days=30 * month) for month in range(24)]
wordings = pytest.mark.parametrize("wording", list(map(wording_for, LANGUAGES)), ids=LANGUAGES)


def is_same(one: str | None, other: str) -> bool:
    """Whether two names stand for one zone: the same one, or one whose clocks show the same."""
    return one == other or (one is not None and offsets(one) == offsets(other))


def offsets(zone: str) -> list[timedelta | None]:
    """How far the zone's clocks are ahead, month by month."""
    return [moment.astimezone(ZoneInfo(zone)).utcoffset() for moment in MOMENTS]


def kept(slot: Slot) -> Schedule:
    return Schedule(
        weekday=slot.weekday,
        minute=slot.minute,
        zone=slot.zone,
        next_run_at=reschedule(slot, NOW, None),
        state="active",
        least=None,
        silent=False,
    )


@wordings
def test_the_sentence_about_the_next_digest_in_every_zone(wording: Wording) -> None:
    for number, zone in enumerate(sorted(zone_names())):
        slot = Slot(number % 7, number * 37 % (24 * 60), zone)
        (line, *_) = schedule_lines(kept(slot), wording)
        found = parse(read_back(line))
        assert found[:2] == (slot.weekday, slot.minute), line
        assert found.unknown == ()
        assert is_same(found.zone, zone), line
        if zone not in {"EST", "MST"}:
            assert found.zone == zone


@wordings
def test_every_zone_as_it_is_written(wording: Wording) -> None:
    for zone in zone_names():
        shown = wording.zone(zone)
        line = wording.gettext("Time zone: {zone}").format(zone=shown)
        for text in (shown, line, f"({shown})", f"{shown}."):
            found = parse(read_back(text))
            assert found.unknown == (), text
            assert found == When(zone=found.zone)
            assert is_same(found.zone, zone), text


@wordings
def test_every_button_for_a_zone_is_found_by_its_words(wording: Wording) -> None:
    missing = [
        (zone, wording.city(zone))
        for zone in zone_names()
        if not any(is_same(found, zone) for found in search_zones(wording.city(zone), 6))
    ]
    assert missing == []


@wordings
def test_every_city_as_a_button_shows_it(wording: Wording) -> None:
    for zone in zone_names():
        found = parse(read_back(wording.city(zone)))
        assert found == When(zone=found.zone)
        assert is_same(found.zone, zone), wording.city(zone)


@wordings
def test_every_weekly_time_as_it_is_written(wording: Wording) -> None:
    for weekday in range(7):
        for minute in range(24 * 60):
            assert parse(wording.slot(weekday, minute)) == When(weekday, minute)


def test_a_changed_copy_of_our_sentence() -> None:
    text = "The next digest comes on Monday 23 March, 09:00 (UTC−3), then every week."
    assert parse(read_back(text)) == When(0, 540, "Etc/GMT+3")
    assert parse(read_back(f"{text} sunday")).unknown == ("sunday",)


def test_uneven_offsets_are_those_of_the_zones_they_stand_for() -> None:
    for minutes, zone in UNEVEN.items():
        assert timedelta(minutes=minutes) in offsets(zone)
