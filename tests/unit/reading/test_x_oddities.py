"""One odd account, post or count in an answer of X spoils none of the others."""

import gzip
import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from playground.x import error_bodies
from playground.x.accounts import FixedWorld
from playground.x.server import Fault, XServer
from scoring.reading.errors import (
    AccountSuspended,
    AccountUnreadable,
    HandleNotFound,
    ItemRefused,
    SourceUnreachable,
)
from scoring.reading.sources import Profile
from scoring.reading.sources.x import XSource
from tests.conftest import X_TOKEN, Serve
from tests.support.accounts import NOW, account, posts

ODD_PROFILES: list[tuple[dict[str, object], str]] = [
    ({"public_metrics": ...}, "public_metrics"),
    ({"public_metrics": None}, "public_metrics"),
    ({"public_metrics": []}, "public_metrics"),
    ({"public_metrics": {}}, "public_metrics"),
    ({"public_metrics": {"followers_count": None}}, "followers_count"),
    ({"public_metrics": {"followers_count": ...}}, "followers_count"),
    ({"public_metrics": {"followers_count": -1}}, "followers_count"),
    ({"public_metrics": {"followers_count": 97_000_000_000}}, "followers_count"),
    ({"public_metrics": {"followers_count": 2**63}}, "followers_count"),
    ({"public_metrics": {"listed_count": 1.5}}, "listed_count"),
    ({"public_metrics": {"listed_count": "80"}}, "listed_count"),
    ({"public_metrics": {"following_count": True}}, "following_count"),
    ({"public_metrics": {"tweet_count": [1]}}, "tweet_count"),
    ({"public_metrics": {"listed_count": ..., "lists_count": 80}}, "listed_count"),
    ({"created_at": ...}, "created_at"),
    ({"created_at": None}, "created_at"),
    ({"created_at": 1_300_000_000}, "created_at"),
    ({"created_at": "2010-01-01T00:00:00"}, "created_at"),
    ({"created_at": "9999-12-31T23:59:59-14:00"}, "created_at"),
    ({"created_at": "yesterday"}, "created_at"),
    ({"id": ...}, "id"),
    ({"id": "0"}, "id"),
    ({"id": "-1"}, "id"),
    ({"id": "one"}, "id"),
    ({"id": str(2**63)}, "id"),
    ({"id": "2"}, "id"),  # another account's
    ({"id": ["1"]}, "id"),
    ({"protected": "no"}, "protected"),
    ({"username": ...}, "left out"),
    ({"username": "<b>"}, "left out"),
    ({"username": 7}, "left out"),
    ({"username": "nasa_now"}, "left out"),
]


