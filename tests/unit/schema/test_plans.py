"""Query plans: what is done often reads no table whole that grows."""

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.schema import DropIndex

from benchmarks.filling import BOARD, Size, fill
from delivery.plan_digests import DigestPlanner
from scoring.reading.reader import Reader
from scoring.reading.requester import Requester
from services.boards import Groups
from storage.chats.places import Place
from storage.engine.database import Database
from storage.engine.schema import account, snapshot
from storage.stores import Stores
from tests.conftest import of_postgresql, of_sqlite
from tests.support.accounts import NOW
from tests.support.postgresql import new_database

_GROWING = {
    *("account", "handle", "snapshot", "post", "post_span", "mention_count", "picture"),
    *("chat", "link", "follow", "telling", "schedule", "member", "alert", "claim", "player"),
    *("digest", "outbox", "received", "usage", "booking", "quota", "duel", "vote"),
}
"""Tables that grow with accounts, chats or time; not the inbox, which what is answered leaves."""

_SIZE = Size(1_000, 20)
_BY_ACCOUNT = next(i for i in snapshot.indexes if i.columns.keys() == ["account_id", "as_of"])


class Uses:
    """What the product does most, on one database."""

    def __init__(self, database: Database) -> None:
        stores = Stores(database, lambda: NOW, "a test", voter_key=b"k" * 32)
        reader = Reader(None, stores.readings, stores.spending, stores.quotas, lambda: NOW)
        self.stores, self.reader = stores, reader
        self.groups = Groups(reader, stores, lambda: NOW)

    async def klout(self) -> None:
        found = await self.reader.current(["account_7"], Requester("klout", 7))
        assert found
        await self.reader.change(found[0], NOW)
        await self.stores.tellings.last(Place(7, 0), [found[0].account_id])

    async def inline(self) -> None:
        assert await self.reader.starting_with("account_7", 10)

    async def board(self) -> None:
        assert (await self.groups.board(BOARD)).standings

    async def plan(self) -> None:
        await DigestPlanner(self.stores, lambda: NOW).plan()

    async def upkeep(self) -> None:
        await self.stores.upkeep.run(NOW)

    async def export(self) -> None:
        assert (await self.stores.personal_data.export(7))["follow"]

    async def forget(self) -> None:
        assert (await self.stores.personal_data.forget(7)).followed == ["account_7"]


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """Yield the statements that are executed while the context is open, with their values."""
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        seen.append((statement, values[0] if many else values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def _plan(database: Database, statement: str, values: Any) -> list[str]:
    async with database.reading() as connection:
        found = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        return [row.detail for row in found]


async def _scanned(database: Database, statement: str, values: Any) -> list[str]:
    """Return the lines of a statement's plan that read a growing table from end to end."""
    lines = await _plan(database, statement, values)
    names = {line: re.match(r"SCAN (\w+?)(_\d+)?( USING .*)?$", line) for line in lines}
    return [line for line, name in names.items() if name and name[1] in _GROWING]


@of_sqlite
async def test_nothing_that_is_done_often_reads_a_growing_table_whole(database: Database) -> None:
    await fill(database, _SIZE, NOW)
    uses = Uses(database)
    bad = []
    for use in (
        *(uses.klout, uses.inline, uses.board, uses.plan, uses.upkeep, uses.export, uses.forget),
    ):
        with statements() as seen:
            await use()
        for statement, values in seen:
            if statement.startswith(("SELECT", "UPDATE", "DELETE", "INSERT")):
                bad += [
                    (use.__name__, line, statement)
                    for line in await _scanned(database, statement, values)
                ]
    assert bad == []


@of_sqlite
async def test_a_missing_index_is_noticed(database: Database) -> None:
    await fill(database, _SIZE, NOW)
    async with database.transaction() as tx:
        await tx.execute(DropIndex(_BY_ACCOUNT))
    with statements() as seen:
        await Uses(database).klout()
    found = [line for one in seen for line in await _scanned(database, *one)]
    assert found
    assert all("snapshot" in line for line in found)


@of_sqlite
async def test_a_search_by_first_letters_stops_at_its_limit(database: Database) -> None:
    await fill(database, _SIZE, NOW)
    with statements() as seen:
        await Uses(database).inline()
    names, accounts = [await _plan(database, *one) for one in seen if one[0].startswith("SELECT")]
    assert [line.split(" USING")[0] for line in names] == ["SEARCH handle"]
    assert accounts[0].startswith("SEARCH handle ")


async def test_a_search_by_first_letters_goes_on_behind_what_is_hidden(database: Database) -> None:
    await fill(database, _SIZE, NOW)
    uses = Uses(database)
    async with database.transaction() as tx:
        hidden = account.c.handle.like("account_%") & (account.c.handle != "account_99")
        await tx.execute(account.update().where(hidden).values(hidden_by=7))
    found = await uses.reader.starting_with("account_", 10)
    assert [each.handle for each in found] == ["account_99"]


@of_postgresql
@pytest.mark.database
async def test_a_search_by_first_letters_ignores_the_order_of_a_language() -> None:
    server, name = os.environ["TEST_DATABASE_URL"], "english_" + secrets.token_hex(4)
    async with new_database(server, name, locale="en-US") as url:
        database = await Database.open(url)
        await fill(database, _SIZE, NOW)
        found = await Uses(database).reader.starting_with("account_7", 10)
        assert [each.handle for each in found][:3] == ["account_7", "account_70", "account_71"]
        await database.close()
