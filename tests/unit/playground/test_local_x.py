"""The local X is as strict as X: what it does not take, it refuses, and says so in X's words."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from playground.x import error_bodies
from playground.x.accounts import FixedWorld
from playground.x.server import XServer
from playground.x.shapes import Shapes
from tests.conftest import X_TOKEN, Clock
from tests.support.accounts import NOW, account, posts

LOOK_UP, BY_ID = "/2/users/by?usernames=nasa", "/2/users?ids=1"
TIMELINE = "/2/users/1/tweets?max_results=10"
COUNTS = "/2/tweets/counts/recent?query=%40nasa"


@pytest.fixture
async def ask(x_url: str) -> AsyncIterator[Any]:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {X_TOKEN}"}) as session:

        async def get(target: str) -> tuple[int, dict[str, Any]]:
            async with session.get(x_url + target) as answer:
                return answer.status, await answer.json()

        yield get


TAKEN = [
    LOOK_UP,
    f"{LOOK_UP}&user.fields=created_at,public_metrics&tweet.fields=text&expansions=x",
    BY_ID,
    TIMELINE,
    "/2/users/1/tweets",
    f"{TIMELINE}&exclude=retweets,replies&tweet.fields=created_at,public_metrics",
    f"{TIMELINE}&start_time=2026-01-01T00:00:00Z&end_time=2026-02-01T00:00:00.000Z&since_id=5",
    COUNTS,
    f"{COUNTS}&granularity=day",
]
REFUSED = [
    ("/2/users/by", "usernames"),
    ("/2/users/by?usernames=", "usernames"),
    ("/2/users/by?usernames=nasa,bad!", "usernames"),
    ("/2/users/by?usernames=nasa%0A", "usernames"),
    ("/2/users/by?usernames=sixteen_letters_", "usernames"),
    ("/2/users/by?usernames=" + ",".join(["a"] * 101), "usernames"),
    (f"{LOOK_UP}&user.fields=shoe_size", "user.fields"),
    (f"{LOOK_UP}&user.fields=id,id", "user.fields"),
    (f"{LOOK_UP}&max_results=10", "max_results"),
    (f"{LOOK_UP}&post.fields=text", "post.fields"),
    ("/2/users", "ids"),
    ("/2/users?ids=one", "ids"),
    ("/2/users?ids=1,,2", "ids"),
    ("/2/users?ids=" + "1" * 20, "ids"),
    ("/2/users/one/tweets", "id"),
    ("/2/users/1/tweets?max_results=4", "max_results"),
    ("/2/users/1/tweets?max_results=101", "max_results"),
    ("/2/users/1/tweets?max_results=ten", "max_results"),
    (f"{TIMELINE}&exclude=likes", "exclude"),
    (f"{TIMELINE}&exclude=", "exclude"),
    (f"{TIMELINE}&exclude=reposts", "exclude"),
    (f"{TIMELINE}&tweet.fields=created_at,color", "tweet.fields"),
    (f"{TIMELINE}&post.fields=created_at", "post.fields"),
    (f"{TIMELINE}&start_time=yesterday", "start_time"),
    (f"{TIMELINE}&start_time=2026-01-01", "start_time"),
    (f"{TIMELINE}&start_time=2026-13-01T00:00:00Z", "start_time"),
    (f"{TIMELINE}&start_time=2010-11-05T00:00:00Z", "start_time"),
    (f"{TIMELINE}&start_time=2999-01-01T00:00:00Z", "start_time"),
    (f"{TIMELINE}&since_id=x", "since_id"),
    (f"{TIMELINE}&color=red", "color"),
    ("/2/tweets/counts/recent", "query"),
    ("/2/tweets/counts/recent?query=%20", "query"),
    ("/2/tweets/counts/recent?query=" + "a" * 513, "query"),
    (f"{COUNTS}&granularity=week", "granularity"),
    (f"{COUNTS}&max_results=10", "max_results"),
]


@pytest.mark.parametrize("target", TAKEN)
async def test_the_local_x_takes_the_queries_that_x_takes(ask: Any, target: str) -> None:
    status, body = await ask(target)
    assert (status, body.get("errors")) == (200, None)


@pytest.mark.parametrize(("target", "parameter"), REFUSED)
async def test_what_x_does_not_take_it_refuses_by_name_and_free(
    ask: Any, x: XServer, target: str, parameter: str
) -> None:
    status, body = await ask(target)
    assert status == 400
    assert body["type"] == f"{error_bodies.OLD_HOST}/invalid-request"
    assert [*body["errors"][0]["parameters"]] == [parameter]
    assert parameter in body["errors"][0]["message"]
    assert x.bill == 0


async def test_a_page_that_is_not_there_is_a_problem_too(ask: Any) -> None:
    status, body = await ask("/2/users/1/posts")
    assert (status, body["type"], body["status"]) == (404, "about:blank", 404)


async def test_only_the_fields_that_were_asked_for_are_given(ask: Any) -> None:
    _, bare = await ask(LOOK_UP)
    assert bare["data"] == [{"id": "1", "username": "nasa", "name": "Name of nasa"}]
    _, more = await ask(f"{LOOK_UP}&user.fields=public_metrics")
    assert bare["data"][0].keys() ^ more["data"][0].keys() == {"public_metrics"}
    _, page = await ask(f"{TIMELINE}&tweet.fields=created_at")
    assert page["data"][0].keys() == {"id", "text", "created_at"}


@pytest.mark.parametrize("kind", sorted(error_bodies.KINDS))
async def test_every_documented_partial_error_can_be_asked_for(
    ask: Any, x: XServer, kind: str
) -> None:
    x.trouble("nasa", kind)
    status, body = await ask("/2/users/by?usernames=NASA,lea&user.fields=public_metrics")
    assert status == 200
    (error,) = body["errors"]
    assert error["type"] == f"{error_bodies.OLD_HOST}/{kind}"
    assert error["title"]
    given = {user["username"]: "public_metrics" in user for user in body["data"]}
    assert given == (
        {"lea": True, "nasa": False} if kind in error_bodies.OF_FIELDS else {"lea": True}
    )
    assert x.bill == 10_000 * len(given)


async def test_zeros_can_be_left_out(world: FixedWorld, clock: Clock, serve: Any) -> None:
    world.put(account(1, "nasa", listed=0, mentions_a_week=0, recent=posts(1, count=1, likes=0)))
    x = XServer(world, X_TOKEN, clock, omit_zeros=True)
    source = await serve(x)
    window = await source.recent_posts((await source.profiles(["nasa"]))["nasa"], NOW)
    assert window.posts[0].likes == 0
    shapes = Shapes(new_names=False, omit_zeros=True)
    assert shapes.counted({"like_count": 0, "reply_count": 1}) == {"reply_count": 1}


async def test_the_newest_account_is_not_asked_for_from_the_future_on(
    world: FixedWorld, x: XServer, source: Any, clock: Clock
) -> None:
    world.put(account(1, "nasa", created_at=NOW + timedelta(days=999), recent=()))
    clock.forward(days=400)  # the local X's present is no earlier than ours
    window = await source.recent_posts((await source.profiles(["nasa"]))["nasa"], clock())
    assert window.posts == ()
    assert x.requests[-1] == "/2/users/1/tweets"


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [1000, 1001, 1002, 1003]),
        ("&start_time=2026-03-16T11:00:00Z", [1000, 1001, 1002]),  # inclusive
        ("&start_time=2026-03-16T11:00:01Z", [1000, 1001]),
        ("&end_time=2026-03-17T11:00:00Z", [1002, 1003]),  # exclusive
        ("&since_id=1002", [1003]),
        ("&since_id=1001&start_time=2026-03-18T11:00:00Z", [1002, 1003]),  # the number counts
        ("&until_id=1002", [1000, 1001]),
    ],
)
async def test_a_timeline_begins_and_ends_where_it_was_asked_to_and_costs_no_more(
    ask: Any, world: FixedWorld, x: XServer, *, query: str, numbers: list[int]
) -> None:
    world.put(account(1, "nasa", recent=posts(1, count=4)))
    _, body = await ask(TIMELINE + query)
    assert [int(post["id"]) for post in body["data"]] == numbers
    assert x.bill == 5_000 * len(numbers)


async def test_a_count_is_given_by_day_and_two_counts_agree(
    ask: Any, world: FixedWorld, clock: Clock
) -> None:
    world.put(account(1, "nasa", mentions_a_week=9))
    counts = f"{COUNTS}%20-from%3Anasa&granularity=day"
    _, first = await ask(counts)
    clock.forward(days=2)
    _, second = await ask(counts)
    for body in (first, second):
        assert body["meta"] == {"total_tweet_count": 9}
        assert sum(day["tweet_count"] for day in body["data"]) == 9
        assert len(body["data"]) == 8  # the first and the last are parts of a day
        assert all(
            one["end"] == other["start"]
            for one, other in zip(body["data"], body["data"][1:], strict=False)
        )
    whole = {day["start"]: day for day in first["data"][1:-1]}
    assert [day for day in second["data"] if day["start"] in whole] == list(whole.values())[2:]
