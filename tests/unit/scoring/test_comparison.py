"""When one account is ahead of another, and when it is too close to call."""

from dataclasses import replace

import pytest

from scoring import Score, compare, probability, score
from scoring.formulas.y2026_1 import FORMULA_2026_1
from tests.support.facts import facts


def scored(followers: int, listed: int) -> Score:
    return score(facts(days=1826, followers=followers, listed=listed, posts=4_000))


def test_the_two_sides_sum_to_one() -> None:
    a, b = scored(2_500, 80), scored(45_000, 930)
    assert probability(a, b) + probability(b, a) == pytest.approx(1)
    assert 0.2 < probability(a, b) < 0.3


def test_the_same_account_is_a_tie_with_itself() -> None:
    tie = compare(scored(300, 5), scored(300, 5))
    assert tie.probability == 0.5
    assert tie.tie


def test_a_small_lead_is_a_tie_and_a_large_lead_is_not() -> None:
    assert compare(scored(2_500, 80), scored(2_600, 82)).tie
    assert not compare(scored(45_000, 930), scored(300, 5)).tie


def test_more_followers_never_make_it_less_likely() -> None:
    rival = scored(2_500, 80)
    chances = [probability(scored(10**size, 50), rival) for size in range(9)]
    assert chances == sorted(chances)


def test_doubt_pulls_a_claim_towards_one_half() -> None:
    sure = FORMULA_2026_1.probability((2.0, 0.0), (1.0, 0.0))
    doubtful = FORMULA_2026_1.probability((2.0, 0.8), (1.0, 0.8))
    assert 0.5 < doubtful < sure


def test_the_farthest_apart_are_still_no_certainty() -> None:
    assert 0 < probability(scored(0, 0), scored(10**9, 10**6)) < 0.01


def test_a_retired_formula_is_compared_by_the_current_one() -> None:
    a, b = scored(300, 5), scored(2_500, 80)
    assert probability(replace(a, formula="2020.1"), b) == probability(a, b)
