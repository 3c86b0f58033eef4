"""What the bot knows as the demo begins: it has read everyone once a week."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Final

from playground.serving import served
from playground.x.characters import CHARACTERS
from playground.x.made_up import MadeUpWorld
from playground.x.server import XServer
from scoring.asking import Asker
from scoring.budget import Bill, Reservation, Resource
from scoring.errors import AccountError, SourceError
from scoring.reader import Reader
from scoring.sources.x import XSource
from storage.database import Database
from storage.readings import Readings

WEEKS: Final = 8
"""How far back it goes."""

_TOKEN: Final = "made-up-bearer-of-the-past"  # noqa: S105 - opens nothing


class _Gift:
    """A ledger and quotas in which nothing is written: the past costs the present nothing."""

    async def check(self, resource: Resource, now: datetime) -> None:
        """See `Ledger`."""

    async def reserve(self, resource: Resource, units: int, now: datetime) -> Reservation:
        """See `Ledger`."""
        return Reservation(resource, units, now)

    async def settle(
        self, reservation: Reservation, used: Bill, problem: SourceError | None = None
    ) -> None:
        """See `Ledger`."""

    def served(self, asker: Asker, now: datetime) -> None:
        """See `Ledger`."""

    async def take(self, asker: Asker, now: datetime) -> None:
        """See `Quotas`."""

    async def give_back(self, asker: Asker, now: datetime) -> None:
        """See `Quotas`."""


async def read(world: MadeUpWorld, begins: datetime, database_url: str) -> None:
    """Fill a database with what reading everyone each week would have left there."""
    now = begins

    def clock() -> datetime:
        return now

    x = XServer(world, _TOKEN, clock)
    database = await Database.open(database_url)
    try:
        async with _reader(x, database, clock) as reader:
            for weeks in range(WEEKS, 0, -1):
                now = begins - timedelta(weeks=weeks)
                await asyncio.gather(*(_read(reader, each.handle) for each in CHARACTERS))
    finally:
        await database.close()


@contextlib.asynccontextmanager
async def _reader(
    x: XServer, database: Database, clock: Callable[[], datetime]
) -> AsyncIterator[Reader]:
    async with served(x.application(), 0) as url:
        source = XSource(_TOKEN, url, clock)
        reader = Reader(source, Readings(database), _Gift(), _Gift(), clock, batch_window=0)
        try:
            yield reader
        finally:
            await reader.close()
            await source.close()


async def _read(reader: Reader, handle: str) -> None:
    with contextlib.suppress(AccountError):  # one is suspended from the beginning
        await reader.read(handle, Asker("past"))
