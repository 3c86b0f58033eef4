"""Rows in every table, whatever tables there are."""

from datetime import date
from typing import Any

from sqlalchemy import Column, Connection, MetaData
from sqlalchemy.types import BigInteger, Boolean, Date, DateTime, Float, Integer, String

from storage.engine.schema import Moment
from tests.support.accounts import NOW

ROWS = 3


def fill(connection: Connection, metadata: MetaData) -> None:
    """Put `ROWS` rows in each; equal numbers refer to each other."""
    for table in metadata.sorted_tables:
        if table.name != "alembic_version":
            rows = [{c.name: _value(c, n) for c in table.columns} for n in range(1, ROWS + 1)]
            connection.execute(table.insert(), rows)


def _value(column: Column[Any], number: int) -> Any:  # noqa: PLR0911 - one for each type
    match column.type:
        case BigInteger():
            return 2**40 + number
        case Boolean():
            return number % 2 == 0
        case Integer():
            return number
        case Float():
            return number / 3
        case Moment() | DateTime():
            return NOW
        case Date():
            return date(2026, 3, number)
        case String(length=int(most)):
            return f"{number}{column.name} é🎩"[:most]
        case _:
            return f"{number}\n{column.name} é🎩"
