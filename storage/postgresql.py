"""PostgreSQL: the engine of several machines."""

from typing import Final

from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

_SETTINGS: Final = {
    "application_name": "klout",
    "timezone": "UTC",
    # A process that is frozen inside a transaction holds nobody up for longer than this, nor does
    # a statement that has gone astray (milliseconds).
    "idle_in_transaction_session_timeout": "20000",
    "statement_timeout": "60000",
}

_CONNECTIONS: Final = 10
"""A process. PostgreSQL allows a hundred in all, by default."""


def engines(url: str) -> tuple[AsyncEngine, AsyncEngine]:
    """One for writing and one for reading, on the same connections."""
    writer = _engine(url, _SETTINGS)
    return writer, writer.execution_options(isolation_level="AUTOCOMMIT")


def looking(url: str) -> AsyncEngine:
    """One that can only read."""
    return _engine(url, {**_SETTINGS, "default_transaction_read_only": "on"})


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
