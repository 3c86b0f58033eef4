"""What is remembered, and that it is remembered for good."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from scoring.reading.account import Reading
from scoring.reading.budget import Reservation
from scoring.reading.errors import BudgetSpent
from scoring.score import score
from storage.accounts.readings import NumberTakenError, Readings
from storage.chats.chat_choices import ChatChoices
from storage.engine import sqlite
from storage.engine.database import Database
from storage.engine.schema import account, chat, snapshot
from tests.conftest import Clock, of_sqlite
from tests.support.accounts import NOW, asked
from tests.support.facts import facts
from tests.support.stores import ledger_of


def reading(
    clock: Clock, account_id: int = 1, handle: str = "nasa", followers: int = 10
) -> Reading:
    scored = score(facts(as_of=clock(), handle=handle, followers=followers))
    return Reading(account_id, handle, "A name", protected=False, score=scored)


async def test_readings_are_added_and_never_changed(database: Database, clock: Clock) -> None:
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


async def test_opening_for_reading_creates_no_file(tmp_path: Path) -> None:
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
    spending = ledger_of(database, 100_000)
    results = await asyncio.gather(
        *(spending.reserve("user", asked(1, item=f"user_{n}"), NOW) for n in range(30)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, Reservation) for result in results) == 10
    assert sum(isinstance(result, BudgetSpent) for result in results) == 20
    assert await spending.spent_in_month(NOW) == 100_000


async def test_two_processes_share_one_cap(database: Database, database_url: str) -> None:
    other = await Database.open(database_url)
    purses = [ledger_of(database, 100_000), ledger_of(other, 100_000)]
    results = await asyncio.gather(
        *(purses[n % 2].reserve("user", asked(1, item=f"user_{n}"), NOW) for n in range(30)),
        return_exceptions=True,
    )
    await other.close()
    assert sum(isinstance(result, Reservation) for result in results) == 10


async def test_settling_gives_back_what_was_not_used(database: Database, clock: Clock) -> None:
    spending = ledger_of(database, 100_000)
    await spending.settle(await spending.reserve("post", asked(10), clock()), asked(3))
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
    assert await ChatChoices(database).language(1) is None


async def test_a_cancelled_transaction_writes_nothing_and_blocks_no_other(
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
    await ChatChoices(database).choose_language(2, "fr")
    assert await ChatChoices(database).language(1) is None
    assert await ChatChoices(database).language(2) == "fr"


@of_sqlite
async def test_a_committed_row_survives_a_power_cut(
    tmp_path: Path, pragmas: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit waits for the disk, whatever the tests do for speed."""
    monkeypatch.setattr(sqlite, "PRAGMAS", pragmas)
    database = await Database.open(f"sqlite:///{tmp_path / 'durable.db'}")
    try:
        async with database.transaction() as connection:
            for pragma, value in (("synchronous", 2), ("journal_mode", "wal")):
                assert await connection.scalar(text(f"PRAGMA {pragma}")) == value
    finally:
        await database.close()


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
    chats = ChatChoices(database)
    for chat_id in (1, 2, 3):
        await chats.link(chat_id, 7, "nasa")
        await chats.link(chat_id, 8, "lea")
    assert await chats.unlink(7) == 3
    assert await chats.linked_handle(2, 7) is None
    assert await chats.linked_handle(2, 8) == "lea"


async def test_another_account_under_one_number_is_refused(
    database: Database, clock: Clock
) -> None:
    """A digest may give two accounts one number: their histories are never mixed."""
    store = Readings(database)
    one = replace(reading(clock, -1, "one.test"), external_id="did:plc:one")
    await store.add(one, "one.test")
    with pytest.raises(NumberTakenError):
        await store.add(replace(one, external_id="did:plc:other"), "one.test")
    stored = await store.latest("one.test")
    assert stored
    assert stored.external_id == "did:plc:one"
