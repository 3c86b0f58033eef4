"""SQLite: the engine of one machine. It has one writer at a time, and one file.

Writes go through a pool of one connection, each begun with `BEGIN IMMEDIATE`, because a
transaction that reads first and writes later fails at once, without waiting, when another process
wrote in between. Reads have their own connections.
"""

import asyncio
import os
import random
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import Connection, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

_ATTEMPTS: Final = 20
"""Each waits for `busy_timeout`: about twenty seconds for another process to finish writing."""

_PRAGMAS: Final = (
    "PRAGMA busy_timeout=1000",  # short: nothing can interrupt the driver while it waits
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # a committed row survives a power cut
    "PRAGMA foreign_keys=ON",
    "PRAGMA trusted_schema=OFF",
)


def engines(url: str) -> tuple[AsyncEngine, AsyncEngine]:
    """One for writing and one for reading; the file is created, its owner's only.

    Raises:
        OSError: the file cannot be created.
    """
    address = _address(url)
    create_private(file_of(url))
    writer = create_async_engine(
        address,
        pool_size=1,
        max_overflow=0,
        pool_timeout=60,
        hide_parameters=True,  # an error is logged, what people wrote is not
    )
    reader = create_async_engine(
        address,
        pool_size=4,
        max_overflow=0,
        pool_timeout=60,
        hide_parameters=True,
        # A single read needs neither BEGIN nor ROLLBACK, each a trip to the driver's thread.
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
        pool_reset_on_return=None,
    )
    for engine in (writer, reader):
        _prepare(engine)
    _begin_immediately(writer)
    return writer, reader


def looking(url: str) -> AsyncEngine:
    """One that can only read, of a file that is there.

    Raises:
        FileNotFoundError: there is no such file.
    """
    if not file_of(url).is_file():
        raise FileNotFoundError(f"there is no file {file_of(url)}")
    uri = f"file:{quote(str(file_of(url)))}"
    return create_async_engine(_address(url).set(database=uri, query={"mode": "ro", "uri": "true"}))


def file_of(url: str) -> Path:
    """Where the database is."""
    return Path(make_url(url).database or "")


def create_private(path: Path) -> None:
    """Make a new file readable by its owner only; SQLite gives its side files the same mode.

    One that is there is not touched: closing it would drop the locks that SQLite has on it in this
    process, and another process would then delete the log under our feet.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


async def begin(connection: AsyncConnection) -> None:
    """Begin, waiting in small, interruptible steps while another process writes."""
    for attempt in range(_ATTEMPTS, 0, -1):
        try:
            await connection.begin()
        except OperationalError as error:
            await connection.rollback()
            if "locked" not in str(error) or attempt == 1:
                raise
            await asyncio.sleep(random.uniform(0.01, 0.05))  # noqa: S311 - only spreads them
        else:
            return


def _address(url: str) -> URL:
    return make_url(url).set(drivername="sqlite+aiosqlite")


def _prepare(engine: AsyncEngine) -> None:
    """Set every connection up, and take transactions out of the driver's hands."""

    @event.listens_for(engine.sync_engine, "connect")
    def connect(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        cursor.close()


def _begin_immediately(engine: AsyncEngine) -> None:
    """Begin as a writer (the recipe of SQLAlchemy's `dialects/sqlite`)."""

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
