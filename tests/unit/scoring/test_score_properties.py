"""The promises that anybody can check, each over random accounts.

`make properties` looks at many more of them than `make test` does.
"""

import json
import math
import random
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import FORMULAS, Facts, Formula, Recent, Score, score
from tests.support.accounts import NOW
from tests.support.facts import facts as ordinary


def counts(most: int) -> st.SearchStrategy[int]:
    """Counts as they are met: as many below a hundred as between a million and a hundred."""
    sizes = st.floats(0, math.log10(most + 1)).map(lambda size: int(10**size) - 1)
    return sizes | st.integers(0, most)


posts_read = {
    "days": st.floats(0.001, 1_000),
    "posts": counts(3_000),
    "likes": counts(10**7),
    "replies": counts(10**7),
    "reposts": counts(10**7),
    "quotes": counts(10**7),
}
no_posts = dict.fromkeys(posts_read, st.none())
mentions_read = {"mentions": counts(10**7), "mention_days": st.floats(0.1, 30)}
no_mentions = dict.fromkeys(mentions_read, st.none())
recents = st.one_of(
    st.builds(Recent, **posts_read, **mentions_read),
    st.builds(Recent, **posts_read, **no_mentions),
    st.builds(Recent, **no_posts, **mentions_read),
)
described = {
    "handle": st.text(max_size=15),
    "followers": counts(10**9),
    "following": counts(10**6),
    "posts": counts(10**7),
    "created_at": st.integers(0, 20 * 365).map(lambda days: NOW - timedelta(days=days)),
    "as_of": st.just(NOW),
    "recent": st.none() | recents,
}
accounts = st.builds(Facts, network=st.just("x"), listed=counts(10**6), **described)
unlisted = st.builds(
    Facts, network=st.sampled_from(["bluesky", "fediverse"]), listed=st.none(), **described
)
FIRST, SECOND = FORMULAS["2026.1"], FORMULAS["2026.2"]
# Every formula that was ever in use, on the accounts that it can score.
scored = st.tuples(st.just(FIRST), accounts) | st.tuples(st.just(SECOND), accounts | unlisted)

# Where mentions are counted there are lists, too.
counted = st.tuples(st.sampled_from([FIRST, SECOND]), accounts)


def points(facts: Facts, formula: Formula) -> float:
    return score(facts, formula).score


@given(scored, st.sampled_from(["followers", "listed"]), counts(10**6))
def test_more_followers_or_lists_never_lower_it(
    case: tuple[Formula, Facts], what: str, more: int
) -> None:
    formula, facts = case
    now = getattr(facts, what)
    if now is not None:
        assert points(replace(facts, **{what: now + more}), formula) >= points(facts, formula)


REACTIONS = ["likes", "replies", "reposts", "quotes", "mentions"]


@given(scored, recents, st.sampled_from(REACTIONS), counts(10**6))
def test_a_reaction_or_mention_never_lowers_it(
    case: tuple[Formula, Facts], recent: Recent, what: str, more: int
) -> None:
    formula, facts = case
    before = getattr(recent, what)
    if before is not None:
        after = replace(recent, **{what: before + more})
        gained = replace(facts, recent=after)
        assert points(gained, formula) >= points(replace(facts, recent=recent), formula)


@given(counted, st.integers(0, 160), st.integers(0, 30))
def test_ten_thousand_silent_followers_hardly_move_it(
    case: tuple[Formula, Facts], mentions: int, posts: int
) -> None:
    """On 5,000, with up to four mentions a day: more than the 3.2 that are typical."""
    formula, facts = case
    facts = replace(facts, recent=Recent(40.0, posts, 0, 0, 0, 0, mentions, 40.0))
    before, after = (points(replace(facts, followers=many), formula) for many in (5_000, 15_000))
    assert round(after - before, 6) <= 1.5


@given(scored, recents)
def test_ten_times_the_posts_with_the_same_reactions_never_raise_it(
    case: tuple[Formula, Facts], recent: Recent
) -> None:
    formula, facts = case
    facts = replace(facts, recent=recent)
    longer = replace(facts, posts=10 * facts.posts)
    window = recent if recent.posts is None else replace(recent, posts=10 * recent.posts)
    assert points(longer, formula) <= points(facts, formula)
    assert points(replace(facts, recent=window), formula) <= points(facts, formula)
    assert points(replace(longer, recent=window), formula) <= points(longer, formula)
    alone = replace(facts, recent=None)
    assert points(replace(longer, recent=None), formula) <= points(alone, formula)


