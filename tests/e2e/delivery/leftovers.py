"""What processes leave in a database when they die, without a wait for leases to end."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from sqlalchemy import Table, select

from storage.engine.database import Database
from storage.engine.schema import control, digest, inbox, outbox

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


async def until(so: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what other processes do."""
    async with asyncio.timeout(240):
        while not await so():  # noqa: ASYNC110 - they set no event here
            await asyncio.sleep(0.02)


class Leftovers:
    """The rows, by their states."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def end_leases(self) -> None:
        """End every lease, as if its process had died long ago."""
        async with self._database.transaction() as connection:
            for table in (outbox, inbox):
                held = table.c.lease_until.is_not(None)
                await connection.execute(table.update().where(held).values(lease_until=_LONG_AGO))
            elected = control.c.key == "sender"
            await connection.execute(control.update().where(elected).values(until=_LONG_AGO))

    async def reap(self) -> None:
        """Put back what a dead process had taken, as the next one does in time."""
        waiting = {"state": "waiting", "owner": None, "lease_until": None}
        async with self._database.transaction() as connection:
            taken = inbox.c.state == "taken"
            await connection.execute(inbox.update().where(taken).values(waiting))

    async def messages(self) -> list[str]:
        """The states of all messages in the outbox, in the order of their making."""
        return await self._states(outbox)

    async def digests(self) -> list[str]:
        """Those of digests."""
        return await self._states(digest)

    async def updates(self) -> list[str]:
        """Those of updates that are not dealt with."""
        return await self._states(inbox)

    async def _states(self, table: Table) -> list[str]:
        (key,) = table.primary_key
        async with self._database.reading() as connection:
            return list((await connection.scalars(select(table.c.state).order_by(key))).all())
