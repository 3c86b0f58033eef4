"""Posts in the fediverse: which are an account's own, and which period they cover."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from playground.networks.local_fediverse import FediverseServers
from playground.networks.people import FEDIVERSE, SOCIAL, Post
from scoring.reading.errors import (
    AccountUnreadable,
    ItemRefused,
)
from scoring.reading.network_errors import (
    ServerUnreachable,
)
from scoring.reading.sources.fediverse import FediverseSource
from tests.support.accounts import NOW
from tests.unit.fediverse.conftest import account_at


async def test_the_window_is_the_newest_ten_own_posts(
    source: FediverseSource, fediverse: FediverseServers
) -> None:
    window = await source.recent_posts(await account_at(source), NOW)
    assert (len(window.posts), window.more) == (10, True)
    newest = window.posts[0]
    assert (newest.likes, newest.replies, newest.reposts, newest.quotes) == (5, 1, 2, 0)
    assert window.days == pytest.approx(9 + 1 / 24)
    assert len(fediverse.requests) == 3


async def _window(
    source: FediverseSource,
    fediverse: FediverseServers,
    *posts: Post,
    since: datetime | None = None,
) -> tuple[int, float]:
    fediverse.put(replace(FEDIVERSE[0], recent=posts))
    window = await source.recent_posts(await account_at(source), NOW, since)
    return len(window.posts), round(window.days, 3)


async def test_windows_reach_as_far_as_what_was_read(
    source: FediverseSource, fediverse: FediverseServers
) -> None:
    few = [Post(24.0 * n) for n in (1, 2, 3)]
    assert await _window(source, fediverse, *few) == (3, 90)
    assert await _window(source, fediverse) == (0, 90)
    assert await _window(source, fediverse, *few, since=NOW - timedelta(days=2.5)) == (2, 2.5)
    burst = [Post(n / 60) for n in range(1, 30)]
    assert await _window(source, fediverse, *burst) == (10, round(1 / 24, 3))


async def test_posts_that_are_not_own_or_not_public_are_left_out(
    source: FediverseSource, fediverse: FediverseServers
) -> None:
    ada = await account_at(source)
    number = ada.id.partition("/")[2]
    status = {
        "id": "1",
        "created_at": "2026-03-17T12:00:00.000Z",
        "account": {"id": number},
        "favourites_count": 4,
        "pleroma": {"emoji_reactions": [{"name": "x", "count": 3}, {"name": "y", "count": 2}]},
    }
    page = [
        status,
        status | {"id": "2", "reblog": {"id": "9"}},
        status | {"id": "3", "in_reply_to_id": "9"},
        status | {"id": "4", "account": {"id": "9"}},
        status | {"id": "5", "visibility": "private"},
        status | {"id": "6", "visibility": "unlisted", "created_at": "2031-01-01T00:00:00.000Z"},
        status | {"id": "7", "favourites_count": 10**9},
    ]
    path = f"{SOCIAL}/api/v1/accounts/{number}/statuses"
    fediverse.answer(path, 200, page)
    window = await source.recent_posts(ada, NOW)
    assert [post.id for post in window.posts] == [f"{SOCIAL}/6", f"{SOCIAL}/1"]
    assert window.posts[0].created_at == NOW
    assert (window.posts[1].likes, window.posts[1].quotes, window.left_out) == (9, 0, 1)
    fediverse.answer(path, 200, [5, {}, status])
    with pytest.raises(AccountUnreadable):
        await source.recent_posts(ada, NOW)
    fediverse.answer(path, 200, {})
    with pytest.raises(ServerUnreachable):
        await source.recent_posts(ada, NOW)


@pytest.mark.parametrize("status", [401, 403, 404, 410, 422])
async def test_posts_that_are_refused_leave_the_profile(
    source: FediverseSource, fediverse: FediverseServers, status: int
) -> None:
    ada = await account_at(source)
    number = ada.id.partition("/")[2]
    fediverse.answer(f"{SOCIAL}/api/v1/accounts/{number}/statuses", status, {"error": "no"})
    with pytest.raises(ItemRefused):
        await source.recent_posts(ada, NOW)
