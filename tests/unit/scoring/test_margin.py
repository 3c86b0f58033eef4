"""The margin: nine readings in ten stay within, and it agrees with what is called a tie."""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import Facts, Recent, Score, compare, score
from scoring.change import change
from scoring.formulas.y2026_2 import FORMULA_2026_2, SIX_IN_TEN
from scoring.margin import NINE_IN_TEN, change_margin, margin
from scoring.score import whole
from tests.support.accounts import NOW
from tests.unit.scoring.test_formula import facts
from tests.unit.scoring.test_score_properties import accounts, unlisted

WEEK = timedelta(weeks=1)
LONG = 100_000.0


class Habits(NamedTuple):
    """What an account does and draws, in expectation, without an end."""

    followers: int
    listed: int
    posts: float  # a day
    reactions: float  # to each post, in reposts' worth
    mentions: float  # a day

    def facts(self, recent: Recent) -> Facts:
        return facts(self.followers, self.listed, self.posts, recent)

    @property
    def points(self) -> float:
        """The points that endless reading would find."""
        drawn = self.posts * self.reactions * LONG
        sums = (drawn * share for share in (1.12, 0.22, 0.5))
        likes, replies, reposts = map(round, sums)
        posts, mentions = round(self.posts * LONG), round(self.mentions * LONG)
        endless = Recent(LONG, posts, likes, replies, reposts, 0, mentions, LONG)
        return FORMULA_2026_2.points(self.facts(endless))


ACCOUNTS = {
    "300 followers": Habits(300, 5, 0.4, 1.0, 2 / 7),
    "2,500 followers": Habits(2_500, 80, 1.6, 1.4, 9 / 7),
    "45,000 followers": Habits(45_000, 930, 3.0, 14.0, 300 / 7),
}


class World:
    """Weeks at random: Poisson posts, log-normal reactions with a sigma of 1, mentions."""

    def __init__(self, *, bursts: bool) -> None:
        self._draw = random.Random(11)  # noqa: S311 - a rehearsal, not a secret
        self._bursts = bursts

    def week(self, habits: Habits) -> Recent:
        return self._read(habits, self._poisson(7 * habits.posts), 7.0)

    def first(self, habits: Habits) -> Recent:
        """Ten posts, and a week of mentions."""
        days = sum(self._draw.expovariate(habits.posts) for _ in range(10))
        return self._read(habits, 10, days)

    def _read(self, habits: Habits, posts: int, days: float) -> Recent:
        drawn = [habits.reactions * math.exp(self._draw.gauss(-0.5, 1)) for _ in range(posts)]
        likes, replies, reposts = (
            sum(self._poisson(share * mean) for mean in drawn) for share in (1.12, 0.22, 0.5)
        )
        mentions = self._mentions(7 * habits.mentions)
        return Recent(days, posts, likes, replies, reposts, 0, mentions, 7.0)

    def _mentions(self, mean: float) -> int:
        if not self._bursts:
            return self._poisson(mean)
        talks = self._poisson(mean / 1.5)  # of 1.5 mentions each, a geometric number
        return sum(1 + int(self._draw.expovariate(math.log(3))) for _ in range(talks))

    def _poisson(self, mean: float) -> int:
        count, left = 0, self._draw.expovariate(1)
        while left < mean:
            count, left = count + 1, left + self._draw.expovariate(1)
        return count


def together(weeks: Sequence[Recent]) -> Recent:
    return Recent(*(sum(getattr(week, field.name) for week in weeks) for field in fields(Recent)))


def readings(world: World, habits: Habits, weeks: int) -> Iterator[Recent]:
    """Yield 200 readings that hold so many weeks; a first one for 0."""
    for _ in range(200):
        if weeks:
            yield together([world.week(habits) for _ in range(weeks)])
        else:
            yield world.first(habits)


@pytest.mark.parametrize("habits", ACCOUNTS.values(), ids=ACCOUNTS)
@pytest.mark.parametrize("weeks", [0, 2, 4, 8])
@pytest.mark.parametrize("bursts", [False, True])
def test_nine_readings_in_ten_stay_within(habits: Habits, weeks: int, bursts: bool) -> None:
    truth, world = habits.points, World(bursts=bursts)
    within = shown = 0
    for recent in readings(world, habits, weeks):
        account = habits.facts(recent)
        read = score(account, FORMULA_2026_2)
        error = abs(FORMULA_2026_2.points(account) - truth)
        within += error <= NINE_IN_TEN * FORMULA_2026_2.spread(account)
        shown += error <= read.margin
    assert shown >= 180
    assert within >= (150 if weeks == 0 else 174)


