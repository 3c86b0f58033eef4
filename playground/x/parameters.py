"""The parameters that X takes in a query, and its refusals of others.

Parameters, their values and the two spellings are those of X's OpenAPI documents: 2.159, which has
`tweet.fields`, and 2.167 (2026-08), which has `post.fields`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from multidict import MultiMapping

Route = Literal["/2/users/by", "/2/users", "/2/users/:id/tweets", "/2/tweets/counts/recent"]

USERNAME: Final = re.compile(r"[A-Za-z0-9_]{1,15}", re.ASCII)
NUMBER: Final = re.compile(r"[0-9]{1,19}", re.ASCII)

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z", re.ASCII)
_EARLIEST: Final = datetime(2010, 11, 6, tzinfo=UTC)
_LONGEST_QUERY: Final = 512
_MOST: Final = 100
_PAGE: Final = range(5, _MOST + 1)

_USER_FIELDS: Final = frozenset(
    (
        *("confirmed_email", "connection_status", "created_at", "description", "entities", "id"),
        *("is_identity_verified", "location", "name", "parody", "profile_banner_url"),
        *("profile_image_url", "protected", "public_metrics", "receives_your_dm"),
        *("subscribes_to_you", "subscription", "subscription_type", "url", "username"),
        *("verified", "verified_followers_count", "verified_type", "withheld"),
    )
)
_POST_FIELDS: Final = frozenset(
    (
        *("article", "article_title", "attachments", "card_uri", "community_id"),
        *("context_annotations", "created_at", "display_text_range", "edit_controls", "entities"),
        *("geo", "id", "lang", "matched_media_notes", "media_metadata", "non_public_metrics"),
        *("organic_metrics", "paid_partnership", "possibly_sensitive", "promoted_metrics"),
        *("public_metrics", "reply_settings", "scopes", "source", "suggested_source_links"),
        *("suggested_source_links_with_counts", "text", "withheld"),
    )
)


@dataclass(frozen=True, slots=True)
class Spelling:
    """The spelling of the words that X renames.

    Attributes:
        post_fields: the parameter that names a post's fields.
        reposts: the word for reposts in a timeline's `exclude`.
    """

    post_fields: str = "tweet.fields"
    reposts: str = "retweets"


_Check = Callable[[str], bool]


def complaints(
    route: Route, query: MultiMapping[str], spelling: Spelling, latest: datetime
) -> list[dict[str, Any]]:
    """Return X's complaints about a query, as the `errors` of its answer; empty when it is fine.

    Args:
        latest: the present moment, aware: a period must begin before it.
    """
    known = _checks(route, spelling, latest)
    found = []
    for name, value in query.items():
        check = known.get(name)
        if check is None:
            listed = ",".join(sorted(known))
            found.append(
                _complaint(name, value, f"The query parameter [{name}] is not one of [{listed}]")
            )
        elif not check(value):
            told = f"The `{name}` query parameter value [{value}] is not valid"
            found.append(_complaint(name, value, told))
    missing = [name for name in _REQUIRED.get(route, ()) if name not in query]
    told = "The `{}` query parameter can not be empty"
    return found + [_complaint(name, "", told.format(name)) for name in missing]


def _complaint(name: str, value: str, message: str) -> dict[str, Any]:
    return {"parameters": {name: [value]}, "message": message}


_REQUIRED: Final[Mapping[Route, tuple[str, ...]]] = {
    "/2/users/by": ("usernames",),
    "/2/users": ("ids",),
    "/2/tweets/counts/recent": ("query",),
}


def _checks(route: Route, spelling: Spelling, latest: datetime) -> dict[str, _Check]:
    post_fields = {spelling.post_fields: _some_of(_POST_FIELDS)}
    user_fields = {"user.fields": _some_of(_USER_FIELDS)}
    expansions = {"expansions": _words}
    times: dict[str, _Check] = {
        "start_time": lambda text: _is_moment(text, latest),
        "end_time": lambda text: _is_moment(text, latest),
        "since_id": _matches(NUMBER),
        "until_id": _matches(NUMBER),
    }
    if route == "/2/users/by":
        return {"usernames": _listed(USERNAME), **user_fields, **expansions, **post_fields}
    if route == "/2/users":
        return {"ids": _listed(NUMBER), **user_fields, **expansions, **post_fields}
    if route == "/2/users/:id/tweets":
        return {
            "max_results": lambda text: text.isdecimal() and int(text) in _PAGE,
            "pagination_token": bool,
            "exclude": _some_of(frozenset(("replies", spelling.reposts))),
            **dict.fromkeys(("media.fields", "poll.fields", "place.fields"), _words),
            **(times | user_fields | expansions | post_fields),
        }
    return {
        "query": lambda text: len(text.strip()) > 0 and len(text) <= _LONGEST_QUERY,
        "granularity": lambda text: text in {"minute", "hour", "day"},
        "next_token": bool,
        "pagination_token": bool,
        "search_count.fields": _words,
        **times,
    }


def _some_of(known: frozenset[str]) -> _Check:
    def check(text: str) -> bool:
        words = text.split(",")
        return known.issuperset(words) and len(set(words)) == len(words)

    return check


def _listed(pattern: re.Pattern[str]) -> _Check:
    def check(text: str) -> bool:
        values = text.split(",")
        return len(values) <= _MOST and all(map(pattern.fullmatch, values))

    return check


def _matches(pattern: re.Pattern[str]) -> _Check:
    return lambda text: pattern.fullmatch(text) is not None


def _words(text: str) -> bool:
    return all(text.split(","))


def _is_moment(text: str, latest: datetime) -> bool:
    if not _MOMENT.fullmatch(text):
        return False
    try:
        return _EARLIEST <= datetime.fromisoformat(text) < latest
    except ValueError:
        return False
