"""`make chaos`: digests due all at once, processes that are killed, stopped or left hanging.

Nothing may arrive twice, and whatever did not arrive must be one of the messages marked as
uncertain. The bot is one process or more on one database, killed about a second after it is up,
started again, until nothing waits. Telegram and X are local servers in this process; each answer
of Telegram takes a while before and after it takes effect, so that a kill can fall on both sides.
"""

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Handler
from sqlalchemy import bindparam, select, text

from benchmarks.answers import ROOT, address
from benchmarks.hurried import hurried
from benchmarks.subscribers import accounts, subscribe
from playground.telegram.local import LocalTelegram
from playground.telegram.page_data import PageData
from playground.telegram.web import create_app
from playground.x.accounts import FixedWorld
from playground.x.server import XServer
from storage.database import Database
from storage.schema import Moment, digest, outbox
from tests.postgresql import server

_TOKEN: Final = "4242:benchmark"  # noqa: S105 - opens nothing
_X_TOKEN: Final = "benchmark"  # noqa: S105 - opens nothing
_HANDLES: Final = 50
_LATENCY: Final = (0.01, 0.05)
"""Seconds on the bot's clock, before and again after a request takes effect."""

_LIVES: Final = (1.5, 3.5)
"""Seconds from being up to being killed; the first tick is a second after the start."""

_HANGING: Final = 0.02
"""Share of sends whose answer never comes, with `--fault hang`."""

_STOPPED: Final = 65.0
"""Seconds on the bot's clock, beyond every lease, for which a process is stopped."""

_STOPS: Final = 2
_MOST: Final = 1800.0
"""Seconds after which a run is given up."""

_OPEN: Final = {
    "schedule": "next_run_at <= :now",
    "digest": "state in ('due', 'ready')",
    "outbox": "state in ('pending', 'leased', 'sending')",
}


