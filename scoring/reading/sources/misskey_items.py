"""The parser of Misskey's users and notes, which Sharkey and other descendants write, too."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from scoring.reading.account import Note
from scoring.reading.errors import AccountSuspended
from scoring.reading.network_errors import AccountMoved
from scoring.reading.networks.consent import Signals, verdict
from scoring.reading.sources.json_items import (
    Json,
    OddFieldError,
    count_of,
    flag_of,
    list_of,
    moment_of,
    name_of,
    object_of,
    text_of,
)
from scoring.reading.sources.mastodon_items import (
    MOST_CLAIMED,
    MOST_POSTS,
    identifier_of,
    opened_at,
    word_of,
)
from scoring.reading.sources.public_accounts import Page, PublicAccount, PublicPost, read_page
from scoring.reading.sources.webfinger import Home

NOTES: Final = 100
"""Notes of a page, at most."""

_FLAGS: Final[Mapping[Note, str]] = {
    "bot": "isBot",
    "limited": "isSilenced",
}
_PUBLIC: Final = ("public", "home")


def account_of(body: object, home: Home, now: datetime) -> PublicAccount:
    """Parse the answer of `users/show`.

    Raises:
        OddFieldError: a field that a score needs is missing, claims the impossible, or shows
            another account.
        scoring.reading.errors.AccountSuspended: its server suspended it.
        scoring.reading.network_errors.AccountMoved: its owner moved to another account, which
            Misskey names by an address only.
    """
    item = object_of(body, "user")
    handle = str(home.address)
    if name_of(item, "username").lower() != home.address.user or item.get("host") is not None:
        raise OddFieldError("username")
    if flag_of(item, "isSuspended"):
        raise AccountSuspended(handle)
    if item.get("movedTo"):
        raise AccountMoved(handle, "")
    bio = text_of(item, "description")
    return PublicAccount(
        id=f"{home.host}/{identifier_of(item)}",
        handle=handle,
        name=text_of(item, "name"),
        followers=_claimed(item, "followersCount", "followersVisibility"),
        following=_claimed(item, "followingCount", "followingVisibility"),
        posts=count_of(item, "notesCount", most=MOST_POSTS),
        created_at=opened_at(item, "createdAt", now),
        consent=verdict(
            Signals(
                asks_first=True,
                discoverable=word_of(item, "isExplorable"),
                noindex=flag_of(item, "noCrawle"),
                logged_in_only=flag_of(item, "requireSigninToViewContents"),
                bio=bio,
            )
        ),
        claimed_by=home.host,
        notes=frozenset(note for note, name in _FLAGS.items() if flag_of(item, name)),
        bio=bio,
    )


def page_of(body: object, account: PublicAccount, now: datetime) -> Page:
    """Parse the answer of `users/notes`; raise `OddFieldError` where it is no list."""
    given = list_of(body, "notes")
    return read_page(
        given,
        lambda item: moment_of(object_of(item, "note"), "createdAt"),
        lambda item: _own_post(item, account, now),
        now,
        is_last=len(given) < NOTES,
    )


def _claimed(item: Json, name: str, visibility: str) -> int | None:
    """Return a count; None where it is hidden, in place of which Misskey writes 0."""
    if item.get(visibility, item.get("ffVisibility", "public")) != "public":
        return None
    return count_of(item, name, most=MOST_CLAIMED)


def _own_post(given: object, account: PublicAccount, now: datetime) -> PublicPost | None:
    """Parse a note; None for a repost without words, a reply, or a note that is not public."""
    item = object_of(given, "note")
    if item.get("replyId") or (item.get("renoteId") and not item.get("text")):
        return None
    if f"{account.claimed_by}/{item.get('userId')}" != account.id:
        return None
    if item.get("visibility", "public") not in _PUBLIC:
        return None
    return PublicPost(
        id=f"{account.claimed_by}/{identifier_of(item)}",
        created_at=min(moment_of(item, "createdAt"), now),
        likes=_reactions(item),
        replies=count_of(item, "repliesCount", absent=0, most=MOST_CLAIMED),
        reposts=count_of(item, "renoteCount", absent=0, most=MOST_CLAIMED),
        quotes=0,  # Misskey counts them among the renotes
    )


def _reactions(item: Json) -> int:
    """Return how many reacted: by emoji, all of which are Misskey's likes."""
    given = item.get("reactions")
    reactions: Json = given if isinstance(given, dict) else {}
    return sum(count_of(reactions, emoji, most=MOST_CLAIMED) for emoji in reactions)
