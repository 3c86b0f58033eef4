"""The benchmark of digests: rows planned and built a second, memory, answer times meanwhile.

The same number of digests is due among ten thousand schedules and among a hundred thousand. Their
accounts were read today already, so that nothing is bought. The bot is a process of its own, and a
person asks it for a stored score, one question after the other: first while it has nothing to do,
then while it builds.
"""

import asyncio
import sqlite3
import statistics
import tempfile
import time
from contextlib import AsyncExitStack, closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from aiohttp.test_utils import TestServer

from benchmarks.crowd import Crowd
from benchmarks.stage import BOT, TOKEN, X_TOKEN, resident, running, served
from operations.assembly import utc_now
from playground.telegram.server.local import LocalTelegram
from playground.x.accounts import FixedWorld
from playground.x.made_up import MadeUpWorld
from playground.x.server import XServer
from scoring.reading.reader import Reader
from scoring.reading.requester import Requester
from scoring.reading.sources.x import XSource
from services.batch_read import read_batch
from storage.accounts.readings import Readings
from storage.engine.database import Database
from storage.money.quotas import Quotas
from storage.stores import Stores
from tests.support.subscribers import accounts, subscribe

SCHEDULES: Final = (10_000, 100_000)
DUE: Final = 5_000
_HANDLES: Final = 200
_ASKED: Final = 20
_IDLE: Final = timedelta(seconds=20)
"""The time from seeding to the moment when digests are due."""

_PLENTY: Final = 10**12


async def run() -> None:
    """Measure and print."""
    memory = {count: await _measure(count) for count in SCHEDULES}
    few, many = (memory[count] for count in SCHEDULES)
    print(f"memory at {SCHEDULES[1]:,} beside {SCHEDULES[0]:,}: {many / few:.2f} (at most 1.2)")


async def _measure(schedules: int) -> float:
    """Build what is due among `schedules`; return the highest resident memory in MiB."""
    telegram = LocalTelegram(TOKEN, "klout_bot", utc_now)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        file = Path(folder) / "klout.db"
        chats = [telegram.private_chat(telegram.person(f"S{n}")).id for n in range(DUE)]
        x = XServer(MadeUpWorld(utc_now()), X_TOKEN, utc_now)
        due_at = await _seed(f"sqlite:///{file}", chats, schedules)
        environment = await stack.enter_async_context(
            served(telegram, x, f"sqlite:///{file}", X_BUDGET_USD_MONTH="1000")
        )
        process_id = await stack.enter_async_context(running(BOT, environment))
        crowd = Crowd(telegram)
        await crowd.ask(0, 1)
        idle = [await crowd.ask(0, 1) for _ in range(_ASKED)]
        while not _built(file):  # noqa: ASYNC110 - a table has no event
            await asyncio.sleep(0.05)
        begun, busy = time.perf_counter(), []
        while _built(file) < DUE:
            busy.append(await crowd.ask(0, 1))
            await asyncio.sleep(0.1)
        seconds = time.perf_counter() - begun
        memory = resident(process_id)
    assert due_at < utc_now()  # noqa: S101 - else the idle times were not idle
    before, meanwhile = statistics.median(idle), statistics.median(busy)
    print(
        f"{DUE:,} digests of {schedules:,} schedules: {DUE / seconds:.0f}/s built; "
        f"{memory:.0f} MiB; an answer took {before * 1000:.0f} ms before, {meanwhile * 1000:.0f} "
        f"meanwhile ({len(busy)} asked): {meanwhile / before:.1f} times (at most 5)"
    )
    return memory


async def _seed(url: str, chats: list[int], schedules: int) -> datetime:
    """Store accounts read a week ago and today, chats due soon, and others due in some days."""
    now, database = utc_now(), await Database.open(url)
    told_at = now - timedelta(weeks=1)
    handles = []
    for moment in (told_at, now):
        world = accounts(_HANDLES, moment)
        handles = [account.handle for account in world]
        x = XServer(FixedWorld(world), X_TOKEN, lambda: moment)  # noqa: B023
        async with TestServer(x.application()) as server:
            source = XSource(X_TOKEN, str(server.make_url("")).rstrip("/"), lambda: moment)  # noqa: B023
            ledger = Stores(database, utc_now, "a benchmark", budget=_PLENTY).spending
            reader = Reader(source, Readings(database), ledger, Quotas(database), lambda: moment)  # noqa: B023
            await read_batch(reader, handles, Requester("digest"))
            await source.close()
    due_at = utc_now() + _IDLE
    await subscribe(database, chats, handles, due_at, told_at=told_at)
    others = range(-schedules, -len(chats))
    await subscribe(database, others, handles, due_at + timedelta(days=3), told_at=told_at)
    await database.close()
    return due_at


def _built(file: Path) -> int:
    with closing(sqlite3.connect(file, timeout=60)) as database:
        found: int = database.execute("select count(*) from outbox").fetchone()[0]
    return found
