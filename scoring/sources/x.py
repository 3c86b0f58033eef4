"""X, read through tweepy. The only module that knows either.

What X and tweepy do unlike one would expect, and how it is met here:

* tweepy's host is fixed and its session is made per call: it is given one session that moves the
  requests to the configured host and is closed with the adapter.
* `wait_on_rate_limit` retries without a pause when X sends no reset time: it stays off.
* A missing or suspended account is a 200 with `errors`; credits used up is a plain 402; HTML and
  empty bodies, timeouts and DNS failures are not tweepy's exceptions at all.
* X is renaming fields (`tweet_count` to `post_count`…): both spellings are read.
"""

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

import aiohttp
from tweepy.asynchronous import AsyncClient

from scoring.errors import (
    AccountError,
    AccountSuspended,
    CreditsDepleted,
    HandleNotFound,
    RateLimited,
    SourceError,
    SourceUnreachable,
    TokenRefused,
)
from scoring.handles import is_handle, key
from scoring.sources import MAX_POSTS, MAX_PROFILES, MentionWindow, PostWindow, Profile, SeenPost
from scoring.windows import LONGEST, SHORTEST

MENTION_DAYS: Final = 7.0
"""What `counts/recent` covers."""

_QUARTER: Final = timedelta(minutes=15)
"""Waited for when a 429 carries no reset time (X's rate-limit window)."""

_TIMEOUT: Final = aiohttp.ClientTimeout(total=15, sock_connect=5)
_USER_FIELDS: Final = ["created_at", "description", "protected", "public_metrics"]
_SPENT: Final = ("usage cap", "usagecapexceeded", "credit", "spending limit")

_MOST: Final = 2**63
"""X's numbers are 64-bit; so are the database's."""

_Json = dict[str, Any]


class XSource:
    """X's API v2 with an app-only bearer token. A `scoring.sources.Source`.

    Args:
        bearer_token: the operator's.
        base_url: scheme and host, without a trailing slash.
        clock: gives the time, aware, UTC.

    Every method raises a `SourceError`: `RateLimited`, `CreditsDepleted`, `TokenRefused` or
    `SourceUnreachable`. Nothing is retried here.
    """

    def __init__(self, bearer_token: str, base_url: str, clock: Callable[[], datetime]) -> None:
        self._client = AsyncClient(bearer_token, return_type=dict, wait_on_rate_limit=False)
        self._base_url = base_url
        self._clock = clock

    async def profiles(self, handles: Sequence[str]) -> Mapping[str, Profile | AccountError]:
        """Look up to `MAX_PROFILES` handles up in one request (`GET /2/users/by`)."""
        if len(handles) > MAX_PROFILES or not all(map(is_handle, handles)):
            # One bad name makes X refuse the whole batch.
            raise ValueError("profiles takes up to 100 valid handles")
        body = await self._call(
            lambda client: client.get_users(usernames=list(handles), user_fields=_USER_FIELDS)
        )
        with _expected_shape():
            found = {key(user["username"]): _profile(user) for user in body.get("data") or ()}
            wrong = {key(name): kind(name) for name, kind in _problems(body.get("errors") or ())}
            # Somebody not asked for, or no word about somebody asked for, is no answer of X's.
            if not set(map(key, handles)) >= found.keys():
                raise KeyError(*found)
            return {key(handle): found.get(key(handle)) or wrong[key(handle)] for handle in handles}

    async def profile_by_id(self, account_id: int) -> Profile | None:
        """Find the account under whatever handle it has now (`GET /2/users`)."""
        body = await self._call(
            lambda client: client.get_users(ids=[account_id], user_fields=_USER_FIELDS)
        )
        with _expected_shape():
            return next((_profile(user) for user in body.get("data") or ()), None)

    async def recent_posts(self, profile: Profile, now: datetime) -> PostWindow:
        """Read the newest own posts of the last `LONGEST` (`GET /2/users/:id/tweets`).

        X cuts the page before it takes reposts and replies out of it. So the window's span is:
        all of `LONGEST` when there was no more to page through; else up to the oldest own post
        seen; else, when all ten were replies or reposts, the time in which this account puts
        out ten posts on average.
        """
        oldest_wanted = max(now - LONGEST, profile.created_at)
        body = await self._call(
            lambda client: client.get_users_tweets(
                profile.id,
                exclude=["retweets", "replies"],
                max_results=MAX_POSTS,
                start_time=oldest_wanted,
                tweet_fields=["created_at", "public_metrics"],
            )
        )
        with _expected_shape():
            posts = body.get("data") or []
            if body.get("errors"):  # protected a moment ago, for instance
                raise SourceUnreachable("posts withheld", may_be_billed=bool(posts))
            more = bool(body["meta"].get("next_token"))
            start = oldest_wanted
            if more and posts:
                start = min(_time(post["created_at"]) for post in posts)
            elif more:
                lifetime = now - profile.created_at
                start = now - MAX_POSTS * lifetime / max(profile.posts, MAX_POSTS)
            days = max(now - start, SHORTEST) / timedelta(days=1)
            return PostWindow(days, tuple(map(_post, posts)))

    async def mentions(self, profile: Profile) -> MentionWindow:
        """Count, not read, the mentions (`GET /2/tweets/counts/recent`): a hundredth the price."""
        query = f"@{profile.handle} -from:{profile.handle}"
        body = await self._call(
            lambda client: client.get_recent_tweets_count(query, granularity="day")
        )
        with _expected_shape():
            total = int(_either(body["meta"], "total_tweet_count", "total_post_count"))
        return MentionWindow(days=MENTION_DAYS, mentions=total)

    async def close(self) -> None:
        """Close the connections; the source may not be used afterwards."""
        if isinstance(self._client.session, _RebasedSession):
            await self._client.session.close()

    async def _call(self, request: Callable[[AsyncClient], Coroutine[Any, Any, Any]]) -> _Json:
        if self._client.session is None:  # made here because it belongs to the running loop
            self._client.session = _RebasedSession(self._base_url)
        try:
            body = await request(self._client)
        except _RefusedError as error:
            raise self._refusal(error) from error
        except aiohttp.ClientConnectorError as error:
            raise SourceUnreachable("no connection") from error
        except (aiohttp.ClientError, TimeoutError, ValueError, RecursionError) as error:
            raise SourceUnreachable(type(error).__name__, may_be_billed=True) from error
        if not isinstance(body, dict):
            raise SourceUnreachable("not a JSON object", may_be_billed=True)
        return body

    def _refusal(self, answer: "_RefusedError") -> SourceError:
        """What an answer that is no answer means."""
        status, text = answer.status, answer.text.lower()
        if status == HTTPStatus.PAYMENT_REQUIRED or (
            status in {HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}
            and any(word in text for word in _SPENT)
        ):
            return CreditsDepleted(f"HTTP {status}")
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            now = self._clock()
            return RateLimited(max(now + timedelta(seconds=1), answer.reset or now + _QUARTER))
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            return TokenRefused(f"HTTP {status}")
        return SourceUnreachable(f"HTTP {status}")


