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

from playground.telegram.local import LocalTelegram
from playground.telegram.page_data import PageData
from playground.telegram.web import create_app
from playground.telegram.wire import Json
from playground.telegram.world import Chat, Event, Person
from storage.database import Database
from storage.dialects import alone
from storage.schema import metadata
from tests.conftest import X_TOKEN, Clock
from tests.crashing import Fate, Forked, Orders
from tests.dialogue.conftest import BOT_TOKEN

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

    process: Process
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
        """Its exit code; within the five seconds that are promised after a signal."""
        if signal is not None:
            self.process.send_signal(signal)
        assert self.process.stdout
        async with asyncio.timeout(60 if signal is None else 5):
            self.output.append((await self.process.stdout.read()).decode())
            return await self.process.wait()


class Launch(Protocol):
    """Starts the bot in a folder, knowing nothing but `environment`."""

    async def __call__(
        self, folder: Path, environment: Mapping[str, str], *arguments: str
    ) -> BotProcess: ...


@pytest.fixture
async def launch() -> AsyncIterator[Launch]:
    """Starts bots; none of them outlives the test, however that ends."""
    started: list[Process] = []

    async def launch(folder: Path, environment: Mapping[str, str], *arguments: str) -> BotProcess:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            ROOT / "bot.py",
            *arguments or ("run",),
            cwd=folder,
            env={"PATH": os.environ["PATH"], **environment},
            stdout=PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        started.append(process)
        return BotProcess(process)

    yield launch
    for process in started:
        if process.returncode is None:
            process.kill()
            await process.communicate()  # nor does its pipe


@asynccontextmanager
async def locked(database_url: str) -> AsyncIterator[None]:
    """Somebody else writes, and keeps everyone from writing."""
    database = await Database.open(database_url)
    try:
        async with database.transaction() as connection:
            await alone(connection, "migrations")
            if connection.dialect.name == "postgresql":
                tables = ", ".join(metadata.tables)
                await connection.execute(text(f"LOCK TABLE {tables} IN EXCLUSIVE MODE"))
                await connection.execute(text("SET idle_in_transaction_session_timeout = 0"))
            yield
    finally:
        await database.close()


class Fork(Protocol):
    """Starts a bot that may die, on the town's servers: see `tests.crashing`."""

    def __call__(self, fate: Fate | None = None, **orders: Any) -> Forked: ...


class Town:
    """A local Telegram with one person, and the settings by which a bot finds it and X."""

    def __init__(
        self, telegram: LocalTelegram, environment: Mapping[str, str], launch: Launch
    ) -> None:
        self.telegram = telegram
        self.environment = dict(environment)
        self.launch = launch
        self.ada = telegram.person("Ada", "en")
        self.chat = telegram.private_chat(self.ada)

    async def ask(self, text: str) -> Json:
        """Ada writes in private; the bot's next message."""
        return await self.answer_to(self.ada, self.chat, text)

    async def answer_to(self, person: Person, chat: Chat, text: str) -> Json:
        """Somebody writes; the bot's next message in that chat."""
        answered: asyncio.Future[Json] = asyncio.get_running_loop().create_future()

        def watch(event: Event) -> None:
            message = event.get("message", {})
            new = event["event"] == "message" and event["chat"] == chat.id
            if new and message["from"]["is_bot"] and not answered.done():
                answered.set_result(message)

        unwatch = self.telegram.watch(watch)
        try:
            self.telegram.say(person, chat, text)
            async with asyncio.timeout(30):
                return await answered
        finally:
            unwatch()


@pytest.fixture
async def town(clock: Clock, x_url: str, database_url: str, launch: Launch) -> AsyncIterator[Town]:
    telegram = LocalTelegram(BOT_TOKEN, "klout_bot", clock)
    async with TestServer(create_app(telegram, PageData([], []))) as server:
        yield Town(
            telegram,
            {
                "TELEGRAM_BOT_TOKEN": BOT_TOKEN,
                "TELEGRAM_API_URL": str(server.make_url("")).rstrip("/"),
                "X_BEARER_TOKEN": X_TOKEN,
                "X_API_URL": x_url,
                "DATABASE_URL": database_url,
                "LOG_LEVEL": "DEBUG",
            },
            launch,
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
