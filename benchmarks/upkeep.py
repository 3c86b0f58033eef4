"""The benchmark of upkeep: 100,000 old rows are deleted while people ask, on both engines.

The bot is a process of its own. Fifty people ask it for a stored score, each again some time after
every answer: first while there is nothing to delete, then until all old rows are gone. The result
is the ratio of the two waits. As a baseline some digests are then deleted the former way: all in
one statement, without an index behind their foreign key.
"""

import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import delete, func, insert, select
from sqlalchemy.schema import DropIndex

from benchmarks.stage import BOT, TOKEN, X_TOKEN, running, served
from operations.assembly import utc_now
from playground.telegram.server.local import LocalTelegram
from playground.telegram.server.world import Chat, Event, Person
from playground.x.made_up import MadeUpWorld
from playground.x.server import XServer
from storage.engine.database import Database
from storage.engine.schema import digest, outbox, quota, received, usage
from storage.engine.transaction import Connection
from tests.support.postgresql import NoPostgreSQLError, server

DIGESTS: Final = 20_000
"""Old digests, each with its message and three more old rows: 100,000 rows in all. As many digests
and messages are younger, and stay."""

FORMERLY: Final = 200
_PEOPLE: Final = 50
_THINKING: Final = 2.0
"""Seconds between an answer and the next question, on average."""

_IDLE: Final = 20.0
_PATIENCE: Final = 600.0
_LOOK: Final = 1.0
"""Seconds between two counts, which are not free."""

_DURABLE: Final = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_OLD: Final = timedelta(days=100)
_RECENTLY: Final = timedelta(days=10)
_RECENT: Final = 10**6
_FORMER: Final = 2 * 10**6
_INDEX: Final = next(one for one in outbox.indexes if one.columns.keys() == ["digest_id"])


class People:
    """Fifty people who ask, each in a private chat, and their waits."""

    def __init__(self, telegram: LocalTelegram) -> None:
        self._telegram = telegram
        named = [telegram.person(f"P{number}") for number in range(_PEOPLE)]
        self._people = [(person, telegram.private_chat(person)) for person in named]
        self._answered: dict[int, asyncio.Event] = {}
        telegram.watch(self._watch)

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[list[float]]:
        """Let all ask while the context is open; yield the waits in seconds, missing ones too."""
        waits: list[float] = []
        tasks = [asyncio.create_task(self._ask(*each, waits)) for each in self._people]
        try:
            yield waits
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def ask_once(self) -> None:
        """Let each ask once, so that the score is in the store."""
        await asyncio.gather(*(self._wait(*each) for each in self._people))

    async def _ask(self, person: Person, chat: Chat, waits: list[float]) -> None:
        await asyncio.sleep(random.uniform(0, _THINKING))  # noqa: S311 - a spread
        while True:
            begun = time.perf_counter()
            try:
                await self._wait(person, chat)
            finally:
                waits.append(time.perf_counter() - begun)
            await asyncio.sleep(random.uniform(0, 2 * _THINKING))  # noqa: S311 - a spread

    async def _wait(self, person: Person, chat: Chat) -> None:
        self._answered[chat.id] = asyncio.Event()
        self._telegram.say(person, chat, "/klout @nasa_fan")
        await self._answered[chat.id].wait()

    def _watch(self, event: Event) -> None:
        if event["event"] == "message" and event["message"]["from"]["is_bot"]:
            self._answered[event["message"]["chat"]["id"]].set()


async def run() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        await _measure("SQLite", f"sqlite:///{Path(folder) / 'klout.db'}")
    try:
        with server(_DURABLE) as running_server:
            await _measure("PostgreSQL", running_server.url())
    except NoPostgreSQLError as error:
        print(f"PostgreSQL: skipped, {error}")


async def _measure(engine: str, url: str) -> None:
    telegram = LocalTelegram(TOKEN, "klout_bot", utc_now)
    x = XServer(MadeUpWorld(utc_now()), X_TOKEN, utc_now)
    async with AsyncExitStack() as stack:
        database = await Database.open(url)
        stack.push_async_callback(database.close)
        environment = await stack.enter_async_context(served(telegram, x, url, LOG_LEVEL="ERROR"))
        await stack.enter_async_context(running(BOT, environment))
        people = People(telegram)
        await people.ask_once()
        async with people.asking() as idle:
            await asyncio.sleep(_IDLE)
        rows = await _grow_old(database)
        async with people.asking() as busy:
            seconds = await _forgotten(database)
        print(f"{engine}: {rows:,} old rows: {rows / seconds:,.0f}/s; {_compared(idle, busy)}")
        async with people.asking() as formerly:
            seconds = await _forget_formerly(database)
        print(
            f"{engine}, {FORMERLY:,} digests as formerly: {FORMERLY / seconds:,.0f}/s;"
            f" {_compared(idle, formerly)}"
        )


