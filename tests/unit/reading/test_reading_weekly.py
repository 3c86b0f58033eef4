"""Eight weeks of weekly readings: what they cost, and the window that they gather."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from playground.x.accounts import Account, FixedWorld, Post
from playground.x.server import Fault, XServer
from scoring.facts import Recent
from scoring.reading.account import Reading
from scoring.reading.reader import Reader
from scoring.reading.sources.x import XSource
from storage.accounts.readings import Readings
from storage.engine.database import Database
from storage.money.quotas import Quotas
from storage.money.spending import SpendingLedger
from tests.conftest import Clock
from tests.support.accounts import ANYBODY, NOW, account
from tests.support.stores import ledger_of

WEEKS = 8
PROFILE_AND_COUNT = 15_000
"""Micro-dollars that every reading costs."""


@pytest.fixture
def spending(database: Database) -> SpendingLedger:
    return ledger_of(database, 10_000_000)


@pytest.fixture
def readings(database: Database) -> Readings:
    return Readings(database)


@pytest.fixture
async def reader(
    source: XSource,
    database: Database,
    readings: Readings,
    spending: SpendingLedger,
    clock: Clock,
) -> AsyncIterator[Reader]:
    reader = Reader(source, readings, spending, Quotas(database), clock, batch_window=0)
    yield reader
    await reader.close()


def posting(a_week: float, now: datetime, **changes: object) -> Account:
    """An account that posts at an even pace of its own; each post draws reactions for a day."""
    pause = timedelta(weeks=1) / a_week if a_week else timedelta.max
    first = NOW - timedelta(days=120)
    there = int((now - first) / pause)
    numbers = range(there, max(0, there - 120), -1)
    luck = {number: 5 + number * 7919 % 45 for number in numbers}
    recent = tuple(
        Post(
            10_000 + number,
            first + number * pause,
            likes=round(
                luck[number] * min(1.0, (now - first - number * pause) / timedelta(days=1))
            ),
        )
        for number in numbers
    )
    return account(1, "nasa", recent=recent, posts=1_000 + there, **changes)


async def read_weekly(
    reader: Reader, world: FixedWorld, clock: Clock, a_week: float, weeks: int = WEEKS
) -> list[Reading]:
    readings = []
    for week in range(weeks):
        clock.now = NOW + timedelta(weeks=week)
        world.put(posting(a_week, clock.now))
        readings.append(await reader.read("nasa", ANYBODY))
    return readings


def window(reading: Reading) -> Recent:
    assert reading.score.facts.recent is not None
    return reading.score.facts.recent


@pytest.mark.parametrize(("a_week", "posts"), [(0, 0), (4, 45), (7, 73), (10, 80), (40, 80)])
async def test_eight_weeks_cost_what_was_new(
    reader: Reader,
    world: FixedWorld,
    clock: Clock,
    x: XServer,
    spending: SpendingLedger,
    *,
    a_week: float,
    posts: int,
) -> None:
    """Up to this version eight readings bought eighty posts, however many were new."""
    await read_weekly(reader, world, clock, a_week)
    assert x.bill == WEEKS * PROFILE_AND_COUNT + 5_000 * posts
    bought = await spending.by_resource(NOW.date(), clock.now.date())
    assert sum(each.spent + each.reserved for each in bought.values()) == x.bill


@pytest.mark.parametrize("a_week", [4, 7])
async def test_after_eight_weeks_the_window_is_what_was_posted(
    reader: Reader, world: FixedWorld, clock: Clock, a_week: float
) -> None:
    found = window((await read_weekly(reader, world, clock, a_week, WEEKS + 1))[-1])
    eight_weeks = clock.now - timedelta(weeks=8)
    there = [p for p in posting(a_week, clock.now).recent if p.created_at >= eight_weeks]
    assert found.posts == len(there)
    assert found.days == pytest.approx(56)
    assert (found.mentions, found.mention_days) == (8 * 9, 56)


async def test_of_forty_a_week_ten_are_read_and_the_rate_is_forty(
    reader: Reader, world: FixedWorld, clock: Clock
) -> None:
    found = window((await read_weekly(reader, world, clock, 40))[-1])
    assert found.posts is not None
    assert found.days is not None
    assert found.posts == 80
    assert found.posts / found.days * 7 == pytest.approx(40, rel=0.12)  # a span begins with a post


async def test_weeks_without_a_reading_are_not_silence(
    reader: Reader, world: FixedWorld, clock: Clock
) -> None:
    readings = []
    for week in (0, 1, 6, 7):
        clock.now = NOW + timedelta(weeks=week)
        world.put(posting(7, clock.now))
        readings.append(await reader.read("nasa", ANYBODY))
    found = window(readings[-1])
    assert found.posts is not None
    assert found.days is not None
    assert found.days < 40
    assert found.posts / found.days == pytest.approx(1, rel=0.15)
    assert found.mention_days == 4 * 7


async def test_a_deleted_post_leaves_the_window(
    reader: Reader, readings: Readings, world: FixedWorld, clock: Clock
) -> None:
    await read_weekly(reader, world, clock, 4, 1)
    before = posting(4, clock.now)
    clock.forward(days=2)
    now = posting(4, clock.now)
    fresh = before.recent[0].id
    world.put(posting(4, clock.now))
    left = tuple(post for post in now.recent if post.id != fresh)
    world.put(account(1, "nasa", recent=left, posts=now.posts))
    after = window(await reader.read("nasa", ANYBODY))
    kept = await readings.gathered(1, NOW - timedelta(days=100), clock())
    assert fresh not in kept.posts
    assert after.posts == len(kept.posts)


async def test_a_young_posts_counts_are_read_again(
    reader: Reader, world: FixedWorld, clock: Clock
) -> None:
    young = Post(5, NOW - timedelta(hours=1), likes=2)
    world.put(account(1, "nasa", recent=(young,), posts=1))
    assert window(await reader.read("nasa", ANYBODY)).likes == 2
    clock.forward(days=7)
    newer = Post(6, clock.now - timedelta(hours=1), likes=1)
    old = Post(5, young.created_at, likes=90)
    world.put(account(1, "nasa", recent=(newer, old), posts=2))
    assert window(await reader.read("nasa", ANYBODY)).likes == 91
    clock.forward(days=7)
    later = Post(7, clock.now - timedelta(hours=1), likes=1)
    grown = Post(5, young.created_at, likes=5_000)  # it was settled, so it is not read again
    world.put(account(1, "nasa", recent=(later, newer, grown), posts=3))
    assert window(await reader.read("nasa", ANYBODY)).likes == 92


@pytest.mark.parametrize("page", ["tweets", "counts"])
async def test_what_fails_today_is_as_it_was_gathered_and_is_made_up_for(
    reader: Reader,
    world: FixedWorld,
    clock: Clock,
    x: XServer,
    spending: SpendingLedger,
    *,
    page: str,
) -> None:
    first = window((await read_weekly(reader, world, clock, 4, 1))[0])
    clock.forward(weeks=1)
    world.put(posting(4, clock.now))
    x.fail(page, Fault(503, "{}"))
    shallow = await reader.read("nasa", ANYBODY)
    assert shallow.problem is not None
    assert shallow.score.depth == "recent"
    if page == "counts":
        assert (window(shallow).mentions, window(shallow).mention_days) == (9, 7)
        assert window(shallow).posts != first.posts
    else:
        assert (window(shallow).mentions, window(shallow).mention_days) == (18, 14)
    clock.forward(hours=1)
    whole = await reader.read("nasa", ANYBODY)
    assert whole.problem is None
    assert not whole.unread
    assert window(whole).mention_days == pytest.approx(14, abs=0.1)
    requests = len(x.requests)
    assert (await reader.read("nasa", ANYBODY)).score == whole.score
    assert len(x.requests) == requests
    bought = await spending.by_resource(NOW.date(), clock.now.date())
    assert sum(each.spent + each.reserved for each in bought.values()) == x.bill


async def test_posts_without_mentions_are_provisional_and_kept(reader: Reader, x: XServer) -> None:
    x.fail("counts", Fault(503, "{}"), times=2)
    for _ in range(2):
        first = await reader.read("nasa", ANYBODY)
        assert (first.score.depth, first.unread) == ("profile", ("mention_count",))
        assert first.problem is not None
    whole = await reader.read("nasa", ANYBODY)
    assert (whole.score.depth, window(whole).posts) == ("recent", 10)
    assert x.requests.count("/2/users/1/tweets") == 1


async def test_of_an_account_that_protects_its_posts_none_are_kept(
    reader: Reader, readings: Readings, world: FixedWorld, clock: Clock
) -> None:
    await reader.read("nasa", ANYBODY)
    clock.forward(days=1)
    world.put(account(1, "nasa", protected=True))
    assert (await reader.read("nasa", ANYBODY)).score.depth == "profile"
    kept = await readings.gathered(1, NOW - timedelta(days=100), clock())
    assert not kept.posts


async def test_posts_that_left_have_a_line_of_their_own(
    reader: Reader, world: FixedWorld, clock: Clock
) -> None:
    popular = tuple(Post(n, NOW - timedelta(days=45, hours=-n), likes=900) for n in range(4, 0, -1))
    lines = []
    recent = popular
    for week in range(3):
        clock.now = NOW + timedelta(weeks=week)
        new = tuple(
            Post(10 * week + n, clock.now - timedelta(hours=n), likes=9) for n in range(5, 11)
        )
        recent = (*new, *recent)
        world.put(account(1, "nasa", recent=recent, posts=100 + len(recent)))
        moved = await reader.change(await reader.read("nasa", ANYBODY))
        if moved is not None:
            lines.append(moved.lines["window"])
            tenths = [round(10 * points) for points in moved.lines.values()]
            assert sum(tenths) == round(10 * moved.difference)
    assert lines[0] == 0
    assert lines[1] < 0  # the popular ones are 59 days old
