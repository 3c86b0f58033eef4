"""The way to a wished score: it really leads there, and shortcuts are named as none."""

from dataclasses import replace

import pytest

from scoring.facts import Facts, Recent
from scoring.formula import Formula
from scoring.formulas import FORMULAS
from scoring.formulas.y2026_2 import FORMULA_2026_2
from scoring.goal import BULK, Lever, goal
from scoring.score import score
from tests.support.facts import facts

FACTS = facts(Recent(20, 10, 12, 3, 2, 0, 2, 7), followers=240, listed=4, posts=900)


def _lever(name: str, wanted: float = 45, account: Facts = FACTS) -> Lever:
    return next(lever for lever in goal(score(account), wanted).levers if lever.name == name)


def test_what_is_needed_is_enough_and_little_less_is_not() -> None:
    wanted = score(FACTS).score + 3
    lists, followers = _lever("lists", wanted), _lever("followers", wanted)
    assert lists.needed
    assert followers.needed is None or followers.needed > FACTS.followers
    assert score(replace(FACTS, listed=round(lists.needed))).score >= wanted
    assert score(replace(FACTS, listed=round(lists.needed) - 1)).score < wanted + 0.1


def test_levers_come_strongest_first_and_never_hurt() -> None:
    gains = [lever.doubled for lever in goal(score(FACTS), 45).levers]
    assert gains == sorted(gains, reverse=True)
    assert min(gains) >= 0


def test_twice_the_reactions_are_the_same_for_a_part_and_a_lever() -> None:
    counted = Recent(20, 10, 400, 30, 20, 10, None, None)  # no mentions, which the part doubles too
    account = replace(FACTS, recent=counted)
    told = goal(score(account), 60)
    assert _lever("reactions", 60, account).doubled == told.parts["reactions"] > 0
    mute = replace(FACTS, recent=replace(counted, likes=0, replies=0, reposts=0, quotes=0))
    assert _lever("reactions", score(mute).score + 2, mute).needed


def test_shortcuts_do_not_help() -> None:
    told = goal(score(replace(FACTS, followers=10_000, listed=80)), 60)
    assert told.silent_lot == BULK
    assert 0 <= told.silent_followers <= 1.5
    assert told.louder <= 0


def test_silent_followers_come_in_proportion_to_those_there_are() -> None:
    few = goal(score(FACTS), 45)
    assert few.silent_lot == FACTS.followers
    assert few.silent_followers == _lever("followers").doubled


def test_a_goal_within_the_margin_cannot_be_told_from_the_score() -> None:
    now = score(FACTS)
    assert goal(now, now.score + now.margin / 2).within_margin
    assert not goal(now, now.score + now.margin + 5).within_margin
    assert goal(now, now.score - 1).distance == -1.0


@pytest.mark.parametrize("recent", [None, Recent(20, 0, 0, 0, 0, 0, None, None)])
def test_counts_that_were_not_read_are_no_lever(recent: Recent | None) -> None:
    names = {lever.name for lever in goal(score(replace(FACTS, recent=recent)), 45).levers}
    assert names == {"followers", "lists"}


both = pytest.mark.parametrize("formula", FORMULAS.values(), ids=FORMULAS)


@both
@pytest.mark.parametrize("followers", [300, 5_000, 100_000])
def test_followers_who_never_react_are_no_advice_where_nothing_was_read(
    formula: Formula, followers: int
) -> None:
    profile = replace(FACTS, followers=followers, listed=followers // 40, recent=None)
    told = goal(score(profile, formula), 90)
    assert 0 <= told.silent_followers <= 3
    # though the profile alone would have taken them for followers like all others
    grown = replace(profile, followers=2 * followers)
    guessed = formula.points(grown) - formula.points(profile)
    assert told.silent_followers <= guessed + 0.1


@both
def test_a_score_is_below_near_or_above_its_goal(formula: Formula) -> None:
    now = score(FACTS, formula)
    assert goal(now, now.score + now.margin + 1).side == "below"
    assert goal(now, now.score + now.margin).side == "near"
    assert goal(now, now.score - now.margin - 1).side == "above"


@both
def test_each_part_says_what_it_could_bring(formula: Formula) -> None:
    told = goal(score(FACTS, formula), 60)
    assert set(told.parts) == {"community", "activity", "reactions"}
    assert min(told.parts.values()) >= 0
    assert max(told.parts.values()) > 0.5


def test_posting_into_silence_costs() -> None:
    loud = replace(FACTS, posts=100_000, recent=Recent(0.2, 10, 0, 0, 0, 0, 0, 7))
    told = goal(score(loud, FORMULA_2026_2), 35)
    assert told.unheard > 5
    assert goal(score(FACTS, FORMULA_2026_2), 35).unheard == 0
    heard = replace(FACTS, posts=40_000, recent=Recent(1, 20, 12, 3, 2, 0, 2, 7))
    assert goal(score(heard, FORMULA_2026_2), 35).louder < 0


def test_a_network_without_lists_has_no_lever_of_lists() -> None:
    unlisted = replace(FACTS, network="bluesky", listed=None)
    told = goal(score(unlisted, FORMULA_2026_2), 60)
    assert {lever.name for lever in told.levers} == {"followers", "reactions", "mentions"}
    assert told.parts["community"] > 0


def test_an_empty_account_can_have_a_goal() -> None:
    empty = replace(FACTS, followers=0, listed=0, posts=0, recent=None)
    assert goal(score(empty), 35).distance == 35.0


def test_a_lever_that_cannot_reach_the_goal_needs_none() -> None:
    assert _lever("followers", wanted=100).needed is None
