"""What every test may ask for: a clock to move, a local X, a database of its own.

Databases are files of SQLite, or, where `TEST_DATABASE_URL` names a server, PostgreSQL's.
"""

import gc
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer

from playground.x.accounts import FixedWorld
from playground.x.server import XServer
from scoring.reading.sources.x import XSource
from storage.engine import sqlite
from storage.engine.database import Database
from tests.support import compiled, properties, untouched
from tests.support.accounts import NOW, account
from tests.support.postgresql import new_database

X_TOKEN = "x-bearer-of-the-tests"

_PROCESSES: Final = Path(__file__).parent / "e2e"
"""Tests of whole processes: the bot's, which are killed, and browsers."""

_SERVER: Final = os.environ.get("TEST_DATABASE_URL", "")

of_sqlite = pytest.mark.skipif(bool(_SERVER), reason="about SQLite's file: runs without a server")
of_postgresql = pytest.mark.skipif(
    not _SERVER, reason="about PostgreSQL: runs in `make check-postgresql`"
)


properties.chosen()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses a database, which runs on another engine, too, and what starts processes."""
    for item in items:
        if _PROCESSES in item.path.parents:
            item.add_marker("processes")
        if {"database_url", "empty_url", "server"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("database")


def pytest_collection_finish() -> None:
    """Keep the collector from looking at everything imported again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def untouched_process() -> Iterator[None]:
    """A test finds the process as every other test does, whatever ran before it."""
    with untouched.process():
        yield


@pytest.fixture(scope="session", autouse=True)
def pragmas() -> Iterator[tuple[str, ...]]:
    """What the product sets on every connection to SQLite, while the tests set less.

    Nothing here survives the process, so that a commit need not wait for the disk.
    """
    ours = sqlite.PRAGMAS
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite, "PRAGMAS", (*ours, "PRAGMA synchronous=OFF"))
        yield ours


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    with compiled.once():
        yield


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **delta: float) -> None:
        self.now += timedelta(**delta)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world() -> FixedWorld:
    """The local X's people: @nasa, @lea and the accounts that a test adds."""
    return FixedWorld([account(1, "nasa"), account(2, "lea", followers=300, listed=5)])


@pytest.fixture
def x(world: FixedWorld, clock: Clock) -> XServer:
    return XServer(world, X_TOKEN, clock)


@pytest.fixture
async def x_url(x: XServer) -> AsyncIterator[str]:
    async with TestServer(x.application()) as server:
        yield str(server.make_url("")).rstrip("/")


@pytest.fixture
async def source(x_url: str, clock: Clock) -> AsyncIterator[XSource]:
    source = XSource(X_TOKEN, x_url, clock)
    yield source
    await source.close()


Serve = Callable[[XServer], Awaitable[XSource]]


@pytest.fixture
async def serve(clock: Clock) -> AsyncIterator[Serve]:
    """Serves another local X than `x`; gives the source that reads it."""
    async with AsyncExitStack() as stack:

        async def start(x: XServer) -> XSource:
            server = await stack.enter_async_context(TestServer(x.application()))
            source = XSource(X_TOKEN, str(server.make_url("")).rstrip("/"), clock)
            stack.push_async_callback(source.close)
            return source

        yield start


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def template(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A database with all its tables and no rows: each test's is a copy of it."""
    async with AsyncExitStack() as stack:
        if _SERVER:
            name = f"template_{secrets.token_hex(4)}"
            url = await stack.enter_async_context(new_database(_SERVER, name))
        else:
            url = f"sqlite:///{tmp_path_factory.mktemp('template') / 'klout.db'}"
        await (await Database.open(url)).close()
        yield url


@pytest.fixture
async def database_url(template: str, tmp_path: Path) -> AsyncIterator[str]:
    """A database of this test's own; on SQLite it is `tmp_path / "klout.db"`."""
    if _SERVER:
        name = f"test_{secrets.token_hex(4)}"
        async with new_database(_SERVER, name, template.rpartition("/")[2]) as url:
            yield url
    else:
        shutil.copy(template.removeprefix("sqlite:///"), tmp_path / "klout.db")
        yield f"sqlite:///{tmp_path / 'klout.db'}"


@pytest.fixture
async def empty_url(tmp_path: Path) -> AsyncIterator[str]:
    """A database without any table."""
    if _SERVER:
        async with new_database(_SERVER, f"empty_{secrets.token_hex(4)}") as url:
            yield url
    else:
        yield f"sqlite:///{tmp_path / 'empty.db'}"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = await Database.open(database_url)
    yield database
    await database.close()
