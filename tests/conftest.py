"""What every test may ask for: a clock to move, a local X, a database of its own."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from playground.x.accounts import FixedWorld
from playground.x.server import XServer
from scoring.sources.x import XSource
from storage.database import Database
from tests.accounts import NOW, account

X_TOKEN = "x-bearer-of-the-tests"


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
    """The local X's people: @nasa, @lea and whoever a test adds."""
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


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(f"sqlite:///{tmp_path / 'klout.db'}")
    yield database
    await database.close()