@pytest.mark.parametrize(("fields", "field"), ODD_PROFILES)
async def test_an_odd_profile_stands_alone_and_is_named_by_its_field(
    source: XSource,
    x: XServer,
    world: FixedWorld,
    caplog: pytest.LogCaptureFixture,
    *,
    fields: dict[str, Any],
    field: str,
) -> None:
    world.put(account(3, "tim"))
    x.spoil("nasa", **fields)
    found = await source.profiles(["nasa", "lea", "tim", "missing"])
    odd = found["nasa"]
    assert isinstance(odd, AccountUnreadable)
    assert odd.fields == (field,)
    assert odd.may_be_billed
    assert isinstance(found["missing"], HandleNotFound)
    assert isinstance(found["tim"], Profile)
    if fields != {"id": "2"}:  # one number for two accounts is right for one at most
        assert isinstance(found["lea"], Profile)
    (line,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert f"{field} ×" in line.getMessage()
    assert "of 4 accounts" in line.getMessage()
    assert "nasa" not in line.getMessage()


HARMLESS: list[dict[str, object]] = [
    {"public_metrics": {"listed_count": ...}},
    {"public_metrics": {"followers_count": ..., "listed_count": ...}},
    {"public_metrics": {"following_count": ..., "tweet_count": ...}},
    {"public_metrics": {"like_count": 5, "view_count": 9}},
    {"public_metrics": {"like_count": None}},
    {"name": None},
    {"name": ["a"]},
    {"description": 5},
    {"protected": ...},
    {"protected": None},
    {"id": 1},
]


@pytest.mark.parametrize("fields", HARMLESS)
async def test_what_a_score_does_not_need_or_x_leaves_out_when_zero_is_no_oddity(
    source: XSource, x: XServer, caplog: pytest.LogCaptureFixture, fields: dict[str, Any]
) -> None:
    x.spoil("nasa", **fields)
    found = (await source.profiles(["nasa"]))["nasa"]
    assert isinstance(found, Profile)
    counts = (found.followers, found.following, found.listed, found.posts)
    absent = {
        name for name, value in dict(fields.get("public_metrics") or {}).items() if value is ...
    }
    names = ("followers_count", "following_count", "listed_count", "tweet_count")
    assert counts == tuple(
        0 if name in absent else count
        for name, count in zip(names, (2_500, 300, 80, 17_000), strict=True)
    )
    assert not caplog.records


@pytest.mark.parametrize(
    "kind", sorted({*error_bodies.KINDS, "something-new", error_bodies.LEFT_OUT})
)
async def test_a_partial_error_of_any_type_is_about_its_account_alone(
    source: XSource, x: XServer, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    x.trouble("nasa", kind)
    found = await source.profiles(["nasa", "lea"])
    expected = HandleNotFound if kind == "resource-not-found" else AccountUnreadable
    assert isinstance(found["nasa"], expected)
    assert isinstance(found["lea"], Profile)
    assert bool(caplog.records) is (kind != "resource-not-found")
    assert "nasa" not in "".join(record.getMessage() for record in caplog.records)


def _user(name: str, number: int) -> dict[str, object]:
    counts = ("followers_count", "following_count", "listed_count", "tweet_count")
    return {
        "id": str(number),
        "username": name,
        "name": name,
        "created_at": "2010-01-01T00:00:00.000Z",
        "public_metrics": dict.fromkeys(counts, 7),
    }


MISSING = {
    "title": "Not Found Error",
    "type": "https://api.x.com/2/problems/resource-not-found",
    "detail": "Could not find user with usernames: [lea].",
}
BANNED = MISSING | {"title": "Forbidden", "detail": "User has been suspended: [lea]."}
NASA = _user("nasa", 1)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"data": [NASA], "errors": [MISSING]}, HandleNotFound),  # named by its words alone
        ({"data": [NASA], "errors": [BANNED]}, AccountSuspended),
        ({"data": [NASA], "errors": [MISSING | {"value": 5}]}, HandleNotFound),
        ({"data": [NASA], "errors": [MISSING | {"value": ["lea"], "type": 9}]}, HandleNotFound),
        ({"data": [NASA], "errors": [None, 5, "lea", MISSING]}, HandleNotFound),
        ({"data": [NASA], "errors": {"value": "lea"}}, AccountUnreadable),
        ({"data": [NASA], "errors": "lea"}, AccountUnreadable),
        ({"data": [NASA], "errors": [{"value": "lea"}]}, AccountUnreadable),
        (
            {
                "data": [NASA],
                "errors": [{"value": "lea", "title": "Forbidden", "type": "x/client-forbidden"}],
            },
            AccountUnreadable,
        ),
        ({"data": [NASA], "errors": [MISSING | {"resource_type": "tweet"}]}, AccountUnreadable),
        ({"data": [NASA], "errors": [MISSING | {"resource_type": ["user"]}]}, AccountUnreadable),
        ({"data": [NASA]}, AccountUnreadable),
        ({"data": [NASA, None, 7, "lea", []]}, AccountUnreadable),
        ({"data": [NASA, _user("stranger", 9)]}, AccountUnreadable),
        ({"data": [NASA, _user("lea", 2), _user("LEA", 3)]}, AccountUnreadable),
        ({"data": [NASA, _user("lea", 2), _user("lea", 2)]}, Profile),
        ({"data": [NASA, {"username": "lea"}, _user("lea", 2)]}, Profile),
        ({"data": [NASA, _user("lea", 2)], "errors": [MISSING]}, Profile),
        ({"data": [NASA, _user("lea", 2)], "errors": 5, "includes": 5}, Profile),
    ],
)
async def test_whatever_else_is_in_an_answer_each_account_stands_alone(
    source: XSource, x: XServer, body: Mapping[str, object], kind: type
) -> None:
    x.fail("users", Fault(200, json.dumps(body)))
    found = await source.profiles(["nasa", "lea"])
    assert isinstance(found["nasa"], Profile)
    assert isinstance(found["lea"], kind)


