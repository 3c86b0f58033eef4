"""The parser of one account or post of X's: an impossible value is named by its field."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from scoring.reading.handles import is_handle
from scoring.reading.sources import Profile, SeenPost
from scoring.reading.sources.json_items import OddFieldError, moment_of
from scoring.reading.sources.x_refusals import Json, problems_in

_MOST: Final = 2**63
"""The limit of account and post numbers: 64 bits, at X and in the database."""

_MOST_COUNTED: Final = 10**10
"""The limit of counts: more than there are people."""

_LONG: Final = 20
"""More digits than X's numbers have (19 at most)."""

_USER_COUNTS: Final = frozenset(
    (
        *("followers_count", "following_count", "listed_count", "tweet_count", "post_count"),
        *("like_count", "media_count"),
    )
)
_POST_COUNTS: Final = frozenset(
    (
        *("like_count", "reply_count", "retweet_count", "repost_count", "quote_count"),
        *("bookmark_count", "impression_count"),
    )
)


Odd = Counter[str]
"""How often each field was odd, by the field's name."""


class UnusableError(ValueError):
    """A whole answer is of no use; the message says what is wrong, without its content."""


def profile_of(user: object) -> Profile:
    """Parse a user object.

    Raises:
        OddFieldError: a field that a score needs is missing, of another type, or impossible.
    """
    if not isinstance(user, dict):
        raise OddFieldError("data")
    name, protected = user.get("username"), user.get("protected")
    if not isinstance(name, str) or not is_handle(name):
        raise OddFieldError("username")
    if not isinstance(protected, bool | None):
        raise OddFieldError("protected")
    metrics = _metrics(user, _USER_COUNTS)
    listed = _count(metrics, _USER_COUNTS, "listed_count")
    if listed and "followers_count" not in metrics:
        raise OddFieldError("followers_count")  # followers put it on lists: there are some
    return Profile(
        id=number_of(user),
        handle=name,
        name=_text(user.get("name")),
        protected=bool(protected),
        followers=_count(metrics, _USER_COUNTS, "followers_count"),
        following=_count(metrics, _USER_COUNTS, "following_count"),
        listed=listed,
        posts=_count(metrics, _USER_COUNTS, "tweet_count", "post_count"),
        created_at=made_at(user),
        bio=_text(user.get("description")),
    )


def post_of(given: Json) -> SeenPost:
    """Parse a post object; raise `OddFieldError` where a field is missing or impossible."""
    metrics = _metrics(given, _POST_COUNTS)
    return SeenPost(
        id=number_of(given),
        created_at=made_at(given),
        likes=_count(metrics, _POST_COUNTS, "like_count"),
        replies=_count(metrics, _POST_COUNTS, "reply_count"),
        reposts=_count(metrics, _POST_COUNTS, "retweet_count", "repost_count"),
        quotes=_count(metrics, _POST_COUNTS, "quote_count"),
    )


def count_of(counts: Mapping[str, Any], *names: str) -> int:
    """Return the count under the first of these names that is present; 0 without any.

    Raises:
        OddFieldError: the count is no whole number, negative, or larger than any count of X's.
    """
    name = next((name for name in names if name in counts), names[0])
    count = counts.get(name, 0)
    if type(count) is not int or not 0 <= count <= _MOST_COUNTED:
        raise OddFieldError(name)
    return count


def number_of(item: Json) -> int:
    """Return the `id` of an item, which X writes as text; raise `OddFieldError` for a bad one."""
    value = item.get("id")
    text = str(value) if type(value) in {int, str} else ""
    if not (text.isascii() and text.isdigit() and len(text) < _LONG and 0 < int(text) < _MOST):
        raise OddFieldError("id")
    return int(text)


def made_at(item: Json) -> datetime:
    """Return the `created_at` of an item in UTC; raise `OddFieldError` for a bad one."""
    return moment_of(item, "created_at")


def _metrics(item: Json, known: frozenset[str]) -> Json:
    metrics = item.get("public_metrics")
    if not isinstance(metrics, dict) or not known & metrics.keys():
        raise OddFieldError("public_metrics")
    return metrics


def _count(metrics: Json, known: frozenset[str], *names: str) -> int:
    """Return a count. X's simulator omits a zero: absent beside other counts means zero.

    Where a count of an unknown name is present, absent means unknown: X may have renamed it.
    """
    absent = not any(name in metrics for name in names)
    if absent and any(name.endswith("_count") for name in metrics.keys() - known):
        raise OddFieldError(names[0])
    return count_of(metrics, *names)


def _text(value: object) -> str:
    return value.encode(errors="replace").decode() if isinstance(value, str) else ""


def partial_errors(body: Json, odd: Odd) -> list[Json]:
    """Return the partial errors; count an oddity for anything else among them."""
    problems, errors = problems_in(body), body.get("errors")
    if errors is not None and (not isinstance(errors, list) or len(problems) < len(errors)):
        odd["errors"] += 1
    return problems


def list_of(body: Json, name: str) -> list[Any]:
    """Return a list of the body; X leaves an empty one out.

    Raises:
        UnusableError: the value is not a list.
    """
    found = body.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        raise UnusableError(f"{name} is no list")
    return found
