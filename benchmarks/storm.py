"""The storm run of `make chaos`: questions by webhook while the answering processes are killed.

All people ask once, at the same moment. Telegram pushes to one address with two processes of the
bot on one database behind it; each is killed some seconds after it is up, and started again. No
question may be answered twice (at-most-once), and an unanswered one must be marked as uncertain.
Telegram and X are local servers in this process; each request to Telegram takes a while before and
after its effect, and every tenth update is pushed twice.

`--database postgresql://…` names an empty database; the default is one SQLite file.
"""

import argparse
import asyncio
import random
import signal
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientTimeout, web
from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Handler
from sqlalchemy import func, select

from benchmarks.stage import BOT, TOKEN, X_TOKEN, address, killable, served
from operations.assembly import utc_now
from playground.telegram.server.local import LocalTelegram
from playground.telegram.server.world import Chat
from playground.x.made_up import MadeUpWorld
from playground.x.server import XServer
from storage.engine.database import Database
from storage.engine.schema import inbox

_SECRET: Final = "a-secret-that-opens-nothing-0123456789"  # noqa: S105 - as it says
_LATENCY: Final = (0.01, 0.05)
"""Seconds before, and again after, a request takes effect."""

_SPREAD: Final = (0.5, 1.5)
"""The least and the largest factor of `life` for one process."""

_MOST: Final = 1800.0
"""Seconds after which a run is given up."""


@dataclass
class Storm:
    """One storm run.

    Attributes:
        life: the usual seconds from a process's start to its kill.
    """

    people: int
    workers: int
    database_url: str
    folder: Path
    life: float
    killed: int = 0
    _random: random.Random = field(default_factory=lambda: random.Random(4242))  # noqa: S311 - the same each time

    async def run(self) -> bool:
        """Ask and kill until everything is settled; return whether every promise was kept."""
        self._telegram = telegram = LocalTelegram(TOKEN, "klout_bot", utc_now)
        telegram.world.every_nth_twice = 10
        people = [telegram.person(f"P{number}") for number in range(self.people)]
        chats = [telegram.private_chat(person) for person in people]
        x = XServer(MadeUpWorld(utc_now()), X_TOKEN, utc_now)
        self._database = await Database.open(self.database_url)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._database.close)
            ports = [free_port() for _ in range(self.workers)]
            balancer = await stack.enter_async_context(address(TestServer(balancing(ports))))
            environment = await stack.enter_async_context(
                served(
                    telegram,
                    x,
                    self.database_url,
                    self._trouble,
                    WEBHOOK_URL=balancer,
                    WEBHOOK_SECRET=_SECRET,
                    LOG_LEVEL="INFO",
                )
            )
            lives = [
                asyncio.create_task(self._life(environment | {"WEBHOOK_PORT": str(port)}))
                for port in ports
            ]
            begun = time.perf_counter()
            for person, chat in zip(people, chats, strict=True):
                telegram.say(person, chat, "/klout @nasa_fan")
            try:
                async with asyncio.timeout(_MOST):
                    while len(telegram.world.updates) or await self._open():
                        await asyncio.wait(lives, timeout=1, return_when=asyncio.FIRST_EXCEPTION)
                        for life in lives:
                            if life.done():
                                life.result()
            finally:
                for life in lives:
                    life.cancel()
                await asyncio.gather(*lives, return_exceptions=True)
            return await self._report(chats, time.perf_counter() - begun)

    async def _life(self, environment: Mapping[str, str]) -> None:
        """Run one process, started again whenever it was killed."""
        while True:
            log = self.folder / f"{environment['WEBHOOK_PORT']}.log"
            async with killable(BOT, environment, log) as process:
                await asyncio.sleep(self.life * self._random.uniform(*_SPREAD))
                process.kill()
                self.killed += 1
                if await process.wait() != -signal.SIGKILL:
                    raise RuntimeError(f"a process ended by itself: {process.returncode}")

    @web.middleware
    async def _trouble(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Delay a request before and after its effect."""
        await asyncio.sleep(self._random.uniform(*_LATENCY))
        response = await handler(request)
        await asyncio.sleep(self._random.uniform(*_LATENCY))
        return response

    async def _states(self) -> Counter[str]:
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(inbox.c.state, func.count()).group_by(inbox.c.state)
            )
            return Counter({row[0]: row[1] for row in rows})

    async def _open(self) -> int:
        states = await self._states()
        return states.total() - states["uncertain"]

    async def _report(self, chats: list[Chat], seconds: float) -> bool:
        """Print the results; return whether every promise was kept."""
        answers = {chat.id: self._answers(chat) for chat in chats}
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(inbox.c.chat_id).where(inbox.c.state == "uncertain")
            )
            uncertain = {row.chat_id for row in rows}
        never = {chat for chat, count in answers.items() if not count}
        promises = {
            "no question is answered twice": max(answers.values()) <= 1,
            "who is not answered is marked uncertain": never <= uncertain,
            "nothing waits in the inbox": not await self._open(),
            "nothing Telegram refuses": not self._telegram.violations,
        }
        engine = self.database_url.partition(":")[0]
        print(
            f"{engine}, {self.workers} workers: {len(chats):,} questions in {seconds:.0f} s,"
            f" {self.killed} times killed; setWebhook: {len(self._telegram.sent('setWebhook'))}"
        )
        print(
            f"  answered once: {sum(count == 1 for count in answers.values()):,}, twice or more:"
            f" {sum(count > 1 for count in answers.values())}, never: {len(never)}; uncertain:"
            f" {len(uncertain)}, of which answered: {len(uncertain - never)}"
        )
        for promise, kept in promises.items():
            if not kept:
                print(f"  BROKEN: {promise}")
        return all(promises.values())

    def _answers(self, chat: Chat) -> int:
        return sum(bool(m["from"]["is_bot"]) for m in self._telegram.history(chat))


def balancing(ports: list[int]) -> web.Application:
    """Return a load balancer for several processes: in turns, past those that are down."""
    turns = cycle(ports)

    async def pass_on(request: web.Request) -> web.Response:
        body, session = await request.read(), request.app[_SESSION]
        headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
        for _ in ports:
            url = f"http://127.0.0.1:{next(turns)}{request.path}"
            try:
                async with session.post(url, data=body, headers=headers) as answer:
                    return web.Response(status=answer.status)
            except (ClientError, TimeoutError):
                continue
        return web.Response(status=502)

    async def connect(application: web.Application) -> AsyncIterator[None]:
        async with ClientSession(timeout=ClientTimeout(total=30)) as session:
            application[_SESSION] = session
            yield

    application = web.Application()
    application.cleanup_ctx.append(connect)
    application.router.add_post("/{path:.*}", pass_on)
    return application


_SESSION: Final = web.AppKey("session", ClientSession)
_PASSED_ON: Final = ("Content-Type", "X-Telegram-Bot-Api-Secret-Token")


def free_port() -> int:
    """Return a free port of this computer."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: Any = listening.getsockname()[1]
        return int(port)


def main() -> int:
    """Run once; return the exit code."""
    parser = argparse.ArgumentParser(prog="benchmarks.storm", description="Questions under faults.")
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--life", type=float, default=4.0, help="seconds until it is killed")
    parser.add_argument("--database", help="an empty one, as DATABASE_URL names it")
    parser.add_argument("--folder", type=Path, help="keeps logs, and the SQLite file")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        url = given.database or f"sqlite:///{folder}/klout.db"
        storm = Storm(given.people, given.workers, url, folder, given.life)
        return 0 if asyncio.run(storm.run()) else 1


if __name__ == "__main__":
    sys.exit(main())
