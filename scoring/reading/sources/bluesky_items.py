"""The parser of Bluesky's profiles and posts (lexicons `app.bsky.actor`, `app.bsky.feed`)."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

from scoring.reading.account import Note
from scoring.reading.networks.bridges import original
from scoring.reading.networks.consent import Signals, verdict
from scoring.reading.networks.identifiers import bluesky_handle, did
from scoring.reading.sources.json_items import (
    Json,
    OddFieldError,
    count_of,
    list_of,
    moment_of,
    name_of,
    object_of,
    text_of,
)
from scoring.reading.sources.public_accounts import Page, PublicAccount, PublicPost, read_page

INVALID: Final = "handle.invalid"
"""What the network puts in place of a handle whose domain does not point back."""

_MOST: Final = 10**8
"""The limit of followers: more than twice as many accounts as there are (2025: 40 million)."""

_BEGINNING: Final = datetime(2022, 11, 1, tzinfo=UTC)
"""The month of the first accounts; an earlier date is whatever a client wrote."""


def account_of(view: object) -> PublicAccount:
    """Parse a `profileViewDetailed`.

    Raises:
        OddFieldError: a field that a score needs is missing, of another type, or impossible.
    """
    item = object_of(view, "profiles")
    identifier = name_of(item, "did")
    handle = name_of(item, "handle").lower()
    if did(identifier) is None:
        raise OddFieldError("did")
    if handle != INVALID and bluesky_handle(handle) != handle:
        raise OddFieldError("handle")
    own, others = _labels(item, identifier)
    bio = text_of(item, "description")
    return PublicAccount(
        id=identifier,
        handle=handle,
        name=text_of(item, "displayName"),
        followers=count_of(item, "followersCount", most=_MOST),
        following=count_of(item, "followsCount", most=_MOST),
        posts=count_of(item, "postsCount"),
        created_at=_created_at(item),
        consent=verdict(
            Signals(
                own_labels=own,
                moderation_labels=others,
                bridged=original(handle) is not None,
                bio=bio,
            )
        ),
        notes=_notes(item, own),
        bio=bio,
    )


def page_of(body: Json, account: PublicAccount, now: datetime) -> Page:
    """Parse the answer of `getAuthorFeed`: reposts and replies are not own posts.

    Raises:
        OddFieldError: it is no list of posts.
    """
    return read_page(
        list_of(body.get("feed"), "feed"),
        _reached,
        lambda item: _own_post(item, account.id, now),
        now,
        is_last=not body.get("cursor"),
    )


def _own_post(given: object, author: str, now: datetime) -> PublicPost | None:
    """Parse an item of a feed; None for a repost, a pinned post, a reply, or another's post."""
    item = object_of(given, "feed")
    post = object_of(item.get("post"), "post")
    record = object_of(post.get("record"), "record")
    if item.get("reason") or item.get("reply") or record.get("reply"):
        return None
    if object_of(post.get("author"), "author").get("did") != author:
        return None
    return PublicPost(
        id=name_of(post, "uri"),
        created_at=min(_made_at(post, record), now),
        likes=count_of(post, "likeCount", absent=0),
        replies=count_of(post, "replyCount", absent=0),
        reposts=count_of(post, "repostCount", absent=0),
        quotes=count_of(post, "quoteCount", absent=0),
    )


def _made_at(post: Json, record: Json) -> datetime:
    """Return the earlier of two moments: what the client wrote, and when the network saw it.

    A client may write any date. An earlier one is believed, as of an archive that was imported;
    one after the post was seen is not.
    """
    moments: list[datetime] = []
    for item, name in ((record, "createdAt"), (post, "indexedAt")):
        with suppress(OddFieldError):
            moments.append(moment_of(item, name))
    if not moments:
        raise OddFieldError("indexedAt")
    return min(moments)


def _reached(given: object) -> datetime:
    """Return the moment by which an item stands in its feed."""
    item = object_of(given, "feed")
    if reason := item.get("reason"):
        return moment_of(object_of(reason, "reason"), "indexedAt")
    post = object_of(item.get("post"), "post")
    return _made_at(post, object_of(post.get("record"), "record"))


def _labels(item: Json, identifier: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the labels that the account gave itself, and those that others gave it."""
    labels = [each for each in _dicts(item.get("labels")) if each.get("neg") is not True]

    def values(of_own: bool) -> frozenset[str]:
        chosen = (each for each in labels if (each.get("src") == identifier) is of_own)
        return frozenset(value for each in chosen if isinstance(value := each.get("val"), str))

    return values(of_own=True), values(of_own=False)


def _notes(item: Json, own_labels: frozenset[str]) -> frozenset[Note]:
    associated = item.get("associated")
    is_service = isinstance(associated, dict) and associated.get("labeler") is True
    notes: dict[Note, bool] = {"bot": "bot" in own_labels, "service": is_service}
    return frozenset(note for note, is_true in notes.items() if is_true)


def _created_at(item: Json) -> datetime | None:
    with suppress(OddFieldError):
        moment = moment_of(item, "createdAt")
        if moment >= _BEGINNING:
            return moment
    return None


def _dicts(value: object) -> Iterable[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
