"""Builds missing indexes on a PostgreSQL database in use without blocking writers.

PostgreSQL blocks all writers to a table while a transaction builds an index on it, and a migration
is one transaction. So each missing index is built before the migration, by itself and
`CONCURRENTLY`, and the migration finds it there. On SQLite the migration builds the indexes itself,
and its single writer waits.
"""

import asyncio
import logging
from typing import Final

from sqlalchemy import Index, func, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.schema import CreateIndex, DropIndex

from storage.engine.schema import metadata
from storage.engine.transaction import Lock

_log = logging.getLogger(__name__)

_AGAIN: Final = 0.2
"""Seconds between two tries to take the lock."""

_DIALECT: Final = postgresql.dialect()  # type: ignore[no-untyped-call]
_COLUMNS: Final = text(
    "SELECT table_name, column_name FROM information_schema.columns"
    " WHERE table_schema = current_schema()"
)
_INDEXES: Final = text(
    "SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
    " WHERE c.relnamespace = current_schema()::regnamespace"
)


async def index_ahead(engine: AsyncEngine) -> None:
    """Build the indexes that PostgreSQL's tables lack, in one process at a time.

    Args:
        engine: without a limit to what a statement may take.
    """
    worker = engine.execution_options(isolation_level="AUTOCOMMIT")
    async with worker.connect() as connection:
        if not await _missing(connection):
            return
        async with engine.connect() as guard:
            await _be_the_one(guard)
            for index, broken in await _missing(connection):
                _log.info("making an index", extra={"index": index.name})
                if broken:  # the process that was building it was interrupted
                    await connection.execute(DropIndex(index))
                await connection.exec_driver_sql(_concurrently(index))


async def _be_the_one(guard: AsyncConnection) -> None:
    """Wait for the lock on building indexes, and hold it until the transaction ends.

    The wait is a series of tries: a waiting statement has a snapshot, and an index is not finished
    before every older snapshot is gone.
    """
    lock = func.pg_try_advisory_xact_lock(Lock.INDEXES.key())
    while True:
        if await guard.scalar(select(lock)):
            # the last statement must be one without a snapshot: it stays until there is another
            await guard.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            return
        await guard.rollback()
        await asyncio.sleep(_AGAIN)


async def _missing(connection: AsyncConnection) -> list[tuple[Index, bool]]:
    """Return the missing indexes of existing columns, and whether each is there but invalid."""
    columns = {tuple(row) for row in await connection.execute(_COLUMNS)}
    valid: dict[str, bool] = {row[0]: row[1] for row in await connection.execute(_INDEXES)}
    return [
        (index, str(index.name) in valid)
        for table in metadata.sorted_tables
        for index in sorted(table.indexes, key=lambda one: str(one.name))
        if not valid.get(str(index.name))
        and all((table.name, column.name) in columns for column in index.columns)
    ]


def _concurrently(index: Index) -> str:
    statement = str(CreateIndex(index, if_not_exists=True).compile(dialect=_DIALECT))
    return statement.replace(" INDEX ", " INDEX CONCURRENTLY ", 1)  # or UNIQUE INDEX
