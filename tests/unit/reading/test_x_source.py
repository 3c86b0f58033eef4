"""The X adapter against a local X: what it reads, and every way in which X fails."""

import json
import socket
from datetime import UTC, datetime, timedelta

import pytest

from playground.x.accounts import FixedWorld, Post
from playground.x.server import Fault, XServer
from scoring.reading.errors import (
    AccountSuspended,
    CreditsDepleted,
    HandleNotFound,
    RateLimited,
    SourceError,
    SourceUnreachable,
    TokenRefused,
)
from scoring.reading.sources import Profile
from scoring.reading.sources.x import XSource
from tests.conftest import X_TOKEN, Clock, Serve
from tests.support.accounts import NOW, account, posts

CREDITS = '{"title":"CreditsDepleted","detail":"does not have any credits","status":402}'
CAPPED = '{"title":"UsageCapExceeded","period":"Monthly","detail":"Usage cap exceeded: Monthly"}'
TOO_MANY = '{"title":"Too Many Requests","detail":"Too Many Requests","status":429}'
SPENDING = '{"title":"Forbidden","detail":"You have reached your spending limit","status":403}'


async def _nasa(source: XSource) -> Profile:
    found = (await source.profiles(["nasa"]))["nasa"]
    assert isinstance(found, Profile)
    return found


async def test_profiles_come_in_one_batch_whatever_their_case(source: XSource, x: XServer) -> None:
    found = await source.profiles(["NASA", "lea", "missing"])
    assert isinstance(found["nasa"], Profile)
    assert isinstance(found["lea"], Profile)
    assert isinstance(found["missing"], HandleNotFound)
    assert (found["nasa"].followers, found["nasa"].listed, found["nasa"].posts) == (2500, 80, 17000)
    assert x.requests == ["/2/users/by"]


async def test_an_invalid_handle_is_never_sent_to_x(source: XSource, x: XServer) -> None:
    with pytest.raises(ValueError, match="valid handles"):
        await source.profiles(["nasa", "bad!"])
    assert not x.requests


async def test_suspended_is_told_from_missing(source: XSource, world: FixedWorld) -> None:
    world.put(account(3, "gone", suspended=True))
    found = await source.profiles(["gone", "missing"])
    assert isinstance(found["gone"], AccountSuspended)
    assert isinstance(found["missing"], HandleNotFound)


async def test_the_window_is_the_newest_ten_own_posts(source: XSource) -> None:
    window = await source.recent_posts(await _nasa(source), NOW)
    assert len(window.posts) == 10
    newest = window.posts[0]
    assert (newest.likes, newest.replies, newest.reposts, newest.quotes) == (5, 1, 2, 0)
    assert window.days == pytest.approx(9 + 1 / 24)


async def test_a_complete_page_covers_all_of_the_window(source: XSource, world: FixedWorld) -> None:
    world.put(account(1, "nasa", recent=posts(1, count=3)))
    window = await source.recent_posts(await _nasa(source), NOW)
    assert (len(window.posts), window.days) == (3, 90)


async def test_reposts_and_replies_are_left_out(source: XSource, world: FixedWorld) -> None:
    def kind(index: int) -> Post:
        when = NOW - timedelta(hours=index + 1)
        return Post(index, when, likes=9, kind="post" if index == 4 else "repost")

    world.put(account(1, "nasa", recent=tuple(map(kind, range(30)))))
    window = await source.recent_posts(await _nasa(source), NOW)
    assert [post.likes for post in window.posts] == [9]
    assert window.days == pytest.approx(5 / 24)


async def test_a_page_of_replies_only_spans_what_ten_posts_usually_take(
    source: XSource, world: FixedWorld
) -> None:
    replies = tuple(Post(n, NOW - timedelta(hours=n), kind="reply") for n in range(1, 30))
    world.put(account(1, "nasa", recent=replies, posts=1826))  # one a day for five years
    window = await source.recent_posts(await _nasa(source), NOW)
    assert window.posts == ()
    assert window.days == pytest.approx(10, rel=0.01)


async def test_mentions_are_counted_over_seven_days(source: XSource) -> None:
    window = await source.mentions(await _nasa(source))
    assert (window.mentions, window.days) == (9, 7)


async def test_a_rename_is_found_by_the_number(source: XSource, world: FixedWorld) -> None:
    world.put(account(1, "nasa_now"))
    profile = await source.profile_by_id(1)
    assert profile is not None
    assert profile.handle == "nasa_now"
    assert await source.profile_by_id(99) is None


