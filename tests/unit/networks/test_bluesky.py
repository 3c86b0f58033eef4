"""The source Bluesky against a local one: batches, reasons, windows, and answers of no use."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp.test_utils import TestServer

from playground.networks.local_bluesky import BlueskyServer, Trouble
from playground.networks.people import BLUESKY, Person, Post
from scoring.reading.errors import (
    AccountSuspended,
    AccountUnreadable,
    HandleNotFound,
    ItemRefused,
    RateLimited,
    SourceUnreachable,
)
from scoring.reading.network_errors import (
    AccountDeactivated,
    BridgedCopy,
    CountsHidden,
    HandleInvalid,
    NotForStrangers,
)
from scoring.reading.networks.consent import Reason
from scoring.reading.sources.bluesky import BlueskySource
from scoring.reading.sources.public_accounts import PublicAccount, Result, shown_to_strangers
from tests.conftest import Clock
from tests.support.accounts import NOW

ADA = "ada.bsky.test"
OTHER = BLUESKY[1].handle
MISSING = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"


async def _account(source: BlueskySource, name: str = ADA) -> PublicAccount:
    found = (await source.profiles([name]))[name.lower()]
    assert isinstance(found, PublicAccount)
    return found


async def _found(source: BlueskySource, name: str) -> Result:
    return (await source.profiles([name]))[name.lower()]


async def test_accounts_come_in_one_request_whatever_their_case(
    source: BlueskySource, bluesky: BlueskyServer
) -> None:
    star = next(each for each in BLUESKY if each.handle == "star.bsky.test")
    found = await source.profiles(["Ada.bsky.test", ADA, star.did])
    ada, other = found[ADA], found[star.did]
    assert isinstance(ada, PublicAccount)
    assert isinstance(other, PublicAccount)
    assert (ada.followers, ada.following, ada.posts) == (2500, 300, 4000)
    assert (ada.name, ada.created_at) == ("Ada", datetime(2023, 5, 4, 10, 30, tzinfo=UTC))
    assert other.handle == "star.bsky.test"
    assert len(bluesky.requests) == 1
    assert bluesky.requests[0].count("actors=") == 2


async def test_each_account_that_is_left_out_is_asked_for_once(
    source: BlueskySource, bluesky: BlueskyServer
) -> None:
    names = [ADA, "frank.bsky.test", "gina.bsky.test", "nemo.bsky.test", MISSING]
    found = await source.profiles(names)
    assert [type(found[name]) for name in names] == [
        PublicAccount,
        AccountDeactivated,
        AccountSuspended,
        HandleNotFound,
        HandleNotFound,
    ]
    asked = [target.partition("?")[0].rpartition(".")[2] for target in bluesky.requests]
    assert asked == ["getProfiles", *["getProfile"] * 4]


async def test_a_name_of_bad_syntax_never_leaves_and_spoils_no_batch(
    source: BlueskySource, bluesky: BlueskyServer
) -> None:
    bad = ["no_body", "@ada.bsky.test", "did:plc:short", ""]
    found = await source.profiles([ADA, OTHER, *bad])
    assert isinstance(found[ADA], PublicAccount)
    others = ("no_body", "@ada.bsky.test", "did:plc:short", "")
    assert all(isinstance(found[name], HandleNotFound) for name in others)
    assert bluesky.requests == [f"/xrpc/app.bsky.actor.getProfiles?actors={ADA}&actors={OTHER}"]
    assert isinstance((await source.profiles(["no_body"]))["no_body"], HandleNotFound)
    assert len(bluesky.requests) == 1


async def test_a_batch_has_25_names_at_most(source: BlueskySource, bluesky: BlueskyServer) -> None:
    names = [f"p{number}.bsky.test" for number in range(25)]
    assert len(await source.profiles(names)) == 25
    assert bluesky.requests[0].count("actors=") == 25
    with pytest.raises(ValueError, match="25"):
        await source.profiles([*names, ADA])


async def test_a_did_finds_the_account_under_its_present_handle(
    source: BlueskySource, bluesky: BlueskyServer
) -> None:
    ada = await _account(source)
    assert await _found(source, ada.id) == ada
    assert isinstance(await _found(source, MISSING), HandleNotFound)
    bluesky.spoil(ADA, handle="handle.invalid")
    assert isinstance(await _found(source, ada.id), HandleInvalid)


async def test_who_may_be_shown_is_told_and_whose_copy_it_is(source: BlueskySource) -> None:
    ben = "ben.social.example.org.ap.brid.gy"
    found = await source.profiles([ADA, "shy.bsky.test", ben, "robot.bsky.test"])
    assert shown_to_strangers(await _account(source)).handle == ADA
    with pytest.raises(NotForStrangers) as refused:
        shown_to_strangers(await _account(source, "shy.bsky.test"))
    assert refused.value.reasons == (Reason.LOGGED_IN_ONLY,)
    with pytest.raises(BridgedCopy) as copy:
        shown_to_strangers(await _account(source, ben))
    assert copy.value.original == "ben@social.example.org"
    robot = found["robot.bsky.test"]
    assert isinstance(robot, PublicAccount)
    assert robot.notes == {"bot"}
    with pytest.raises(CountsHidden):
        shown_to_strangers(replace(robot, followers=None))


@pytest.mark.parametrize(
    ("fields", "odd"),
    [
        ({"followersCount": ...}, "followersCount"),
        ({"followersCount": -1}, "followersCount"),
        ({"followersCount": "12"}, "followersCount"),
        ({"followersCount": True}, "followersCount"),
        ({"followersCount": 97_000_000_000}, "followersCount"),
        ({"followsCount": 1.5}, "followsCount"),
        ({"postsCount": None}, "postsCount"),
        ({"did": "did:plc:short"}, "did"),
        ({"handle": "someone.else.test"}, "handle"),
        ({"handle": "no_handle", "did": ...}, "did"),
    ],
)
async def test_an_odd_account_is_named_by_its_field_and_stands_alone(
    source: BlueskySource, bluesky: BlueskyServer, fields: dict[str, object], odd: str
) -> None:
    bluesky.spoil("star.bsky.test", **fields)
    found = await source.profiles([ADA, "star.bsky.test"])
    assert isinstance(found[ADA], PublicAccount)
    strange = found["star.bsky.test"]
    assert isinstance(strange, AccountUnreadable)
    assert strange.fields == (odd,)


@pytest.mark.parametrize("created", [..., "0001-01-01T00:00:00.000Z", "yesterday", 5])
async def test_an_impossible_beginning_is_unknown(
    source: BlueskySource, bluesky: BlueskyServer, created: object
) -> None:
    bluesky.spoil(ADA, createdAt=created)
    assert (await _account(source)).created_at is None


async def _window(clock: Clock, *posts: Post, since: datetime | None = None) -> tuple[int, float]:
    person = Person("ada.bsky.test", "", recent=posts)
    async with TestServer(BlueskyServer([person], clock).application()) as server:
        source = BlueskySource(str(server.make_url("")).rstrip("/"), clock, "klout-tests")
        window = await source.recent_posts(await _account(source), NOW, since)
        await source.close()
    assert window.ends == NOW
    return len(window.posts), round(window.days, 3)


async def test_the_window_is_the_newest_ten_own_posts(source: BlueskySource) -> None:
    window = await source.recent_posts(await _account(source), NOW)
    assert len(window.posts) == 10
    newest = window.posts[0]
    assert (newest.likes, newest.replies, newest.reposts, newest.quotes) == (5, 1, 2, 0)
    assert newest.created_at == NOW - timedelta(hours=1)
    assert window.days == pytest.approx(9 + 1 / 24)
    assert window.more


async def test_windows_reach_as_far_as_what_was_read(clock: Clock) -> None:
    day = 24.0
    few = [Post(day * n) for n in (1, 2, 3)]
    assert await _window(clock, *few) == (3, 90)  # that is all there is
    assert await _window(clock) == (0, 90)
    assert await _window(clock, Post(day), Post(day * 91)) == (1, 90)
    assert await _window(clock, *few, since=NOW - timedelta(days=2.5)) == (2, 2.5)
    burst = [Post(n / 60) for n in range(1, 30)]
    assert await _window(clock, *burst) == (10, round(1 / 24, 3))  # never below an hour
    reposts = [Post(n, kind="repost") for n in range(1, 130)]
    assert await _window(clock, *reposts) == (0, round(100 / 24, 3))  # the page ended there
    mixed = [*reposts[:50], Post(51), *reposts[51:]]
    assert await _window(clock, *mixed) == (1, round(100 / 24, 3))


async def test_reposts_and_replies_are_no_own_posts(source: BlueskySource) -> None:
    echo = await _account(source, "echo.bsky.test")
    window = await source.recent_posts(echo, NOW)
    assert len(window.posts) == 10
    assert {post.likes for post in window.posts} == {3}
    assert all(echo.id in post.id for post in window.posts)


async def test_posts_of_an_account_that_went_away_are_refused(
    source: BlueskySource, bluesky: BlueskyServer
) -> None:
    ada = await _account(source)
    bluesky.fail(Trouble(400, '{"error": "InvalidRequest", "message": "Profile not found"}'))
    with pytest.raises(ItemRefused):
        await source.recent_posts(ada, NOW)


def _feed(*items: str) -> Trouble:
    return Trouble(200, '{"feed": [' + ",".join(items) + "]}")


async def test_odd_posts_are_left_out_unless_they_are_most(
    source: BlueskySource, bluesky: BlueskyServer
) -> None:
    ada = await _account(source)
    seen = "2026-03-17T12:00:00Z"
    post = {
        "uri": "at://a/b/c",
        "author": {"did": ada.id},
        "record": {"createdAt": seen},
        "indexedAt": seen,
    }
    good = json.dumps({"post": post})
    lying = good.replace(seen, "2031-01-01T00:00:00Z", 1).replace("/c", "/d")
    old = good.replace('"createdAt": "2026-03-17', '"createdAt": "2017-03-17').replace("/c", "/e")
    bluesky.fail(_feed(good, lying, old, good.replace("uri", "url")))
    window = await source.recent_posts(ada, NOW)
    assert (len(window.posts), window.left_out) == (2, 1)
    assert {post.created_at for post in window.posts} == {NOW - timedelta(days=1)}
    assert {post.likes for post in window.posts} == {0}  # absent counts are none
    bluesky.fail(_feed(good, "5", "{}"))
    with pytest.raises(AccountUnreadable):
        await source.recent_posts(ada, NOW)
    bluesky.fail(Trouble(200, "{}"))
    with pytest.raises(SourceUnreachable):
        await source.recent_posts(ada, NOW)


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (Trouble(429, "{}"), RateLimited),
        (Trouble(429, "<html>", "text/html"), RateLimited),
        (Trouble(500, '{"error": "InternalServerError", "message": ""}'), SourceUnreachable),
        (Trouble(501, '{"error": "MethodNotImplemented"}'), SourceUnreachable),
        (Trouble(502, "<html>bad gateway", "text/html"), SourceUnreachable),
        (Trouble(403, '{"error": "AuthMissing"}'), SourceUnreachable),
        (Trouble(302, "", headers=(("Location", "https://example.org"),)), SourceUnreachable),
        (Trouble(400, '{"error": "InvalidRequest", "message": "?"}'), SourceUnreachable),
        (Trouble(200, "<html>", "text/html"), SourceUnreachable),
        (Trouble(200, ""), SourceUnreachable),
        (Trouble(200, "[]"), SourceUnreachable),
        (Trouble(200, "{}"), SourceUnreachable),
        (Trouble(200, '{"profiles": {}}'), SourceUnreachable),
        (Trouble(200, "[" * 100_000), SourceUnreachable),
        (Trouble(200, " " * (4 * 2**20 + 1)), SourceUnreachable),
    ],
)
async def test_every_failure_has_its_type(
    source: BlueskySource,
    bluesky: BlueskyServer,
    clock: Clock,
    trouble: Trouble,
    error: type[Exception],
) -> None:
    bluesky.fail(trouble)
    with pytest.raises(error):
        await source.profiles([ADA, OTHER])
    clock.forward(minutes=5)  # as long as it is left alone after a 429
    assert isinstance(await _account(source), PublicAccount)  # and it recovers


async def test_the_end_of_a_rate_limit_is_told(
    source: BlueskySource, bluesky: BlueskyServer
) -> None:
    reset = str(int(NOW.timestamp()) + 90)
    bluesky.fail(Trouble(429, "{}", headers=(("RateLimit-Reset", reset),)))
    with pytest.raises(RateLimited) as caught:
        await source.profiles([ADA])
    assert caught.value.until == NOW + timedelta(seconds=90)


async def test_no_connection_is_told_as_one(clock: Clock) -> None:
    source = BlueskySource("http://127.0.0.1:1", clock, "klout-tests")
    with pytest.raises(SourceUnreachable):
        await source.profiles([ADA])
    await source.close()
