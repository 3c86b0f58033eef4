"""Requests to Bluesky and the local one's answers, against the protocol's lexicons."""

from playground.networks.local_bluesky import BlueskyServer
from playground.networks.people import BLUESKY
from scoring.reading.sources.bluesky import BlueskySource
from scoring.reading.sources.public_accounts import PublicAccount
from tests.support.accounts import NOW
from tests.support.lexicons import Lexicons
from tests.support.recordings import ATPROTO, with_atproto


@with_atproto
async def test_requests_and_the_local_blueskys_answers_follow_the_lexicons(
    source: BlueskySource, bluesky: BlueskyServer
) -> None:
    lexicons = Lexicons(ATPROTO / "lexicons")
    names = [each.handle for each in BLUESKY] + ["nemo.bsky.test"]
    found = await source.profiles(names)
    for account in found.values():
        if isinstance(account, PublicAccount):
            await source.profiles([account.id])
            await source.recent_posts(account, NOW)
    differences = [
        difference
        for target, status, body in bluesky.exchanges
        for difference in (
            *lexicons.of_request(target),
            *(lexicons.of_answer(target, body) if status == 200 else ()),
        )
    ]
    assert differences == []
    assert {status for _, status, _ in bluesky.exchanges} == {200, 400}


@with_atproto
def test_the_check_finds_what_differs() -> None:
    lexicons = Lexicons(ATPROTO / "lexicons")
    feed = "/xrpc/app.bsky.feed.getAuthorFeed"
    assert lexicons.of_request(f"{feed}?actor=a.test&limit=101&filter=nope&size=1")
    assert len(lexicons.of_request(f"{feed}?limit=5")) == 1
    profile = "/xrpc/app.bsky.actor.getProfile"
    assert lexicons.of_answer(profile, {"did": "did:a:b", "handle": "a.test"}) == []
    assert len(lexicons.of_answer(profile, {"did": "b", "handle": "a.test", "x": 1})) == 2
    assert lexicons.of_answer(feed, {"feed": [{"post": {}}]})
