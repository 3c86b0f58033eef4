"""One database, SQLite or PostgreSQL: how it is opened, and what a transaction is."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Final, Self

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage import postgresql, sqlite
from storage.dialects import alone

_MIGRATIONS: Final = Path(__file__).parent / "migrations"


class StorageError(Exception):
    """What an operator has to mend; the message is one sentence."""


class Database:
    """Hands out transactions. Which engine it is, only `storage.dialects` asks."""

    def __init__(self, writer: AsyncEngine, reader: AsyncEngine) -> None:
        self._writer = writer
        self._reader = reader

    @classmethod
    async def open(cls, url: str) -> Self:
        """Open a database and bring its tables up to date, one process after the other.

        Args:
            url: `sqlite:///file`, relative to the working directory, or `postgresql://…`.

        Raises:
            StorageError: a newer version of the bot has brought it up to date.
            OSError, sqlalchemy.exc.SQLAlchemyError: the database cannot be used.
        """
        database = cls(*_engine(url).engines(url))
        try:
            async with database.transaction() as connection:
                await alone(connection, "migrations")
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
            FileNotFoundError: there is no such file.
        """
        engine = _engine(url).looking(url)
        return cls(engine, engine)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A write transaction: committed at the end, rolled back by any exception.

        Nothing slow belongs inside, least of all the network: others wait for what it has locked,
        on SQLite everyone who writes. Whoever decides by what they read, beyond the row that they
        write, calls `storage.dialects.alone` first.
        """
        async with AsyncExitStack() as stack:
            connection = await postgresql.connect(self._writer, stack)
            await sqlite.begin(connection)
            yield connection
            await connection.commit()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection for single reads, which wait for no writer and begin no transaction."""
        async with AsyncExitStack() as stack:
            yield await postgresql.connect(self._reader, stack)

    async def revision(self) -> str | None:
        """The migration that its tables are at; None for an empty database."""
        async with self.reading() as connection:
            return await connection.run_sync(_revision)

    async def close(self) -> None:
        """Close every connection."""
        await self._reader.dispose()
        await self._writer.dispose()


def _engine(url: str) -> ModuleType:
    return postgresql if url.startswith("postgresql") else sqlite


def newest_revision() -> str | None:
    """The migration that this version of the bot knows last."""
    return ScriptDirectory(str(_MIGRATIONS)).get_current_head()


def known(revision: str) -> bool:
    """Whether this version of the bot knows a migration."""
    scripts = ScriptDirectory(str(_MIGRATIONS)).walk_revisions()
    return revision in {script.revision for script in scripts}


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _migrate(connection: Connection, to: str = "head") -> None:
    """Upgrade to a revision, within the caller's transaction."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    at = _revision(connection)
    if at is not None and not known(at):
        raise StorageError(
            f"the database is at revision {at}, which only a newer version of the bot knows"
        )
    command.upgrade(config, to)
