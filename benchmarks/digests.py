"""Planning and building digests: rows a second, memory, and how long answers take meanwhile.

The same number of digests is due among ten thousand schedules and among a hundred thousand. What
they tell was read today already, so that nothing is bought. The bot is a process of its own, and
somebody asks it for a stored score, one question after the other: first while it has nothing to
do, then while it builds.
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

from benchmarks.answers import ROOT, Crowd, address, resident, running
from benchmarks.subscribers import accounts, subscribe
from delivery.collecting import collect
from operations.assembly import utc_now
from playground.telegram.local import LocalTelegram
from playground.telegram.page_data import PageData
from playground.telegram.web import create_app
from playground.x.accounts import FixedWorld
from playground.x.made_up import MadeUpWorld
from playground.x.server import XServer
from scoring.asking import Asker
from scoring.reader import Reader
from scoring.sources.x import XSource
from storage.database import Database
from storage.quotas import Quotas
from storage.readings import Readings
from storage.spending import Spending

SCHEDULES: Final = (10_000, 100_000)
DUE: Final = 5_000
_HANDLES: Final = 200
_ASKED: Final = 20
_IDLE: Final = timedelta(seconds=20)
"""From seeding to the moment when digests are due."""

_TOKEN: Final = "4242:benchmark"  # noqa: S105 - opens nothing
_X_TOKEN: Final = "benchmark"  # noqa: S105 - opens nothing
_PLENTY: Final = 10**12


async def run() -> None:
    """Measure and print."""
    memory = {count: await _measure(count) for count in SCHEDULES}
    few, many = (memory[count] for count in SCHEDULES)
    print(f"memory at {SCHEDULES[1]:,} beside {SCHEDULES[0]:,}: {many / few:.2f} (at most 1.2)")


async def _measure(schedules: int) -> float:
    """Build what is due among so many; the highest resident memory, in MiB."""
    telegram = LocalTelegram(_TOKEN, "klout_bot", utc_now)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        file = Path(folder) / "klout.db"
        chats = [telegram.private_chat(telegram.person(f"S{n}")).id for n in range(DUE)]
        front = create_app(telegram, PageData([], []))
        telegram_url = await stack.enter_async_context(address(TestServer(front)))
        x = XServer(MadeUpWorld(utc_now()), _X_TOKEN, utc_now)
        x_url = await stack.enter_async_context(address(TestServer(x.application())))
        due_at = await _seed(f"sqlite:///{file}", chats, schedules)
        environment = {
            "TELEGRAM_BOT_TOKEN": _TOKEN,
            "TELEGRAM_API_URL": telegram_url,
            "X_BEARER_TOKEN": _X_TOKEN,
            "X_API_URL": x_url,
            "X_BUDGET_USD_MONTH": "1000",
            "DATABASE_URL": f"sqlite:///{file}",
            "LOG_LEVEL": "WARNING",
        }
        program = [str(ROOT / "bot.py"), "run"]
        process_id = await stack.enter_async_context(running(program, environment))
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
    assert due_at < utc_now()  # noqa: S101 - or nothing was idle
    before, meanwhile = statistics.median(idle), statistics.median(busy)
    print(
        f"{DUE:,} digests of {schedules:,} schedules: {DUE / seconds:.0f}/s built; "
        f"{memory:.0f} MiB; an answer took {before * 1000:.0f} ms before, {meanwhile * 1000:.0f} "
        f"meanwhile ({len(busy)} asked): {meanwhile / before:.1f} times (at most 5)"
    )
    return memory


async def _seed(url: str, chats: list[int], schedules: int) -> datetime:
    """Accounts read a week ago and today; chats that are due soon, the others in some days."""
    now, database = utc_now(), await Database.open(url)
    told_at = now - timedelta(weeks=1)
    handles = []
    for moment in (told_at, now):
        world = accounts(_HANDLES, moment)
        handles = [account.handle for account in world]
        x = XServer(FixedWorld(world), _X_TOKEN, lambda: moment)  # noqa: B023
        async with TestServer(x.application()) as server:
            source = XSource(_X_TOKEN, str(server.make_url("")).rstrip("/"), lambda: moment)  # noqa: B023
            ledger = Spending(database, _PLENTY)
            reader = Reader(source, Readings(database), ledger, Quotas(database), lambda: moment)  # noqa: B023
            await collect(reader, handles, Asker("digest"))
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
