"""Requests to the servers of strangers: the only module that connects to a host they name.

The very address that is connected to is checked, for every connection (`socket_factory`), so
that neither a name that changes its address nor an address in place of a name gets by. Every
other way in which a server could mislead or burden the bot is closed here, too: no redirects but
one that is checked anew, no proxy, no cookies, no compression, no long or slow bodies, only JSON.
"""

import json
import logging
import re
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple, NoReturn

import aiohttp
from aiohttp.abc import AbstractResolver

from scoring.reading.errors import RateLimited
from scoring.reading.network_errors import ServerUnreachable
from scoring.reading.strangers.addresses import is_public
from scoring.reading.strangers.limits import HostBreaker, RateLimit
from scoring.reading.strangers.retry_times import retry_time
from scoring.reading.strangers.server_names import server_name, server_url

_log = logging.getLogger(__name__)

LONGEST_BODY: Final = 256 * 1024
"""Bytes of an answer: four times what forty posts take."""

_CHUNK: Final = 2**14
_PATIENCE: Final = 8.0
_REQUESTS: Final = 60
_MINUTE: Final = timedelta(minutes=1)
"""Requests to one host in a minute, as Mastodon allows at most (300 in five minutes)."""

_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))
_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500
_JSON: Final = re.compile(r"application/(?:[a-z0-9.+_-]+\+)?json", re.ASCII)
_LONGEST_NUMBER: Final = 25
"""The most digits of a number in an answer."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Where connections may lead: the Internet by default, a local server for tests and the demo.

    Attributes:
        scheme, port: how every server is reached.
        is_allowed: whether an IP address may be connected to.
        resolver: what finds the addresses of a name; None for the system's.
        certificates: the authorities to trust; None for the system's.
    """

    scheme: Literal["https", "http"] = "https"
    port: int = 443
    is_allowed: Callable[[str], bool] = is_public
    resolver: AbstractResolver | None = None
    certificates: ssl.SSLContext | None = None


class Answer(NamedTuple):
    """A server's answer.

    Attributes:
        host: the server that gave it, which is another one after a redirect.
        headers: case-insensitive.
        body: what the JSON says; None where it is no JSON.
    """

    host: str
    status: int
    headers: Mapping[str, str]
    body: object


class _UnusableError(Exception):
    """An answer is of no use; the message says why, without its content."""


