"""Transactions, and the locks that they take, all in one order."""

from enum import Enum
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection


class Lock(Enum):
    """The advisory locks, in the order in which a transaction takes them.

    A lock is for a decision that depends on more than one row: how much is left, how many there
    are. One order for all transactions rules out a deadlock. The value is the lock's name at the
    server, and never changes: processes of two versions must exclude each other.

    Attributes:
        MIGRATIONS: the schema, and all rows of a database that is being copied.
        INDEXES: which process builds missing indexes; held by `storage.engine.indexing` alone.
        ACCOUNT: who proved that one account is theirs; by the account's number.
        CHAT: how many follows, alerts and members one chat has; by the chat's number.
        DELIVERY: messages of the outbox and the digests that they settle; who hides an account.
        INBOX: the order of the updates in their lanes.
        BUDGET: the ledger, its bookings, and the circuit breakers of X.
    """

    MIGRATIONS = "migrations"
    INDEXES = "indexes"
    ACCOUNT = "account"
    CHAT = "chat"
    DELIVERY = "delivery"
    INBOX = "inbox"
    BUDGET = "budget"

    def key(self, number: int | None = None) -> ColumnElement[int]:
        """Return the lock's number at PostgreSQL, as SQL.

        Args:
            number: of the account or chat; None for a lock that there is only one of.
        """
        name = self.value if number is None else f"{self.value} {number}"
        return func.hashtextextended(name, 0)


_ORDER: Final = {lock: position for position, lock in enumerate(Lock)}


class Connection:
    """Runs statements; each is by itself, unless the connection is a `Transaction`.

    The methods are those of SQLAlchemy's `AsyncConnection`.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self.on_postgresql: Final = connection.dialect.name == "postgresql"
        self.execute: Final = connection.execute
        self.exec_driver_sql: Final = connection.exec_driver_sql
        self.run_sync: Final = connection.run_sync
        self.scalar: Final = connection.scalar
        self.scalars: Final = connection.scalars
        self.stream: Final = connection.stream


class Transaction(Connection):
    """A unit of work: all its statements are committed, or none.

    `Database.transaction` of `storage.engine.database` begins and ends it. A method of a store that
    takes a transaction writes within it, so that one transaction spans several stores.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection)
        self._held: list[tuple[int, int]] = []

    async def lock(self, lock: Lock, number: int | None = None) -> None:
        """Take an advisory lock until the transaction ends; do nothing if it is held already.

        SQLite's single writer already has this effect.

        Args:
            number: of the account or chat; locks of one kind are taken by ascending number.
        """
        wanted = (_ORDER[lock], number or 0)
        if wanted in self._held:
            return
        in_order = not self._held or self._held[-1] < wanted
        assert in_order, f"{lock} {number} is taken after a later lock"  # noqa: S101 - a bug of ours
        self._held.append(wanted)
        if self.on_postgresql:
            await self.execute(select(func.pg_advisory_xact_lock(lock.key(number))))

    def holds(self, lock: Lock) -> bool:
        """Return whether the transaction has taken a lock of this kind."""
        return any(position == _ORDER[lock] for position, _ in self._held)
