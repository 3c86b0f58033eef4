"""Changes many rows in portions, so that other writers, and people, wait little.

Rows are found without a transaction, and changed by their keys in a short transaction each time.
Between two transactions there is a pause in which others write, as SQLite has a single writer.
After a crash the next run finds the rows that are left.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from sqlalchemy import ColumnElement, Table, delete, select, tuple_

from storage.engine.database import Database

PORTION: Final = 500
"""Rows in one transaction: other writers wait some tens of milliseconds at most."""

_PAUSE: Final = 0.01
_SHARE: Final = 1
"""How many times as long as the work before it a pause is, at least."""


async def in_portions(step: Callable[[], Awaitable[int]], span: float = float("inf")) -> bool:
    """Repeat a step until it finds fewer than `PORTION` rows, or until its time is up.

    Args:
        step: makes one transaction at most; returns how many rows it found.
        span: seconds; one step is made at least.

    Returns:
        Whether all rows have been found.
    """
    time = asyncio.get_running_loop().time
    end = time() + span
    while True:
        begun = time()
        if await step() < PORTION:
            return True
        if time() >= end:
            return False
        await asyncio.sleep(max(_PAUSE, _SHARE * (time() - begun)))


async def delete_some(database: Database, table: Table, what: ColumnElement[bool]) -> int:
    """Delete a portion of the rows that match; a row that another transaction locks is left.

    Returns:
        How many rows matched, at most `PORTION`.
    """
    key = list(table.primary_key.columns)
    async with database.reading() as connection:
        found = (await connection.execute(select(*key).where(what).limit(PORTION))).all()
    if not found:
        return 0
    keys = [tuple(row) for row in found]
    free = select(*key).where(tuple_(*key).in_(keys), what).with_for_update(skip_locked=True)
    async with database.transaction() as tx:
        await tx.execute(delete(table).where(tuple_(*key).in_(free)))
    return len(found)
