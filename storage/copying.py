"""Everything from one database into another, whichever engines they are."""

from typing import Final

from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, StorageError, newest_revision
from storage.dialects import alone, frozen, go_on_counting
from storage.schema import metadata

AT_ONCE: Final = 1_000
"""Rows in one statement."""


class NotEmptyError(Exception):
    """The target has rows already; the message is one sentence."""


async def copy(source_url: str, target_url: str) -> int:
    """Copy every row, as they are at one moment: all of them or, by any error, none.

    Returns:
        How many there are.

    Raises:
        NotEmptyError: there is something in the target.
        StorageError: the source is not up to date, or not everything arrived.
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
                await frozen(old)
                await alone(new, "migrations")
                for table in metadata.sorted_tables:
                    if await _count(new, table):
                        raise NotEmptyError(f"{table.name} has rows in the target already.")
                return sum([await _copy(old, new, table) for table in metadata.sorted_tables])
        finally:
            await target.close()
    finally:
        await source.close()


async def _copy(old: AsyncConnection, new: AsyncConnection, table: Table) -> int:
    """Copy a table, after those that it refers to."""
    rows = await old.stream(select(table))
    async for some in rows.mappings().partitions(AT_ONCE):
        await new.execute(table.insert(), [dict(row) for row in some])
    await go_on_counting(new, table)
    before, after = await _count(old, table), await _count(new, table)
    if before != after:
        raise StorageError(f"{after} of {before} rows of {table.name} arrived")
    return after


async def _count(connection: AsyncConnection, table: Table) -> int:
    return await connection.scalar(select(func.count()).select_from(table)) or 0
