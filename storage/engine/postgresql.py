"""PostgreSQL: the engine for several machines."""

import asyncio
import logging
import random
from contextlib import AsyncExitStack
from typing import Any, Final

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.engine import poolers
from storage.engine.indexing import index_ahead

_log = logging.getLogger(__name__)

_SETTINGS: Final = poolers.OF_A_CONNECTION | poolers.OF_A_TRANSACTION

_ATTEMPTS: Final = 20
"""Tries, a second apart: a restarting server is waited for about as long as SQLite's writer."""

_NOT_YET: Final = {"57P03", "53300"}
"""SQLSTATE of a server that is starting or stopping, or has no connection left."""

_CONNECTIONS: Final = 10
"""Connections of one process; PostgreSQL allows a hundred in all by default."""

_POOL: Final[dict[str, Any]] = {
    "pool_size": _CONNECTIONS,
    "max_overflow": 0,
    "pool_timeout": 60,
    "pool_pre_ping": True,  # the server may have been restarted meanwhile
}


async def engines(url: str) -> tuple[AsyncEngine, AsyncEngine]:
    """Return an engine for writing and one for reading, on the same connections.

    The server is asked first whether a pooler stands before it.

    Raises:
        storage.engine.poolers.PoolerError: a pooler answers and cannot be used.
        OSError, sqlalchemy.exc.DBAPIError: the server cannot be reached.
    """
    if await poolers.is_between(url, connect):
        _log.info("PostgreSQL is behind a pooler: no statement is prepared")
        writer = poolers.engine(url, **_POOL)
    else:
        writer = _direct(url, _SETTINGS, **_POOL)
    return writer, writer.execution_options(isolation_level="AUTOCOMMIT")


async def before_migrating(url: str) -> None:
    """Build missing indexes without locks: within a migration they would block writers."""
    if await poolers.is_between(url, connect):
        engine = poolers.engine(url, seconds=None)
    else:
        engine = _direct(url, {**_SETTINGS, "statement_timeout": "0"})
    try:
        await index_ahead(engine)
    finally:
        await engine.dispose()


def _direct(url: str, settings: dict[str, str], **given: Any) -> AsyncEngine:
    return create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        hide_parameters=True,  # an error is logged; what people wrote must not be
        connect_args={"server_settings": settings, "timeout": 10},
        **given,
    )


def looking(url: str) -> AsyncEngine:
    """Return an engine that can only read, with a pooler and without."""
    return poolers.engine(url, **_POOL, execution_options={"postgresql_readonly": True})


async def connect(engine: AsyncEngine, stack: AsyncExitStack) -> AsyncConnection:
    """Connect, waiting in small, interruptible steps while the server is unavailable.

    Raises:
        OSError: the server did not become available.
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
            await asyncio.sleep(random.uniform(0.5, 1.5))  # noqa: S311 - jitter
    raise AssertionError("the last attempt returns or raises")


def _passes(error: OSError | DBAPIError) -> bool:
    if isinstance(error, DBAPIError):
        return getattr(error.orig, "sqlstate", None) in _NOT_YET
    return not isinstance(error, TimeoutError)  # a timeout has waited long enough
