"""The scale that people know: what well-known sizes of accounts score."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest

from scoring import CURRENT, FORMULAS, Facts, Formula, Recent, score
from scoring.formulas.y2026_1 import FORMULA_2026_1
from scoring.formulas.y2026_2 import FORMULA_2026_2
from tests.support.accounts import NOW
from tests.support.facts import facts as ordinary

both = pytest.mark.parametrize("formula", FORMULAS.values(), ids=FORMULAS)


def facts(
    followers: int,
    listed: int | None,
    posts_a_day: float = 3.0,
    recent: Recent | None = None,
    network: str = "x",
) -> Facts:
    return ordinary(
        recent,
        days=1826,
        posts=round(posts_a_day * 1826),
        network=network,
        followers=followers,
        listed=listed,
    )


def window(posts_a_day: float, each: tuple[float, float, float], mentions_a_week: float) -> Recent:
    """Eight weeks, with likes, replies and reposts for each post."""
    posts = round(56 * posts_a_day)
    likes, replies, reposts = (round(count * posts) for count in each)
    return Recent(56.0, posts, likes, replies, reposts, 0, round(8 * mentions_a_week), 56.0)


SOME_A_DAY = Recent(7.0, 10, 18, 4, 2, 0, 14, 7.0)
MANY_A_DAY = Recent(5.0, 10, 900, 80, 120, 10, 200, 7.0)
MILLIONS = Recent(5.0, 10, 500_000, 20_000, 40_000, 5_000, 350_000, 7.0)

# Those of docs/method.md: each with what the last two parts are at least, as a share.
SMALL = facts(300, 5, 0.4, window(0.4, (1.2, 0.2, 0.1), 2))
BLOGGER = facts(2_500, 80, 1.6, window(1.6, (1.8, 0.5, 0.4), 9))
KNOWN = facts(45_000, 930, 3, window(3, (22, 4, 4), 300))
FAMOUS = facts(100_000_000, 150_000, 3, window(3, (50_000, 2_000, 4_000), 350_000))
YOUNG = facts(50_000, 3, 2, window(2, (80, 15, 10), 210))


@pytest.mark.parametrize("posts_a_day", [0.2, 1, 3, 9.3, 15])
@pytest.mark.parametrize(
    ("formula", "size", "recent", "anchor"),
    [
        (FORMULA_2026_1, (300, 5), None, 36),
        (FORMULA_2026_1, (2_500, 80), SOME_A_DAY, 51),
        (FORMULA_2026_1, (45_000, 930), MANY_A_DAY, 66),
        (FORMULA_2026_1, (100_000_000, 0), None, 98.5),
        (FORMULA_2026_2, (300, 5), None, 36),
        (FORMULA_2026_2, (300, 5), SMALL.recent, 36),
        (FORMULA_2026_2, (2_500, 80), None, 51),
        (FORMULA_2026_2, (2_500, 80), BLOGGER.recent, 51),
        (FORMULA_2026_2, (45_000, 930), None, 66),
        (FORMULA_2026_2, (45_000, 930), KNOWN.recent, 67),
        (FORMULA_2026_2, (100_000_000, 150_000), None, 97.5),
        (FORMULA_2026_2, (100_000_000, 0), None, 97.5),
        (FORMULA_2026_2, (100_000_000, 150_000), MILLIONS, 98.5),
    ],
)
def test_the_anchors_of_the_scale(
    formula: Formula,
    size: tuple[int, int],
    recent: Recent | None,
    anchor: float,
    posts_a_day: float,
) -> None:
    points = score(facts(*size, posts_a_day, recent), formula).score
    assert abs(points - anchor) <= 1.5


@pytest.mark.parametrize(
    ("account", "points", "share"),
    [
        (SMALL, 36.2, 0.15),
        (BLOGGER, 51.9, 0.22),
        (KNOWN, 68.1, 0.28),
        (FAMOUS, 99.0, 0.30),
        (YOUNG, 62.0, 0.30),
    ],
)
def test_what_an_account_draws_carries_its_share_of_the_points(
    account: Facts, points: float, share: float
) -> None:
    found = score(account, FORMULA_2026_2)
    assert found.score == pytest.approx(points, abs=0.1)
    assert found.parts["activity"] + found.parts["reactions"] >= share * found.score


@pytest.mark.parametrize("listed", [1, 10, 100, 1_000, 10_000, 100_000])
@pytest.mark.parametrize("followers", [1_000, 10_000, 1_000_000, 100_000_000])
def test_lists_carry_a_sixth_at_most(followers: int, listed: int) -> None:
    account = facts(followers, min(listed, followers // 20))
    without = replace(FORMULA_2026_2, lists=0.0)
    lists = FORMULA_2026_2.points(account) - without.points(account)
    assert lists <= 0.17 * FORMULA_2026_2.points(account)


@both
def test_an_empty_account_scores_nothing(formula: Formula) -> None:
    empty = score(facts(0, 0, 0), formula)
    assert empty.score == 0
    assert set(empty.parts.values()) == {0.0}


@both
def test_the_very_first_moment_of_an_account(formula: Formula) -> None:
    new = replace(facts(0, 0, 0), created_at=NOW)
    assert score(new, formula).score == 0


@both
@pytest.mark.parametrize("listed", [0, 5, 30, 150, 400])
@pytest.mark.parametrize("posts_a_day", [50, 100, 1_000])
def test_a_bot_without_a_reaction_does_not_pass_30(
    formula: Formula, listed: int, posts_a_day: float
) -> None:
    silent = Recent(10 / posts_a_day, 10, 0, 0, 0, 0, 0, 7.0)
    assert score(facts(4_000, listed, posts_a_day, silent), formula).score <= 30


@pytest.mark.parametrize("mentions", [0, None])
@pytest.mark.parametrize("followers", [4_000, 100_000, 10_000_000])
@pytest.mark.parametrize("weeks", [1, 8])
def test_thirty_posts_a_day_without_a_reaction_do_not_pass_30(
    followers: int, mentions: int | None, weeks: int
) -> None:
    silent = Recent(weeks / 3, 10 * weeks, 0, 0, 0, 0, mentions, 7.0 * weeks)
    unlisted = facts(followers, None, 30, silent, "bluesky")
    listed = facts(followers, 100, 30, silent)
    famous = FORMULA_2026_2.lists * math.log1p((followers / FORMULA_2026_2.famous) ** 2)
    uncounted = 2 if mentions is None else 0
    assert score(listed, FORMULA_2026_2).score <= 30 + famous + uncounted
    assert score(unlisted, FORMULA_2026_2).score <= 30 + famous + uncounted


@both
def test_a_busy_account_that_is_heard_keeps_its_community(formula: Formula) -> None:
    heard = Recent(0.2, 10, 4_000, 300, 900, 50, 3_000, 7.0)
    busy, calm = facts(100_000, 2_000, 60, heard), facts(100_000, 2_000, 1, heard)
    assert score(calm, formula).score - score(busy, formula).score < 1


def test_an_account_that_stopped_posting_is_not_loud() -> None:
    resting = Recent(56.0, 0, 0, 0, 0, 0, 0, 56.0)
    assert FORMULA_2026_2.lost_to_silence(facts(4_000, 20, 60, resting)) < 0.1


def test_the_sample_in_a_burst_of_minutes_is_no_daily_rate() -> None:
    burst = replace(SOME_A_DAY, days=0.001)
    points = score(facts(2_500, 80, 3, burst), FORMULA_2026_2).score
    assert abs(points - score(facts(2_500, 80, 3), FORMULA_2026_2).score) < 3


def test_likes_and_reposts_vouch_for_no_follower() -> None:
    bought = facts(10_300, 5, 1, window(1, (1.0, 0.1, 0.1), 1))
    for name in ("likes", "reposts"):
        assert bought.recent is not None
        more = replace(bought, recent=replace(bought.recent, **{name: 1_000_000}))
        for halves in (more, replace(more, recent=_uncounted(more))):
            base = replace(halves, recent=_with(halves, name, 6))
            rates, before = FORMULA_2026_2.rates(halves), FORMULA_2026_2.rates(base)
            assert rates.mentions.value <= 2 * before.mentions.value


def _uncounted(account: Facts) -> Recent:
    assert account.recent is not None
    return replace(account.recent, mentions=None, mention_days=None)


def _with(account: Facts, name: str, count: int) -> Recent:
    assert account.recent is not None
    return replace(account.recent, **{name: count})


def test_a_missing_half_is_taken_from_the_other() -> None:
    for account in (SMALL, BLOGGER, KNOWN, YOUNG):
        recent = account.recent
        assert recent is not None
        whole = score(account, FORMULA_2026_2)
        counted = Recent(None, None, None, None, None, None, recent.mentions, recent.mention_days)
        for half in (_uncounted(account), counted):
            found = score(replace(account, recent=half), FORMULA_2026_2)
            assert abs(found.score - whole.score) <= whole.margin + found.margin
            assert found.margin > whole.margin


def test_a_network_without_lists_counts_three_for_a_thousand_followers() -> None:
    unlisted = score(facts(50_000, None, network="bluesky"), FORMULA_2026_2)
    listed = score(facts(50_000, 150), FORMULA_2026_2)
    # of followers that are heard of, which are some of them
    assert listed.score - 1.5 <= unlisted.score < listed.score
    assert unlisted.margin > listed.margin


@both
def test_what_is_expected_leaves_the_points_as_they_are(formula: Formula) -> None:
    for followers, listed in ((300, 5), (2_500, 80), (45_000, 930), (100_000_000, 150_000)):
        account = facts(followers, listed, 1.0)
        held = replace(account, recent=formula.expected(account))
        assert formula.points(held) == pytest.approx(formula.points(account), abs=0.05)


@both
def test_the_margin_is_wider_where_less_is_known(formula: Formula) -> None:
    def margin(read: Facts) -> float:
        return score(read, formula).margin

    seen = facts(45_000, 930, 3, MANY_A_DAY)
    assert 2 <= margin(seen) < margin(replace(seen, recent=None)) <= 9
    two_posts = replace(MANY_A_DAY, posts=2)
    assert margin(seen) < margin(replace(seen, recent=two_posts))
    assert margin(seen) < margin(replace(seen, created_at=NOW - timedelta(days=3)))


def test_a_receipt_names_a_formula_that_is_kept() -> None:
    assert FORMULAS[CURRENT.name] is CURRENT
    assert all(name == formula.name for name, formula in FORMULAS.items())


def test_silent_posts_could_pay_if_reactions_a_post_weighed_less() -> None:
    # the two numbers of 2026.1 on which "ten times the posts never raise it" rests
    assert FORMULA_2026_1.per_post >= FORMULA_2026_1.drew
    assert FORMULA_2026_1.floor <= 1