async def test_both_spellings_of_the_fields_are_read(
    source: XSource, world: FixedWorld, clock: Clock, serve: Serve
) -> None:
    renamed = await serve(XServer(world, X_TOKEN, clock, new_names=True))
    for each in (renamed, source):
        profile = await _nasa(each)
        assert profile.posts == 17000
        assert (await each.recent_posts(profile, NOW)).posts[0].reposts == 2
        assert (await each.mentions(profile)).mentions == 9


USER = {
    "id": "1",
    "username": "nasa",
    "name": "NASA",
    "created_at": "2010-01-01T00:00:00.000Z",
    "public_metrics": {
        "followers_count": 1,
        "following_count": 1,
        "listed_count": 1,
        "tweet_count": 1,
    },
}
RESET = int((NOW + timedelta(minutes=7)).timestamp())


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(429, TOO_MANY, headers={"x-rate-limit-reset": str(RESET)}), RateLimited),
        (Fault(429, TOO_MANY), RateLimited),
        (Fault(429, "<html>slow down</html>", "text/html"), RateLimited),
        (Fault(429, CAPPED), CreditsDepleted),
        (Fault(402, CREDITS), CreditsDepleted),
        (Fault(402, "", "text/html"), CreditsDepleted),
        (Fault(403, SPENDING), CreditsDepleted),
        (Fault(401, '{"title":"Unauthorized","status":401}'), TokenRefused),
        (Fault(403, '{"title":"Client Forbidden","reason":"client-not-enrolled"}'), TokenRefused),
        (Fault(400, '{"title":"Invalid Request"}'), SourceUnreachable),
        (Fault(500, '{"title":"Internal Server Error"}'), SourceUnreachable),
        (Fault(503, "<html>over capacity</html>", "text/html"), SourceUnreachable),
        (Fault(502, ""), SourceUnreachable),
        (Fault(200, ""), SourceUnreachable),
        (Fault(200, "<html></html>", "text/html"), SourceUnreachable),
        (Fault(200, "{not json"), SourceUnreachable),
        (Fault(200, "[]"), SourceUnreachable),
        (Fault(200, '{"data":"surprise"}'), SourceUnreachable),
        (Fault(200, "{}"), SourceUnreachable),
        (Fault(200, '{"errors":[{"title":"Internal error"}]}'), SourceUnreachable),
        (Fault(200, "[" * 100_000), SourceUnreachable),
        (Fault(503, '"upstream unavailable"'), SourceUnreachable),
        (Fault(403, "null"), SourceUnreachable),
        (Fault(429, '{"errors":5}'), RateLimited),
        (Fault(429, "{}", headers={"x-rate-limit-reset": "9" * 20}), RateLimited),
        (Fault(200, '{"data":[]}'), SourceUnreachable),
        (Fault(200, '{"data":[null, 5]}'), SourceUnreachable),
        (Fault(200, '{"errors":{"title":"Not Found Error"}}'), SourceUnreachable),
        (Fault(drop=True), SourceUnreachable),
    ],
)
async def test_every_failure_has_its_type(
    source: XSource, x: XServer, fault: Fault, error: type[SourceError]
) -> None:
    x.fail("users", fault, times=2 if fault.drop else 1)  # aiohttp itself tries a dropped GET again
    with pytest.raises(error):
        await source.profiles(["nasa"])
    assert isinstance((await source.profiles(["nasa"]))["nasa"], Profile)  # and it recovers


async def test_posts_without_their_frame_are_not_taken_for_silence(
    source: XSource, x: XServer
) -> None:
    profile = await _nasa(source)
    x.fail("tweets", Fault(200, "{}"))
    with pytest.raises(SourceUnreachable):
        await source.recent_posts(profile, NOW)


async def test_a_name_that_is_none_is_empty(source: XSource, x: XServer) -> None:
    names: tuple[object, ...] = (None, "", [])
    for name in names:
        x.fail("users", Fault(200, json.dumps({"data": [USER | {"name": name}]})))
        assert (await _nasa(source)).name == ""


async def test_a_rate_limit_says_until_when(source: XSource, x: XServer) -> None:
    x.fail("users", Fault(429, TOO_MANY, headers={"x-rate-limit-reset": str(RESET)}))
    with pytest.raises(RateLimited) as told:
        await source.profiles(["nasa"])
    assert told.value.until == datetime.fromtimestamp(RESET, UTC)
    x.fail("users", Fault(429, TOO_MANY))
    with pytest.raises(RateLimited) as untold:
        await source.profiles(["nasa"])
    assert untold.value.until == NOW + timedelta(minutes=15)


