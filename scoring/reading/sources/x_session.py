"""The session that tweepy makes X's requests with: at the configured host, with bounded answers."""

import codecs
import ssl
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Final, NamedTuple

import aiohttp

from scoring.reading.sources.x_refusals import RefusedError

_TO_CONNECT: Final = 5.0
"""Seconds for a connection."""

_LONGEST_BODY: Final = 4 * 2**20
"""Bytes of an answer, decompressed: many times what a hundred accounts take."""

_CHUNK: Final = 2**16
_GZIP: Final = 16 + zlib.MAX_WBITS


class RebasedSession:
    """The part of an aiohttp session that tweepy uses, with the configured host.

    Args:
        base_url: scheme and host, without a trailing slash.
        proxy: the address of an HTTP proxy; None for no proxy.
        certificates: the authorities to trust over TLS; None for the system's.
        timeout: how long an answer may take, in seconds.
    """

    def __init__(
        self,
        base_url: str,
        proxy: str | None,
        certificates: ssl.SSLContext | None,
        timeout: float,
    ) -> None:
        connector = aiohttp.TCPConnector(ssl=certificates or True)
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=timeout, sock_connect=_TO_CONNECT),
            connector=connector,
            proxy=proxy,
            auto_decompress=False,
        )
        self._base_url = base_url

    @asynccontextmanager
    async def request(self, method: str, url: str, **options: Any) -> AsyncIterator[Any]:
        """Make a request; yield the answer, whole.

        Raises:
            RefusedError: the status is not 2xx.
            ValueError: the body is too long, or not compressed as it says.
            aiohttp.ClientError, TimeoutError: there is no answer.
        """
        here = url.replace("https://api.twitter.com", self._base_url, 1)
        options["headers"] = {**options.get("headers", {}), "Accept-Encoding": "gzip"}
        async with self._session.request(
            method, here, allow_redirects=False, **options
        ) as response:
            status, headers = response.status, response.headers
            answers = HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
            try:
                body = await _body_of(response)
            except ValueError:
                if answers:
                    raise
                body = b""
            if not answers:
                raise RefusedError(status, headers, text(body))
            yield _Answer(status, response.reason, headers, body)

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()


class _Answer(NamedTuple):
    """All that tweepy uses of an answer, which has been read."""

    status: int
    reason: str | None
    headers: Mapping[str, str]
    body: bytes

    async def read(self) -> bytes:
        return self.body


async def _body_of(response: aiohttp.ClientResponse) -> bytes:
    """A body, decompressed as it comes in.

    Raises:
        ValueError: it is too long, or not compressed as it says.
    """
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in {"identity", "gzip", "x-gzip", ""}:
        raise ValueError("unknown Content-Encoding")
    unzip = zlib.decompressobj(_GZIP) if "gzip" in coding else None
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        try:
            body += unzip.decompress(chunk, _LONGEST_BODY + 1 - len(body)) if unzip else chunk
        except zlib.error:
            raise ValueError("broken compression") from None
        if len(body) > _LONGEST_BODY:
            raise ValueError("too long")
    if unzip and body and not unzip.eof:
        raise ValueError("cut off")
    return bytes(body)


def text(body: bytes) -> str:
    """Return a body as text; a byte that is no character becomes U+FFFD."""
    # One broken character, or an endless number, is no reason to lose all the others.
    return body.removeprefix(codecs.BOM_UTF8).decode(errors="replace")
