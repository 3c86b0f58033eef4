"""The few operations whose SQL differs between SQLite and PostgreSQL."""

from typing import Any

from sqlalchemy import ColumnElement, Select, Table, case, func, select, text
from sqlalchemy.dialects import postgresql, sqlite

from storage.engine.transaction import Connection, Transaction

Upsert = sqlite.Insert | postgresql.Insert


def upsert(tx: Transaction, table: Table) -> Upsert:
    """Return an INSERT with `on_conflict_do_nothing` and `on_conflict_do_update`."""
    insert = postgresql.insert if tx.on_postgresql else sqlite.insert
    return insert(table)


async def repeatable_read(connection: Connection) -> None:
    """Begin a transaction that reads everything as of one moment."""
    on_postgresql = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
    await connection.exec_driver_sql(on_postgresql if connection.on_postgresql else "BEGIN")


async def go_on_counting(tx: Transaction, table: Table) -> None:
    """Set the sequence of a table beyond the numbers that were inserted explicitly."""
    column = table.autoincrement_column
    if tx.on_postgresql and column is not None:
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        await tx.execute(select(func.setval(sequence, func.max(column))))


def greatest(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the greater of two values; SQLite's `max` is PostgreSQL's `greatest`."""
    return case((one > other, one), else_=other)


def by_bytes(
    connection: Connection, column: ColumnElement[str], first: str, last: str
) -> Select[str]:
    """Select the values of a text column between two, in the order of their bytes.

    PostgreSQL's own order is that of a language, which may ignore punctuation. The column needs an
    index with `postgresql_ops` of `varchar_pattern_ops`.
    """
    values = select(column)
    if not connection.on_postgresql:
        return values.where(column.between(first, last)).order_by(column)
    within = (
        column.op("~>=~", is_comparison=True)(first),
        column.op("~<=~", is_comparison=True)(last),
    )
    return values.where(*within).order_by(text(f"{column.compile()} USING ~<~"))
