"""The benchmark of growth: what operations cost at 10,000, 100,000 and 1,000,000 readings.

A tenth as many accounts and chats, with follows, schedules, digests and messages; a fiftieth of the
readings is the number of digests due in one slot. The services and stores of the bot work on
databases that were filled in bulk, on both engines. Each operation is repeated; the median, the
quartiles and the processor time are those of one operation. Processor time is that of this process,
so that PostgreSQL's own is not in it.
"""

import asyncio
import random
import secrets
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import text

from benchmarks.filling import BOARD, NUMBER, Size, copy, due_again, fill
from delivery.plan_digests import DigestPlanner
from operations.assembly import utc_now
from scoring.reading.reader import Reader
from scoring.reading.requester import Requester
from services.boards import Groups
from storage.chats.places import Place
from storage.engine.database import Database
from storage.engine.portions import PORTION
from storage.engine.schema import received
from storage.maintenance.backups import back_up
from storage.queues.inbox import REMEMBERED
from storage.stores import Stores
from tests.support.postgresql import NoPostgreSQLError, new_database, server

SIZES: Final = (Size(10_000, 200), Size(100_000, 2_000), Size(1_000_000, 20_000))
_MOST_GROWTH: Final = 1.5
_QUICK, _SLOW, _FEW = 200, 15, 3
"""Repetitions of what takes a millisecond, some milliseconds, and seconds."""

_OLD_ROWS: Final = 10 * PORTION
_DURABLE: Final = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_MEGABYTE: Final = 10**6


class Cost(NamedTuple):
    """What one operation took, in seconds: the quartiles, and processor time of this process."""

    low: float
    median: float
    high: float
    processor: float


