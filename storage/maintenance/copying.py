"""Copies everything from one database into another, between any two engines."""

from typing import Final

from sqlalchemy import Table, func, select

from storage.engine.database import Database, StorageError, newest_revision
from storage.engine.dialects import go_on_counting, repeatable_read
from storage.engine.schema import metadata
from storage.engine.transaction import Connection, Lock, Transaction

AT_ONCE: Final = 1_000
"""Rows in one statement."""


class NotEmptyError(Exception):
    """The target already has rows; the message is one sentence."""


async def copy(source_url: str, target_url: str) -> int:
    """Copy every row as of one moment: all of them or, after any error, none.

    Returns:
        How many rows were copied.

    Raises:
        NotEmptyError: the target has rows.
        StorageError: the source is not migrated, or not every row arrived.
        OSError, sqlalchemy.exc.SQLAlchemyError: one of them cannot be used.
    """
    source = Database.look(source_url)
    try:
        at = await source.revision()
        if at != newest_revision():
            raise StorageError(f"the source is at revision {at}: first run bot.py migrate on it")
        target = await Database.open(target_url)
        try:
            async with source.reading() as old, target.transaction() as new:
                await repeatable_read(old)
                await new.lock(Lock.MIGRATIONS)
                for table in metadata.sorted_tables:
                    if await _count(new, table):
                        raise NotEmptyError(f"{table.name} has rows in the target already.")
                return sum([await _copy(old, new, table) for table in metadata.sorted_tables])
        finally:
            await target.close()
    finally:
        await source.close()


async def _copy(old: Connection, new: Transaction, table: Table) -> int:
    """Copy a table, after the tables that it refers to."""
    rows = await old.stream(select(table))
    async for some in rows.mappings().partitions(AT_ONCE):
        await new.execute(table.insert(), [dict(row) for row in some])
    await go_on_counting(new, table)
    before, after = await _count(old, table), await _count(new, table)
    if before != after:
        raise StorageError(f"rows of {table.name}: {after} of {before} arrived")
    return after


async def _count(connection: Connection, table: Table) -> int:
    return await connection.scalar(select(func.count()).select_from(table)) or 0