class _RefusedError(Exception):
    """An answer other than 2xx, before tweepy stumbles over its body."""

    def __init__(self, status: int, headers: Mapping[str, str], text: str) -> None:
        super().__init__(status)
        self.status = status
        self.text = text
        try:
            self.reset: datetime | None = datetime.fromtimestamp(
                int(headers["x-rate-limit-reset"]), UTC
            )
        except (KeyError, ValueError, OverflowError, OSError):
            self.reset = None


class _RebasedSession:
    """All that tweepy uses of an aiohttp session, moved to the configured host."""

    def __init__(self, base_url: str) -> None:
        self._session = aiohttp.ClientSession(timeout=_TIMEOUT)
        self._base_url = base_url

    @asynccontextmanager
    async def request(self, method: str, url: str, **options: Any) -> AsyncIterator[Any]:
        here = url.replace("https://api.twitter.com", self._base_url, 1)
        async with self._session.request(method, here, **options) as response:
            if not response.ok:
                text = (await response.read()).decode(errors="replace")
                raise _RefusedError(response.status, response.headers, text)
            yield response

    async def close(self) -> None:
        await self._session.close()


@contextmanager
def _expected_shape() -> Iterator[None]:
    """An answer that lacks what X always sends is no answer: never a score of zero."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise SourceUnreachable(f"unexpected answer ({error!r})", may_be_billed=True) from error


def _profile(user: _Json) -> Profile:
    metrics, number = user["public_metrics"], int(user["id"])
    if not is_handle(user["username"]) or not 0 < number < _MOST:
        raise ValueError(user["username"])
    return Profile(
        id=number,
        handle=user["username"],
        name=str(user.get("name") or "").encode(errors="replace").decode(),
        protected=bool(user.get("protected", False)),
        followers=int(metrics["followers_count"]),
        following=int(metrics["following_count"]),
        listed=int(metrics["listed_count"]),
        posts=int(_either(metrics, "tweet_count", "post_count")),
        created_at=_time(user["created_at"]),
        bio=str(user.get("description") or ""),
    )


def _post(post: _Json) -> SeenPost:
    metrics = post["public_metrics"]
    return SeenPost(
        id=int(post["id"]),
        created_at=_time(post["created_at"]),
        likes=int(metrics["like_count"]),
        replies=int(metrics["reply_count"]),
        reposts=int(_either(metrics, "retweet_count", "repost_count")),
        quotes=int(metrics.get("quote_count", 0)),
    )


def _problems(errors: Sequence[_Json]) -> Iterator[tuple[str, type[AccountError]]]:
    """Handles that X says something about; missing and suspended have the same `type`."""
    for error in errors:
        name, title = error.get("resource_id") or error.get("value"), error.get("title")
        if title == "Forbidden" or "suspended" in str(error.get("detail")).lower():
            yield str(name), AccountSuspended
        elif title == "Not Found Error":
            yield str(name), HandleNotFound


def _either(counts: _Json, old: str, new: str) -> Any:
    return counts[old] if old in counts else counts[new]


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
