"""What is remembered, and that it is remembered for good."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from scoring.budget import Reservation
from scoring.errors import BudgetSpent
from scoring.facts import Facts
from scoring.reading import Reading
from scoring.score import score
from storage.chats import Chats
from storage.database import Database
from storage.readings import Readings
from storage.schema import account, chat, snapshot
from storage.spending import Spending
from tests.accounts import ANYBODY, NOW
from tests.conftest import Clock


def reading(
    clock: Clock, account_id: int = 1, handle: str = "nasa", followers: int = 10
) -> Reading:
    facts = Facts(handle, "x", followers, 1, 1, 1, NOW, clock(), None)
    return Reading(account_id, handle, "A name", protected=False, score=score(facts))


async def test_snapshots_are_only_ever_added(database: Database, clock: Clock) -> None:
    store = Readings(database)
    first = reading(clock)
    await store.add(first, "nasa")
    clock.forward(days=1)
    second = reading(clock, followers=20)
    await store.add(second, "NASA")
    assert await store.latest("Nasa") == second
    async with database.reading() as connection:
        receipts = (await connection.scalars(select(snapshot.c.receipt))).all()
    assert len(receipts) == 2
    assert '"followers":10' in receipts[0]


async def test_the_newest_receipt_of_every_account_can_be_looked_at(
    database: Database, database_url: str, clock: Clock
) -> None:
    store = Readings(database)
    await store.add(reading(clock, 7, "lea"), "lea")
    await store.add(reading(clock), "nasa")
    clock.forward(days=1)
    newest = reading(clock, followers=20)
    await store.add(newest, "nasa")
    looking = Database.look(database_url)
    try:
        receipts = [json.loads(line) async for line in Readings(looking).receipts()]
        with pytest.raises(DBAPIError, match=r"readonly|read-only"):
            await Readings(looking).add(newest, "nasa")
    finally:
        await looking.close()
    assert [receipt["facts"]["handle"] for receipt in receipts] == ["nasa", "lea"]
    assert receipts[0] == newest.score.to_json()


async def test_looking_creates_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no file .*nowhere"):
        Database.look(f"sqlite:///{tmp_path / 'nowhere.db'}")
    assert not (tmp_path / "nowhere.db").exists()


async def test_a_rename_keeps_the_account(database: Database, clock: Clock) -> None:
    store = Readings(database)
    await store.add(reading(clock), "nasa")
    clock.forward(days=1)
    renamed = reading(clock, handle="nasa_now")
    await store.add(renamed, "nasa")
    assert await store.latest("nasa") == await store.latest("nasa_now") == renamed
    async with database.reading() as connection:
        assert await connection.scalar(select(func.count()).select_from(account)) == 1


async def test_reserving_never_passes_the_cap(database: Database) -> None:
    spending = Spending(database, cap=100_000)
    results = await asyncio.gather(
        *(spending.reserve("user", 1, NOW) for _ in range(30)), return_exceptions=True
    )
    assert sum(isinstance(result, Reservation) for result in results) == 10
    assert sum(isinstance(result, BudgetSpent) for result in results) == 20
    assert await spending.spent_in_month(NOW) == 100_000


async def test_two_processes_share_one_cap(database: Database, database_url: str) -> None:
    other = await Database.open(database_url)
    purses = [Spending(database, cap=100_000), Spending(other, cap=100_000)]
    results = await asyncio.gather(
        *(purses[n % 2].reserve("user", 1, NOW) for n in range(30)), return_exceptions=True
    )
    await other.close()
    assert sum(isinstance(result, Reservation) for result in results) == 10


async def test_settling_gives_back_what_was_not_used(database: Database, clock: Clock) -> None:
    spending = Spending(database, cap=100_000)
    await spending.settle(await spending.reserve("post", 10, clock()), {ANYBODY: 3})
    assert await spending.spent_in_month(clock()) == 15_000
    clock.forward(days=14)  # April
    assert await spending.spent_in_month(clock()) == 0


async def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    async def fail() -> None:
        async with database.transaction() as connection:
            await connection.execute(chat.insert().values(id=1, language="fr"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await Chats(database).language(1) is None


async def test_a_cancelled_transaction_leaves_nothing_and_blocks_nobody(
    database: Database,
) -> None:
    begun = asyncio.Event()

    async def dawdle() -> None:
        async with database.transaction() as connection:
            await connection.execute(chat.insert().values(id=1, language="fr"))
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(dawdle())
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await Chats(database).choose_language(2, "fr")
    assert await Chats(database).language(1) is None
    assert await Chats(database).language(2) == "fr"


async def test_foreign_keys_are_enforced(database: Database, clock: Clock) -> None:
    await Readings(database).add(reading(clock), "nasa")

    async def orphan() -> None:
        async with database.transaction() as connection:
            await connection.execute(delete(account))

    with pytest.raises(IntegrityError):
        await orphan()


async def test_a_naive_moment_is_refused(database: Database) -> None:
    statement = update(snapshot).values(as_of=NOW.replace(tzinfo=None))
    async with database.transaction() as connection:
        with pytest.raises(Exception, match="needs a zone"):
            await connection.execute(statement)


async def test_a_name_that_no_database_keeps_is_kept_without_it(
    database: Database, clock: Clock
) -> None:
    store = Readings(database)
    odd = replace(reading(clock), name="A\0 na\ud83dme")
    await store.add(odd, "nasa")
    assert await store.latest("nasa") == replace(odd, name="A na?me")


async def test_a_person_is_forgotten_in_every_chat(database: Database) -> None:
    chats = Chats(database)
    for chat_id in (1, 2, 3):
        await chats.link(chat_id, 7, "nasa")
        await chats.link(chat_id, 8, "lea")
    assert await chats.unlink(7) == 3
    assert await chats.linked_handle(2, 7) is None
    assert await chats.linked_handle(2, 8) == "lea"
