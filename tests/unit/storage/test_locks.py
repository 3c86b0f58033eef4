"""Advisory locks: one order for all transactions, and names that no version changes."""

import pytest
from sqlalchemy import func, select, text

from storage.engine.database import Database
from storage.engine.transaction import Lock
from tests.conftest import of_postgresql
from tests.support.stores import stores


async def test_locks_are_taken_in_the_order_of_the_enum(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.lock(Lock.CHAT, -7)
        await tx.lock(Lock.CHAT, 5)
        assert not tx.holds(Lock.DELIVERY)
        await tx.lock(Lock.DELIVERY)
        assert tx.holds(Lock.DELIVERY)


async def test_a_lock_that_is_held_is_not_taken_again(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.lock(Lock.CHAT, 5)
        await tx.lock(Lock.DELIVERY)
        await tx.lock(Lock.CHAT, 5)
        await tx.lock(Lock.DELIVERY)


@pytest.mark.parametrize("later", list(Lock)[1:])
async def test_a_lock_out_of_order_raises(database: Database, later: Lock) -> None:
    earlier = list(Lock)[list(Lock).index(later) - 1]
    async with database.transaction() as tx:
        await tx.lock(later)
        with pytest.raises(AssertionError, match=earlier.name):
            await tx.lock(earlier)


async def test_locks_of_one_kind_are_taken_by_number(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.lock(Lock.ACCOUNT, 5)
        with pytest.raises(AssertionError, match="ACCOUNT -7"):
            await tx.lock(Lock.ACCOUNT, -7)


async def test_digests_are_settled_under_the_lock_on_delivery(database: Database) -> None:
    digests = stores(database).digests
    async with database.transaction() as tx:
        with pytest.raises(AssertionError):
            await digests.settle(tx, "sent", [1])
        await tx.lock(Lock.DELIVERY)
        await digests.settle(tx, "sent", [1])


@of_postgresql
@pytest.mark.parametrize(
    ("name", "lock", "number"),
    [
        ("migrations", Lock.MIGRATIONS, None),
        ("indexes", Lock.INDEXES, None),
        ("account 12", Lock.ACCOUNT, 12),
        ("chat -1001", Lock.CHAT, -1001),
        ("delivery", Lock.DELIVERY, None),
        ("inbox", Lock.INBOX, None),
        ("budget", Lock.BUDGET, None),
    ],
)
async def test_a_process_of_an_earlier_version_is_excluded(
    database: Database, name: str, lock: Lock, number: int | None
) -> None:
    taken = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
    free = select(func.pg_try_advisory_xact_lock(lock.key(number)))
    async with database.transaction() as tx:
        assert await tx.scalar(free)
    async with database.transaction() as earlier, database.transaction() as tx:
        await earlier.execute(taken, {"name": name})
        assert not await tx.scalar(free)
