"""`make chaos`: digests due all at once, processes that are killed, stopped or left hanging.

Nothing may arrive twice, and whatever did not arrive must be one of the messages marked as
uncertain. The bot is one process or two on one database, killed about a second after it is up,
started again, until nothing waits. Telegram and X are local servers in this process; each answer
of Telegram takes a while before and after it takes effect, so that a kill can fall on both sides.
"""

import argparse
import asyncio
import os
import random
import signal
import sqlite3
import sys
import tempfile
import time
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from aiohttp import web
from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Handler

from benchmarks.answers import ROOT, address
from benchmarks.hurried import hurried
from benchmarks.subscribers import accounts, subscribe
from playground.telegram.local import LocalTelegram
from playground.telegram.page_data import PageData
from playground.telegram.web import create_app
from playground.x.accounts import FixedWorld
from playground.x.server import XServer
from storage.database import Database

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
_PLACES: Final = "select distinct chat_id from digest"


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
    faults: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.clock = hurried(self.speed)
        self.file = self.folder / "klout.db"
        self.telegram = LocalTelegram(_TOKEN, "klout_bot", self.clock)
        self._running: dict[int, Process] = {}
        self._random = random.Random(4242)  # noqa: S311 - the same faults each time

    async def run(self) -> bool:
        """Break things until everything is settled; whether every promise was kept."""
        people = [self.telegram.person(f"P{n}") for n in range(self.chats)]
        chats = [self.telegram.private_chat(person).id for person in people]
        world = accounts(_HANDLES, self.clock())
        x = XServer(FixedWorld(world), _X_TOKEN, self.clock)
        database = await Database.open(f"sqlite:///{self.file}")
        now = self.clock().replace(second=0, microsecond=0)
        await subscribe(database, chats, [account.handle for account in world], now)
        await database.close()
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
                "DATABASE_URL": f"sqlite:///{self.file}",
                "LOG_LEVEL": "INFO",
            }
            lives = [
                asyncio.create_task(self._life(number, environment))
                for number in range(self.processes)
            ]
            breaking = asyncio.create_task(self._stop_some()) if self.fault == "stop" else None
            try:
                async with asyncio.timeout(_MOST):
                    while not self._settled():
                        await asyncio.wait(lives, timeout=1, return_when=asyncio.FIRST_EXCEPTION)
                        for life in lives:
                            if life.done():
                                life.result()
            finally:
                for task in [*lives, *filter(None, [breaking])]:
                    task.cancel()
                await asyncio.gather(*lives, return_exceptions=True)
        return self._report(chats, x, time.perf_counter() - begun)

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

    async def _stop_some(self) -> None:
        """Freeze each process for longer than any lease lasts, while messages are sent."""
        stops = _STOPS * self.processes
        for stop in range(stops):
            enough = self.chats * (stop + 1) // (stops + 2)
            while self._count("outbox where state = 'sent'") < enough:  # noqa: ASYNC110
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

    def _settled(self) -> bool:
        return not any(self._open().values())

    def _open(self) -> dict[str, int]:
        """Rows that are not in a final state, by table."""
        return {table: self._count(f"{table} where {rest}") for table, rest in _OPEN.items()}

    def _count(self, rows: str) -> int:
        with closing(sqlite3.connect(self.file, timeout=60)) as database:
            now = self.clock().replace(tzinfo=None).isoformat(" ")
            query = f"select count(*) from {rows}"  # noqa: S608 - only this module's own
            found: int = database.execute(query, {"now": now}).fetchone()[0]
        return found

    def _report(self, chats: list[int], x: XServer, seconds: float) -> bool:
        """Print what came of it; whether every promise was kept."""
        history = {chat: self.telegram.history(self.telegram.world.chat(chat)) for chat in chats}
        arrived = {chat: len(messages) for chat, messages in history.items()}
        with closing(sqlite3.connect(self.file)) as database:
            states = dict(database.execute("select chat_id, state from outbox").fetchall())
            digests = Counter(row[0] for row in database.execute("select state from digest"))
            doubled = len(chats) - len({row[0] for row in database.execute(_PLACES)})
        missing = {chat for chat, count in arrived.items() if not count}
        uncertain = {chat for chat, state in states.items() if state == "uncertain"}
        promises = {
            "no chat got more than one": max(arrived.values()) <= 1,
            "what never came is marked uncertain": missing <= uncertain,
            "one digest a chat": digests.total() == len(chats) and not doubled,
            "nothing is left open": self._settled(),
            "nothing is called sent that was not": not missing
            & {chat for chat, state in states.items() if state == "sent"},
            "nothing Telegram refuses": not self.telegram.violations,
        }
        print(
            f"{self.fault}, {self.processes} process(es), time x{self.speed:g}: "
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
    parser.add_argument("--processes", type=int, choices=(1, 2))
    parser.add_argument("--fault", choices=("kill", "stop", "hang"))
    parser.add_argument("--speed", type=float, default=10.0, help="1 for the bot's real time")
    parser.add_argument("--folder", type=Path, help="keeps databases and logs")
    given = parser.parse_args()
    kept = True
    for fault in [given.fault] if given.fault else ["kill", "stop", "hang"]:
        for processes in [given.processes] if given.processes else [1, 2]:
            with tempfile.TemporaryDirectory() as temporary:
                folder = (given.folder or Path(temporary)) / f"{fault}-{processes}"
                folder.mkdir(parents=True)
                chaos = Chaos(given.chats, processes, fault, given.speed, folder)
                kept &= asyncio.run(chaos.run())
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