async def test_a_timeout_may_have_been_billed(x: XServer, x_url: str, clock: Clock) -> None:
    source = XSource(X_TOKEN, x_url, clock, timeout=0.05)
    x.fail("users", Fault(hang=True))
    with pytest.raises(SourceUnreachable) as error:
        await source.profiles(["nasa"])
    await source.close()
    assert error.value.may_be_billed


async def test_no_connection_costs_nothing(clock: Clock) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nowhere = XSource(X_TOKEN, f"http://127.0.0.1:{unused.getsockname()[1]}", clock)
        with pytest.raises(SourceUnreachable) as error:
            await nowhere.profiles(["nasa"])
        await nowhere.close()
    assert not error.value.may_be_billed


async def test_a_wrong_token_is_refused(x_url: str, clock: Clock) -> None:
    source = XSource("another", x_url, clock)
    with pytest.raises(TokenRefused):
        await source.profiles(["nasa"])
    await source.close()


async def test_no_post_from_before_a_moment_is_asked_for(source: XSource, x: XServer) -> None:
    profile = await _nasa(source)
    before = x.bill
    newest = NOW - timedelta(hours=1)
    window = await source.recent_posts(profile, NOW, newest - timedelta(days=2))
    assert [post.created_at for post in window.posts] == [
        newest - timedelta(days=age) for age in range(3)
    ]
    assert (window.begins, window.ends) == (newest - timedelta(days=2), NOW)
    assert not window.more
    assert x.bill - before == 15_000
    soon = await source.recent_posts(profile, NOW, NOW - timedelta(minutes=5))
    assert (soon.posts, soon.begins) == (window.posts[:1], NOW - timedelta(hours=1))
    assert (await source.recent_posts(profile, NOW)).more


async def test_mentions_are_counted_by_day(source: XSource, world: FixedWorld) -> None:
    world.put(account(1, "nasa", mentions_a_week=70))
    window = await source.mentions(await _nasa(source))
    assert sum(day.mentions for day in window.by_day) == window.mentions == 70
    assert window.by_day[0].begins == NOW - timedelta(days=7)
    assert window.by_day[-1].ends == NOW
    assert all(day.begins.hour == 0 for day in window.by_day[1:])


DAY_ONE = {"start": "2026-03-16T00:00:00.000Z", "end": "2026-03-17T00:00:00.000Z"}
DAY_TWO = {"start": "2026-03-17T00:00:00.000Z", "end": "2026-03-18T00:00:00.000Z"}


@pytest.mark.parametrize(
    ("days", "is_known"),
    [
        ([DAY_ONE | {"tweet_count": 4}, DAY_TWO | {"tweet_count": 5}], True),
        ([DAY_TWO | {"tweet_count": 5}, DAY_ONE | {"post_count": 4}], True),
        ([DAY_ONE | {"tweet_count": 9}, DAY_TWO], True),  # a zero that was left out
        ([DAY_ONE | {"tweet_count": 4}, DAY_TWO | {"tweet_count": 4}], False),  # another sum
        ([DAY_ONE | {"tweet_count": 4}, DAY_ONE | {"tweet_count": 5}], False),  # they overlap
        ([DAY_ONE | {"tweet_count": 9, "end": "soon"}], False),
        ([DAY_ONE | {"tweet_count": 9, "start": DAY_TWO["end"]}], False),  # backwards
        ([DAY_ONE | {"tweet_count": 9, "start": "2026-03-01T00:00:00.000Z"}], False),  # too early
        ([DAY_ONE | {"tweet_count": 9, "end": "2026-03-19T00:00:00.000Z"}], False),  # too late
        ([DAY_ONE | {"tweet_count": 10}, DAY_TWO | {"tweet_count": -1}], False),
        ([None], False),
        ([], False),
    ],
)
async def test_days_that_cannot_be_believed_leave_the_sum(
    source: XSource, x: XServer, *, days: list[object], is_known: bool
) -> None:
    profile = await _nasa(source)
    x.fail("counts", Fault(200, json.dumps({"data": days, "meta": {"total_tweet_count": 9}})))
    window = await source.mentions(profile)
    assert (window.mentions, bool(window.by_day)) == (9, is_known)
