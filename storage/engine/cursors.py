"""A cursor of SQLite that goes to the driver's thread once for a statement and its rows.

Each call of the driver is a trip to its thread and back, which costs more than most statements.
The driver's own cursor makes four trips for a query: to be made, to execute, to fetch, to close.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final, Self

import aiosqlite

ROWS_AT_ONCE: Final = 1000
"""Rows that come with the execution of a statement; few statements have more."""

_InThread = Callable[..., Awaitable[Any]]
"""Calls a function with arguments in the driver's thread."""


class Cursor(aiosqlite.Cursor):
    """A cursor whose first rows come with the execution of the statement.

    Reading those rows takes no trip to the thread, nor does closing a cursor that has no others.
    """

    def __init__(self, connection: aiosqlite.Connection) -> None:
        super().__init__(connection, connection._conn.cursor())  # noqa: SLF001 - made in this thread
        self._in_thread: _InThread = connection._execute  # noqa: SLF001 - it has no type
        self._rows: list[Any] = []
        self._more = False

    async def execute(self, sql: str, parameters: Any = ()) -> Self:
        """Execute a statement and fetch its first rows."""
        await self._in_thread(self._run, self._cursor.execute, sql, parameters)
        return self

    async def executemany(self, sql: str, parameters: Any) -> Self:
        """Execute a statement once for each element of `parameters`."""
        await self._in_thread(self._run, self._cursor.executemany, sql, parameters)
        return self

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        """Return up to `size` rows; none when there are no more."""
        if not self._rows and self._more:
            await self._in_thread(self._fetch)
        wanted = size or self.arraysize
        rows, self._rows = self._rows[:wanted], self._rows[wanted:]
        return rows

    async def fetchall(self) -> list[Any]:
        """Return all remaining rows."""
        rows, self._rows = self._rows, []
        if self._more:
            rows += await self._in_thread(self._cursor.fetchall)
            self._more = False
        return rows

    async def close(self) -> None:
        """Close the cursor; its description and its counts remain readable."""
        self._rows = []
        if self._more:
            self._more = False
            await self._in_thread(self._cursor.close)

    def _run(self, execute: Callable[[str, Any], object], sql: str, parameters: Any) -> None:
        execute(sql, parameters)
        self._rows, self._more = [], self._cursor.description is not None
        if self._more:
            self._fetch()

    def _fetch(self) -> None:
        """Fetch the next rows; SQLite has finished a statement that brings fewer than asked for."""
        self._rows = self._cursor.fetchmany(ROWS_AT_ONCE)
        self._more = len(self._rows) == ROWS_AT_ONCE