async def test_a_broken_character_or_an_endless_number_costs_one_account(
    source: XSource, x: XServer
) -> None:
    lea = json.dumps(_user("lea", 2)).replace("7", "7" * 5_000, 1)
    x.fail("users", Fault(200, f'{{"data": [{json.dumps(NASA)}, {lea}]}}'))
    found = await source.profiles(["nasa", "lea"])
    assert isinstance(found["nasa"], Profile)
    assert isinstance(found["lea"], AccountUnreadable)


@pytest.mark.parametrize(
    "body",
    [
        {"data": [{"id": "1", "username": "nasa"}]},
        {"data": [_user("nasa", 1) | {"created_at": None}]},
        {"data": [_user("nasa", 9)]},
        {"errors": [MISSING | {"type": "x/resource-unavailable"}]},
    ],
)
async def test_an_account_that_is_asked_for_by_its_number_may_be_odd_too(
    source: XSource, x: XServer, body: Mapping[str, object]
) -> None:
    x.fail("users", Fault(200, json.dumps(body)))
    with pytest.raises(AccountUnreadable):
        await source.profile_by_id(1)


@pytest.mark.parametrize("body", ["{}", '{"data": []}', '{"data": 5}', '{"errors": [{}]}'])
async def test_no_word_about_a_number_does_not_mean_that_the_account_is_gone(
    source: XSource, x: XServer, body: str
) -> None:
    x.fail("users", Fault(200, body))
    with pytest.raises(SourceUnreachable):
        await source.profile_by_id(1)


async def _nasa(source: XSource) -> Profile:
    found = (await source.profiles(["nasa"]))["nasa"]
    assert isinstance(found, Profile)
    return found


ODD_POSTS: list[tuple[dict[str, object], str]] = [
    ({"public_metrics": ...}, "public_metrics"),
    ({"public_metrics": None}, "public_metrics"),
    ({"public_metrics": {"like_count": None}}, "like_count"),
    ({"public_metrics": {"like_count": -4}}, "like_count"),
    ({"public_metrics": {"reply_count": "1"}}, "reply_count"),
    ({"public_metrics": {"retweet_count": 2.5}}, "retweet_count"),
    ({"public_metrics": {"quote_count": 10**11}}, "quote_count"),
    ({"id": "x"}, "id"),
]


@pytest.mark.parametrize(("fields", "field"), ODD_POSTS)
async def test_an_odd_post_is_left_out_and_the_windows_days_remain(
    source: XSource,
    x: XServer,
    caplog: pytest.LogCaptureFixture,
    fields: dict[str, Any],
    field: str,
) -> None:
    for number in (1004, 1009):  # one in the middle, and the oldest of the page
        x.spoil_post(number, **fields)
    window = await source.recent_posts(await _nasa(source), NOW)
    assert (len(window.posts), window.left_out) == (8, 2)
    assert window.days == pytest.approx(9 + 1 / 24)
    assert f"2 of 10 posts: {field} ×2" in caplog.text


