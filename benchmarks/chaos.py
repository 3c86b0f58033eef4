"""The fault run of `make chaos`: many due digests, processes killed, stopped or left hanging.

It tests at-most-once delivery: no message may arrive twice, and each that did not arrive must be
marked as uncertain. The bot is one process or more on one database, killed some seconds after it is
up and started again until nothing waits. Telegram and X are local servers in this process; each
request to Telegram takes time before and after its effect, so that a kill can fall on both sides.
"""

import argparse
import asyncio
import random
import signal
import sys
import tempfile
import time
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler
from sqlalchemy import bindparam, select, text

from benchmarks.stage import BOT, TOKEN, X_TOKEN, killable, served
from playground.telegram.server.local import LocalTelegram
from playground.x.accounts import FixedWorld
from playground.x.server import XServer
from storage.engine.database import Database
from storage.engine.schema import Moment, digest, outbox
from tests.support.hurried import hurried
from tests.support.postgresql import server
from tests.support.subscribers import accounts, subscribe, told_before

_HANDLES: Final = 50
_LATENCY: Final = (0.01, 0.05)
"""Seconds on the bot's clock, before and again after a request takes effect."""

_LIVES: Final = (3.0, 8.0)
"""Seconds from a process's start to its kill: the process that draws takes some to start."""

_HANGING: Final = 0.02
"""Share of sends whose answer never comes, with `--fault hang`."""

_STOPPED: Final = 65.0
"""Seconds on the bot's clock for which a process is stopped: longer than any lease."""

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
    """One fault run.

    Attributes:
        speed: how many times as fast the bot's time runs.
        faults: counts of the faults by name.
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
        self.telegram = LocalTelegram(TOKEN, "klout_bot", self.clock)
        self._running: dict[int, Process] = {}
        self._random = random.Random(4242)  # noqa: S311 - the same faults each time

    async def run(self) -> bool:
        """Cause faults until everything is settled; return whether every promise was kept."""
        people = [self.telegram.person(f"P{n}") for n in range(self.chats)]
        chats = [self.telegram.private_chat(person).id for person in people]
        world = accounts(_HANDLES, self.clock())
        x = XServer(FixedWorld(world), X_TOKEN, self.clock)
        database = await Database.open(self.database_url)
        now = self.clock().replace(second=0, microsecond=0)
        await subscribe(database, chats, [account.handle for account in world], now)
        # every account has grown since, so that every digest has a picture
        await told_before(database, world, now - timedelta(weeks=1))
        begun = time.perf_counter()
        async with AsyncExitStack() as stack:
            environment = await stack.enter_async_context(
                served(
                    self.telegram,
                    x,
                    self.database_url,
                    self._trouble,
                    X_BUDGET_USD_MONTH="1000",
                    LOG_LEVEL="INFO",
                )
            )
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
        """Run one process, started again whenever it was killed."""
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
        """Start a bot and yield it once it is up; kill it at the end."""
        program = BOT if self.speed == 1 else ("-m", "tests.support.hurried", str(self.speed))
        async with killable(program, environment, self.folder / f"{number}.log") as process:
            self._running[number] = process
            yield process

    async def _stop_some(self, database: Database) -> None:
        """Stop each process for longer than any lease, while messages are sent."""
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
        """Delay a request before and after its effect, or leave it without an answer."""
        await asyncio.sleep(self._random.uniform(*_LATENCY) / self.speed)
        response = await handler(request)
        await asyncio.sleep(self._random.uniform(*_LATENCY) / self.speed)
        sending = request.path.endswith(("/sendMessage", "/sendPhoto"))
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
        """Print the results; return whether every promise was kept."""
        history = {chat: self.telegram.history(self.telegram.world.chat(chat)) for chat in chats}
        arrived = {chat: len(messages) for chat, messages in history.items()}
        async with database.reading() as connection:
            rows = await connection.execute(select(outbox.c.chat_id, outbox.c.state))
            states = {row.chat_id: row.state for row in rows}
            made = (await connection.execute(select(digest.c.chat_id, digest.c.state))).all()
        digests = Counter(row.state for row in made)
        doubled = len(chats) - len({row.chat_id for row in made})
        pictured = sum("photo" in message for messages in history.values() for message in messages)
        missing = {chat for chat, count in arrived.items() if not count}
        uncertain = {chat for chat, state in states.items() if state == "uncertain"}
        killed = self.fault == "kill"
        promises = {
            "no chat got more than one": max(arrived.values()) <= 1,
            "what never came is marked uncertain": missing <= uncertain,
            "one digest a chat": digests.total() == len(chats) and not doubled,
            "nothing is left open": await self._settled(database),
            "nothing is called sent that was not": not missing
            & {chat for chat, state in states.items() if state == "sent"},
            "nothing Telegram refuses": not self.telegram.violations,
            # a process that is killed while it draws leaves the text to the next one
            "digests come with their picture": pictured > len(chats) // (8 if killed else 2),
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
            f"digests: {dict(digests)}; with a picture: {pictured:,}"
        )
        for promise, kept in promises.items():
            if not kept:
                print(f"  BROKEN: {promise}")
        return all(promises.values())


def main() -> int:
    """Run once with each fault, or with the one of the command line; return the exit code."""
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
