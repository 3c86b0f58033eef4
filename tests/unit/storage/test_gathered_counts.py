"""Gathered posts and mentions as rows: stored by what changed, seeded by the migration."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import MetaData, func, insert, select

from scoring.facts import Recent
from scoring.reading.account import Reading
from scoring.reading.gathering import KEPT, Gathered
from scoring.reading.sources import MentionWindow, PostWindow, SeenPost
from scoring.reading.windows import Span
from scoring.score import score
from storage.accounts.readings import Readings
from storage.engine.database import Database, migrate
from storage.engine.schema import mention_count, post, post_span
from tests.support.accounts import NOW
from tests.support.facts import facts
from tests.unit.schema.test_migrations import reflected

DAY = timedelta(days=1)
LONG_AGO, LATER = NOW - KEPT, NOW + KEPT


def reading(**changes: Any) -> Reading:
    return replace(Reading(1, "nasa", "NASA", protected=False, score=score(facts())), **changes)


def seen(number: int, days: float, likes: int = 2) -> SeenPost:
    return SeenPost(number, NOW - days * DAY, likes, 1, 0, 0)


def gathered(*posts: SeenPost, mentions: int = 9) -> Gathered:
    window = PostWindow(NOW - 30 * DAY, NOW, posts)
    return Gathered().with_posts(window).with_mentions(MentionWindow(7.0, mentions), NOW)


async def rows(database: Database) -> list[int]:
    async with database.reading() as connection:
        return [
            await connection.scalar(select(func.count()).select_from(table)) or 0
            for table in (post, post_span, mention_count)
        ]


async def test_gathered_counts_are_read_back_as_stored(database: Database) -> None:
    store = Readings(database)
    assert await store.gathered(1, LONG_AGO, LATER) == Gathered()
    first = gathered(seen(1, 3), seen(2, 10))
    await store.add(reading(), "nasa", Gathered(), first)
    assert await store.gathered(1, LONG_AGO, LATER) == first
    assert await store.gathered(2, LONG_AGO, LATER) == Gathered()
    assert set((await store.gathered(1, NOW - 5 * DAY, LATER)).posts) == {1}


async def test_a_later_reading_changes_adds_and_takes_away(database: Database) -> None:
    store = Readings(database)
    first = gathered(seen(1, 3), seen(2, 10))
    await store.add(reading(), "nasa", Gathered(), first)
    week = NOW + 7 * DAY
    again = first.with_posts(PostWindow(NOW - 5 * DAY, week, (SeenPost(3, NOW, 1, 1, 1, 1),)))
    again = again.with_mentions(MentionWindow(7.0, 12), week)
    await store.add(reading(), "nasa", first, again)
    assert await store.gathered(1, LONG_AGO, LATER) == again
    assert set(again.posts) == {2, 3}  # the first was deleted
    assert await rows(database) == [2, 1, 2]


async def test_two_readings_at_once_lose_nothing_of_each_other(database: Database) -> None:
    store = Readings(database)
    first = gathered(seen(1, 3))
    await store.add(reading(), "nasa", Gathered(), first)
    one, other = (
        first.with_posts(PostWindow(NOW, NOW + n * DAY, (seen(n, -n / 2),))) for n in (2, 3)
    )
    await asyncio.gather(
        store.add(reading(), "nasa", first, one), store.add(reading(), "nasa", first, other)
    )
    assert set((await store.gathered(1, LONG_AGO, LATER)).posts) == {1, 2, 3}


async def test_of_an_account_that_is_not_public_any_more_nothing_is_kept(
    database: Database,
) -> None:
    store = Readings(database)
    first = gathered(seen(1, 3))
    await store.add(reading(), "nasa", Gathered(), first)
    await store.add(reading(protected=True), "nasa", first, Gathered())
    assert await rows(database) == [0, 0, 0]


async def test_more_posts_than_a_statement_takes(database: Database) -> None:
    store = Readings(database)
    many = gathered(*(seen(n, n / 100) for n in range(1, 2_001)))
    await store.add(reading(), "nasa", Gathered(), many)
    assert await store.gathered(1, LONG_AGO, LATER) == many


async def test_a_reading_remembers_which_resources_failed(database: Database) -> None:
    store = Readings(database)
    for unread in ((), ("post",), ("mention_count",), ("post", "mention_count")):
        await store.add(reading(unread=unread), "nasa")
        found = await store.latest("nasa")
        assert found is not None
        assert found.unread == unread


# What release 6 wrote: newest ten posts, or the same ones again where nothing was posted.
def _as_before(
    as_of: datetime, days: float, posts: list[SeenPost] | None, mentions: int
) -> dict[str, Any]:
    if posts is None:
        recent = Recent(None, None, None, None, None, None, mentions, 7.0)
    else:
        likes = sum(post.likes for post in posts)
        recent = Recent(days, len(posts), likes, len(posts), 0, 0, mentions, 7.0)
    found = score(facts(recent, as_of=as_of))
    short = [
        [p.id, int(p.created_at.timestamp()), p.likes, p.replies, p.reposts, p.quotes]
        for p in posts or ()
    ]
    return {
        "account_id": 1,
        "as_of": as_of,
        "formula": found.formula,
        "depth": found.depth,
        "score": found.score,
        "margin": found.margin,
        "receipt": json.dumps(found.to_json()),
        "posts": None if posts is None else json.dumps(short),
    }


@pytest.fixture
async def released(empty_url: str) -> AsyncIterator[Database]:
    """A database of release 6: three weekly readings of one account, and what cannot be read."""
    old = await Database.connect(empty_url)
    first = [seen(n, 14 + n) for n in range(1, 11)]
    again = [seen(n, n, likes=9) for n in (2, 5)] + [seen(1, 15, likes=7)]
    async with old.transaction() as connection:
        await connection.run_sync(migrate, "0009")
        tables: MetaData = await connection.run_sync(reflected)
        names = {"handle": "nasa", "name": "NASA"}
        await connection.execute(
            insert(tables.tables["account"]),
            [{"id": n, "protected": n == 2, **names} for n in (1, 2)],
        )
        snapshot = tables.tables["snapshot"]
        for row in (
            _as_before(NOW - 300 * DAY, 10, [seen(99, 301)], 5),
            _as_before(NOW - 14 * DAY, 10, first, 10),
            _as_before(NOW - 7 * DAY, 17, first, 11),  # nothing was posted since
            _as_before(NOW - 3 * DAY, 3, None, 12),  # its posts could not be read
            _as_before(NOW, 15, again, 13),
            _as_before(NOW - DAY, 1, [seen(50, 2)], 5) | {"receipt": "{"},
            _as_before(NOW - DAY, 1, [seen(51, 2)], 5) | {"account_id": 2},  # protected
            _as_before(NOW - DAY, 1, None, 5) | {"posts": "[[1]]"},
        ):
            await connection.execute(insert(snapshot), row)
    await old.close()
    database = await Database.open(empty_url)
    yield database
    await database.close()


async def test_the_readings_of_the_last_weeks_are_where_the_windows_begin(
    released: Database,
) -> None:
    found = await Readings(released).gathered(1, NOW - 400 * DAY, LATER)
    assert set(found.posts) == {*range(1, 11)}
    assert found.posts[1].post.likes == 7
    assert found.posts[1].read_at == NOW
    assert found.posts[7].post.likes == 2
    assert found.posts[7].read_at == NOW - 14 * DAY  # the week after, X was not asked
    assert found.spans == (Span(NOW - 24 * DAY, NOW),)
    assert [count.mentions for count in found.mentions] == [10, 11, 12, 13]
    recent = found.recent(NOW)
    assert recent is not None
    assert (recent.posts, recent.days, recent.mention_days) == (10, 24, 21)


async def test_the_migration_leaves_old_receipts_unchanged(released: Database) -> None:
    store = Readings(released)
    latest = await store.before(1, NOW + DAY)
    assert latest is not None
    assert latest.score.agrees()
    assert latest.score.facts.recent is not None
    assert latest.score.facts.recent.posts == 3
    assert latest.unread == ()
    shallow = await store.before(1, NOW - 2 * DAY)
    assert shallow is not None
    assert shallow.unread == ("post",)
