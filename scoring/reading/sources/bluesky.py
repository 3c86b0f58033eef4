"""The source Bluesky, read through its public AppView without a key (AT Protocol, XRPC).

Unexpected behaviour of the AppView, and how this module and `bluesky_items` handle it:

* One name of bad syntax refuses a whole batch: no such name is ever sent.
* An account that cannot be shown is left out of a batch without a word: it is asked for once more
  by itself, which says why.
* `posts_no_replies` holds reposts, and an unknown filter is ignored rather than refused: reposts
  and replies are left out here, too.
* Everything that a person asked to be kept from strangers is returned all the same: see
  `scoring.reading.networks.consent`.
"""

import asyncio
import json
import logging
import ssl
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import aiohttp
from aiolimiter import AsyncLimiter

from scoring.reading.errors import (
    AccountError,
    AccountSuspended,
    AccountUnreadable,
    HandleNotFound,
    ItemRefused,
    RateLimited,
    SourceUnreachable,
)
from scoring.reading.network_errors import AccountDeactivated, HandleInvalid
from scoring.reading.networks.identifiers import actor
from scoring.reading.sources.bluesky_items import INVALID, account_of, page_of
from scoring.reading.sources.json_items import Json, OddFieldError, list_of
from scoring.reading.sources.public_accounts import (
    OwnPosts,
    PublicAccount,
    Result,
    earliest,
    own_posts,
)
from scoring.reading.strangers.limits import HostBreaker
from scoring.reading.strangers.retry_times import retry_time

_log = logging.getLogger(__name__)

PUBLIC_URL: Final = "https://public.api.bsky.app"
"""The AppView that Bluesky offers for reading without a login."""

_PROFILES: Final = "app.bsky.actor.getProfiles"
_PROFILE: Final = "app.bsky.actor.getProfile"
_FEED: Final = "app.bsky.feed.getAuthorFeed"

_TIMEOUT: Final = aiohttp.ClientTimeout(total=15, sock_connect=5)
A_SECOND: Final = 5.0
"""Requests a second: half of what Bluesky lets one address make (3,000 in five minutes)."""

_LONGEST_BODY: Final = 4 * 2**20
_CHUNK: Final = 2**16
_OK: Final = 200
_BAD_REQUEST: Final = 400
_TOO_MANY: Final = 429

_REASONS: Final[Mapping[str, type[AccountError]]] = {
    "AccountTakedown": AccountSuspended,
    "AccountDeactivated": AccountDeactivated,
}
_MISSING: Final = "Profile not found"

_HOST: Final = "the AppView"
"""The one host of the circuit breaker."""


class _Refusal(NamedTuple):
    """A 400 of the AppView: the name of the error, and its words."""

    error: str
    message: str


