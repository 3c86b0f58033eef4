"""No connection to SQLite is left open by a caller who goes away."""

import asyncio
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from storage.engine import opening
from storage.engine.database import Database
from tests.conftest import of_sqlite

pytestmark = of_sqlite


class Opened:
    """Every connection that was opened; the driver's thread may be held before it opens one."""

    def __init__(self) -> None:
        self.connections: list[sqlite3.Connection] = []
        self.asked = threading.Event()
        self.may_open = threading.Event()
        self.is_open = threading.Event()
        self.may_open.set()
        self._connect = sqlite3.connect

    def __call__(self, *args: Any, **options: Any) -> sqlite3.Connection:
        self.asked.set()
        self.may_open.wait()
        connection: sqlite3.Connection = self._connect(*args, **options)
        self.connections.append(connection)
        self.is_open.set()
        return connection

    def still_open(self) -> int:
        """How many are not closed."""
        count = 0
        for connection in self.connections:
            try:
                connection.total_changes  # noqa: B018 - a closed one refuses
            except sqlite3.ProgrammingError:
                continue
            count += 1
        return count


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    opened = Opened()
    monkeypatch.setattr(sqlite3, "connect", opened)
    return opened


async def _cancelled(file: Path, moment: threading.Event) -> None:
    """Open a connection and be cancelled when `moment` has come."""
    task = asyncio.ensure_future(opening.connect(str(file)))
    await asyncio.sleep(0)  # the driver's thread is asked
    moment.wait()  # the loop stands still: it has heard nothing of the thread yet
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_connection_that_opens_after_its_caller_has_gone_is_closed(
    tmp_path: Path, opened: Opened
) -> None:
    opened.may_open.clear()
    await _cancelled(tmp_path / "klout.db", opened.asked)
    opened.may_open.set()
    await opening.ended()
    assert (len(opened.connections), opened.still_open()) == (1, 0)


async def test_a_connection_that_was_open_when_its_caller_went_is_closed(
    tmp_path: Path, opened: Opened
) -> None:
    await _cancelled(tmp_path / "klout.db", opened.is_open)
    assert (len(opened.connections), opened.still_open()) == (1, 0)
    await opening.ended()


@pytest.mark.parametrize("steps", range(0, 40, 3))
async def test_whenever_a_caller_is_cancelled_no_connection_is_left(
    database_url: str, opened: Opened, steps: int
) -> None:
    """Whatever it was doing after so many steps of the loop."""
    database = await Database.open(database_url)

    async def work() -> None:
        async with database.reading() as one, database.transaction() as other:
            await one.exec_driver_sql("SELECT 1")
            await other.exec_driver_sql("SELECT 1")

    for _ in range(3):
        task = asyncio.ensure_future(work())
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await work()  # the database is not locked
    await database.close()
    assert opened.connections
    assert opened.still_open() == 0


async def test_a_database_that_cannot_be_opened_leaves_no_connection(
    tmp_path: Path, opened: Opened
) -> None:
    file = tmp_path / "klout.db"
    file.write_bytes(b"this is no database, and long enough to be seen as none" * 20)
    with pytest.raises(Exception, match="not a database"):
        await Database.open(f"sqlite:///{file}")
    assert opened.still_open() == 0
