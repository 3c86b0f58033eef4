"""Stores of one process or of several, on one database."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from storage.engine.database import Database
from storage.money.spending import SpendingLedger
from storage.stores import Stores
from tests.support.accounts import NOW


def stores(database: Database, budget: int = 0) -> Stores:
    """The stores of a process whose clock stands still."""
    return Stores(database, lambda: NOW, "a process", budget=budget)


def ledger_of(database: Database, cap: int) -> SpendingLedger:
    """A ledger that may spend so many micro-dollars a month."""
    return stores(database, cap).spending


@asynccontextmanager
async def processes(url: str, cap: int, count: int) -> AsyncIterator[list[Stores]]:
    """Stores of several processes on one database.

    Args:
        cap: what each process may spend, in micro-dollars a month.
    """
    async with AsyncExitStack() as stack:
        running = []
        for _ in range(count):
            database = await Database.open(url)
            stack.push_async_callback(database.close)
            running.append(stores(database, cap))
        yield running
