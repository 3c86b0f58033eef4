"""The benchmark of SQLite and PostgreSQL, each commit on the disk: sends and one-row reads."""

import asyncio
import secrets
import tempfile
import time
from pathlib import Path
from typing import Final

from operations.assembly import utc_now
from storage.chats.chat_choices import ChatChoices
from storage.chats.places import Place
from storage.engine.database import Database
from storage.queues.messages import OutboxMessage
from storage.stores import Stores
from tests.support.postgresql import NoPostgreSQLError, server

_MESSAGES: Final = 300
_READS: Final = 5_000
_IN_FLIGHT: Final = 50
_DURABLE: Final = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


async def run() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        here = await _measure(f"sqlite:///{Path(folder) / 'klout.db'}")
    try:
        with server(_DURABLE) as running:
            there = await _measure(running.url())
    except NoPostgreSQLError as error:
        print(f"engines: skipped, {error}")
        return
    for what, one, other in zip(("messages armed and noted", "reads"), here, there, strict=True):
        print(f"{what}: SQLite {one:,.0f}/s, PostgreSQL {other:,.0f}/s: {other / one:.2f} times")


async def _measure(url: str) -> tuple[float, float]:
    """Return messages a second, one after the other, and reads a second, fifty in flight."""
    database = await Database.open(url)
    try:
        return await _send(database), await _read(database)
    finally:
        await database.close()


async def _send(database: Database) -> float:
    outbox = Stores(database, utc_now, secrets.token_hex(16)).outbox
    chats = range(1, _MESSAGES + 1)
    messages = [OutboxMessage(key=f"{chat}", place=Place(chat), html="…") for chat in chats]
    async with database.transaction() as tx:
        await outbox.post(tx, messages)
    leased = await outbox.lease(_MESSAGES)
    begun = time.perf_counter()
    for message in leased:
        await outbox.arm(message)
        await outbox.deliver(message, 1)
    return len(leased) / (time.perf_counter() - begun)


async def _read(database: Database) -> float:
    chats = ChatChoices(database)
    await chats.choose_zone(1, "UTC")

    async def read() -> None:
        for _ in range(_READS // _IN_FLIGHT):
            await chats.zone(1)

    begun = time.perf_counter()
    await asyncio.gather(*(read() for _ in range(_IN_FLIGHT)))
    return _READS / (time.perf_counter() - begun)
