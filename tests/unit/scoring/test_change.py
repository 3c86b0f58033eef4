"""A change of a score: lines that sum to it, to the digit, and mean what they say."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.change import LINES, change
from scoring.facts import Facts, Recent
from scoring.formula import Formula
from scoring.formulas import FORMULAS
from scoring.score import score
from tests.support.accounts import NOW
from tests.support.facts import facts

WEEK = timedelta(weeks=1)


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
    return facts(recent, as_of=as_of, **counts)


FIRST, SECOND = FORMULAS["2026.1"], FORMULAS["2026.2"]


@given(
    any_facts(),
    any_facts(NOW + WEEK),
    st.none() | st.just(SEEN),
    st.sampled_from([(FIRST, FIRST), (FIRST, SECOND), (SECOND, SECOND)]),
)
def test_the_lines_sum_exactly_to_the_difference(
    before: Facts, after: Facts, left: Recent | None, formulas: tuple[Formula, Formula]
) -> None:
    was, now = formulas
    told = change(score(before, was), score(after, now), left)
    assert tuple(told.lines) == LINES
    tenths = sum(round(points * 10) for points in told.lines.values())
    assert tenths == round(told.difference * 10)
    assert told.difference == pytest.approx(told.after.score - told.before.score)


def test_nothing_changed_says_nothing() -> None:
    told = change(score(facts(SEEN)), score(facts(SEEN, as_of=NOW + WEEK)))
    assert not any(told.lines.values())
    assert told.noise


def test_followers_and_lists_are_the_communitys_doing() -> None:
    told = change(
        score(facts(SEEN)), score(facts(SEEN, as_of=NOW + WEEK, followers=9000, listed=200))
    )
    # what more followers achieve with the mentions there are is shared with the reactions
    assert told.lines["community"] > told.lines["reactions"] >= 0 == told.lines["activity"]
    assert told.lines["community"] + told.lines["reactions"] == pytest.approx(told.difference)


def test_reading_more_is_a_line_of_its_own() -> None:
    loud = replace(SEEN, likes=3000, reposts=900, mentions=700)
    told = change(score(facts()), score(facts(loud, as_of=NOW + WEEK, listed=200)))
    assert told.lines["depth"] > 0
    assert told.lines["community"] > 0
    assert abs(told.lines["reactions"]) < told.lines["community"] < told.lines["depth"]


def test_posts_that_left_the_window_have_their_line() -> None:
    hit = Recent(30, 1, 90_000, 5_000, 40_000, 900, None, None)
    with_hit = Recent(37, 11, 90_030, 5_005, 40_006, 901, 9, 7)
    told = change(score(facts(with_hit)), score(facts(SEEN, as_of=NOW + WEEK)), hit)
    assert told.lines["window"] < 0
    assert abs(told.lines["reactions"]) <= 0.2


def test_another_formula_is_a_line_of_its_own_and_no_noise() -> None:
    before = score(facts(SEEN), FIRST)
    after = score(facts(SEEN, as_of=NOW + WEEK, followers=2_600), SECOND)
    told = change(before, after)
    same = score(before.facts, SECOND)
    assert told.lines["formula"] == round(same.score - before.score, 1) != 0
    assert told.lines["community"] == change(same, after).difference
    assert not told.noise


def test_two_readings_of_one_formula_have_no_line_for_it() -> None:
    told = change(score(facts(SEEN), SECOND), score(facts(SEEN, as_of=NOW + WEEK), SECOND))
    assert told.lines["formula"] == 0
    assert told.noise


def test_each_part_of_what_happened_has_its_line() -> None:
    before = score(facts(SEEN), SECOND)
    more_posts = replace(SEEN, posts=30)
    more_replies = replace(SEEN, replies=200)
    followed = change(before, score(facts(SEEN, as_of=NOW + WEEK, followers=9_000), SECOND)).lines
    posted = change(before, score(facts(more_posts, as_of=NOW + WEEK), SECOND)).lines
    answered = change(before, score(facts(more_replies, as_of=NOW + WEEK), SECOND)).lines
    assert followed["community"] > max(followed["activity"], followed["reactions"], 0)
    assert posted["activity"] > 0
    # as many reactions to more posts are no more reactions
    assert posted["activity"] + posted["reactions"] == pytest.approx(0)
    assert answered["reactions"] > answered["activity"] > 0 == answered["community"]


def test_an_old_hit_that_leaves_the_window_is_no_fault_of_the_account() -> None:
    hit = Recent(7, 1, 90_000, 5_000, 40_000, 900, None, None)
    with_hit = Recent(56, 11, 90_030, 5_005, 40_006, 901, 9, 56)
    without = Recent(49, 10, 30, 5, 6, 1, 9, 56)
    told = change(
        score(facts(with_hit), SECOND), score(facts(without, as_of=NOW + WEEK), SECOND), hit
    )
    assert told.lines["window"] < -3
    assert told.lines["activity"] + told.lines["reactions"] == pytest.approx(0, abs=0.2)


def test_followers_are_counted_in_full_and_never_chance() -> None:
    first = Recent(14, 5, 12, 2, 1, 0, 3, 7)
    before = score(facts(first), SECOND)
    grown = change(
        before, score(facts(first, as_of=NOW + WEEK, followers=4_000, listed=400), SECOND)
    )
    assert grown.difference < grown.margin
    assert not grown.noise
    luckier = replace(first, likes=20)
    drawn = change(before, score(facts(luckier, as_of=NOW + WEEK, followers=2_505), SECOND))
    assert 0 < drawn.difference < drawn.margin
    assert drawn.noise


def test_the_same_profile_read_twice_has_no_margin() -> None:
    told = change(score(facts(), SECOND), score(facts(as_of=NOW + WEEK, followers=2_510), SECOND))
    assert told.margin == 0
    assert told.noise == (told.difference == 0)
    deeper = change(score(facts(), SECOND), score(facts(SEEN, as_of=NOW + WEEK), SECOND))
    assert deeper.margin > 5
    assert deeper.noise
