"""What touches one chat or the next few of many, where there are many rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, insert, select

from storage.engine import schema as tables
from storage.engine.database import Database
from storage.engine.portions import PORTION
from storage.queues import broadcasts
from storage.stores import Stores
from tests.conftest import Clock, of_sqlite
from tests.support.accounts import NOW
from tests.unit.storage.test_upkeep import MANY, changes, fill, rows

ADA = 1
"""The chat of all that `rows` makes."""


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """The statements that are executed, with their parameters."""
    executed: list[tuple[str, Any]] = []

    def execute(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        executed.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", execute)
    try:
        yield executed
    finally:
        event.remove(Engine, "before_cursor_execute", execute)


async def numbers(database: Database, table: Any, chat_id: int) -> int:
    async with database.reading() as connection:
        found = select(func.count()).select_from(table).where(table.c.chat_id == chat_id)
        return await connection.scalar(found) or 0


async def test_a_person_with_many_rows_is_forgotten_in_portions(
    database: Database, clock: Clock
) -> None:
    await fill(database, NOW, range(1, MANY + 1), tables.digest, tables.outbox)
    async with database.transaction() as connection:
        waits = {"state": "pending", "settled_at": None}
        await connection.execute(
            tables.outbox.update().where(tables.outbox.c.id <= 3).values(**waits)
        )
        used = rows(tables.usage, NOW, range(ADA, ADA + 1))
        await connection.execute(
            insert(tables.usage), [{**used[0], "command": f"c{n}"} for n in range(MANY)]
        )
    with changes() as seen:
        await Stores(database, clock, "one").personal_data.forget(ADA)
    assert max(seen) <= PORTION
    for table in (tables.outbox, tables.digest, tables.usage):
        assert await numbers(database, table, ADA) == 0


async def test_a_chat_with_many_rows_moves_in_portions(database: Database, clock: Clock) -> None:
    await fill(database, NOW, range(1, MANY + 1), tables.outbox, tables.digest)
    async with database.transaction() as connection:
        await connection.execute(tables.outbox.update().values(digest_id=None))
        await connection.execute(tables.digest.delete())
    with changes() as seen:
        await Stores(database, clock, "one").lifecycle.move(ADA, -5)
    assert max(seen) <= PORTION
    assert await numbers(database, tables.outbox, -5) == MANY


async def test_chats_that_refuse_news_do_not_end_a_broadcast(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcasts, "AT_ONCE", 2)
    store = Stores(database, clock, "one").broadcasts
    number = await store.draft(9, "Hello", NOW)
    await store.begin(number, 9)
    async with database.transaction() as connection:
        refusing: list[dict[str, Any]] = [
            {"id": n, "news": False, "gone_at": None} for n in range(1, 6)
        ]
        gone = [{"id": n, "news": None, "gone_at": NOW} for n in range(6, 9)]
        there = [{"id": n, "news": n % 2 == 0 or None, "gone_at": None} for n in range(9, 12)]
        await connection.execute(insert(tables.chat), refusing + gone + there)
        follows = [
            {"chat_id": n, "topic_id": topic, "key": "a", "handle": "a"}
            for n in (3, 7, 10, 12)
            for topic in (0, 1)
        ]
        await connection.execute(insert(tables.follow), follows)
    assert await store.audience() == 4
    told = []
    while found := await store.next_chats(number):
        told.append([each.chat_id for each in found])
        await store.post(number, [(each.chat_id, "Hello") for each in found])
    assert told == [[9, 10], [11, 12]]


@of_sqlite
async def test_the_next_chats_of_a_broadcast_are_found_by_indexes(
    database: Database, clock: Clock
) -> None:
    store = Stores(database, clock, "one").broadcasts
    number = await store.draft(9, "Hello", NOW)
    await store.begin(number, 9)
    async with database.transaction() as connection:
        await connection.execute(insert(tables.chat).values(id=5))
    await store.post(number, [(5, "Hello")])
    with statements() as executed:
        await store.next_chats(number)
    (query,) = [one for one in executed if one[0].startswith("SELECT") and "UNION" in one[0]]
    async with database.reading() as connection:
        plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query[0]}", query[1])
        steps = [str(tuple(row)[3]) for row in plan]
    ours = [table.name for table in tables.metadata.sorted_tables]
    assert not [step for step in steps if step.removeprefix("SCAN ").split()[0] in ours], steps
    assert sum("(broadcast_id=? AND chat_id=?)" in step for step in steps) == 7
