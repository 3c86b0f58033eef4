"""Numbers, ages and foreign names, as each language writes them."""

import html
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.telegram.methods.html import parse
from views.markup import bar, foreign
from views.wording import wording_for

POSTS = ("{n} post a day on average", "{n} posts a day on average")


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (0, "0 posts a day on average", "0 post par jour en moyenne"),
        (0.021, "0.02 posts a day on average", "0,02 post par jour en moyenne"),
        (0.4, "0.4 posts a day on average", "0,4 post par jour en moyenne"),
        (1, "1 post a day on average", "1 post par jour en moyenne"),
        (0.96, "1 post a day on average", "1 post par jour en moyenne"),
        (0.996, "1 post a day on average", "1 post par jour en moyenne"),
        (1.04, "1 post a day on average", "1 post par jour en moyenne"),
        (1.0499, "1 post a day on average", "1 post par jour en moyenne"),
        (0.001, "0 posts a day on average", "0 post par jour en moyenne"),
        (0.0999, "0.1 posts a day on average", "0,1 post par jour en moyenne"),
        (1.5, "1.5 posts a day on average", "1,5 post par jour en moyenne"),
        (1.94, "1.9 posts a day on average", "1,9 post par jour en moyenne"),
        (1.96, "2 posts a day on average", "2 posts par jour en moyenne"),
        (
            999_999.97,
            "1,000,000 posts a day on average",
            "1\u202f000\u202f000 posts par jour en moyenne",
        ),
        (9.3, "9.3 posts a day on average", "9,3 posts par jour en moyenne"),
        (
            104_000_035,
            "104,000,000 posts a day on average",
            "104\u202f000\u202f000 posts par jour en moyenne",
        ),
        (17000, "17,000 posts a day on average", "17\u202f000 posts par jour en moyenne"),
    ],
)
def test_counts_follow_the_grammar(value: float, english: str, french: str) -> None:
    assert wording_for("en").count(*POSTS, value) == english
    assert wording_for("fr").count(*POSTS, value) == french


@given(st.floats(0, 10_000_000))
def test_a_count_agrees_with_the_number_that_is_shown(value: float) -> None:
    number, noun = wording_for("en").count("{n} post", "{n} posts", value).split()
    assert (noun == "post") == (number == "1")
    number, noun = wording_for("fr").count("{n} post", "{n} posts", value).rsplit(maxsplit=1)
    assert (noun == "post") == (number.startswith(("0", "1,")) or number == "1")


@pytest.mark.parametrize(
    ("value", "points", "signed", "english", "french"),
    [
        (0, "0.0", "±0.0", "points", "point"),
        (-0.04, "0.0", "±0.0", "points", "point"),
        (0.05, "0.0", "±0.0", "points", "point"),
        (0.06, "0.1", "+0.1", "points", "point"),
        (-0.96, "-1.0", "−1.0", "points", "point"),
        (1, "1.0", "+1.0", "points", "point"),
        (1.94, "1.9", "+1.9", "points", "point"),
        (-1.96, "-2.0", "−2.0", "points", "points"),
    ],
)
def test_points_are_what_is_left_after_rounding(
    value: float, points: str, signed: str, english: str, french: str
) -> None:
    wording = wording_for("en")
    assert (wording.points(value), wording.signed(value)) == (points, signed)
    to_go = (
        "{points} point to go, which is more than its margin.",
        "{points} points to go, which is more than its margin.",
    )
    assert wording.for_points(*to_go, value).split()[1] == english
    assert wording_for("fr").for_points(*to_go, value).split()[2].strip(",") == french


def test_no_margin_is_shown_as_none() -> None:
    assert [wording_for("fr").margin(value) for value in (0, 0.04, 0.16, 2)] == [
        "± 0,1",
        "± 0,1",
        "± 0,2",
        "± 2,0",
    ]


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (0, "$0.00", "0,00\xa0$US"),
        (0.005, "$0.005", "0,005\xa0$US"),
        (0.13, "$0.13", "0,13\xa0$US"),
        (2826.34, "$2,826.34", "2\u202f826,34\xa0$US"),
    ],
)
def test_half_a_cent_is_shown(value: float, english: str, french: str) -> None:
    assert wording_for("en").dollars(value) == english
    assert wording_for("fr").dollars(value) == french


