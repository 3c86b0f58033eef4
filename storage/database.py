"""One database: how it is opened, and what a transaction is."""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import quote

from alembic import command
from alembic.config import Config
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


class Database:
    """Opens connections and hands out transactions.

    SQLite has one writer at a time: writes go through a pool of one, each begun with `BEGIN
    IMMEDIATE`, because a transaction that reads first and writes later fails at once, without
    waiting, when another process wrote in between. Reads have their own connections.
    """

    def __init__(self, writer: AsyncEngine, reader: AsyncEngine) -> None:
        self._writer = writer
        self._reader = reader

    @classmethod
    async def open(cls, url: str) -> Self:
        """Open a database and bring its tables up to date.

        Args:
            url: `sqlite:///file`, relative to the working directory.

        Raises:
            ValueError: the address is not one we can open.
            OSError, sqlalchemy.exc.SQLAlchemyError: the database cannot be used.
        """
        address = _address(url)
        create_private(Path(address.database or ""))
        writer = create_async_engine(address, pool_size=1, max_overflow=0, pool_timeout=60)
        reader = create_async_engine(
            address,
            pool_size=4,
            max_overflow=0,
            pool_timeout=60,
            # A single read needs neither BEGIN nor ROLLBACK, each a trip to the driver's thread.
            isolation_level="AUTOCOMMIT",
            skip_autocommit_rollback=True,
            pool_reset_on_return=None,
        )
        for engine in (writer, reader):
            _prepare(engine)
        _begin_immediately(writer)
        database = cls(writer, reader)
        try:
            async with database.transaction() as connection:
                await connection.run_sync(_migrate)
        except BaseException:
            await database.close()
            raise
        return database

    @classmethod
    def look(cls, url: str) -> Self:
        """Use a database for reading alone: nothing is created, brought up to date or written.

        Args:
            url: as for `open`.

        Raises:
            ValueError: the address is not one we can open.
            FileNotFoundError: there is no such file.
        """
        address = _address(url)
        if not Path(address.database or "").is_file():
            raise FileNotFoundError(f"there is no file {address.database}")
        uri = f"file:{quote(address.database or '')}"
        engine = create_async_engine(address.set(database=uri, query={"mode": "ro", "uri": "true"}))
        return cls(engine, engine)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A write transaction: committed at the end, rolled back by any exception.

        Nothing slow belongs inside, least of all the network: everyone else's writes wait.
        """
        async with self._writer.connect() as connection:
            await _begun(connection)
            yield connection
            await connection.commit()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection for single reads, which wait for no writer and begin no transaction."""
        async with self._reader.connect() as connection:
            yield connection

    async def close(self) -> None:
        """Close every connection."""
        await self._reader.dispose()
        await self._writer.dispose()


async def _begun(connection: AsyncConnection) -> None:
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
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or not address.database:
        raise ValueError("DATABASE_URL must look like sqlite:///klout.db")
    return address.set(drivername="sqlite+aiosqlite")


def create_private(path: Path) -> None:
    """Make the file readable by its owner only; SQLite gives its side files the same mode."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


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


def _migrate(connection: Connection) -> None:
    """Upgrade to the newest revision, within the caller's transaction."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
