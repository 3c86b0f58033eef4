"""One database, SQLite or PostgreSQL: opening it, and its unit of work, the transaction."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Final, Self

from sqlalchemy import Connection as SyncConnection
from sqlalchemy import inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import opening, postgresql, sqlite
from storage.engine.transaction import Connection, Lock, Transaction

MIGRATIONS: Final = Path(__file__).parent.parent / "migrations"


class StorageError(Exception):
    """A problem that an operator has to fix; the message is one sentence."""


class Database:
    """Hands out transactions; only `storage.engine.dialects` depends on the engine."""

    def __init__(self, writer: AsyncEngine, reader: AsyncEngine) -> None:
        self._writer = writer
        self._reader = reader

    @classmethod
    async def open(cls, url: str) -> Self:
        """Open a database and migrate its tables, in one process at a time.

        Args:
            url: `sqlite:///file`, relative to the working directory, or `postgresql://…`.

        Raises:
            StorageError: a newer version of the bot has migrated it.
            storage.engine.poolers.PoolerError: the pooler before PostgreSQL cannot be used.
            OSError, sqlalchemy.exc.SQLAlchemyError: the database cannot be used.
        """
        database = await cls.connect(url)
        try:
            at = await database.revision()
            if at is not None and known(at):
                await _engine(url).before_migrating(url)
            async with database.transaction() as tx:
                await tx.lock(Lock.MIGRATIONS)
                await tx.run_sync(migrate)
        except BaseException:
            await database.close()
            raise
        return database

    @classmethod
    async def connect(cls, url: str) -> Self:
        """Connect to a database as it is, without migrating its tables.

        Args:
            url: as for `open`.

        Raises:
            storage.engine.poolers.PoolerError: the pooler before PostgreSQL cannot be used.
            OSError, sqlalchemy.exc.SQLAlchemyError: the database cannot be used.
        """
        return cls(*await _engine(url).engines(url))

    @classmethod
    def look(cls, url: str) -> Self:
        """Open a database for reading only: nothing is created, migrated or written.

        Args:
            url: as for `open`.

        Raises:
            FileNotFoundError: there is no such file.
        """
        engine = _engine(url).looking(url)
        return cls(engine, engine)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Begin a unit of work: a transaction, committed at the end, undone by any exception.

        Nothing slow belongs inside, least of all network requests: other writers wait for its
        locks, on SQLite all of them. A caller whose write depends on other rows than the one it
        writes takes a lock first.
        """
        async with AsyncExitStack() as stack:
            connection = await postgresql.connect(self._writer, stack)
            await sqlite.begin(connection)
            yield Transaction(connection)
            await connection.commit()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        """Return a connection for single reads: no transaction, no wait for writers."""
        async with AsyncExitStack() as stack:
            yield Connection(await postgresql.connect(self._reader, stack))

    async def revision(self) -> str | None:
        """Return the migration that its tables are at; None for an empty database."""
        async with self.reading() as connection:
            return await connection.run_sync(_revision)

    async def close(self) -> None:
        """Close every connection."""
        try:
            await self._reader.dispose()
        finally:
            await self._writer.dispose()
            await opening.ended()


def _engine(url: str) -> ModuleType:
    return postgresql if url.startswith("postgresql") else sqlite


def newest_revision() -> str | None:
    """Return the newest migration that this version of the bot knows."""
    return max(_revisions(MIGRATIONS), default=None)


def known(revision: str) -> bool:
    """Return whether this version of the bot knows a migration."""
    return revision in _revisions(MIGRATIONS)


@cache
def _revisions(folder: Path) -> frozenset[str]:
    """Return the migrations of a folder: their files begin with their numbers."""
    return frozenset(file.stem.partition("_")[0] for file in folder.glob("versions/[0-9]*.py"))


def _revision(connection: SyncConnection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    at: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return at


def migrate(connection: SyncConnection, to: str = "head") -> None:
    """Upgrade the tables to a revision, within the caller's transaction.

    Args:
        to: the revision's number; the newest one when left out.

    Raises:
        StorageError: a newer version of the bot has migrated them.
    """
    at = _revision(connection)
    if at is not None and not known(at):
        raise StorageError(
            f"the database is at revision {at}, which only a newer version of the bot knows"
        )
    if at == newest_revision():
        return
    # Most starts have nothing to migrate, and then need none of Alembic.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
