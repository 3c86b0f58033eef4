"""PostgreSQL: the engine of several machines."""

import asyncio
import logging
import random
from contextlib import AsyncExitStack
from typing import Final

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

_log = logging.getLogger(__name__)

_SETTINGS: Final = {
    "application_name": "klout",
    "timezone": "UTC",
    # Whatever the server's default: a message that is sent again after a crash was armed before it.
    "synchronous_commit": "on",
    # A process that is frozen inside a transaction holds nobody up for longer than this, nor does
    # a statement that has gone astray (milliseconds).
    "idle_in_transaction_session_timeout": "20000",
    "statement_timeout": "60000",
}

_ATTEMPTS: Final = 20
"""A second apart: a server that is started again is waited for about as long as SQLite's writer."""

_NOT_YET: Final = {"57P03", "53300"}
"""SQLSTATE of a server that is starting or stopping, or has no connection left."""

_CONNECTIONS: Final = 10
"""A process. PostgreSQL allows a hundred in all, by default."""


def engines(url: str) -> tuple[AsyncEngine, AsyncEngine]:
    """One for writing and one for reading, on the same connections."""
    writer = _engine(url, _SETTINGS)
    return writer, writer.execution_options(isolation_level="AUTOCOMMIT")


def looking(url: str) -> AsyncEngine:
    """One that can only read."""
    return _engine(url, {**_SETTINGS, "default_transaction_read_only": "on"})


async def connect(engine: AsyncEngine, stack: AsyncExitStack) -> AsyncConnection:
    """Connect, waiting in small, interruptible steps while the server is not there.

    Raises:
        OSError: it did not come.
        sqlalchemy.exc.DBAPIError: it refuses, as when the password is wrong.
    """
    for attempt in range(_ATTEMPTS, 0, -1):
        try:
            return await stack.enter_async_context(engine.connect())
        except (OSError, DBAPIError) as error:
            if not _passes(error):
                raise
            reason = str(getattr(error, "orig", error))
            if attempt == 1:
                raise ConnectionError(reason) from error
            if attempt == _ATTEMPTS:
                _log.warning("PostgreSQL does not answer: %s", reason)
            await asyncio.sleep(random.uniform(0.5, 1.5))  # noqa: S311 - only spreads them
    raise AssertionError("the last attempt returns or raises")


def _passes(error: OSError | DBAPIError) -> bool:
    if isinstance(error, DBAPIError):
        return getattr(error.orig, "sqlstate", None) in _NOT_YET
    return not isinstance(error, TimeoutError)  # that has been waiting enough


def _engine(url: str, settings: dict[str, str]) -> AsyncEngine:
    return create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        pool_size=_CONNECTIONS,
        max_overflow=0,
        pool_timeout=60,
        hide_parameters=True,  # an error is logged, what people wrote is not
        pool_pre_ping=True,  # the server may have been restarted since
        connect_args={"server_settings": settings, "timeout": 10},
    )