@pytest.mark.parametrize(
    "fields", [{"created_at": ...}, {"created_at": "2001-01-01T00:00:00Z"}, {"author_id": "77"}]
)
async def test_a_post_of_another_time_or_author_does_not_stretch_the_window(
    source: XSource, x: XServer, fields: dict[str, Any]
) -> None:
    x.spoil_post(1009, **fields)
    window = await source.recent_posts(await _nasa(source), NOW)
    assert (len(window.posts), window.left_out) == (9, 1)
    assert window.days == pytest.approx(8 + 1 / 24)


async def test_when_most_posts_are_odd_silence_is_not_claimed(source: XSource, x: XServer) -> None:
    for number in range(1000, 1006):
        x.spoil_post(number, public_metrics=...)
    with pytest.raises(AccountUnreadable) as error:
        await source.recent_posts(await _nasa(source), NOW)
    assert error.value.may_be_billed


async def test_posts_come_newest_first_and_once_however_x_lists_them(
    source: XSource, world: FixedWorld
) -> None:
    there = posts(1, count=4)
    world.put(account(1, "nasa", recent=(there[2], there[0], there[0], there[3], there[1])))
    window = await source.recent_posts(await _nasa(source), NOW)
    assert [post.id for post in window.posts] == [post.id for post in there]


def _timeline(**changes: object) -> str:
    post = {
        "id": "5",
        "created_at": (NOW - timedelta(days=2)).isoformat(),
        "public_metrics": {"like_count": 3},
    }
    body = {"data": [post], "meta": {"result_count": 1, "next_token": "n"}} | changes
    return json.dumps({name: value for name, value in body.items() if value is not ...})


@pytest.mark.parametrize("meta", [..., None, 5, [], {"result_count": None, "next_token": "n"}])
async def test_without_a_frame_the_window_reaches_to_the_oldest_post(
    source: XSource, x: XServer, meta: object
) -> None:
    profile = await _nasa(source)
    x.fail("tweets", Fault(200, _timeline(meta=meta)))
    window = await source.recent_posts(profile, NOW)
    assert (window.days, window.posts[0].likes, window.posts[0].quotes) == (2, 3, 0)


async def test_errors_beside_posts_leave_the_posts(source: XSource, x: XServer) -> None:
    profile = await _nasa(source)
    x.fail("tweets", Fault(200, _timeline(errors=[MISSING, 5])))
    assert len((await source.recent_posts(profile, NOW)).posts) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"data": ...},
        {"data": "none"},
        {"data": ..., "meta": ...},
        {"data": [], "meta": {"result_count": 3}},
        {"data": ..., "meta": ..., "errors": [{"title": "Internal Error"}]},
    ],
)
async def test_posts_that_are_not_there_are_not_taken_for_silence(
    source: XSource, x: XServer, body: dict[str, object]
) -> None:
    profile = await _nasa(source)
    x.fail("tweets", Fault(200, _timeline(**body)))
    with pytest.raises(SourceUnreachable):
        await source.recent_posts(profile, NOW)


@pytest.mark.parametrize("status", [200, 401, 403, 404])
@pytest.mark.parametrize("kind", ["not-authorized-for-resource", "resource-not-found"])
async def test_a_timeline_that_is_refused_says_nothing_about_others(
    source: XSource, x: XServer, status: int, kind: str
) -> None:
    profile = await _nasa(source)
    x.trouble("nasa", kind, "tweets", status)
    with pytest.raises(ItemRefused) as error:
        await source.recent_posts(profile, NOW)
    assert (error.value.status, error.value.problem_type) == (status, kind)
    assert (await source.mentions(profile)).mentions == 9


