"""The demo's past: the readings that the bot has when it begins, one a week of each account."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from playground.serving import served
from playground.x.characters import CHARACTERS
from playground.x.made_up import MadeUpWorld
from playground.x.server import XServer
from scoring.reading.budget import Charges, Reservation, Resource
from scoring.reading.errors import AccountError, SourceError
from scoring.reading.reader import Reader
from scoring.reading.requester import Requester
from scoring.reading.sources.x import XSource
from storage.accounts.readings import Readings
from storage.engine.database import Database

WEEKS: Final = 8
"""The number of weeks in the past."""

_TOKEN: Final = "made-up-bearer-of-the-past"  # noqa: S105 - opens nothing


class _Gift:
    """A ledger and quotas that write nothing, so that reading the past costs nothing."""

    async def check(self, resource: Resource, item: str, now: datetime) -> None:
        """Allow every read."""

    async def reserve(self, resource: Resource, wanted: Charges, now: datetime) -> Reservation:
        """Reserve nothing; return a reservation of all that is wanted."""
        return Reservation(resource, wanted, now)

    async def settle(
        self,
        reservation: Reservation,
        used: Charges,
        problem: SourceError | None = None,
        *,
        at: datetime | None = None,
    ) -> None:
        """Book nothing."""

    async def silence(self) -> Mapping[Resource, datetime]:
        """Return no resource: none is unanswered."""
        return {}

    def served(self, asker: Requester, now: datetime) -> None:
        """Count nothing."""

    async def take(self, asker: Requester, now: datetime) -> None:
        """Allow every read."""

    async def give_back(self, asker: Requester, now: datetime) -> None:
        """Count nothing."""


async def read(world: MadeUpWorld, begins: datetime, database_url: str) -> None:
    """Fill a database as if every account had been read once a week."""
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
    with contextlib.suppress(AccountError):  # one account is suspended from the beginning
        await reader.read(handle, Requester("past"))
