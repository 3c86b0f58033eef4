"""Whatever a server answers, it is an account, a page of posts, or an error of a known type."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.reading.errors import AccountError, ItemError
from scoring.reading.networks.consent import Consent, Verdict
from scoring.reading.networks.identifiers import Address
from scoring.reading.sources import bluesky_items, mastodon_items, misskey_items
from scoring.reading.sources.json_items import OddFieldError
from scoring.reading.sources.public_accounts import Page, PublicAccount, own_posts
from scoring.reading.sources.webfinger import Home
from tests.support.accounts import NOW

SERVER: Final = "social.example.org"
HOME: Final = Home(Address("ada", SERVER), SERVER, f"https://{SERVER}/users/ada")
DID: Final = "did:plc:7iza6de2dwap2sbkpav7c6c6"
SHOWN: Final = Verdict(Consent.SHOWN)

_SCALARS: Final = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=10),
    st.sampled_from(
        [DID, "ada", f"https://{SERVER}/users/ada", "2026-03-01T00:00:00Z", "public", "1", "-1"]
    ),
    st.sampled_from([0, 5, -1, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]),
)
_NAMES: Final = st.sampled_from(
    [
        *("did", "handle", "displayName", "description", "labels", "createdAt", "associated"),
        *("followersCount", "followsCount", "postsCount", "post", "record", "reason", "author"),
        *("uri", "indexedAt", "likeCount", "src", "val", "neg", "labeler", "reply", "feed"),
        *("id", "username", "acct", "note", "followers_count", "following_count", "pleroma"),
        *("statuses_count", "created_at", "moved", "url", "suspended", "discoverable", "account"),
        *("in_reply_to_id", "reblog", "visibility", "favourites_count", "emoji_reactions"),
        *("count", "host", "notesCount", "followingCount", "movedTo", "userId", "reactions"),
        *("renoteId", "text", "replyId", "isSuspended", "followersVisibility", "noCrawle"),
    ]
)
_JSON: Final = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(_NAMES, inner, max_size=12)
    ),
    max_leaves=40,
)

BLUESKY: Final[dict[str, Any]] = {
    "did": DID,
    "handle": "ada.bsky.test",
    "followersCount": 5,
    "followsCount": 5,
    "postsCount": 5,
}
MASTODON: Final[dict[str, Any]] = {
    "id": "1",
    "username": "ada",
    "acct": "ada",
    "followers_count": 5,
    "following_count": 5,
    "statuses_count": 5,
    "created_at": "2026-03-01T00:00:00.000Z",
}
MISSKEY: Final[dict[str, Any]] = {
    "id": "1",
    "username": "ada",
    "followersCount": 5,
    "followingCount": 5,
    "notesCount": 5,
    "createdAt": "2026-03-01T00:00:00.000Z",
}

_ACCOUNTS: Final[list[tuple[Callable[[object], PublicAccount], dict[str, Any]]]] = [
    (bluesky_items.account_of, BLUESKY),
    (lambda body: mastodon_items.account_of(body, HOME, NOW), MASTODON),
    (lambda body: misskey_items.account_of(body, HOME, NOW), MISSKEY),
]


@pytest.mark.parametrize(("account_of", "item"), _ACCOUNTS)
def test_an_ordinary_account_is_read(
    account_of: Callable[[object], PublicAccount], item: dict[str, Any]
) -> None:
    assert account_of(item).followers == 5


@given(st.sampled_from(_ACCOUNTS), st.dictionaries(_NAMES, _JSON, max_size=4), _JSON)
def test_any_account_is_read_or_refused(
    read: tuple[Callable[[object], PublicAccount], dict[str, Any]],
    changes: dict[str, Any],
    anything: object,
) -> None:
    account_of, item = read
    for body in (anything, item | changes):
        try:
            account = account_of(body)
        except (OddFieldError, AccountError):
            continue
        assert account.followers is None or 0 <= account.followers <= 10**8
        assert account.created_at is None or account.created_at <= NOW or "did" in item


def _account(identifier: str) -> PublicAccount:
    return PublicAccount(identifier, "ada", "", 1, 1, 1, NOW - timedelta(days=9), SHOWN, SERVER)


_PAGES: Final[list[Callable[[Any], Page]]] = [
    lambda body: bluesky_items.page_of({"feed": body}, _account(DID), NOW),
    lambda body: mastodon_items.page_of(body, _account(f"{SERVER}/1"), NOW),
    lambda body: misskey_items.page_of(body, _account(f"{SERVER}/1"), NOW),
]
_POST: Final[dict[str, Any]] = {
    "id": "1",
    "userId": "1",
    "account": {"id": "1"},
    "created_at": "2026-03-17T00:00:00Z",
    "createdAt": "2026-03-17T00:00:00Z",
    "post": {
        "uri": "at://a/b/c",
        "author": {"did": DID},
        "record": {"createdAt": "2026-03-17T00:00:00Z"},
    },
}


@given(st.sampled_from(_PAGES), st.lists(st.dictionaries(_NAMES, _JSON, max_size=3)), _JSON)
def test_any_page_is_read_or_refused(
    page_of: Callable[[Any], Page], changes: list[dict[str, Any]], anything: object
) -> None:
    for body in (anything, [_POST | each for each in changes], [_POST, anything]):
        try:
            page = page_of(body)
            window = own_posts(page, _account("x"), NOW, NOW - timedelta(days=90))
        except (OddFieldError, ItemError):
            continue
        assert 1 / 24 <= window.days <= 90
        assert len(window.posts) <= 10
        assert all(window.begins <= post.created_at <= NOW for post in window.posts)
        assert all(min(post.likes, post.replies, post.reposts) >= 0 for post in window.posts)
