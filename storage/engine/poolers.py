"""PostgreSQL behind a pooler such as PgBouncer: the bot uses only what lasts one transaction.

In transaction pooling each transaction may run on another server connection, so nothing may outlive
it: no prepared statement, no setting, no lock. Session pooling works the same way. Statement
pooling cannot work, since it splits transactions.
"""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, Final

import asyncpg
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

OF_A_CONNECTION: Final = {"application_name": "klout", "timezone": "UTC"}
"""Settings that poolers keep for each client (PgBouncer: `track_extra_parameters` and its own)."""

OF_A_TRANSACTION: Final = {
    # Whatever the server's default: an `arm` lost in a crash would send a message twice.
    "synchronous_commit": "on",
    # Compiling a statement takes far longer than any of ours takes without.
    "jit": "off",
    # Limits in milliseconds: a process that freezes inside a transaction, or a statement that
    # runs too long, must not block others.
    "idle_in_transaction_session_timeout": "20000",
    "statement_timeout": "60000",
}
"""Settings given again at the start of each transaction; a pooler refuses them before it."""

_LOCAL: Final = "".join(f" SET LOCAL {name} = '{to}';" for name, to in OF_A_TRANSACTION.items())

_HELD: Final = text("SELECT name, setting FROM pg_settings WHERE name = ANY(:names)")

_CONNECT: Final = 10
_STATEMENT: Final = 60
"""Seconds; the equivalent of `statement_timeout` for reads that begin no transaction."""


class PoolerError(Exception):
    """A pooler before PostgreSQL cannot be used; the message says why."""


class _Connection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg has no types
    """Sends its settings along with each BEGIN, in the same round trip."""

    __slots__ = ()

    async def execute(self, query: str, *arguments: Any, **given: Any) -> str:
        """Execute as `asyncpg.Connection.execute` does; add the settings to a BEGIN."""
        if query.startswith("BEGIN"):
            query += _LOCAL
        status: str = await super().execute(query, *arguments, **given)
        return status


def connect_args(seconds: float | None = _STATEMENT) -> dict[str, Any]:
    """Return the arguments of asyncpg for connections through a pooler.

    Statements have no name, and the server parses each again in the round trip that runs it.

    Args:
        seconds: the limit of a statement; None for no limit.
    """
    return {
        "server_settings": OF_A_CONNECTION,
        "timeout": _CONNECT,
        "command_timeout": seconds,
        "statement_cache_size": 0,
        "prepared_statement_cache_size": 0,
        "prepared_statement_name_func": str,
        "connection_class": _Connection,
    }


def engine(url: str, *, seconds: float | None = _STATEMENT, **given: Any) -> AsyncEngine:
    """Return an engine that works with a pooler and without; without one another engine is faster.

    Args:
        seconds: the limit of a statement; None for no limit.
        given: further arguments of `sqlalchemy.ext.asyncio.create_async_engine`.
    """
    return create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        hide_parameters=True,  # an error is logged; what people wrote must not be
        connect_args=connect_args(seconds),
        **given,
    )


Connect = Callable[[AsyncEngine, AsyncExitStack], Awaitable[AsyncConnection]]
"""Opens a connection that is closed together with the stack."""


async def is_between(url: str, connect: Connect) -> bool:
    """Return whether a pooler answers, and check that it supports what the bot needs.

    A pooler gives its clients its own cancellation keys, whose process number is not the server's.

    Raises:
        PoolerError: it pools statements, or does not keep settings.
        OSError, sqlalchemy.exc.DBAPIError: the server cannot be reached.
    """
    probing = engine(url, poolclass=NullPool)
    try:
        async with AsyncExitStack() as stack:
            connection = await connect(probing, stack)
            number = await connection.scalar(text("SELECT pg_backend_pid()"))
            raw: Any = (await connection.get_raw_connection()).driver_connection
            if raw.get_server_pid() == number:
                return False
            await _check(connection)
    except DBAPIError as error:
        if "statement pooling" not in str(error.orig):
            raise
        raise PoolerError(
            "the pooler there is in statement mode, which breaks transactions apart; transaction"
            " and session mode will do (pool_mode in pgbouncer.ini)"
        ) from None
    finally:
        await probing.dispose()
    return True


async def _check(connection: AsyncConnection) -> None:
    """Check that settings last for a transaction, and that the time zone always does."""
    rows = await connection.execute(_HELD, {"names": list(OF_A_TRANSACTION)})
    held = {row.name: row.setting for row in rows}
    for name, wanted in OF_A_TRANSACTION.items():
        if held.get(name) != wanted:
            raise PoolerError(f"the pooler there does not let {name} be set for a transaction")
    await connection.rollback()
    if await connection.scalar(text("SHOW timezone")) != OF_A_CONNECTION["timezone"]:
        raise PoolerError("the pooler there does not keep the time zone of its clients, UTC")


async def refuse(url: str, connect: Connect) -> None:
    """Refuse a pooler where PostgreSQL's own tools run, since they use session settings.

    Raises:
        PoolerError: a pooler answers.
        OSError, sqlalchemy.exc.DBAPIError: the server cannot be reached.
    """
    if await is_between(url, connect):
        raise PoolerError(
            "this needs PostgreSQL itself, and a pooler answers there: give the address behind it"
        )
