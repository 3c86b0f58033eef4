"""When one account is ahead of another, and when it is too close to call."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scoring import CURRENT, Facts, Score, compare, probability, score
from scoring.comparison import rated_probability

AS_OF = datetime(2026, 3, 1, tzinfo=UTC)


def somebody(followers: int, listed: int) -> Score:
    born = AS_OF - timedelta(days=1826)
    return score(Facts("somebody", "x", followers, 300, listed, 4_000, born, AS_OF, None))


def test_the_two_sides_sum_to_one() -> None:
    a, b = somebody(2_500, 80), somebody(45_000, 930)
    assert probability(a, b) + probability(b, a) == pytest.approx(1)
    assert 0.2 < probability(a, b) < 0.3


def test_the_same_account_is_a_tie_with_itself() -> None:
    tie = compare(somebody(300, 5), somebody(300, 5))
    assert tie.probability == 0.5
    assert tie.tie


def test_a_small_lead_is_a_tie_and_a_large_one_is_not() -> None:
    assert compare(somebody(2_500, 80), somebody(2_600, 82)).tie
    assert not compare(somebody(45_000, 930), somebody(300, 5)).tie


def test_more_followers_never_make_it_less_likely() -> None:
    rival = somebody(2_500, 80)
    chances = [probability(somebody(10**size, 50), rival) for size in range(9)]
    assert chances == sorted(chances)


def test_doubt_pulls_a_claim_towards_one_half() -> None:
    sure = rated_probability((2.0, 0.0), (1.0, 0.0), CURRENT)
    doubtful = rated_probability((2.0, 0.8), (1.0, 0.8), CURRENT)
    assert 0.5 < doubtful < sure


def test_the_farthest_apart_are_still_no_certainty() -> None:
    assert 0 < probability(somebody(0, 0), somebody(10**9, 10**6)) < 0.01


def test_a_retired_formula_is_compared_by_the_current_one() -> None:
    a, b = somebody(300, 5), somebody(2_500, 80)
    assert probability(replace(a, formula="2020.1"), b) == probability(a, b)
