"""Check the bot's requests, and the local X's answers, against X's OpenAPI document.

    python -m playground.x.openapi_check openapi.json

The document is X's: https://api.x.com/2/openapi.json. Every request that the bot can make goes to
a local X, for accounts and posts of every kind and with every problem that the document lists.
Differences are printed, and the exit code is then 1.
"""

import asyncio
import contextlib
import json
import logging
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

import aiohttp
from aiohttp import web

from playground.serving import served
from playground.x.accounts import Account, FixedWorld, Post
from playground.x.openapi import Document, Exchange
from playground.x.server import XServer
from scoring.reading.errors import SourceError
from scoring.reading.sources import Profile
from scoring.reading.sources.x import XSource

_TOKEN: Final = "x-bearer-of-the-check"  # noqa: S105 - of a local X
_NOW: Final = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)

_REFUSED: Final = 400

_BAD: Final = (
    "/2/users/by?usernames=too_long_for_a_name&user.fields=shoe_size",
    "/2/users/by",
    "/2/users?ids=one",
    "/2/users/1/tweets?max_results=4&exclude=likes&start_time=yesterday&spelling=new",
    "/2/users/one/tweets",
    "/2/tweets/counts/recent?query=&granularity=week",
)
"""Requests that X refuses, and that the bot never makes."""


async def exchanges(document: Document) -> list[Exchange]:
    """Return all the bot's requests to a local X with their answers, in the document's spelling."""
    new_names = document.names("post.fields")
    world = FixedWorld(_accounts())
    x = XServer(world, _TOKEN, lambda: _NOW, new_names=new_names)
    seen: list[Exchange] = []
    application = x.application()
    application.middlewares.append(_recorder(seen))
    async with served(application, 0) as url:
        source = XSource(_TOKEN, url, lambda: _NOW)
        try:
            await _ask(source, x, document)
        finally:
            await source.close()
        of_the_bot = len(seen)
        await _ask_badly(url)
    return [
        one._replace(meant_wrong=index >= of_the_bot or (new_names and _is_first_try(one)))
        for index, one in enumerate(seen)
    ]


def _is_first_try(exchange: Exchange) -> bool:
    """Whether this is the request by which the bot found out X's new spelling."""
    return exchange.status == _REFUSED and "tweet.fields=" in exchange.target


def _accounts() -> list[Account]:
    """Return accounts: with all kinds of posts, silent, new, protected, suspended."""
    begun = _NOW - timedelta(days=2_000)
    kinds: tuple[Literal["post", "reply", "repost"], ...] = ("post", "reply", "repost")
    recent = tuple(
        Post(number, _NOW - timedelta(hours=number), likes=number, kind=kinds[number % 3])
        for number in range(1, 40)
    )
    return [
        Account(1, "active", "Active", begun, 2_500, 300, 80, 17_000, 9, recent=recent),
        Account(2, "silent", "", begun),
        Account(3, "new", "New", _NOW - timedelta(minutes=1), posts=1, recent=recent[2:3]),
        Account(4, "secret", "Secret", begun, protected=True, posts=5),
        Account(5, "banned", "Banned", begun, suspended=True),
        Account(6, "troubled", "Troubled", begun, 10, posts=7, recent=recent[:3]),
    ]


async def _ask(source: XSource, x: XServer, document: Document) -> None:
    found = await source.profiles(["active", "SILENT", "new", "secret", "banned", "missing"])
    for profile in found.values():
        if isinstance(profile, Profile):
            await _quietly(source.recent_posts(profile, _NOW))
            await _quietly(source.mentions(profile))
    for number in (1, 5, 99):
        await _quietly(source.profile_by_id(number))
    troubled = (await source.profiles(["troubled"]))["troubled"]
    for kind in document.problem_types():
        x.trouble("troubled", kind)
        await source.profiles(["active", "troubled"])
        if isinstance(troubled, Profile):
            x.trouble("troubled", kind, "tweets")
            await _quietly(source.recent_posts(troubled, _NOW))
            x.trouble("troubled", kind, "counts", 403)
            await _quietly(source.mentions(troubled))


async def _quietly(request: Awaitable[object]) -> None:
    with contextlib.suppress(SourceError):  # the answer is recorded elsewhere
        await request


async def _ask_badly(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        for token in (_TOKEN, "another"):
            for target in _BAD:
                headers = {"Authorization": f"Bearer {token}"}
                async with session.get(url + target, headers=headers) as answer:
                    await answer.read()


def _recorder(seen: list[Exchange]) -> Callable[..., Any]:
    @web.middleware
    async def record(request: web.Request, handler: Any) -> web.StreamResponse:
        answer: web.Response = await handler(request)
        body = json.loads(answer.text or "null")
        seen.append(Exchange(request.path_qs, answer.status, body))
        return answer

    return record


async def main(path: Path) -> int:
    """Print the differences and the number of checks; return the exit code."""
    document = Document.read(path)
    seen = await exchanges(document)
    found = {finding for each in seen for finding in document.findings(each)}
    found |= {
        f"{one.target}: the bot is refused"
        for one in seen
        if one.status == _REFUSED and not one.meant_wrong
    }
    findings = sorted(found)
    for finding in findings:
        print(finding)  # noqa: T201 - for who ran it
    print(f"{len(seen)} requests and answers held against version {document.version}:", end=" ")  # noqa: T201
    print(f"{len(findings)} findings")  # noqa: T201
    return 1 if findings else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:  # noqa: PLR2004 - itself, and the path
        sys.exit(__doc__)
    logging.disable()  # the local X's problems are meant
    try:
        sys.exit(asyncio.run(main(Path(sys.argv[1]))))
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"{sys.argv[1]} is no OpenAPI document: {error!r}")
