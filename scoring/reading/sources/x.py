"""The source X, read through tweepy: the only module that knows tweepy.

Unexpected behaviour of X and tweepy, and how this module and its neighbours handle it:

* tweepy fixes the host and makes a session per call: it gets one session that sends requests to
  the configured host and is closed with the source.
* `wait_on_rate_limit` retries without a pause when X sends no reset time: it stays off.
* A missing or suspended account is a 200 with `errors` (`scoring.reading.sources.x_accounts`);
  credits used up is a plain 402 (`scoring.reading.sources.x_refusals`); HTML and empty bodies,
  timeouts and DNS failures are not tweepy's exceptions at all.
* X is renaming fields: both spellings are read (`scoring.reading.sources.x_items`), and where X
  refuses a parameter in one spelling it is asked again in the other.
"""

import json
import logging
import ssl
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Any, Final, TypeVar

import aiohttp
from tweepy.asynchronous import AsyncClient

from scoring.reading.errors import (
    AccountUnreadable,
    ItemError,
    ItemRefused,
    SourceError,
    SourceUnreachable,
    TokenRefused,
)
from scoring.reading.handles import is_handle, key
from scoring.reading.sources import (
    MAX_POSTS,
    MAX_PROFILES,
    Found,
    MentionWindow,
    PostWindow,
    Profile,
)
from scoring.reading.sources.x_accounts import looked_up, one_profile
from scoring.reading.sources.x_items import Odd, UnusableError
from scoring.reading.sources.x_refusals import (
    Json,
    RefusedError,
    is_of_unnamed,
    refusal,
    refused_by_name,
)
from scoring.reading.sources.x_session import RebasedSession, text
from scoring.reading.sources.x_windows import mention_window, post_window
from scoring.reading.windows import LONGEST, SHORTEST

_log = logging.getLogger(__name__)

_T = TypeVar("_T")
_Request = Callable[[AsyncClient], Coroutine[Any, Any, Any]]

_LOOK_UP: Final = "/2/users/by"
_BY_ID: Final = "/2/users"
_POSTS: Final = "/2/users/:id/tweets"
_MENTIONS: Final = "/2/tweets/counts/recent"
"""Endpoints, as they are logged: without the number of any account."""

_USER_FIELDS: Final = ["created_at", "description", "protected", "public_metrics"]
_POST_FIELDS: Final = ["created_at", "public_metrics"]

_NEW_NAMES: Final = {"tweet.fields": "post.fields", "retweets": "reposts"}
"""Words of a timeline's query that X renames, or may rename (OpenAPI 2.167, 2026-08)."""

_LONGEST_NUMBER: Final = 25
"""The most digits of a number in an answer: X writes no longer ones."""