COUNTS: list[tuple[object, int | type[Exception]]] = [
    ({"data": [], "meta": {"total_tweet_count": 4}}, 4),
    ({"meta": {"total_post_count": 4}}, 4),
    ({"data": [{"start": "a", "end": "b", "tweet_count": 3}, {"start": "b"}], "meta": {}}, 3),
    ({"data": [{"start": "a", "post_count": 3}]}, 3),
    ({"meta": {}}, AccountUnreadable),
    ({"data": [5], "meta": {}}, AccountUnreadable),
    ({"data": [], "meta": {"total_tweet_count": None}}, AccountUnreadable),
    ({"data": [], "meta": {"total_tweet_count": -4}}, AccountUnreadable),
    ({"data": [], "meta": {"total_tweet_count": "4"}}, AccountUnreadable),
    ({"data": [], "meta": {"total_tweet_count": 4.0}}, AccountUnreadable),
    ({"data": [], "meta": {"total_tweet_count": 10**11}}, AccountUnreadable),
    ({"data": [{"start": "a", "tweet_count": -1}]}, AccountUnreadable),
    ({}, SourceUnreachable),
    ({"data": {}, "meta": {"total_tweet_count": 4}}, SourceUnreachable),
    ({"errors": [{"title": "Internal Error"}]}, SourceUnreachable),
    ({"errors": [MISSING]}, ItemRefused),
]


@pytest.mark.parametrize(("body", "outcome"), COUNTS)
async def test_a_count_of_mentions_is_a_count_or_nothing(
    source: XSource, x: XServer, body: object, outcome: int | type[Exception]
) -> None:
    profile = await _nasa(source)
    x.fail("counts", Fault(200, json.dumps(body)))
    if isinstance(outcome, int):
        assert (await source.mentions(profile)).mentions == outcome
    else:
        with pytest.raises(outcome):
            await source.mentions(profile)


async def test_counts_that_x_leaves_out_when_zero_are_zero(world: FixedWorld, serve: Serve) -> None:
    nothing = {"followers": 0, "following": 0, "listed": 0, "posts": 3, "mentions_a_week": 5}
    quiet = tuple(replace(post, replies=0, reposts=0) for post in posts(1, count=3))
    world.put(account(1, "nasa", recent=quiet, **nothing))
    source = await serve(XServer(world, X_TOKEN, lambda: NOW, omit_zeros=True))
    profile = await _nasa(source)
    assert (profile.followers, profile.listed, profile.posts) == (0, 0, 3)
    window = await source.recent_posts(profile, NOW)
    assert [(post.likes, post.replies) for post in window.posts] == [(5, 0)] * 3
    assert (await source.mentions(profile)).mentions == 5


async def _answered_with(body: bytes, **headers: str) -> Mapping[str, object]:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json", headers=headers)

    application = web.Application()
    application.router.add_get("/2/users/by", answer)
    async with TestServer(application) as server:
        source = XSource(X_TOKEN, str(server.make_url("")).rstrip("/"), lambda: NOW)
        try:
            return await source.profiles(["nasa"])
        finally:
            await source.close()


GOOD = json.dumps({"data": [NASA]}).encode()
GZIP = {"Content-Encoding": "gzip"}


@pytest.mark.parametrize(
    ("body", "headers"),
    [(b"\xef\xbb\xbf" + GOOD, {}), (gzip.compress(GOOD), GZIP), (GOOD, {})],
)
async def test_a_mark_of_the_byte_order_or_compression_changes_nothing(
    body: bytes, headers: dict[str, str]
) -> None:
    assert isinstance((await _answered_with(body, **headers))["nasa"], Profile)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (gzip.compress(GOOD + b" " * 10_000_000, 1), GZIP),
        (GOOD + b" " * 5_000_000, {}),
        (gzip.compress(GOOD)[:-20], GZIP),
        (GOOD, GZIP),
        (GOOD, {"Content-Encoding": "br"}),
    ],
)
async def test_an_answer_that_is_too_long_or_broken_is_not_read_to_its_end(
    body: bytes, headers: dict[str, str]
) -> None:
    with pytest.raises(SourceUnreachable) as error:
        await _answered_with(body, **headers)
    assert error.value.may_be_billed
