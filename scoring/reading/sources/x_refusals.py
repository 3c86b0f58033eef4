"""The meaning of X's refusals: a status, headers and a problem type become an error."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from scoring.reading.errors import (
    CreditsDepleted,
    ItemRefused,
    RateLimited,
    SourceError,
    SourceUnreachable,
    TokenRefused,
)

Json = dict[str, Any]


QUARTER: Final = timedelta(minutes=15)
"""The pause after a 429 without a possible reset time (X's rate-limit window)."""

_DAY: Final = timedelta(days=1, minutes=5)
"""X's longest rate-limit window, and some minutes by which two clocks may differ."""

_JUST: Final = timedelta(seconds=5)
"""A reset time that passed up to this long ago is over, not wrong."""

_MILLISECONDS: Final = 10**11
"""A Unix time from this number on is in milliseconds."""

_DAILY: Final = ("x-app-limit-24hour", "x-user-limit-24hour")
_SPENT: Final = re.compile(r"usage[ -]?cap|credit|spend(ing)?[ -]?(cap|limit)")
"""In the title, type or reason of a problem: nothing more can be bought."""

_SPENT_TOLD: Final = re.compile(r"usage cap|spending limit")
"""In its words, which may repeat a handle: with a space, which no handle has."""

_SLUG: Final = re.compile(r"[a-z][a-z0-9-]{0,49}", re.ASCII)
_BLAMED: Final = (
    re.compile(r"parameter \[([a-z_.]+)\]"),  # The query parameter [exclude] is not one of […]
    re.compile(r"[`'\[]([a-z_.]+)[`'\]] (?:query )?parameter"),  # The `exclude` query parameter
)

_OF_ITEMS: Final = frozenset(
    (
        *("resource-not-found", "resource-unavailable", "disallowed-resource"),
        *("not-authorized-for-resource", "not-authorized-for-field"),
    )
)
"""Problem types that concern one resource only (OpenAPI, `Problem`)."""


_REFUSES: Final = frozenset((HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN))


class RefusedError(Exception):
    """An answer with another status than 2xx, raised before tweepy parses its body."""

    def __init__(self, status: int, headers: Mapping[str, str], text: str) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers
        self.text = text
        self.body = _parsed(text)

    @property
    def problem_type(self) -> str:
        """X's name of the problem, or the kind of body that X did not write; safe to log."""
        if self.body is None:
            return "html" if "<" in self.text else "not-json" if self.text.strip() else "empty"
        return next(
            (slug for each in (self.body, *problems_in(self.body)) if (slug := slug_of(each))), ""
        )

    def blamed(self) -> set[str]:
        """Return the query parameters that X complains of."""
        names: set[str] = set()
        body = self.body or {}
        for problem in (body, *problems_in(body)):
            several = problem.get("parameters")
            names.update(several if isinstance(several, dict) else ())
            names.add(str(problem.get("parameter")))
            told = f"{problem.get('message')} {problem.get('detail')}"
            names.update(name for pattern in _BLAMED for name in pattern.findall(told))
        return names


def slug_of(problem: Json) -> str:
    """Return the last part of a problem's type; "" where it is absent or not in X's form."""
    given = problem.get("type")
    if given == "about:blank":
        return ""
    slug = given.rpartition("/")[2].lower() if isinstance(given, str) else ""
    return slug if _SLUG.fullmatch(slug) else ""


def is_of_one(problem: Json) -> bool:
    """Whether a problem concerns one account's resource, by its type or else by its words."""
    if slug := slug_of(problem):
        return slug in _OF_ITEMS
    said = f"{problem.get('title')} {problem.get('detail')}".lower()
    return "authorization error" in said or "not authorized to see" in said or "not found" in said


def refusal(answer: RefusedError, handle: str, now: datetime) -> SourceError:
    """Return the error that a refusal means.

    Args:
        answer: the refusal.
        handle: the only account that was asked for; "" when there may have been several.
        now: the time, aware, UTC.
    """
    status, told = answer.status, answer.problem_type
    if status == HTTPStatus.PAYMENT_REQUIRED or (
        status in {HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS} and _says_spent(answer)
    ):
        return CreditsDepleted(f"HTTP {status}")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited(reset_time(answer.headers, now))
    if handle and _refuses_one(answer):
        return ItemRefused(handle, status=status, problem_type=told)
    # what is not X's own problem says nothing about the key
    if status in _REFUSES and answer.body is not None:
        return TokenRefused(f"HTTP {status}", status=status, problem_type=told)
    return SourceUnreachable(f"HTTP {status}", status=status, problem_type=told)


def _says_spent(answer: RefusedError) -> bool:
    """Whether X's own problem, and none about a single resource, is that all is used up."""
    if answer.body is None:
        return False
    problems = (answer.body, *problems_in(answer.body))
    if any(slug_of(problem) in _OF_ITEMS for problem in problems):
        return False
    return any(
        _SPENT.search(
            " ".join(str(problem.get(name)) for name in ("title", "type", "reason")).lower()
        )
        or _SPENT_TOLD.search(f"{problem.get('detail')} {problem.get('message')}".lower())
        for problem in problems
    )


def _refuses_one(answer: RefusedError) -> bool:
    if answer.body is None:  # a proxy's page says nothing about an account
        return False
    if answer.status == HTTPStatus.NOT_FOUND:
        return "title" in answer.body or "errors" in answer.body
    return bool(_about_items(answer))


def _about_items(answer: RefusedError) -> list[Json]:
    """The problems of a refusal that are about one resource each."""
    if answer.status not in _REFUSES or answer.body is None:
        return []
    return [each for each in (answer.body, *problems_in(answer.body)) if is_of_one(each)]


def refused_by_name(answer: RefusedError, handles: Iterable[str]) -> set[str]:
    """Which of the handles that were asked for together a refusal is about."""
    names = {
        str(problem.get(name)).lower()
        for problem in _about_items(answer)
        for name in ("value", "resource_id")
    }
    return {handle for handle in handles if handle.lower() in names}


def is_of_unnamed(answer: RefusedError) -> bool:
    """Whether a refusal is about one resource and does not say which.

    X's simulator answers with such a 401 when it does not take a key, which is left to the key.
    """
    return answer.status == HTTPStatus.FORBIDDEN and bool(_about_items(answer))


def reset_time(headers: Mapping[str, str], now: datetime) -> datetime:
    """Return when a rate limit ends (UTC); the daily one counts where nothing of it remains.

    A reset time in the past, or further away than X's longest window, is ignored: the result is
    then `QUARTER` from now.
    """
    ends = [
        _moment(headers.get(f"{limit}-reset"), now)
        for limit in _DAILY
        if _number(headers.get(f"{limit}-remaining")) == 0
    ]
    if not ends or _number(headers.get("x-rate-limit-remaining")) == 0:
        ends.append(_moment(headers.get("x-rate-limit-reset"), now))
    known = [end for end in ends if end is not None]
    return max(known) if known else now + QUARTER


def _moment(text: str | None, now: datetime) -> datetime | None:
    number = _number(text)
    if number is None:
        return None
    try:
        seconds = number / 1000 if number >= _MILLISECONDS else number
        moment = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    if not now - _JUST <= moment <= now + _DAY:
        return None
    return max(moment, now + timedelta(seconds=1))


def _number(text: str | None) -> int | None:
    digits = (text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < _LONG else None


_LONG: Final = 20
"""More digits than a time or a count of requests has."""


def problems_in(body: Json) -> list[Json]:
    """Return the problems that a body lists; anything else in the list is skipped."""
    listed = body.get("errors")
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _parsed(text: str) -> Json | None:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None
