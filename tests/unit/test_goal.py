"""The way to a wished score: it really leads there, and shortcuts are named as none."""

from dataclasses import replace
from datetime import timedelta

import pytest

from scoring.facts import Facts, Recent
from scoring.goal import BULK, Lever, goal
from scoring.score import score
from tests.accounts import NOW

FACTS = Facts(
    handle="lea",
    network="x",
    followers=240,
    following=300,
    listed=4,
    posts=900,
    created_at=NOW - timedelta(days=2000),
    as_of=NOW,
    recent=Recent(20, 10, 12, 3, 2, 0, 2, 7),
)


def _lever(name: str, wanted: float = 45, facts: Facts = FACTS) -> Lever:
    return next(lever for lever in goal(score(facts), wanted).levers if lever.name == name)


def test_what_is_needed_is_enough_and_little_less_is_not() -> None:
    lists, followers = _lever("lists"), _lever("followers")
    assert lists.needed
    assert followers.needed is None or followers.needed > FACTS.followers
    assert score(replace(FACTS, listed=round(lists.needed))).score >= 45
    assert score(replace(FACTS, listed=round(lists.needed) - 1)).score < 45.1


def test_levers_come_strongest_first_and_never_hurt() -> None:
    gains = [lever.doubled for lever in goal(score(FACTS), 45).levers]
    assert gains == sorted(gains, reverse=True)
    assert min(gains) >= 0


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
def test_what_was_not_read_is_no_lever(recent: Recent | None) -> None:
    names = {lever.name for lever in goal(score(replace(FACTS, recent=recent)), 45).levers}
    assert names == {"followers", "lists"}


def test_an_empty_account_can_have_a_goal() -> None:
    empty = replace(FACTS, followers=0, listed=0, posts=0, recent=None)
    assert goal(score(empty), 35).distance == 35.0


def test_out_of_reach_is_said_as_none() -> None:
    assert _lever("followers", wanted=100).needed is None
