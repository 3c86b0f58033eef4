"""The bot as a process of its own, between local servers in this one."""

import asyncio
import os
import shutil
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

import pytest
from aiohttp.test_utils import TestServer
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from playground.telegram.people.page_data import PageData
from playground.telegram.server.local import LocalTelegram
from playground.telegram.server.web import create_app
from playground.telegram.server.wire import Json
from playground.telegram.server.world import Chat, Event, Person
from storage.engine.database import Database
from storage.engine.schema import metadata
from storage.engine.transaction import Lock, Transaction
from tests.conftest import X_TOKEN, Clock
from tests.dialogue.conftest import BOT_TOKEN
from tests.support.crashing import Fate, Forked, Orders
from tests.support.forking import ForkedProcess

ROOT: Final = Path(__file__).parents[2]


def chromium() -> str:
    """Where a browser is; without one the test is skipped, or fails where CI must have it."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        reason = "no Chromium on this machine (Debian: apt-get install chromium)"
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@dataclass
class BotProcess:
    """`python bot.py …` and everything it wrote."""

    process: Process | ForkedProcess
    output: list[str] = field(default_factory=list)

    async def until(self, text: str) -> str:
        """The first line that contains `text`."""
        assert self.process.stdout
        while line := (await self.process.stdout.readline()).decode():
            self.output.append(line)
            if text in line:
                return line
        raise AssertionError(f"{text!r} never came: {''.join(self.output)}")

    async def end(self, *, signal: int | None = None) -> int:
        """Return its exit code, after a signal if one is given."""
        if signal is not None:
            self.process.send_signal(signal)
        assert self.process.stdout
        async with asyncio.timeout(60):
            self.output.append((await self.process.stdout.read()).decode())
            return await self.process.wait()


async def stopped(bot: BotProcess) -> int:
    """The exit code after SIGTERM, where the five seconds are another test's business."""
    bot.process.terminate()
    return await bot.end()


class Launch(Protocol):
    """Starts the bot in a folder, knowing nothing but `environment`."""

    async def __call__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        *arguments: str,
        program: Path = ROOT / "bot.py",
    ) -> BotProcess: ...


class Start(Protocol):
    """Starts the bot in a folder, knowing nothing but `environment`."""

    async def __call__(
        self, folder: Path, environment: Mapping[str, str], *arguments: str
    ) -> BotProcess: ...


@pytest.fixture
async def started() -> AsyncIterator[list[Process | ForkedProcess]]:
    """Bots that a test has started; none of them outlives it, however it ends."""
    processes: list[Process | ForkedProcess] = []
    yield processes
    for process in processes:
        if process.returncode is None:
            process.kill()
            await process.communicate()  # nor does its pipe


@pytest.fixture
def launch(started: list[Process | ForkedProcess]) -> Launch:
    """Starts bots, each in a new interpreter, as an operator does."""

    async def launch(
        folder: Path,
        environment: Mapping[str, str],
        *arguments: str,
        program: Path = ROOT / "bot.py",
    ) -> BotProcess:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            program,
            *arguments or ("run",),
            cwd=folder,
            env={"PATH": os.environ["PATH"], **environment},
            stdout=PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        started.append(process)
        return BotProcess(process)

    return launch


@pytest.fixture
def start(started: list[Process | ForkedProcess]) -> Start:
    """Starts bots whose imports are done already: see `tests.support.forking`."""

    async def start(folder: Path, environment: Mapping[str, str], *arguments: str) -> BotProcess:
        known = {"PATH": os.environ["PATH"], **environment}
        process = await ForkedProcess.start(folder, known, *arguments or ("run",))
        started.append(process)
        return BotProcess(process)

    return start


@asynccontextmanager
async def locked(database_url: str) -> AsyncIterator[None]:
    """Another process writes, and keeps all others from writing."""
    database = await Database.open(database_url)
    try:
        async with database.transaction() as tx:
            await tx.lock(Lock.MIGRATIONS)
            if tx.on_postgresql:
                await _lock_all_tables(tx)
                await tx.execute(text("SET idle_in_transaction_session_timeout = 0"))
            yield
    finally:
        await database.close()


async def _lock_all_tables(tx: Transaction) -> None:
    """Lock every table, and try again where a bot that writes has locked them in another order."""
    tables = ", ".join(metadata.tables)
    await tx.execute(text("SAVEPOINT before_locking"))
    while True:
        try:
            await tx.execute(text(f"LOCK TABLE {tables} IN EXCLUSIVE MODE"))
        except DBAPIError as error:
            if "deadlock" not in str(error):
                raise
            await tx.execute(text("ROLLBACK TO SAVEPOINT before_locking"))
        else:
            return


class Fork(Protocol):
    """Starts a bot that may die, on the town's servers: see `tests.support.crashing`."""

    def __call__(self, fate: Fate | None = None, **orders: Any) -> Forked: ...


class Town:
    """A local Telegram with one person, and the settings by which a bot finds it and X."""

    def __init__(
        self, telegram: LocalTelegram, environment: Mapping[str, str], start: Start
    ) -> None:
        self.telegram = telegram
        self.environment = dict(environment)
        self.start = start
        self.ada = telegram.person("Ada", "en")
        self.chat = telegram.private_chat(self.ada)

    async def ask(self, text: str) -> Json:
        """Ada writes in private; the bot's next message."""
        return await self.answer_to(self.ada, self.chat, text)

    async def answer_to(self, person: Person, chat: Chat, text: str) -> Json:
        """A person writes; the bot's next message in that chat."""
        answered: asyncio.Future[Json] = asyncio.get_running_loop().create_future()

        def watch(event: Event) -> None:
            message = event.get("message", {})
            new = event["event"] == "message" and event["chat"] == chat.id
            if new and message["from"]["is_bot"] and not answered.done():
                answered.set_result(message)

        unwatch = self.telegram.watch(watch)
        try:
            self.telegram.say(person, chat, text)
            async with asyncio.timeout(120):
                return await answered
        finally:
            unwatch()


@pytest.fixture
async def town(clock: Clock, x_url: str, database_url: str, start: Start) -> AsyncIterator[Town]:
    telegram = LocalTelegram(BOT_TOKEN, "klout_bot", clock)
    async with TestServer(create_app(telegram, PageData([], []))) as server:
        yield Town(
            telegram,
            {
                "TELEGRAM_BOT_TOKEN": BOT_TOKEN,
                "TELEGRAM_API_URL": str(server.make_url("")).rstrip("/"),
                "X_BEARER_TOKEN": X_TOKEN,
                "X_API_URL": x_url,
                "NETWORKS": "x",
                "DATABASE_URL": database_url,
                "LOG_LEVEL": "DEBUG",
            },
            start,
        )
    assert telegram.violations == []


@pytest.fixture
def fork(town: Town, tmp_path: Path) -> Iterator[Fork]:
    """Starts bots, each in a folder of its own; none of them outlives the test."""
    started: list[Forked] = []

    def fork(fate: Fate | None = None, **orders: Any) -> Forked:
        folder = tmp_path / f"process_{len(started)}"
        folder.mkdir()
        started.append(Forked(Orders(folder, town.environment, fate, **orders)))
        return started[-1]

    yield fork
    for process in started:
        process.end()