@dataclass
class Chaos:
    """One run.

    Attributes:
        speed: how many times as fast the bot's time runs.
        faults: what was done to the processes, and how often.
    """

    chats: int
    processes: int
    fault: str
    speed: float
    folder: Path
    database_url: str
    faults: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.clock = hurried(self.speed)
        self.telegram = LocalTelegram(_TOKEN, "klout_bot", self.clock)
        self._running: dict[int, Process] = {}
        self._random = random.Random(4242)  # noqa: S311 - the same faults each time

    async def run(self) -> bool:
        """Break things until everything is settled; whether every promise was kept."""
        people = [self.telegram.person(f"P{n}") for n in range(self.chats)]
        chats = [self.telegram.private_chat(person).id for person in people]
        world = accounts(_HANDLES, self.clock())
        x = XServer(FixedWorld(world), _X_TOKEN, self.clock)
        database = await Database.open(self.database_url)
        now = self.clock().replace(second=0, microsecond=0)
        await subscribe(database, chats, [account.handle for account in world], now)
        begun = time.perf_counter()
        async with AsyncExitStack() as stack:
            front = create_app(self.telegram, PageData([], []))
            front.middlewares.append(self._trouble)
            telegram_url = await stack.enter_async_context(address(TestServer(front)))
            x_url = await stack.enter_async_context(address(TestServer(x.application())))
            environment = {
                "TELEGRAM_BOT_TOKEN": _TOKEN,
                "TELEGRAM_API_URL": telegram_url,
                "X_BEARER_TOKEN": _X_TOKEN,
                "X_API_URL": x_url,
                "X_BUDGET_USD_MONTH": "1000",
                "DATABASE_URL": self.database_url,
                "LOG_LEVEL": "INFO",
            }
            lives = [
                asyncio.create_task(self._life(number, environment))
                for number in range(self.processes)
            ]
            stopping = self.fault == "stop"
            breaking = asyncio.create_task(self._stop_some(database)) if stopping else None
            try:
                async with asyncio.timeout(_MOST):
                    while not await self._settled(database):
                        await asyncio.wait(lives, timeout=1, return_when=asyncio.FIRST_EXCEPTION)
                        for life in lives:
                            if life.done():
                                life.result()
            finally:
                for task in [*lives, *filter(None, [breaking])]:
                    task.cancel()
                await asyncio.gather(*lives, return_exceptions=True)
            seconds = time.perf_counter() - begun
            stack.push_async_callback(database.close)
            return await self._report(database, chats, x, seconds)

    async def _life(self, number: int, environment: Mapping[str, str]) -> None:
        """One process: started again whenever it was killed."""
        while True:
            async with self._process(number, environment) as process:
                if self.fault == "kill":
                    await asyncio.sleep(self._random.uniform(*_LIVES))
                    process.kill()
                    self.faults["killed"] += 1
                code = await process.wait()
                if code != -signal.SIGKILL:
                    raise RuntimeError(f"process {number} ended by itself: {code}")

    @asynccontextmanager
    async def _process(self, number: int, environment: Mapping[str, str]) -> AsyncIterator[Process]:
        """A bot that is up; killed at the end."""
        program = [str(ROOT / "bot.py"), "run"]
        if self.speed != 1:
            program = ["-m", "benchmarks.hurried", str(self.speed)]
        path = self.folder / f"{number}.log"
        with path.open("ab") as log:
            start = log.tell()
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *program,
                cwd=ROOT,
                env={"PATH": os.environ["PATH"], **environment},
                stderr=log,
            )
        self._running[number] = process
        try:
            while not (process.returncode or b"answering as" in path.read_bytes()[start:]):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            yield process
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _stop_some(self, database: Database) -> None:
        """Freeze each process for longer than any lease lasts, while messages are sent."""
        stops = _STOPS * self.processes
        for stop in range(stops):
            enough = self.chats * (stop + 1) // (stops + 2)
            while await self._count(database, "outbox where state = 'sent'") < enough:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
            process = self._running[stop % self.processes]
            process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(_STOPPED / self.speed)
            process.send_signal(signal.SIGCONT)
            self.faults["stopped"] += 1

    @web.middleware
    async def _trouble(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Take a while on the way there and on the way back, or for ever."""
        await asyncio.sleep(self._random.uniform(*_LATENCY) / self.speed)
        response = await handler(request)
        await asyncio.sleep(self._random.uniform(*_LATENCY) / self.speed)
        sending = request.path.endswith("/sendMessage")
        if self.fault == "hang" and sending and self._random.random() < _HANGING:
            self.faults["left hanging"] += 1
            await asyncio.sleep(_MOST)
        return response

    async def _settled(self, database: Database) -> bool:
        """Whether every row is in a final state."""
        rows = [f"{table} where {rest}" for table, rest in _OPEN.items()]
        return not any([await self._count(database, each) for each in rows])

    async def _count(self, database: Database, rows: str) -> int:
        async with database.reading() as connection:
            query = text(f"select count(*) from {rows}")  # noqa: S608 - only this module's own
            if ":now" in rows:
                query = query.bindparams(bindparam("now", self.clock(), Moment))
            return await connection.scalar(query) or 0

    async def _report(
        self, database: Database, chats: list[int], x: XServer, seconds: float
    ) -> bool:
        """Print what came of it; whether every promise was kept."""
        history = {chat: self.telegram.history(self.telegram.world.chat(chat)) for chat in chats}
        arrived = {chat: len(messages) for chat, messages in history.items()}
        async with database.reading() as connection:
            rows = await connection.execute(select(outbox.c.chat_id, outbox.c.state))
            states = {row.chat_id: row.state for row in rows}
            made = (await connection.execute(select(digest.c.chat_id, digest.c.state))).all()
        digests = Counter(row.state for row in made)
        doubled = len(chats) - len({row.chat_id for row in made})
        missing = {chat for chat, count in arrived.items() if not count}
        uncertain = {chat for chat, state in states.items() if state == "uncertain"}
        promises = {
            "no chat got more than one": max(arrived.values()) <= 1,
            "what never came is marked uncertain": missing <= uncertain,
            "one digest a chat": digests.total() == len(chats) and not doubled,
            "nothing is left open": await self._settled(database),
            "nothing is called sent that was not": not missing
            & {chat for chat, state in states.items() if state == "sent"},
            "nothing Telegram refuses": not self.telegram.violations,
        }
        engine = urlsplit(self.database_url).scheme
        print(
            f"{self.fault}, {self.processes} process(es), {engine}, time x{self.speed:g}: "
            f"{len(chats):,} chats in {seconds:.0f} s; {dict(self.faults)}; "
            f"requests to X: {len(x.requests)}"
        )
        print(
            f"  arrived once: {sum(n == 1 for n in arrived.values()):,}, more than once: "
            f"{sum(n > 1 for n in arrived.values())}, never: {len(missing)}; "
            f"uncertain: {len(uncertain)}, of which arrived: {len(uncertain - missing)}; "
            f"digests: {dict(digests)}"
        )
        for promise, kept in promises.items():
            if not kept:
                print(f"  BROKEN: {promise}")
        return all(promises.values())


def main() -> int:
    """Run once with each fault, or the one that is asked for."""
    parser = argparse.ArgumentParser(prog="benchmarks.chaos", description="Digests under faults.")
    parser.add_argument("--chats", type=int, default=2_000)
    parser.add_argument("--processes", type=int, choices=(1, 2, 3))
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--fault", choices=("kill", "stop", "hang"))
    parser.add_argument("--speed", type=float, default=10.0, help="1 for the bot's real time")
    parser.add_argument("--folder", type=Path, help="keeps databases and logs")
    given = parser.parse_args()
    kept = True
    for fault in [given.fault] if given.fault else ["kill", "stop", "hang"]:
        for processes in [given.processes] if given.processes else [1, 2]:
            with ExitStack() as stack:
                temporary = stack.enter_context(tempfile.TemporaryDirectory())
                folder = (given.folder or Path(temporary)) / f"{fault}-{processes}"
                folder.mkdir(parents=True)
                if given.engine == "postgresql":
                    url = stack.enter_context(server()).url()
                else:
                    url = f"sqlite:///{folder / 'klout.db'}"
                chaos = Chaos(given.chats, processes, fault, given.speed, folder, url)
                kept &= asyncio.run(chaos.run())
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
