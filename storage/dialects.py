"""The few places where one engine's SQL is not the other's."""

from typing import Any

from sqlalchemy import ColumnElement, Table, case, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

Upsert = sqlite.Insert | postgresql.Insert


def upsert(connection: AsyncConnection, table: Table) -> Upsert:
    """An INSERT with `on_conflict_do_nothing` and `on_conflict_do_update`."""
    insert = postgresql.insert if _on_postgresql(connection) else sqlite.insert
    return insert(table)


async def alone(connection: AsyncConnection, what: str) -> None:
    """Until the transaction ends, nobody else is past this line with the same `what`.

    For decisions by more than one row: how much is left, how many there are. SQLite's one writer
    is alone anyway.
    """
    if _on_postgresql(connection):
        await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(what, 0))))


async def frozen(connection: AsyncConnection) -> None:
    """Begin to read everything as it is at one moment."""
    on_postgresql = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
    await connection.exec_driver_sql(on_postgresql if _on_postgresql(connection) else "BEGIN")


async def go_on_counting(connection: AsyncConnection, table: Table) -> None:
    """Number new rows after those that were put in with their numbers."""
    column = table.autoincrement_column
    if _on_postgresql(connection) and column is not None:
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        await connection.execute(select(func.setval(sequence, func.max(column))))


def later(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    """The greater of two values: `max` here, `greatest` there."""
    return case((one > other, one), else_=other)


def _on_postgresql(connection: AsyncConnection) -> bool:
    return connection.dialect.name == "postgresql"
