"""Stored scores answered a second, beside a bare handler that says a constant; and memory.

Both bots are processes of their own on the same local Telegram, in the same run, in turns. What is
measured is the time from the first command to the last answer. Memory is the bot's resident set
after a command from each of ten thousand chats, beside the same after the first thousand.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from aiohttp.test_utils import TestServer

from operations.assembly import utc_now
from playground.telegram.local import LocalTelegram
from playground.telegram.page_data import PageData
from playground.telegram.web import create_app
from playground.telegram.world import Chat, Event, Person
from playground.x.made_up import MadeUpWorld
from playground.x.server import XServer

ROOT: Final = Path(__file__).parents[1]
COMMANDS: Final = 500
ROUNDS: Final = 4
CHATS: Final = 10_000
_TOKEN: Final = "4242:benchmark"  # noqa: S105 - opens nothing
_X_TOKEN: Final = "benchmark"  # noqa: S105 - opens nothing


class Crowd:
    """People, each in a private chat, who ask at once and wait for every answer."""

    def __init__(self, telegram: LocalTelegram) -> None:
        self._telegram = telegram
        self._people: list[tuple[Person, Chat]] = []

    async def ask(self, first: int, count: int) -> float:
        """Let some of them ask; the seconds until all have an answer."""
        while len(self._people) < first + count:
            person = self._telegram.person(f"P{len(self._people)}")
            self._people.append((person, self._telegram.private_chat(person)))
        waiting = count
        done = asyncio.Event()

        def watch(event: Event) -> None:
            nonlocal waiting
            if event["event"] == "message" and event["message"]["from"]["is_bot"]:
                waiting -= 1
                if not waiting:
                    done.set()

        unwatch = self._telegram.watch(watch)
        start = time.perf_counter()
        for person, chat in self._people[first : first + count]:
            self._telegram.say(person, chat, "/klout @nasa_fan")
        async with asyncio.timeout(600):
            await done.wait()
        unwatch()
        return time.perf_counter() - start


async def run() -> None:
    """Measure and print."""
    telegram = LocalTelegram(_TOKEN, "klout_bot", utc_now)
    x = XServer(MadeUpWorld(utc_now()), _X_TOKEN, utc_now)
    async with AsyncExitStack() as stack:
        front = create_app(telegram, PageData([], []))
        telegram_url = await stack.enter_async_context(address(TestServer(front)))
        x_url = await stack.enter_async_context(address(TestServer(x.application())))
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        environment = {
            "TELEGRAM_BOT_TOKEN": _TOKEN,
            "TELEGRAM_API_URL": telegram_url,
            "X_BEARER_TOKEN": _X_TOKEN,
            "X_API_URL": x_url,
            "DATABASE_URL": f"sqlite:///{folder}/klout.db",
            "LOG_LEVEL": "WARNING",
        }
        crowd = Crowd(telegram)
        rates: dict[str, list[float]] = {"bare": [], "klout": []}
        programs = {
            "bare": ["-m", "benchmarks.bare_bot"],
            "klout": [str(ROOT / "bot.py"), "run"],
        }
        for _ in range(ROUNDS):
            for name, program in programs.items():
                async with running(program, environment):
                    await crowd.ask(0, 50)  # warm, and the score is in the store
                    rates[name].append(COMMANDS / await crowd.ask(0, COMMANDS))
        bare, ours = (statistics.median(rates[name]) for name in programs)
        print(f"stored scores answered: {ours:.0f}/s; bare handler: {bare:.0f}/s")
        print(f"ratio: {ours / bare:.2f} (at least 0.6), {ROUNDS} rounds of {COMMANDS}")
        print(f"rounds, ours: {_list(rates['klout'])}; bare: {_list(rates['bare'])}")

        async with running(programs["klout"], environment) as process_id:
            memory = {}
            for asked in range(0, CHATS, 500):
                await crowd.ask(asked, 500)
                memory[asked + 500] = resident(process_id)
        print(f"resident memory: {memory[1000]:.0f} MiB after 1,000 chats,", end=" ")
        print(f"{memory[CHATS]:.0f} MiB after {CHATS:,}; requests to X: {len(x.requests)}")


@asynccontextmanager
async def address(server: TestServer) -> AsyncIterator[str]:
    """Serve; gives where."""
    async with server:
        yield str(server.make_url("")).rstrip("/")


@asynccontextmanager
async def running(program: list[str], environment: Mapping[str, str]) -> AsyncIterator[int]:
    """A bot as a process; gives its id."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, *program, cwd=ROOT, env={"PATH": os.environ["PATH"], **environment}
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        await process.wait()


def resident(process_id: int) -> float:
    """Resident memory of a process in MiB (Linux)."""
    status = Path(f"/proc/{process_id}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def _list(rates: list[float]) -> str:
    return ", ".join(f"{rate:.0f}" for rate in rates)