class Workload:
    """The operations on one database.

    Args:
        url: where the database is.
        size: what it holds; the first chats are due at `now`.
    """

    def __init__(self, database: Database, url: str, size: Size, now: datetime) -> None:
        self._database, self._url, self._size, self._now = database, url, size, now
        self._stores = Stores(database, utc_now, secrets.token_hex(16), budget=10**9)
        stores = self._stores
        self._reader = Reader(None, stores.readings, stores.spending, stores.quotas, utc_now)
        self._groups = Groups(self._reader, stores, utc_now)
        self._draw = random.Random(4242)  # noqa: S311 - the same accounts each time
        self._forgotten = iter(range(size.accounts, 0, -1))

    async def costs(self) -> dict[str, Cost]:
        """Carry out all operations; return what each cost."""
        return {
            "/klout, stored": await _repeated(self._klout, _QUICK),
            "inline prefix": await _repeated(self._inline, _QUICK),
            "board of 50": await _repeated(self._board, _SLOW),
            "/export": await _repeated(self._export, _QUICK),
            "/forget_me": await _repeated(self._forget, _SLOW),
            "plan, a digest": await _repeated(
                self._plan, _FEW, self._due_again, parts=self._size.due
            ),
            "upkeep, a batch": await _repeated(
                self._upkeep, _FEW, self._grow_old, parts=_OLD_ROWS / PORTION
            ),
            "backup, a MB": await self._backup(),
        }

    async def _klout(self) -> None:
        number = self._number()
        reading = await self._reader.current([f"account_{number}"], Requester("klout", number))
        assert reading  # noqa: S101 - it was filled in
        await self._stores.tellings.last(Place(number, 0), [reading[0].account_id])
        await self._reader.change(reading[0], self._now - timedelta(weeks=1))

    async def _inline(self) -> None:
        assert await self._reader.starting_with(f"account_{self._draw.randint(1, 9)}", 10)  # noqa: S101

    async def _board(self) -> None:
        assert (await self._groups.board(BOARD)).standings  # noqa: S101

    async def _export(self) -> None:
        await self._stores.personal_data.export(self._number())

    async def _forget(self) -> None:
        await self._stores.personal_data.forget(next(self._forgotten))

    async def _plan(self) -> None:
        await DigestPlanner(self._stores, lambda: self._now).plan()

    async def _due_again(self) -> None:
        await due_again(self._database, self._size, self._now)

    async def _upkeep(self) -> None:
        await self._stores.upkeep.run(self._now)

    async def _grow_old(self) -> None:
        row = {"received_at": self._now - 2 * REMEMBERED}
        await copy(self._database, received, _OLD_ROWS, {**row, "update_id": -NUMBER})

    async def _backup(self) -> Cost:
        megabytes = await stored(self._database) / _MEGABYTE
        with tempfile.TemporaryDirectory() as folder:

            async def copy_all() -> None:
                await asyncio.to_thread(back_up, self._url, Path(folder) / "backup")

            return await _repeated(copy_all, 2, parts=megabytes)

    def _number(self) -> int:
        return self._draw.randint(1, self._size.accounts * 9 // 10)  # the others are forgotten


async def run() -> None:
    """Measure and print."""
    await on_sqlite()
    await on_postgresql()


async def on_sqlite() -> None:
    """Measure SQLite and print."""
    with tempfile.TemporaryDirectory() as folder:
        costs = [
            await _measure(f"sqlite:///{Path(folder) / f'{size.readings}.db'}", size)
            for size in SIZES
        ]
    _print("SQLite", costs)


async def on_postgresql() -> None:
    """Measure PostgreSQL and print; without a server on this machine it is skipped."""
    costs = []
    try:
        with server(_DURABLE) as running:
            for size in SIZES:
                async with new_database(running.url(), f"growth_{size.readings}") as url:
                    costs.append(await _measure(url, size))
    except NoPostgreSQLError as error:
        print(f"growth on PostgreSQL: skipped, {error}")
        return
    _print("PostgreSQL", costs)


async def stored(database: Database) -> int:
    """Return the size of a database in bytes."""
    async with database.transaction() as tx:
        if tx.on_postgresql:
            size = "SELECT pg_database_size(current_database())"
        else:
            size = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        return int(await tx.scalar(text(size)) or 0)


async def _measure(url: str, size: Size) -> dict[str, Cost]:
    database, now = await Database.open(url), utc_now()
    try:
        begun = time.perf_counter()
        await fill(database, size, now)
        taken, everything = time.perf_counter() - begun, await stored(database)
        print(
            f"  {size.readings:,} readings: filled in {taken:.0f} s,"
            f" {everything / _MEGABYTE:,.0f} MB, {everything / size.accounts:,.0f} bytes an account"
        )
        return await Workload(database, url, size, now).costs()
    finally:
        await database.close()


async def _repeated(
    operation: Callable[[], Awaitable[None]],
    times: int,
    before: Callable[[], Awaitable[None]] | None = None,
    *,
    parts: float = 1,
) -> Cost:
    """Repeat an operation, with `before` each time, which is not measured; the first warms up."""
    taken: list[float] = []
    used: list[float] = []
    for _ in range(times + 1):
        if before:
            await before()
        begun, busy = time.perf_counter(), time.process_time()
        await operation()
        taken.append((time.perf_counter() - begun) / parts)
        used.append((time.process_time() - busy) / parts)
    low, median, high = statistics.quantiles(taken[1:], n=4)
    return Cost(low, median, high, statistics.median(used[1:]))


def _print(engine: str, costs: list[dict[str, Cost]]) -> None:
    sizes = " ".join(f"{size.readings:>24,}" for size in SIZES)
    print(f"{engine}: ms, median (quartiles) and processor time; at most {_MOST_GROWTH} times")
    print(f"  {'readings':<16} {sizes}  growth")
    for name, smallest in costs[0].items():
        each = " ".join(f"{_told(one[name]):>24}" for one in costs)
        growth = costs[-1][name].median / smallest.median
        print(f"  {name:<16} {each}  {growth:.2f}")


def _told(cost: Cost) -> str:
    low, median, high, processor = (f"{1000 * seconds:.3g}" for seconds in cost)
    return f"{median} ({low}-{high}) {processor}"


if __name__ == "__main__":
    asyncio.run(run())