def test_a_colon_stands_as_the_language_has_it() -> None:
    assert wording_for("en").labelled("alerts", "2") == "alerts: 2"
    assert wording_for("fr").labelled("alertes", "2") == "alertes : 2"


@pytest.mark.parametrize(
    ("age", "english", "french"),
    [
        (timedelta(seconds=-3), "just now", "à l’instant"),
        (timedelta(seconds=65), "1 minute ago", "il y a 1 minute"),
        (timedelta(minutes=3), "3 minutes ago", "il y a 3 minutes"),
        (timedelta(seconds=59.9), "just now", "à l’instant"),
        (timedelta(minutes=59, seconds=20), "59 minutes ago", "il y a 59 minutes"),
        (timedelta(minutes=59, seconds=40), "1 hour ago", "il y a 1 heure"),
        (timedelta(minutes=60), "1 hour ago", "il y a 1 heure"),
        (timedelta(minutes=70), "1 hour ago", "il y a 1 heure"),
        (timedelta(hours=3), "3 hours ago", "il y a 3 heures"),
        (timedelta(hours=23, minutes=20), "23 hours ago", "il y a 23 heures"),
        (timedelta(hours=23, minutes=40), "1 day ago", "il y a 1 jour"),
        (timedelta(hours=24), "1 day ago", "il y a 1 jour"),
        (timedelta(hours=28), "1 day ago", "il y a 1 jour"),
        (timedelta(days=13), "13 days ago", "il y a 13 jours"),
        (timedelta(days=14), "2 weeks ago", "il y a 2 semaines"),
        (timedelta(days=61), "2 months ago", "il y a 2 mois"),
        (timedelta(days=362), "1 year ago", "il y a 1 an"),
        (timedelta(days=3), "3 days ago", "il y a 3 jours"),
    ],
)
def test_ages(age: timedelta, english: str, french: str) -> None:
    assert wording_for("en").ago(age) == english
    assert wording_for("fr").ago(age) == french


@pytest.mark.parametrize(
    ("zone", "name", "city"),
    [
        ("Etc/GMT-2", "UTC+2", "UTC+2"),
        ("Etc/GMT+10", "UTC−10", "UTC−10"),
        ("UTC", "UTC", "UTC"),
        ("Europe/Brussels", "Europe/Brussels", "Bruxelles"),
    ],
)
def test_zones_are_called_as_people_call_them(zone: str, name: str, city: str) -> None:
    assert (wording_for("fr").zone(zone), wording_for("fr").city(zone)) == (name, city)


def test_moments_name_their_zone() -> None:
    moment = datetime(2026, 12, 1, tzinfo=UTC)
    assert wording_for("en").moment(moment) == "1 December, 00:00 UTC"
    assert wording_for("fr").moment(moment) == "1er décembre, 00:00 UTC"


@pytest.mark.parametrize(
    ("share", "cells"), [(0, "▱" * 10), (0.31, "▰▰▰▱▱▱▱▱▱▱"), (1, "▰" * 10), (7, "▰" * 10)]
)
def test_bars_have_ten_cells(share: float, cells: str) -> None:
    assert bar(share) == cells


@given(st.text())
def test_foreign_text_is_one_harmless_line(text: str) -> None:
    shown = parse(foreign(text)).text
    if not shown:  # nothing in it could be seen
        return
    assert shown.startswith("\u2068")
    assert shown.endswith("\u2069")
    assert not set(shown[1:-1]) & set("\n\r\u202e\u2067\u2068\u2069\x00")
    assert len(shown) <= 52


@given(st.text(alphabet=st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=50))
def test_foreign_text_says_what_it_said(text: str) -> None:
    assert html.unescape(foreign(text)[1:-1]) == text


@given(st.timedeltas(timedelta(minutes=1), timedelta(days=3650)))
def test_no_age_is_a_whole_larger_unit(age: timedelta) -> None:
    number, unit, _ = wording_for("en").ago(age).split()
    most = {"minute": 59, "hour": 23, "day": 13, "week": 8, "month": 11, "year": 10}
    assert 1 <= int(number) <= most[unit.removesuffix("s")]
    assert unit.endswith("s") == (number != "1")
