"""The parser of Mastodon's accounts and statuses, which Pleroma, Akkoma and others write, too.

All numbers are claims of the account's own server: impossible ones are refused.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from scoring.reading.account import Note
from scoring.reading.errors import AccountSuspended
from scoring.reading.network_errors import AccountMoved
from scoring.reading.networks.consent import Signals, verdict
from scoring.reading.networks.identifiers import Address, fediverse_address
from scoring.reading.sources.json_items import (
    Json,
    OddFieldError,
    count_of,
    flag_of,
    list_of,
    moment_of,
    name_of,
    object_of,
    plain_text,
    text_of,
)
from scoring.reading.sources.public_accounts import Page, PublicAccount, PublicPost, read_page
from scoring.reading.sources.webfinger import Home
from scoring.reading.strangers.server_names import server_url

MOST_CLAIMED: Final = 20_000_000
"""The limit of followers, of accounts followed and of reactions: there are about 15 million
accounts in all (2024-09)."""

MOST_POSTS: Final = 50_000_000
"""The limit of posts: one server claimed 97 million, since 1997."""

_BEGINNING: Final = datetime(2008, 1, 1, tzinfo=UTC)
"""The year of the fediverse's first software."""

_AHEAD: Final = timedelta(days=1)
"""How far ahead a date may be: accounts have the midnight of their day."""

_FULL: Final = 20
"""Statuses of a page after which there may be more: some servers give no more than 20."""

_HIDDEN: Final = -1
"""What some servers write for a count that is hidden."""

_PUBLIC: Final = ("public", "unlisted")


def account_of(body: object, home: Home, now: datetime) -> PublicAccount:
    """Parse an account of the server where it lives.

    Raises:
        OddFieldError: a field that a score needs is missing, claims the impossible, or shows
            another account.
        scoring.reading.errors.AccountSuspended: its server suspended it.
        scoring.reading.network_errors.AccountMoved: its owner moved to another account.
    """
    item = object_of(body, "account")
    handle = str(home.address)
    _check_identity(item, home)
    if flag_of(item, "suspended"):
        raise AccountSuspended(handle)
    if moved := item.get("moved"):
        raise AccountMoved(handle, _moved_to(moved, home))
    bio = plain_text(text_of(item, "note"))
    pleroma = item.get("pleroma")
    hidden: Json = pleroma if isinstance(pleroma, dict) else {}
    return PublicAccount(
        id=f"{home.host}/{identifier_of(item)}",
        handle=handle,
        name=text_of(item, "display_name"),
        followers=_claimed(item, "followers_count", hidden.get("hide_followers_count")),
        following=_claimed(item, "following_count", hidden.get("hide_follows_count")),
        posts=count_of(item, "statuses_count", most=MOST_POSTS),
        created_at=opened_at(item, "created_at", now),
        consent=verdict(
            Signals(
                asks_first=True,
                discoverable=word_of(item, "discoverable"),
                noindex=flag_of(item, "noindex"),
                memorial=flag_of(item, "memorial"),
                bio=bio,
            )
        ),
        claimed_by=home.host,
        notes=_notes(item),
        bio=bio,
    )


def page_of(body: object, account: PublicAccount, now: datetime) -> Page:
    """Parse a page of statuses: boosts, replies and others' posts are not own posts.

    Raises:
        OddFieldError: it is no list.
    """
    given = list_of(body, "statuses")
    return read_page(
        given,
        lambda item: moment_of(object_of(item, "status"), "created_at"),
        lambda item: _own_post(item, account, now),
        now,
        is_last=len(given) < _FULL,
    )


def identifier_of(item: Json) -> str:
    """Return the `id` of an account or post, which stands in addresses of the server."""
    value = name_of(item, "id")
    if len(value) > _LONGEST_ID or not (value.isascii() and value.replace("-", "").isalnum()):
        raise OddFieldError("id")
    return value


_LONGEST_ID: Final = 64


def opened_at(item: Json, name: str, now: datetime) -> datetime:
    """Return when an account was opened; raise `OddFieldError` for an impossible date."""
    moment = moment_of(item, name)
    if not _BEGINNING <= moment <= now + _AHEAD:
        raise OddFieldError(name)
    return min(moment, now)


def word_of(item: Json, name: str) -> bool | None:
    """Return a setting's word; None where it was never set."""
    value = item.get(name)
    return value if isinstance(value, bool) else None


def _check_identity(item: Json, home: Home) -> None:
    """Raise `OddFieldError` where a server shows another account than the one it named."""
    names = {name_of(item, "username").lower(), name_of(item, "acct").lower()}
    if names != {home.address.user}:
        raise OddFieldError("acct")
    uri = item.get("uri")
    if isinstance(uri, str) and uri != home.actor:
        raise OddFieldError("uri")


def _claimed(item: Json, name: str, is_hidden: object) -> int | None:
    """Return a count; None where it is hidden."""
    if is_hidden is True or item.get(name) == _HIDDEN:
        return None
    return count_of(item, name, most=MOST_CLAIMED)


def _moved_to(moved: object, home: Home) -> str:
    """Return the new account's address; "" where it cannot be read."""
    if not isinstance(moved, dict):
        return ""
    named, url = text_of(moved, "acct"), server_url(text_of(moved, "url"))
    host = url.host if url else home.host
    found: Address | None = fediverse_address(named if "@" in named else f"{named}@{host}")
    return str(found or "")


def _notes(item: Json) -> frozenset[Note]:
    names: tuple[Note, ...] = ("bot", "group", "limited")
    return frozenset(name for name in names if flag_of(item, name))


def _own_post(given: object, account: PublicAccount, now: datetime) -> PublicPost | None:
    """Parse a status; None for a boost, a reply, a post that is not public, or another's."""
    item = object_of(given, "status")
    if item.get("reblog") or item.get("in_reply_to_id"):
        return None
    author = object_of(item.get("account"), "account")
    if f"{account.claimed_by}/{author.get('id')}" != account.id:
        return None
    if item.get("visibility", "public") not in _PUBLIC:
        return None
    return PublicPost(
        id=f"{account.claimed_by}/{identifier_of(item)}",
        created_at=min(moment_of(item, "created_at"), now),
        likes=_reactions(item, "favourites_count") + _emoji_reactions(item),
        replies=_reactions(item, "replies_count"),
        reposts=_reactions(item, "reblogs_count"),
        quotes=_reactions(item, "quotes_count"),
    )


def _reactions(item: Json, name: str) -> int:
    return count_of(item, name, absent=0, most=MOST_CLAIMED)


def _emoji_reactions(item: Json) -> int:
    """Return how many reacted with an emoji, which Pleroma counts apart from favourites."""
    pleroma: Any = item.get("pleroma")
    given = pleroma.get("emoji_reactions") if isinstance(pleroma, dict) else None
    reactions = given if isinstance(given, list) else []
    return sum(_reactions(each, "count") for each in reactions if isinstance(each, dict))
