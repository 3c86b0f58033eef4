"""Votes in a rush: 200 a second on one duel, while the process is killed and started again.

People of one group press the buttons of one message at an even pace. The bot is a process of its
own, or several behind one address (`--processes`). They are killed in turns in the middle of it, as
often as `--kills` says. Every vote must be stored once, the edits must keep their pace, and the
last one must show the last state.

`--database postgresql://…` names an empty database; the default is one SQLite file.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Handler
from sqlalchemy import func, select, update

from benchmarks.stage import BOT, TOKEN, X_TOKEN, address, killable, served
from benchmarks.storm import balancing, free_port
from operations.assembly import utc_now
from playground.telegram.server.local import LocalTelegram
from playground.x.made_up import MadeUpWorld
from playground.x.server import XServer
from storage.engine.database import Database
from storage.engine.schema import duel, vote

A_SECOND: Final = 200
SECONDS: Final = 10
_ENDLESS: Final = 1_000_000
_NAMES: Final = ("@nasa_fan", "@chloe_a_lyon", "@lea_blogs")
_MOST: Final = 300.0
_SECRET: Final = "a-secret-that-opens-nothing-0123456789"  # noqa: S105 - as it says


@dataclass
class Rush:
    """One rush.

    Attributes:
        kills: how often a process is killed on the way.
        processes: how many there are; more than one are behind one address.
    """

    database_url: str
    folder: Path
    kills: int
    processes: int = 1
    _edits: list[float] = field(default_factory=list)
    _toasts: int = 0

    async def run(self) -> bool:
        """Vote; return whether every promise was kept."""
        telegram = LocalTelegram(TOKEN, "klout_bot", utc_now)
        people = [telegram.person(f"P{n}") for n in range(A_SECOND * SECONDS)]
        group = telegram.group("Crowd", people)
        x = XServer(MadeUpWorld(utc_now()), X_TOKEN, utc_now)
        async with AsyncExitStack() as stack:
            ports = [free_port() for _ in range(self.processes)]
            settings = {"LOG_LEVEL": "INFO"}
            if self.processes > 1:
                balancer = await stack.enter_async_context(address(TestServer(balancing(ports))))
                settings |= {"WEBHOOK_URL": balancer, "WEBHOOK_SECRET": _SECRET}
            environment = await stack.enter_async_context(
                served(telegram, x, self.database_url, self._watch, **settings)
            )
            environments = [environment | {"WEBHOOK_PORT": str(port)} for port in ports]
            lives = [await stack.enter_async_context(AsyncExitStack()) for _ in ports]
            for number in range(self.processes):
                await self._start(number, lives, environments)
            telegram.say(people[0], group, "/klout " + " ".join(_NAMES))
            await self._until(lambda: len(telegram.history(group)) > 1)
            telegram.say(people[0], group, "/duel")
            await self._until(lambda: len(telegram.history(group)) > 3)
            message = telegram.history(group)[-1]
            buttons = message["reply_markup"]["inline_keyboard"]
            choices = [one["callback_data"] for row in buttons for one in row]
            database = await Database.open(self.database_url)
            stack.push_async_callback(database.close)
            async with database.transaction() as tx:
                await tx.execute(update(duel).values(enough=_ENDLESS))
            begun, asked = time.perf_counter(), len(x.requests)
            deaths = {len(people) * (n + 1) // (self.kills + 1): n for n in range(self.kills)}
            for number, person in enumerate(people):
                if number in deaths:
                    await self._start(deaths[number] % self.processes, lives, environments)
                due = begun + number / A_SECOND
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                telegram.press(person, message, choices[number % len(choices)])
            pressed = time.perf_counter() - begun
            await self._until_votes(database, len(people))
            stored = time.perf_counter() - begun
            text = f"{len(people):,} votes so far."
            await self._until(lambda: text in telegram.history(group)[-1]["text"])
            shown = time.perf_counter() - begun
            async with database.reading() as connection:
                rows = await connection.scalar(select(func.count()).select_from(vote))
                counted = await connection.scalar(select(duel.c.votes))
        gaps = [b - a for a, b in zip(self._edits, self._edits[1:], strict=False)]
        print(
            f"  {self.database_url.partition(':')[0]}: {len(people):,} presses in {pressed:.1f} s,"
            f" processes: {self.processes}, killed {self.kills} times; {rows:,} votes stored"
            f" ({counted:,} counted) after {stored:.1f} s, shown after {shown:.1f} s"
        )
        print(
            f"  {len(self._edits)} edits, {min(gaps, default=0):.1f} s apart at least; toasts:"
            f" {self._toasts:,}; requests to X: {len(x.requests) - asked}"
        )
        return rows == counted == len(people) and len(x.requests) == asked

    async def _start(
        self,
        number: int,
        lives: Sequence[AsyncExitStack],
        environments: Sequence[Mapping[str, str]],
    ) -> None:
        """Start a process, killed before if it runs."""
        await lives[number].aclose()
        log = self.folder / f"bot-{number}.log"
        await lives[number].enter_async_context(killable(BOT, environments[number], log))

    @web.middleware
    async def _watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.endswith("/editMessageText"):
            self._edits.append(time.perf_counter())
        self._toasts += request.path.endswith("/answerCallbackQuery")
        return await handler(request)

    async def _until_votes(self, database: Database, wanted: int) -> None:
        async with asyncio.timeout(_MOST):
            while True:
                async with database.reading() as connection:
                    if await connection.scalar(select(func.count()).select_from(vote)) == wanted:
                        return
                await asyncio.sleep(0.1)

    async def _until(self, condition: Any) -> None:
        async with asyncio.timeout(_MOST):
            while not condition():  # noqa: ASYNC110 - it is another process that changes it
                await asyncio.sleep(0.05)


def main() -> int:
    """Run the rush that the command line asks for; 1 when a promise was broken."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", default="")
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--processes", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = given.database or f"sqlite:///{folder}/klout.db"
        kept = asyncio.run(Rush(url, Path(folder), given.kills, given.processes).run())
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
