"""Forgetting what is past: all of it, nothing else, and some rows at a time."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, Table, event, func, insert, select, text
from sqlalchemy.dialects import sqlite

from storage.engine import schema as tables
from storage.engine.database import Database
from storage.engine.portions import PORTION, in_portions
from storage.maintenance.given_up import give_up_waiting
from storage.maintenance.upkeep import Upkeep, past
from storage.stores import Stores
from tests.conftest import Clock, of_sqlite
from tests.support.accounts import NOW

EVER = timedelta(days=1)
"""More time than any run needs."""

LONG_AGO = NOW - timedelta(days=200)
MANY = 2 * PORTION + 1


def rows(table: Table, moment: Any, numbers: range) -> list[dict[str, Any]]:
    """Rows that something was last done with at a moment."""
    place = {"chat_id": 1, "topic_id": 0}
    waits = {"not_before": moment, "attempt": 1}
    fields: dict[str, dict[str, Any]] = {
        "quota": {"kind": "person", "full_at": moment},
        "absent": {"suspended": False, "seen_at": moment},
        "booking": {
            "day": moment.date(),
            "resource": "user",
            **_nothing("reserved", "spent", "holders"),
        },
        "usage": {"day": moment.date(), "command": "klout", **_nothing("spent", "profiles")},
        "post": {
            "account_id": 1,
            "created_at": moment,
            "read_at": moment,
            **_nothing("likes", "replies", "reposts", "quotes"),
        },
        "post_span": {"ends": moment, "begins": moment},
        "mention_count": {"ends": moment, "begins": moment, "mentions": 0},
        "member": {"person_id": 1, "key": "x", "handle": "x"},
        "picture": {"file_id": "x", "sent_at": moment},
        "broadcast": {"by": 1, "html": "x", "state": "draft", "made_at": moment},
        "inbox": {**place, "lane": 1, "state": "uncertain", "received_at": moment, **waits},
        "received": {"received_at": moment},
        "duel": {
            **place,
            **dict.fromkeys(("network", "formula", "language"), "x"),
            **dict.fromkeys(("left_receipt", "right_receipt"), ""),
            **dict.fromkeys(("made_at", "closes_at", "edit_after"), moment),
            **_nothing("left_id", "right_id", "claim", "enough", "votes", "version", "shown"),
            "of_members": False,
            "state": "closed",
        },
        "digest": {**place, "state": "sent", "due_at": moment, **waits},
        "telling": {
            **place,
            "account_id": 1,
            "as_of": moment,
            "by": "answer",
            "told_at": moment,
        },
        "outbox": {
            **place,
            **waits,
            "html": "x",
            "silent": False,
            "state": "sent",
            "useful_until": moment,
            "settled_at": moment,
        },
    }
    own = {
        "quota": ("id", int),
        "absent": ("key", str),
        "booking": ("item", str),
        "usage": ("chat_id", int),
        "post": ("id", int),
        "post_span": ("account_id", int),
        "mention_count": ("account_id", int),
        "member": ("chat_id", int),
        "picture": ("key", str),
        "broadcast": ("id", int),
        "inbox": ("update_id", int),
        "received": ("update_id", int),
        "duel": ("id", int),
        "digest": ("id", int),
        "telling": ("id", int),
        "outbox": ("id", int),
    }
    name, kind = own[table.name]
    made = [{**fields[table.name], name: kind(number)} for number in numbers]
    for row, number in zip(made, numbers, strict=True):
        if table is tables.digest:
            row["period"] = str(number)
        if table is tables.outbox:
            row |= {"key": str(number), "digest_id": number}
        if table is tables.usage:
            row["served"] = 1
        if table is tables.inbox:
            row["overflow"] = False
    return made


def _nothing(*names: str) -> dict[str, int]:
    return dict.fromkeys(names, 0)


async def fill(database: Database, moment: Any, numbers: range, *only: Table) -> None:
    async with database.transaction() as connection:
        if not only:
            known = {"handle": "nasa", "name": "NASA", "protected": False}
            there = set(await connection.scalars(select(tables.account.c.id)))
            missing = [{"id": number, **known} for number in {1, *numbers} - there]
            await connection.execute(insert(tables.account), missing)
        for table in tables.metadata.sorted_tables:
            if table in (only or past(NOW)):
                await connection.execute(insert(table), rows(table, moment, numbers))
            if table is tables.member and not only:  # they go once their board is off
                off = {"closed": True, "weekly": False, "closed_at": moment}
                boards = [{"chat_id": number, **off} for number in numbers]
                await connection.execute(insert(tables.board), boards)


async def count(database: Database, table: Table) -> int:
    async with database.reading() as connection:
        return await connection.scalar(select(func.count()).select_from(table)) or 0


async def counts(database: Database) -> dict[str, int]:
    return {table.name: await count(database, table) for table in past(NOW)}


@contextmanager
def changes() -> Iterator[list[int]]:
    """How many rows each transaction changes."""
    seen: list[int] = []

    def begin(_connection: Any) -> None:
        seen.append(0)

    def execute(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(("DELETE", "UPDATE")):
            seen[-1] += cursor.rowcount

    event.listen(Engine, "begin", begin)
    event.listen(Engine, "after_cursor_execute", execute)
    try:
        yield seen
    finally:
        event.remove(Engine, "begin", begin)
        event.remove(Engine, "after_cursor_execute", execute)


async def test_past_rows_are_deleted_in_portions_and_no_others(
    database: Database,
) -> None:
    await fill(database, LONG_AGO, range(1, MANY + 1))
    await fill(database, NOW + timedelta(hours=1), range(10_001, 10_004))
    with changes() as seen:
        await Upkeep(database, EVER).run(NOW)
    assert set((await counts(database)).values()) == {3}
    assert sum(seen) == MANY * len(past(NOW))
    assert max(seen) <= PORTION


async def test_an_upkeep_run_ends_in_time_and_the_next_continues(database: Database) -> None:
    await fill(database, LONG_AGO, range(1, MANY + 1))
    brief = Upkeep(database, timedelta())
    left = []
    for _ in range(3):
        await brief.run(NOW)
        left.append(await count(database, tables.received))
    assert left == [MANY - PORTION, 1, 0]


async def test_a_crash_between_two_portions_is_harmless(database: Database) -> None:
    await fill(database, LONG_AGO, range(1, MANY + 1))
    with changes() as seen:
        run = asyncio.create_task(Upkeep(database, EVER).run(NOW))
        while len(seen) < 2:  # noqa: ASYNC110 - a transaction has no event
            await asyncio.sleep(0)
        run.cancel()
        await asyncio.wait((run,))
    assert sum((await counts(database)).values()) > 0
    await Upkeep(database, EVER).run(NOW)
    assert set((await counts(database)).values()) == {0}


async def test_a_table_in_trouble_holds_up_no_other(database: Database) -> None:
    await fill(database, LONG_AGO, range(1, 4))
    async with database.transaction() as connection:
        await connection.execute(text("DROP TABLE quota"))
    with pytest.raises(Exception, match="quota"):
        await Upkeep(database, EVER).run(NOW)
    left = [await count(database, table) for table in past(NOW) if table is not tables.quota]
    assert set(left) == {0}


async def test_a_digest_stays_while_it_is_due_or_its_message_is_there(database: Database) -> None:
    await fill(database, LONG_AGO, range(1, 4))
    async with database.transaction() as connection:
        await connection.execute(text("UPDATE digest SET state = 'due' WHERE id = 1"))
        await connection.execute(text("UPDATE outbox SET settled_at = NULL WHERE id = 2"))
    await Upkeep(database, EVER).run(NOW)
    async with database.reading() as connection:
        assert set(await connection.scalars(select(tables.digest.c.id))) == {1, 2}


@of_sqlite
@pytest.mark.parametrize("table", past(NOW), ids=lambda table: table.name)
async def test_no_table_is_read_as_a_whole_to_find_what_is_past(
    database: Database, table: Table
) -> None:
    key = list(table.primary_key.columns)
    found = select(*key).where(past(NOW)[table]).limit(PORTION)
    async with database.reading() as connection:
        query = found.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
        plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")
        steps = [str(tuple(row)[3]) for row in plan]
    assert steps
    if table is not tables.broadcast:  # there are no more of those than operators write
        assert not [step for step in steps if step.startswith("SCAN")], steps


@pytest.mark.parametrize("sweep", ["expire", "reap"])
async def test_messages_run_out_in_portions(database: Database, clock: Clock, sweep: str) -> None:
    box = Stores(database, clock, "mine").outbox
    await fill(database, NOW, range(1, MANY + 1), tables.digest, tables.outbox)
    state, ended = ("pending", "expired") if sweep == "expire" else ("sending", "uncertain")
    async with database.transaction() as connection:
        await connection.execute(tables.digest.update().values(state="ready"))
        await connection.execute(
            tables.outbox.update().values(state=state, settled_at=None, lease_until=NOW)
        )
    clock.forward(minutes=5)
    with changes() as seen:
        for _ in range(3):  # each as far as its time goes, one portion at least
            await getattr(box, sweep)()
    assert max(seen) <= 2 * PORTION  # with its digest
    for table in (tables.outbox, tables.digest):
        async with database.reading() as connection:
            states = await connection.scalars(select(table.c.state).distinct())
            assert states.all() == [ended]


async def test_more_waits_in_a_backup_than_a_statement_takes_parameters(
    database: Database, clock: Clock
) -> None:
    many = 33_000
    await fill(database, NOW, range(1, many + 1), tables.digest, tables.outbox)
    async with database.transaction() as connection:
        await connection.execute(
            tables.outbox.update().values(state="pending", settled_at=None, useful_until=NOW)
        )
    await give_up_waiting(Stores(database, clock, "restore"))
    async with database.reading() as connection:
        for table in (tables.outbox, tables.digest):
            states = await connection.scalars(select(table.c.state).distinct())
            assert states.all() == ["cancelled"]


async def test_a_step_is_repeated_until_it_finds_less_than_a_portion() -> None:
    found = [PORTION, PORTION, 3, 0]

    async def step() -> int:
        return found.pop(0)

    assert await in_portions(step)
    assert found == [0]