class BlueskySource:
    """Reads Bluesky.

    Args:
        base_url: scheme and host, without a trailing slash.
        clock: gives the time, aware, UTC.
        user_agent: the bot's name with a page about it, as Bluesky asks for.
        proxy: the address of an HTTP proxy; None for no proxy.
        certificates: the authorities to trust over TLS; None for the system's.
        pace: requests a second.

    Attributes:
        most_profiles: names in one call of `profiles`.

    Every method raises `RateLimited` or `SourceUnreachable`. Nothing is retried.
    """

    most_profiles: Final = 25

    def __init__(
        self,
        base_url: str,
        clock: Callable[[], datetime],
        user_agent: str,
        *,
        proxy: str | None = None,
        certificates: ssl.SSLContext | None = None,
        pace: float = A_SECOND,
    ) -> None:
        self._base_url = base_url
        self._clock = clock
        self._user_agent = user_agent
        self._proxy = proxy
        self._certificates = certificates
        self._pace = AsyncLimiter(pace, 1)
        self._breaker = HostBreaker(clock)
        self._session: aiohttp.ClientSession | None = None

    async def profiles(
        self, names: Sequence[str], person: int | None = None
    ) -> Mapping[str, Result]:
        """Look up handles or DIDs, at most `most_profiles`, in one request.

        Each account that a batch leaves out costs one request more, which says why. One name is
        asked for in that way at once.

        Args:
            names: handles or DIDs.
            person: who asks makes no difference: all requests go to one server.

        Returns:
            For each name in lower case: its account, or why not.
        """
        if len(names) > self.most_profiles:
            raise ValueError(f"profiles takes up to {self.most_profiles} names")
        del person
        asked = {name.lower(): actor(name) for name in names}
        found: dict[str, Result] = {
            name: HandleNotFound(name) for name, actor_name in asked.items() if actor_name is None
        }
        wanted = {name: each for name, each in asked.items() if each is not None}
        if wanted:
            distinct = list(dict.fromkeys(wanted.values()))
            returned = await self._batch(distinct) if len(distinct) > 1 else {}
            left_out = [each for each in distinct if each not in returned]
            answers = await asyncio.gather(*map(self._one, left_out))
            returned |= dict(zip(left_out, answers, strict=True))
            found |= {name: returned[each] for name, each in wanted.items()}
        return found

    async def recent_posts(
        self, account: PublicAccount, now: datetime, since: datetime | None = None
    ) -> OwnPosts:
        """Read the newest own posts, in one request.

        Args:
            account: whose posts.
            now: the moment of reading, aware.
            since: older posts do not count; None for as far back as posts count.

        Raises:
            scoring.reading.errors.ItemError: the posts of this account cannot be read.
        """
        parameters = [("actor", account.id), ("filter", "posts_no_replies"), ("limit", "100")]
        body = await self._ask(_FEED, parameters)
        if isinstance(body, _Refusal):
            raise ItemRefused(account.handle, status=_BAD_REQUEST, problem_type=body.error)
        try:
            page = page_of(body, account, now)
        except OddFieldError as error:
            raise self._unreachable(_FEED, f"odd {error.field}", _OK) from error
        if page.odd:
            _log.warning("Bluesky's posts are odd in part: %s", ", ".join(sorted(set(page.odd))))
        return own_posts(page, account, now, earliest(now, since))

    async def close(self) -> None:
        """Close the connections; the source may not be used afterwards."""
        if self._session:
            await self._session.close()

    async def _batch(self, actors: Sequence[str]) -> dict[str, Result]:
        """Return the accounts that the network shows, by the name that was asked for."""
        body = await self._ask(_PROFILES, [("actors", each) for each in actors])
        if isinstance(body, _Refusal):
            raise self._unreachable(_PROFILES, body.error, _BAD_REQUEST)
        try:
            views = list_of(body.get("profiles"), "profiles")
        except OddFieldError as error:
            raise self._unreachable(_PROFILES, f"odd {error.field}", _OK) from error
        returned: dict[str, Result] = {}
        for view in views:
            for name in {_lower(view, "did"), _lower(view, "handle")} & set(actors):
                returned[name] = _result(view, name)
        return returned

    async def _one(self, name: str) -> Result:
        """Ask for one account alone, which says why it is not shown."""
        body = await self._ask(_PROFILE, [("actor", name)])
        if not isinstance(body, _Refusal):
            return _result(body, name)
        if reason := _REASONS.get(body.error):
            return reason(name)
        if body.message == _MISSING:
            return HandleNotFound(name)
        raise self._unreachable(_PROFILE, body.error, _BAD_REQUEST)

    async def _ask(self, method: str, parameters: Sequence[tuple[str, str]]) -> Json | _Refusal:
        """Make one request.

        Raises:
            scoring.reading.errors.RateLimited: Bluesky asks to slow down.
            scoring.reading.errors.SourceUnreachable: no answer, or none that is of use.
        """
        pause = self._breaker.admit(_HOST)
        if pause and pause.wished:
            raise RateLimited(pause.until)
        if pause:
            raise SourceUnreachable("left alone for a while")
        async with self._pace:
            try:
                async with self._open_session().get(
                    f"{self._base_url}/xrpc/{method}", params=parameters, allow_redirects=False
                ) as response:
                    status, headers = response.status, response.headers
                    text = await _body_of(response)
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                raise self._failure(method, type(error).__name__) from error
        if status == _TOO_MANY:
            until = retry_time(headers, self._clock())
            self._breaker.leave_alone(_HOST, until)
            raise RateLimited(until)
        try:
            body = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise self._failure(method, type(error).__name__, status) from error
        if not isinstance(body, dict) or status not in {_OK, _BAD_REQUEST}:
            raise self._failure(method, "no answer of the AppView", status)
        self._breaker.note_answer(_HOST)
        if status == _BAD_REQUEST:
            return _Refusal(str(body.get("error")), str(body.get("message")))
        return body

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:  # made here because it belongs to the running loop
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=self._certificates or True),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self._user_agent, "Accept": "application/json"},
                timeout=_TIMEOUT,
                proxy=self._proxy,
            )
        return self._session

    def _failure(self, method: str, why: str, status: int | None = None) -> SourceUnreachable:
        """Return the error for no answer, and count it against the network."""
        self._breaker.note_failure(_HOST)
        return self._unreachable(method, why, status)

    def _unreachable(self, method: str, why: str, status: int | None = None) -> SourceUnreachable:
        """Return the error for an answer of no use, and log it without the answer's content."""
        _log.warning("Bluesky gives no usable answer (%s): HTTP %s, %s", method, status or "-", why)
        return SourceUnreachable(why, status=status)


async def _body_of(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > _LONGEST_BODY:
            raise ValueError("too long")
    return bytes(body)


def _result(view: object, name: str) -> Result:
    """Return an account, or why it cannot be read, for a name that was asked for."""
    try:
        account = account_of(view)
    except OddFieldError as error:
        return AccountUnreadable(name, (error.field,))
    if name not in {account.id.lower(), account.handle}:
        return AccountUnreadable(name, ("handle",))
    return HandleInvalid(name) if account.handle == INVALID else account


def _lower(view: object, field: str) -> str:
    value = view.get(field) if isinstance(view, dict) else None
    return value.lower() if isinstance(value, str) else ""