async def _grow_old(database: Database) -> int:
    """Insert old rows, and as many messages that stay; return the number of old rows."""
    now = utc_now()
    then = now - _OLD
    none = {"spent": 0, "profiles": 0, "served": 1, "command": "klout", "day": then.date()}
    async with database.transaction() as connection:  # one: no row is deleted before all are in
        await _add_digests(connection, then, DIGESTS)
        await _add_digests(connection, now - _RECENTLY, DIGESTS, first=_RECENT)
        numbers = [{"update_id": -n, "received_at": then} for n in range(2 * DIGESTS)]
        await connection.execute(insert(received), numbers)
        buckets = [{"kind": "person", "id": -n, "full_at": then} for n in range(DIGESTS // 2)]
        await connection.execute(insert(quota), buckets)
        await connection.execute(
            insert(usage), [{**none, "chat_id": -n} for n in range(DIGESTS // 2)]
        )
    return 5 * DIGESTS


async def _add_digests(connection: Connection, then: datetime, count: int, first: int = 1) -> None:
    numbers = range(first, first + count)
    made = {"topic_id": 0, "state": "sent", "not_before": then, "attempt": 0}
    said = {"period": "2020-W01", "due_at": then, "contents": '{"entries": []}' * 20}
    sent = {"html": "…" * 500, "silent": False, "useful_until": then, "settled_at": then}
    await connection.execute(
        insert(digest), [{"id": n, "chat_id": -n, **made, **said} for n in numbers]
    )
    await connection.execute(
        insert(outbox),
        [
            {"id": n, "key": f"digest:{n}", "digest_id": n, "chat_id": -n, **made, **sent}
            for n in numbers
        ],
    )


async def _forgotten(database: Database) -> float:
    """Wait until no old row is left; return the seconds from the first deleted row to the last."""
    everything = old = await _count(database)
    begun = None
    async with asyncio.timeout(_PATIENCE):
        while old:
            await asyncio.sleep(_LOOK)
            old = await _count(database)
            if begun is None and old < everything:
                begun = time.perf_counter()
    return time.perf_counter() - (begun or 0.0)


async def _count(database: Database) -> int:
    before = utc_now() - _OLD + timedelta(days=1)
    moments = (digest.c.due_at, outbox.c.settled_at, received.c.received_at, quota.c.full_at)
    async with database.reading() as connection:
        old = [
            await connection.scalar(
                select(func.count()).select_from(moment.table).where(moment < before)
            )
            for moment in moments
        ]
    return sum(each or 0 for each in old)


async def _forget_formerly(database: Database) -> float:
    """Delete digests whose messages are gone, without the index on the foreign key."""
    theirs = digest.c.id.between(_FORMER, _FORMER + FORMERLY - 1)
    spoken = select(outbox.c.digest_id).where(outbox.c.digest_id.is_not(None))
    async with database.transaction() as connection:
        await _add_digests(connection, utc_now() - _RECENTLY, FORMERLY, first=_FORMER)
        await connection.execute(delete(outbox).where(outbox.c.id >= _FORMER))
        await connection.execute(DropIndex(_INDEX))
    begun = time.perf_counter()
    async with database.transaction() as connection:
        await connection.execute(delete(digest).where(theirs, digest.c.id.not_in(spoken)))
    return time.perf_counter() - begun


def _compared(idle: list[float], busy: list[float]) -> str:
    longest, often = max(busy), _p95(busy)
    return (
        f"longest wait {longest * 1000:,.0f} ms of {len(busy):,}, {longest / max(idle):.2f} times"
        f" the longest of {len(idle):,} while idle ({max(idle) * 1000:,.0f} ms);"
        f" p95 {often * 1000:,.0f} ms, {often / _p95(idle):.2f} times"
    )


def _p95(waits: list[float]) -> float:
    return sorted(waits)[int(0.95 * (len(waits) - 1))]


if __name__ == "__main__":
    asyncio.run(run())