class StrangersServers:
    """Asks servers that strangers name.

    Args:
        clock: gives the time, aware, UTC.
        user_agent: the bot's name with a page about it: "name (+https://…)".
        blocked: names of servers that are never asked: the bot's own, and those whose
            administrators asked for it.
        reach: where connections may lead.
        patience: seconds for one request, the body included.

    Every method raises `ServerUnreachable`, whatever is wrong, or `RateLimited`. What is wrong is
    logged without the server's name, which may say who its only user is.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        user_agent: str,
        *,
        blocked: frozenset[str] = frozenset(),
        reach: Reach | None = None,
        patience: float = _PATIENCE,
    ) -> None:
        self._clock = clock
        self._user_agent = user_agent
        self._blocked = blocked
        self._reach = reach or Reach()
        self._patience = patience
        self._breaker = HostBreaker(clock)
        self._pace = RateLimit(_REQUESTS, _MINUTE, clock)
        self._session: aiohttp.ClientSession | None = None

    async def get(
        self,
        host: str,
        path: str,
        parameters: Mapping[str, str] | None = None,
        *,
        accept: str = "application/json",
        admit_hop: Callable[[str], None] | None = None,
    ) -> Answer:
        """Get a page.

        Args:
            host: the server's name.
            path: from the slash on.
            parameters: the query.
            accept: the media type that is asked for.
            admit_hop: follow one redirect to the same path of another server, which is checked as
                the first one is; called with its name before, and may raise.
        """
        options: dict[str, Any] = {"params": parameters or {}, "headers": {"Accept": accept}}
        answer = await self._ask("GET", host, path, options)
        if answer.status not in _REDIRECTS:
            return answer
        target = server_url(answer.headers.get("Location", ""))
        if admit_hop is None or target is None or target.host == host or target.path != path:
            self._fail(host, "a redirect", answer.status)
        admit_hop(target.host)
        answer = await self._ask("GET", target.host, path, options)
        if answer.status in _REDIRECTS:
            self._fail(target.host, "a second redirect", answer.status)
        return answer

    async def post(self, host: str, path: str, body: Mapping[str, object]) -> Answer:
        """Post a question in JSON."""
        options: dict[str, Any] = {"json": dict(body), "headers": {"Accept": "application/json"}}
        answer = await self._ask("POST", host, path, options)
        if answer.status in _REDIRECTS:
            self._fail(host, "a redirect", answer.status)
        return answer

    async def close(self) -> None:
        """Close the connections; no request may follow."""
        if self._session:
            await self._session.close()

    async def _ask(self, method: str, host: str, path: str, options: dict[str, Any]) -> Answer:
        if server_name(host) != host or host in self._blocked:
            raise ServerUnreachable(host, "not to be asked")
        self._wait_if_told(host)
        url = f"{self._reach.scheme}://{host}:{self._reach.port}{path}"
        try:
            async with self._open_session().request(
                method, url, allow_redirects=False, **options
            ) as response:
                status, headers = response.status, response.headers
                body = _parsed(response.content_type, await _body_of(response))
        except _UnusableError as error:
            self._fail(host, str(error))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            self._fail(host, type(error).__name__)
        if status == _TOO_MANY:
            until = retry_time(headers, self._clock())
            self._breaker.leave_alone(host, until)
            raise RateLimited(until)
        if status >= _SERVER_ERROR:
            self._fail(host, "an error of the server", status)
        self._breaker.note_answer(host)
        return Answer(host, status, headers, body)

    def _wait_if_told(self, host: str) -> None:
        pause = self._breaker.admit(host)
        if pause and pause.wished:
            raise RateLimited(pause.until)
        if pause:
            raise ServerUnreachable(host, "left alone for a while")
        if until := self._pace.take(host):
            raise RateLimited(until)

    def _fail(self, host: str, why: str, status: int | None = None) -> NoReturn:
        self._breaker.note_failure(host)
        _log.warning("A server gives no usable answer: HTTP %s, %s", status or "-", why)
        raise ServerUnreachable(host, why, status=status) from None

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:  # made here because it belongs to the running loop
            connector = aiohttp.TCPConnector(
                socket_factory=self._socket,
                resolver=self._reach.resolver,
                use_dns_cache=False,
                ssl=self._reach.certificates or True,
                limit=20,
                limit_per_host=2,
                force_close=True,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(
                    total=self._patience,
                    sock_connect=self._patience * 3 / 8,
                    sock_read=self._patience / 2,
                ),
                headers={"User-Agent": self._user_agent, "Accept-Encoding": "identity"},
                auto_decompress=False,
                trust_env=False,  # a proxy would connect to an address that nothing here checks
            )
        return self._session

    def _socket(self, info: aiohttp.AddrInfoType) -> socket.socket:
        """Make the socket for one connection, where its very address may be connected to.

        Raises:
            OSError: the address is refused.
        """
        family, kind, protocol, _, (address, port, *_) = info
        if port != self._reach.port or not self._reach.is_allowed(str(address)):
            raise OSError("this address is not connected to")
        return socket.socket(family, kind, protocol)


async def _body_of(response: aiohttp.ClientResponse) -> bytes:
    """Read a body.

    Raises:
        _UnusableError: it is compressed, which was not asked for, or too long.
    """
    if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise _UnusableError("a compressed body")
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > LONGEST_BODY:
            raise _UnusableError("a long body")
    return bytes(body)


def _parsed(kind: str, body: bytes) -> object:
    """Return what a JSON body says; None where it is none."""
    if not _JSON.fullmatch(kind.lower()):
        return None
    try:
        return json.loads(body.decode(errors="replace"), parse_int=_whole, parse_constant=_no)
    except (ValueError, RecursionError):
        return None


def _whole(digits: str) -> float:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else float("inf")


def _no(constant: str) -> NoReturn:
    raise ValueError(constant)
