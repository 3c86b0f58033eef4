"""SQLite: the engine for one machine, with one file and one writer at a time.

Writes use a pool of one connection, and each begins with `BEGIN IMMEDIATE`: a transaction that
reads first and writes later fails at once, without waiting, when another process has written in
between. Reads have their own connections.
"""

import asyncio
import os
import random
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import Connection, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.engine import opening

_ATTEMPTS: Final = 20
"""Tries, each as long as `busy_timeout`: about twenty seconds for another process to finish."""

PRAGMAS: Final = (
    "PRAGMA busy_timeout=1000",  # short, as nothing can interrupt the driver while it waits
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # a committed row survives a power cut
    "PRAGMA foreign_keys=ON",
    "PRAGMA trusted_schema=OFF",
)


async def engines(url: str) -> tuple[AsyncEngine, AsyncEngine]:
    """Return an engine for writing and one for reading; a new file is readable by its owner only.

    Raises:
        OSError: the file cannot be created.
    """
    address = _address(url)
    create_private(file_of(url))
    opened = partial(opening.connect, str(file_of(url).absolute()), PRAGMAS)
    writer = create_async_engine(
        address,
        async_creator=opened,
        pool_size=1,
        max_overflow=0,
        pool_timeout=60,
        hide_parameters=True,  # an error is logged; what people wrote must not be
        pool_reset_on_return=None,  # see _roll_back_what_is_open
    )
    reader = create_async_engine(
        address,
        async_creator=opened,
        pool_size=4,
        max_overflow=0,
        pool_timeout=60,
        hide_parameters=True,
        # A single read needs neither BEGIN nor ROLLBACK, each a trip to the driver's thread.
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
        pool_reset_on_return=None,
    )
    _begin_immediately(writer)
    _roll_back_what_is_open(writer)
    return writer, reader


async def before_migrating(url: str) -> None:
    """Do nothing: SQLite's single writer waits for an index wherever it is built."""


def looking(url: str) -> AsyncEngine:
    """Return an engine that can only read an existing file.

    Raises:
        FileNotFoundError: there is no such file.
    """
    if not file_of(url).is_file():
        raise FileNotFoundError(f"there is no file {file_of(url)}")
    uri = f"file:{quote(str(file_of(url).absolute()))}?mode=ro"
    return create_async_engine(
        _address(url), async_creator=partial(opening.connect, uri, uri=True), hide_parameters=True
    )


def file_of(url: str) -> Path:
    """Return the path of the database's file."""
    return Path(make_url(url).database or "")


def create_private(path: Path) -> None:
    """Create a file that only its owner can read; SQLite gives its side files the same mode.

    An existing file is not opened: closing it would drop the locks that SQLite has on it in this
    process, and another process could then delete the log while it is in use.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


async def begin(connection: AsyncConnection) -> None:
    """Begin a write transaction, waiting in small, interruptible steps for another process."""
    for attempt in range(_ATTEMPTS, 0, -1):
        try:
            await connection.begin()
        except OperationalError as error:
            await connection.rollback()
            if "locked" not in str(error) or attempt == 1:
                raise
            await asyncio.sleep(random.uniform(0.01, 0.05))  # noqa: S311 - jitter
        else:
            return


def _address(url: str) -> URL:
    return make_url(url).set(drivername="sqlite+aiosqlite")


def _begin_immediately(engine: AsyncEngine) -> None:
    """Begin as a writer (the recipe of SQLAlchemy's `dialects/sqlite`)."""

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _roll_back_what_is_open(engine: AsyncEngine) -> None:
    """Roll back what a failed commit left open; after any other transaction it is a vain trip."""

    @event.listens_for(engine.sync_engine, "reset")
    def reset(dbapi_connection: Any, _record: Any, _state: Any) -> None:
        if dbapi_connection.driver_connection.in_transaction:
            dbapi_connection.rollback()
