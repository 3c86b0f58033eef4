"""Compiled statements that all engines of a process share, so that each is compiled once.

Each test opens a database of its own, and SQLAlchemy's cache belongs to an engine. The bot opens
one database in its life.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event


class _Statements(dict[Any, Any]):
    """A cache whose keys name a kind of dialect instead of one engine's."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_shared(key), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__(_shared(key), compiled)


def _shared(key: tuple[Any, ...]) -> tuple[Any, ...]:
    dialect, *rest = key
    return (type(dialect), *rest)


@contextmanager
def once() -> Iterator[None]:
    """Let every engine of this process use one cache."""
    statements = _Statements()

    def share(connection: Connection) -> None:
        connection.execution_options(compiled_cache=statements)

    event.listen(Engine, "engine_connect", share)
    try:
        yield
    finally:
        event.remove(Engine, "engine_connect", share)
