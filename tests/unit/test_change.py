"""A change of a score: lines that sum to it, to the digit, and mean what they say."""

import os
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.change import LINES, change
from scoring.facts import Facts, Recent
from scoring.score import score
from tests.accounts import NOW

WEEK = timedelta(weeks=1)


def facts(as_of: datetime = NOW, recent: Recent | None = None, **counts: int) -> Facts:
    given_counts = {"followers": 2500, "following": 300, "listed": 80, "posts": 17_000} | counts
    return Facts(
        "lea", "x", created_at=NOW - 260 * WEEK, as_of=as_of, recent=recent, **given_counts
    )


SEEN = Recent(7, 10, 30, 5, 6, 1, 9, 7)


@st.composite
def any_facts(draw: st.DrawFn, as_of: datetime = NOW) -> Facts:
    count = st.integers(0, 10**8)
    small = st.integers(0, 10**6)
    days = st.floats(0.05, 90)
    recent = draw(
        st.none()
        | st.builds(Recent, days, small, small, small, small, small, small, st.just(7.0))
        | st.builds(Recent, days, small, small, small, small, small, st.none(), st.none())
        | st.builds(Recent, *[st.none()] * 6, small, st.just(7.0))
    )
    counts = {name: draw(count) for name in ("followers", "following", "listed", "posts")}
    return facts(as_of, recent, **counts)


@settings(max_examples=int(os.environ.get("PROPERTY_EXAMPLES", "300")), deadline=None)
@given(any_facts(), any_facts(NOW + WEEK), st.none() | st.just(SEEN))
def test_the_lines_sum_exactly_to_the_difference(
    before: Facts, after: Facts, left: Recent | None
) -> None:
    told = change(score(before), score(after), left)
    assert tuple(told.lines) == LINES
    tenths = sum(round(points * 10) for points in told.lines.values())
    assert tenths == round(told.difference * 10)
    assert told.difference == pytest.approx(told.after.score - told.before.score)


def test_nothing_changed_says_nothing() -> None:
    told = change(score(facts(recent=SEEN)), score(facts(NOW + WEEK, SEEN)))
    assert not any(told.lines.values())
    assert told.noise


def test_followers_and_lists_are_the_communitys_doing() -> None:
    told = change(
        score(facts(recent=SEEN)), score(facts(NOW + WEEK, SEEN, followers=9000, listed=200))
    )
    assert told.lines["community"] == told.difference > 0


def test_reading_more_is_a_line_of_its_own() -> None:
    loud = replace(SEEN, likes=3000, reposts=900, mentions=700)
    told = change(score(facts()), score(facts(NOW + WEEK, loud, followers=4000)))
    assert told.lines["depth"] > 0
    assert abs(told.lines["reactions"]) <= 0.1
    assert told.lines["community"] > 0


def test_posts_that_left_the_window_have_their_line() -> None:
    hit = Recent(30, 1, 90_000, 5_000, 40_000, 900, None, None)
    with_hit = Recent(37, 11, 90_030, 5_005, 40_006, 901, 9, 7)
    told = change(score(facts(recent=with_hit)), score(facts(NOW + WEEK, SEEN)), hit)
    assert told.lines["window"] < 0
    assert abs(told.lines["reactions"]) <= 0.2