class XSource:
    """Reads X's API v2 with an app-only bearer token; a `scoring.reading.sources.Source`.

    Args:
        bearer_token: the operator's token.
        base_url: scheme and host, without a trailing slash.
        clock: gives the time, aware, UTC.
        proxy: the address of an HTTP proxy; None for no proxy.
        certificates: the authorities to trust over TLS; None for the system's.
        timeout: how long an answer may take, in seconds.

    Every method raises a `SourceError`: `RateLimited`, `CreditsDepleted`, `TokenRefused` or
    `SourceUnreachable`; where it reads one account alone, an `ItemError`, too. What X refuses is
    logged by endpoint, status and problem type. Nothing is retried here, but for requests that X
    refuses, and so does not charge for: because of their spelling, or of some of several accounts.
    """

    def __init__(
        self,
        bearer_token: str,
        base_url: str,
        clock: Callable[[], datetime],
        *,
        proxy: str | None = None,
        certificates: ssl.SSLContext | None = None,
        timeout: float = 15.0,
    ) -> None:
        self._client = AsyncClient(
            bearer_token, return_type=aiohttp.ClientResponse, wait_on_rate_limit=False
        )
        self._base_url = base_url
        self._clock = clock
        self._proxy = proxy
        self._certificates = certificates
        self._timeout = timeout
        self._renamed: frozenset[str] = frozenset()

    async def profiles(self, handles: Sequence[str]) -> Mapping[str, Found]:
        """Look up to `MAX_PROFILES` handles up in one request (`GET /2/users/by`)."""
        if len(handles) > MAX_PROFILES or not all(map(is_handle, handles)):
            # One bad name makes X refuse the whole batch.
            raise ValueError("profiles takes up to 100 valid handles")
        refused: dict[str, Found] = {}
        left = list(handles)
        while True:
            try:
                body = await self._ask(_LOOK_UP, partial(_users_by, tuple(left)))
                break
            except RefusedError as answer:
                named = refused_by_name(answer, left)
                problem = self._refusal_of_several(answer, left, named)
                if not named or len(handles) == 1:
                    raise problem from answer
                refused |= {key(name): _withheld(name, answer) for name in named}
                left = [name for name in left if name not in named]
                if not left:
                    return refused
        found, odd = _understood(_LOOK_UP, lambda: looked_up(body, left))
        unreadable = sum(isinstance(each, ItemError) for each in found.values())
        _warn(_LOOK_UP, odd, f"{unreadable} of {len(found)} accounts")
        return {**found, **refused}

    async def profile_by_id(self, account_id: int) -> Profile | None:
        """Find the account under whatever handle it has now (`GET /2/users`)."""
        body = await self._call(
            _BY_ID,
            lambda client: client.get_users(ids=[account_id], user_fields=_USER_FIELDS),
        )
        return _understood(_BY_ID, lambda: one_profile(body, account_id))

    async def recent_posts(
        self, profile: Profile, now: datetime, since: datetime | None = None
    ) -> PostWindow:
        """Read the newest own posts, of the last `LONGEST` at most (`GET /2/users/:id/tweets`).

        The period is asked for by `start_time` rather than `since_id`: it says which period the
        answer covers, also where its first post was deleted, and X ignores it beside `since_id`.
        """
        # X refuses a start in the future, also of an account that is younger than X's clock.
        start = min(max(since or now - LONGEST, profile.created_at), now - SHORTEST)
        body = await self._timeline(profile, start)
        window, odd = _understood(_POSTS, lambda: post_window(body, profile, start, now))
        _warn(_POSTS, odd, f"{window.left_out} of {len(window.posts) + window.left_out} posts")
        return window

    async def mentions(self, profile: Profile) -> MentionWindow:
        """Count the mentions (`GET /2/tweets/counts/recent`): a hundredth of the price."""
        query = f"@{profile.handle} -from:{profile.handle}"
        body = await self._call(
            _MENTIONS,
            lambda client: client.get_recent_tweets_count(query, granularity="day"),
            profile.handle,
        )
        now = self._clock()
        window, odd = _understood(_MENTIONS, lambda: mention_window(body, profile, now))
        _warn(_MENTIONS, odd, "part of a count")
        return window

    def _refusal_of_several(
        self, answer: RefusedError, handles: Sequence[str], named: set[str]
    ) -> SourceError:
        """What a refused look-up means; one account's problem says nothing about the key."""
        alone = handles[0] if len(handles) == 1 else ""
        if named or (alone and is_of_unnamed(answer)):
            return self._refusal(_LOOK_UP, answer, alone or min(named))
        problem = self._refusal(_LOOK_UP, answer, "")
        if isinstance(problem, TokenRefused) and is_of_unnamed(answer):
            # the account is found when fewer are asked for
            told, kind = f"HTTP {answer.status}", answer.problem_type
            return SourceUnreachable(told, status=answer.status, problem_type=kind)
        return problem

    async def close(self) -> None:
        """Close the connections; the source may not be used afterwards."""
        if isinstance(self._client.session, RebasedSession):
            await self._client.session.close()

    async def _timeline(self, profile: Profile, since: datetime) -> Json:
        """Ask for a timeline in the spelling that X takes, which each process finds out once."""
        renamed, tried = self._renamed, set[frozenset[str]]()
        while True:
            words = {word: new if word in renamed else word for word, new in _NEW_NAMES.items()}
            parameters = {
                "exclude": f"{words['retweets']},replies",
                "max_results": str(MAX_POSTS),
                "start_time": since.strftime("%Y-%m-%dT%H:%M:%SZ"),
                words["tweet.fields"]: ",".join(_POST_FIELDS),
            }
            request = partial(_get, f"/2/users/{profile.id}/tweets", parameters)
            tried.add(renamed)
            try:
                body = await self._ask(_POSTS, request)
            except RefusedError as answer:
                other = renamed ^ _misspelt(answer, words)
                if other in tried:
                    raise self._refusal(_POSTS, answer, profile.handle) from answer
                renamed = other
            else:
                self._renamed = renamed
                return body

    async def _call(self, endpoint: str, request: _Request, handle: str = "") -> Json:
        try:
            return await self._ask(endpoint, request)
        except RefusedError as answer:
            raise self._refusal(endpoint, answer, handle) from answer

    async def _ask(self, endpoint: str, request: _Request) -> Json:
        """Make one request and return its JSON object.

        Raises:
            RefusedError: X answered with another status than 2xx.
            scoring.reading.errors.SourceUnreachable: X gave no answer, or no JSON object.
        """
        if self._client.session is None:  # made here because it belongs to the running loop
            self._client.session = RebasedSession(
                self._base_url, self._proxy, self._certificates, self._timeout
            )
        status: int | None = None
        try:
            response = await request(self._client)
            status = response.status
            body = json.loads(text(response.body), parse_int=_whole)
        except aiohttp.ClientConnectorError as error:
            raise _unreachable(endpoint, "no connection") from error
        except (aiohttp.ClientError, TimeoutError, ValueError, RecursionError) as error:
            kind = type(error).__name__
            raise _unreachable(endpoint, kind, status, may_be_billed=True) from error
        if not isinstance(body, dict):
            raise _unreachable(endpoint, "not a JSON object", status, may_be_billed=True)
        return body

    def _refusal(self, endpoint: str, answer: RefusedError, handle: str) -> SourceError:
        _log.warning("X refuses %s with HTTP %d (%s)", endpoint, answer.status, answer.problem_type)
        return refusal(answer, handle, self._clock())


