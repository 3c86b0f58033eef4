"""What the real AppView answered, replayed: each answer gives the right result or error."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from scoring.reading.errors import (
    AccountSuspended,
    HandleNotFound,
    ItemRefused,
    SourceUnreachable,
)
from scoring.reading.network_errors import AccountDeactivated, HandleInvalid
from scoring.reading.networks.consent import Consent, Reason, Verdict
from scoring.reading.sources.bluesky import BlueskySource
from scoring.reading.sources.public_accounts import PublicAccount, Result
from tests.conftest import Clock
from tests.support.lexicons import Lexicons
from tests.support.recordings import ATPROTO, appview, with_atproto

pytestmark = with_atproto

ANSWERS: Final = appview()
THEN: Final = datetime(2026, 11, 26, 21, 0, tzinfo=UTC)
"""Just after the answers were recorded."""


class Replay:
    """An AppView that gives one recorded answer to everything."""

    answer: Any = None

    async def serve(self, request: web.Request) -> web.Response:
        del request
        return web.json_response(self.answer["body"], status=self.answer["status"])


@pytest.fixture
def replay() -> Replay:
    return Replay()


@pytest.fixture
async def source(replay: Replay) -> AsyncIterator[BlueskySource]:
    application = web.Application()
    application.router.add_get("/{tail:.*}", replay.serve)
    async with TestServer(application) as server:
        url = str(server.make_url("")).rstrip("/")
        source = BlueskySource(url, Clock(THEN), "klout-tests", pace=1000)
        yield source
        await source.close()


def actor_of(name: str) -> str:
    query: str = urlsplit(ANSWERS[name]["path"]).query
    return query.partition("actor=")[2].partition("&")[0]


async def _found(source: BlueskySource, name: str) -> Result:
    return (await source.profiles([name]))[name.lower()]


PROFILES: Final = {
    "profile_alice_by_handle": PublicAccount,
    "profile_bob_by_handle": PublicAccount,
    "profile_noprof_by_handle": PublicAccount,
    "profile_erin_by_handle": PublicAccount,
    "profile_frank_by_handle": AccountDeactivated,
    "profile_gina_by_handle": AccountSuspended,
    "profile_hank_by_handle": HandleNotFound,
    "profile_ivy_by_handle": HandleNotFound,
    "profile_frank_by_did": AccountDeactivated,
    "profile_gina_by_did": AccountSuspended,
    "profile_hank_by_did": HandleInvalid,
    "profile_ivy_by_did": HandleNotFound,
    "profile_missing": HandleNotFound,
    "profile_bad_did": HandleNotFound,
    "profile_dan_year_1": PublicAccount,
    "profile_carol_hidden_by_moderation": PublicAccount,
    "profile_bob_owns_a_list": PublicAccount,
}


@pytest.mark.parametrize(("name", "kind"), PROFILES.items())
async def test_each_profile_is_read_or_refused(
    source: BlueskySource, replay: Replay, name: str, kind: type
) -> None:
    replay.answer = ANSWERS[name]
    assert type(await _found(source, actor_of(name))) is kind


@pytest.mark.parametrize(
    "name", ["profile_bad_syntax", "profile_at_sign", "no_param", "no_such_method"]
)
async def test_a_request_that_the_bot_never_makes_is_no_answer(
    source: BlueskySource, replay: Replay, name: str
) -> None:
    replay.answer = ANSWERS[name]
    with pytest.raises(SourceUnreachable):
        await source.profiles(["alice.test", "erin.test"])


async def _account(source: BlueskySource, replay: Replay, name: str) -> PublicAccount:
    replay.answer = ANSWERS[name]
    found = await _found(source, actor_of(name))
    assert isinstance(found, PublicAccount)
    return found


async def test_what_profiles_say_is_read(source: BlueskySource, replay: Replay) -> None:
    alice = await _account(source, replay, "profile_alice_by_handle")
    assert (alice.followers, alice.following, alice.posts) == (6, 2, 6)
    assert (alice.name, alice.bio) == ("Alice <b>&amp; co", "hello\nworld")
    assert alice.created_at == datetime(2026, 11, 26, 20, 40, 18, 179000, UTC)
    assert await _account(source, replay, "profile_upper") == alice
    dan = await _account(source, replay, "profile_dan_year_1")
    assert dan.created_at is None
    erin = await _account(source, replay, "profile_erin_by_handle")
    assert erin.consent == Verdict(Consent.OWNER, (Reason.LOGGED_IN_ONLY,))
    carol = await _account(source, replay, "profile_carol_hidden_by_moderation")
    assert carol.consent == Verdict(Consent.OWNER, (Reason.HIDDEN_BY_MODERATION,))
    for name in ("profile_noprof_by_handle", "profile_bob_by_handle"):
        assert (await _account(source, replay, name)).consent.consent is Consent.SHOWN


async def test_a_mixed_batch_is_matched_by_handle_and_by_did(
    source: BlueskySource, replay: Replay
) -> None:
    replay.answer = ANSWERS["profiles_mix"]
    hank = "did:plc:hj6fv6roidrcq2s4sbimrnh4"
    found = await source.profiles(["alice.test", "erin.test", hank, "noprof.test"])
    assert [type(each) for each in found.values()] == [
        PublicAccount,
        PublicAccount,
        HandleInvalid,
        PublicAccount,
    ]
    replay.answer = ANSWERS["profiles_brackets"]
    found = await source.profiles(["alice.test", "erin.test"])
    assert isinstance(found["alice.test"], PublicAccount)


@pytest.mark.parametrize("name", ["profiles_26", "profiles_bad", "profiles_none"])
async def test_a_refused_batch_is_no_answer(
    source: BlueskySource, replay: Replay, name: str
) -> None:
    replay.answer = ANSWERS[name]
    with pytest.raises(SourceUnreachable):
        await source.profiles(["alice.test", "erin.test"])


FEEDS: Final = {
    "feed_alice_nr": ("alice", 4),
    "feed_alice_threads": ("alice", 4),
    "feed_alice_all": ("alice", 0),
    "feed_bad_filter": ("alice", 4),
    "feed_erin": ("erin", 1),
    "feed_noprof": ("noprof", 0),
    "feed_dan_lying_dates": ("dan", 2),
    "feed_dan_pins": ("dan", 2),
    "feed_carol_only_reposts": ("carol", 1),
}


@pytest.mark.parametrize(("name", "whose", "own"), [(n, *w) for n, w in FEEDS.items()])
async def test_each_feed_gives_the_own_posts(
    source: BlueskySource, replay: Replay, name: str, whose: str, own: int
) -> None:
    profiles = (each for each in PROFILES if each.startswith(f"profile_{whose}_"))
    account = await _account(source, replay, next(profiles))
    replay.answer = ANSWERS[name]
    window = await source.recent_posts(account, THEN)
    assert (len(window.posts), window.left_out) == (own, 0)
    assert all(post.created_at <= THEN for post in window.posts)
    assert window.days >= 1 / 24


async def test_a_post_from_the_future_lies_where_it_was_first_seen(
    source: BlueskySource, replay: Replay
) -> None:
    dan = await _account(source, replay, "profile_dan_year_1")
    replay.answer = ANSWERS["feed_dan_lying_dates"]
    newest = (await source.recent_posts(dan, THEN)).posts[0]
    assert newest.created_at == datetime(2026, 11, 26, 20, 40, 18, 474000, UTC)


@pytest.mark.parametrize("name", ["feed_frank", "feed_gina", "feed_ivy", "feed_limit_101"])
async def test_a_feed_that_is_refused_leaves_the_profile(
    source: BlueskySource, replay: Replay, name: str
) -> None:
    alice = await _account(source, replay, "profile_alice_by_handle")
    replay.answer = ANSWERS[name]
    with pytest.raises(ItemRefused):
        await source.recent_posts(alice, THEN)


@pytest.mark.parametrize("name", ["feed_bad_cursor", "starterpacks_membership"])
async def test_an_error_of_the_server_is_no_answer(
    source: BlueskySource, replay: Replay, name: str
) -> None:
    alice = await _account(source, replay, "profile_alice_by_handle")
    replay.answer = ANSWERS[name]
    with pytest.raises(SourceUnreachable):
        await source.recent_posts(alice, THEN)


def test_every_recorded_answer_is_replayed_or_of_a_method_that_is_not_used() -> None:
    used = {
        *PROFILES,
        *FEEDS,
        *("profile_bad_syntax", "profile_at_sign", "no_param", "no_such_method", "profile_upper"),
        *("profiles_mix", "profiles_brackets", "profiles_26", "profiles_bad", "profiles_none"),
        *("feed_frank", "feed_gina", "feed_ivy", "feed_limit_101", "feed_bad_cursor"),
        "starterpacks_membership",
    }
    assert set(ANSWERS) - used == {"search_mentions", "lists"}


def test_the_recorded_answers_follow_the_lexicons_that_the_fake_is_held_against() -> None:
    lexicons = Lexicons(ATPROTO / "lexicons")
    wrong = [
        difference
        for each in ANSWERS.values()
        if each["status"] == 200 and "getProfile" in each["path"]
        for difference in lexicons.of_answer(each["path"], each["body"])
    ]
    assert wrong == []
