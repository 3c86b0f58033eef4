"""Opens connections to SQLite, and closes them when the caller is cancelled meanwhile."""

import asyncio
import sqlite3
import threading
from collections.abc import Sequence
from typing import Any, Final
from weakref import WeakSet

import aiosqlite

from storage.engine.cursors import ROWS_AT_ONCE, Cursor

_LOOK: Final = 0.001
"""Seconds between two checks of threads that are about to end."""

_ending: Final[WeakSet[threading.Thread]] = WeakSet()
"""Threads of drivers that were told to end."""


class _Opening:
    """Opens one connection in the driver's thread; closes it if the caller gave up."""

    def __init__(self, address: str, pragmas: Sequence[str], options: dict[str, Any]) -> None:
        self._address = address
        self._pragmas = pragmas
        self._options = options
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._given_up = False

    def __call__(self) -> sqlite3.Connection:
        # any thread may close it: the opening thread ends when it is given up
        connection: sqlite3.Connection = sqlite3.connect(
            self._address, check_same_thread=False, isolation_level=None, **self._options
        )
        try:
            for pragma in self._pragmas:
                connection.execute(pragma).close()
        except BaseException:
            connection.close()
            raise
        with self._lock:
            self._connection = connection
            if self._given_up:
                connection.close()
        return connection

    def give_up(self) -> None:
        """Close the connection, now or as soon as it is open."""
        with self._lock:
            self._given_up = True
            if self._connection is not None:
                self._connection.close()


class _Connection(aiosqlite.Connection):
    """A connection whose thread is awaited before the event loop ends."""

    def cursor(self) -> Cursor:  # type: ignore[override]  # SQLAlchemy awaits none
        """Make a cursor that saves trips to the thread."""
        return Cursor(self)

    def stop(self) -> asyncio.Future[Any] | None:
        """Tell the thread to close the connection and to end."""
        _ending.add(self._thread)
        return super().stop()


async def ended() -> None:
    """Wait until the threads of closed connections have ended.

    A thread reports to the event loop when it ends; a loop that is closed by then raises an error.
    """
    while any(thread.is_alive() for thread in _ending):  # noqa: ASYNC110 - they set no event
        await asyncio.sleep(_LOOK)


async def connect(
    address: str, pragmas: Sequence[str] = (), **options: Any
) -> aiosqlite.Connection:
    """Open a connection; a caller that is cancelled meanwhile leaves none behind.

    The driver alone would leave it open: its thread opens the file while the caller is cancelled,
    and no object refers to the connection afterwards.

    Args:
        address: the file, or a `file:` URI.
        pragmas: statements that prepare the connection.
        options: those of `sqlite3.connect`.

    Raises:
        sqlite3.Error: the file cannot be opened.
    """
    opening = _Opening(address, pragmas, options)
    connection = _Connection(opening, ROWS_AT_ONCE)
    connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy does: no exit waits for it
    try:
        await connection
    except BaseException:
        opening.give_up()
        raise
    return connection