async def _users_by(handles: Sequence[str], client: AsyncClient) -> Any:
    return await client.get_users(usernames=list(handles), user_fields=_USER_FIELDS)


def _withheld(handle: str, answer: RefusedError) -> ItemRefused:
    return ItemRefused(handle, status=answer.status, problem_type=answer.problem_type)


async def _get(route: str, parameters: Mapping[str, str], client: AsyncClient) -> Any:
    """Make a request that tweepy itself can write in X's old spelling only."""
    return await client.request("GET", route, params=dict(parameters))


def _misspelt(answer: RefusedError, words: Mapping[str, str]) -> frozenset[str]:
    """Return the words of a timeline's query that X does not know in this spelling."""
    if answer.status != HTTPStatus.BAD_REQUEST:
        return frozenset()
    complaints = {"tweet.fields": words["tweet.fields"], "retweets": "exclude"}
    blamed = answer.blamed()
    return frozenset(word for word, parameter in complaints.items() if parameter in blamed)


def _understood(endpoint: str, parse: Callable[[], _T]) -> _T:
    """Parse an answer, and turn errors of parsing into errors of reading.

    Raises:
        scoring.reading.errors.ItemError: the one account of the answer cannot be read.
        scoring.reading.errors.SourceUnreachable: the whole answer is of no use.
    """
    try:
        return parse()
    except AccountUnreadable as error:
        _log.warning("X's answer (%s) cannot be read: %s", endpoint, ", ".join(error.fields))
        raise
    except ItemRefused as error:
        _log.warning("X withholds an account (%s): %s", endpoint, error.problem_type)
        raise
    except UnusableError as error:
        why = str(error)
        raise _unreachable(endpoint, why, HTTPStatus.OK, may_be_billed=True) from error
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        why = type(error).__name__
        raise _unreachable(endpoint, why, HTTPStatus.OK, may_be_billed=True) from error


def _unreachable(
    endpoint: str, why: str, status: int | None = None, *, may_be_billed: bool = False
) -> SourceUnreachable:
    """Return the error for an answer of no use, and log it without the answer's content."""
    answered = f"HTTP {status}" if status else "no answer"
    _log.warning("X gives no usable answer (%s): %s, %s", endpoint, answered, why)
    return SourceUnreachable(why, may_be_billed=may_be_billed, status=status)


def _warn(endpoint: str, odd: Odd, what: str) -> None:
    """Log the names of odd fields and how often each occurs, never accounts or values."""
    if odd:
        fields = ", ".join(f"{field} ×{times}" for field, times in sorted(odd.items()))
        _log.warning("X's answer (%s) is odd in part, %s: %s", endpoint, what, fields)


def _whole(digits: str) -> float:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else float("inf")