@pytest.mark.parametrize("habits", ACCOUNTS.values(), ids=ACCOUNTS)
@pytest.mark.parametrize("bursts", [False, True])
def test_nine_unchanged_weeks_in_ten_stay_within_the_margin_of_a_change(
    habits: Habits,
    bursts: bool,
) -> None:
    world = World(bursts=bursts)
    weeks = [world.week(habits) for _ in range(120)]
    scores = [
        score(
            replace(habits.facts(together(weeks[i - 8 : i])), as_of=NOW + i * WEEK),
            FORMULA_2026_2,
        )
        for i in range(8, len(weeks))
    ]
    changes = [change(one, other) for one, other in pairwise(scores)]
    assert sum(each.noise for each in changes) >= 0.9 * len(changes)
    # and it is no excuse for everything: people's disagreement is no part of it
    assert sum(each.margin for each in changes) < 0.5 * sum(each.after.margin for each in changes)


def test_real_growth_is_told_from_chance() -> None:
    blogger = ACCOUNTS["2,500 followers"]
    seen = Recent(56.0, 90, 141, 28, 63, 0, 72, 56.0)
    doubled = Recent(56.0, 90, 282, 56, 126, 0, 144, 56.0)
    before = score(blogger.facts(seen), FORMULA_2026_2)
    after = score(replace(blogger.facts(doubled), as_of=NOW + 8 * WEEK), FORMULA_2026_2)
    told = change(before, after)
    assert not told.noise
    assert told.margin < told.difference < before.margin


def test_a_margin_narrows_until_the_window_is_covered() -> None:
    blogger = ACCOUNTS["2,500 followers"]
    posts = {7: 11, 14: 22, 28: 45, 56: 90}
    read = {
        days: score(
            blogger.facts(Recent(days, n, 2 * n, n // 3, n // 2, 0, round(1.3 * days), days)),
            FORMULA_2026_2,
        )
        for days, n in posts.items()
    }
    margins = [each.margin for each in read.values()]
    assert margins == sorted(margins, reverse=True)
    assert [each.settling for each in read.values()] == [True, True, True, False]
    assert not any(each.provisional for each in read.values())
    alone = score(replace(blogger.facts(Recent(*[None] * 8)), recent=None), FORMULA_2026_2)
    assert alone.provisional
    assert alone.settling
    assert 6 <= alone.margin <= 9


def test_what_was_counted_longer_settles_first() -> None:
    blogger = ACCOUNTS["2,500 followers"]
    recent = Recent(60.0, 80, 100, 20, 40, 0, 9, 7.0)
    assert score(blogger.facts(recent), FORMULA_2026_2).settling
    uncounted = replace(recent, mentions=None, mention_days=None)
    assert not score(blogger.facts(uncounted), FORMULA_2026_2).settling


some = accounts | unlisted


@given(some, some)
def test_a_tie_is_never_called_where_margins_do_not_meet(one: Facts, other: Facts) -> None:
    a, b = score(one, FORMULA_2026_2), score(other, FORMULA_2026_2)
    if compare(a, b).tie:
        assert abs(a.score - b.score) <= a.margin + b.margin + 0.1
        assert abs(whole(a.score) - whole(b.score)) <= _shown(a) + _shown(b)


def _shown(score: Score) -> int:
    """The margin in whole points, as people see it."""
    return max(1, whole(score.margin))


@given(st.floats(0, 100))
def test_settled_margins_meet_where_six_in_ten_agree(difference: float) -> None:
    formula = FORMULA_2026_2
    assert margin(0.0, formula.tie()) == formula.tie() / 2
    chance = formula.probability((difference, 0.0), (0.0, 0.0))
    assert (chance <= SIX_IN_TEN + 1e-9) == (difference <= formula.tie() + 1e-6)


def test_what_no_reading_shares_adds_up_and_what_all_share_cancels() -> None:
    assert change_margin((3.0, 4.0), 0.0) == pytest.approx(5 * NINE_IN_TEN)
    assert change_margin((3.0, 3.0), 1.0) == 0.0