@given(scored, counts(10**9))
def test_one_more_follower_is_never_a_cliff(case: tuple[Formula, Facts], followers: int) -> None:
    formula, facts = case
    before = replace(facts, followers=max(100, followers))
    after = replace(before, followers=before.followers + 1)
    assert formula.points(after) - formula.points(before) <= 0.1


@given(scored)
def test_the_parts_add_up_to_the_digit(case: tuple[Formula, Facts]) -> None:
    formula, facts = case
    result = score(facts, formula)
    exact = {name: Decimal(repr(part)) for name, part in result.parts.items()}
    assert sum(exact.values()) == Decimal(repr(result.score))
    assert all(0 <= part == round(part, 1) for part in exact.values())
    assert 0 <= result.score <= 100
    assert 0 <= result.margin == round(result.margin, 1)


@given(scored)
def test_a_receipt_is_computed_again_byte_for_byte(case: tuple[Formula, Facts]) -> None:
    formula, facts = case
    receipt = score(facts, formula).to_line()
    again = Score.from_json(json.loads(receipt))
    assert again.agrees()
    assert again.recompute().to_line() == receipt
    assert json.dumps(score(facts, formula).to_json()) == receipt


@given(scored, recents)
def test_another_handle_or_following_changes_nothing(
    case: tuple[Formula, Facts], recent: Recent
) -> None:
    formula, facts = case
    facts = replace(facts, recent=recent)
    other = replace(facts, handle="other", following=facts.following + 1_000_000)
    assert points(other, formula) == points(facts, formula)


def test_two_depths_of_the_same_account_agree_within_the_margin_of_the_profile() -> None:
    typical = Recent(56.0, 80, 140, 40, 30, 0, 100, 56.0)
    shallow = score(_account_of(2_500, 80, 1.4, None), SECOND)
    deep = score(_account_of(2_500, 80, 1.4, typical), SECOND)
    assert abs(deep.score - shallow.score) <= 0.5
    assert deep.margin < shallow.margin


@pytest.mark.parametrize(
    ("followers", "listed", "posts_a_day", "reactions", "mentions"),
    [(300, 5, 0.4, 1.0, 2), (2_500, 80, 1.6, 1.4, 9), (45_000, 930, 3, 14, 300)],
)
def test_unchanged_behaviour_jitters_by_a_point_a_week_at_most(
    followers: int, listed: int, posts_a_day: float, reactions: float, mentions: float
) -> None:
    """Posts at random, reactions log-normal with a sigma of 1: 95 weeks in 100 within a point."""
    source = random.Random(7)  # noqa: S311  (a rehearsal, not a secret)
    weeks = [_week(source, posts_a_day, reactions, mentions) for _ in range(300)]
    windows = [_sum(weeks[i : i + 8]) for i in range(len(weeks) - 7)]
    seen = [points(_account_of(followers, listed, posts_a_day, read), SECOND) for read in windows]
    steps = [abs(a - b) for a, b in pairwise(seen)]
    assert sum(step <= 1.05 for step in steps) / len(steps) >= 0.95


def _week(source: random.Random, posts_a_day: float, reactions: float, mentions: float) -> Recent:
    posts = _poisson(source, 7 * posts_a_day)
    drawn = [reactions * math.exp(source.gauss(-0.5, 1)) for _ in range(posts)]
    likes, replies, reposts = (
        sum(_poisson(source, share * mean) for mean in drawn) for share in (1.12, 0.22, 0.5)
    )
    return Recent(7.0, posts, likes, replies, reposts, 0, _poisson(source, mentions), 7.0)


def _sum(weeks: Sequence[Recent]) -> Recent:
    sums = [sum(getattr(week, field.name) for week in weeks) for field in fields(Recent)]
    return Recent(*sums)


def _poisson(source: random.Random, mean: float) -> int:
    count, left = 0, source.expovariate(1)
    while left < mean:
        count, left = count + 1, left + source.expovariate(1)
    return count


def _account_of(followers: int, listed: int, posts_a_day: float, recent: Recent | None) -> Facts:
    posts = round(posts_a_day * 1826)
    return ordinary(recent, days=1826, followers=followers, listed=listed, posts=posts)
