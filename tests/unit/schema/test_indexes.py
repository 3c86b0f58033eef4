"""Indexes: one behind every foreign key, and made without holding up who writes."""

import asyncio
import shutil
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Connection, Index, Table, UniqueConstraint, inspect, text

from storage.engine.database import Database, migrate
from storage.engine.schema import metadata
from tests.conftest import of_postgresql, of_sqlite
from tests.support.rows import ROWS, fill
from tests.unit.schema.test_migrations import reflected

_MAKING = (
    "SELECT 1 FROM pg_stat_activity"
    " WHERE query LIKE 'CREATE INDEX CONCURRENTLY%' AND state = 'active'"
)
_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_outbox_digest_id'::regclass"


def leads(columns: Sequence[str], key: Sequence[str]) -> bool:
    return set(columns[: len(key)]) == set(key)


def of_table(table: Table) -> list[list[str]]:
    """The columns of everything that is an index of a table, or has one."""
    kinds: Iterable[Index | UniqueConstraint] = (
        *table.indexes,
        *(one for one in table.constraints if isinstance(one, UniqueConstraint)),
    )
    return [table.primary_key.columns.keys(), *(one.columns.keys() for one in kinds)]


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_every_foreign_key_of_the_schema_has_an_index(table: Table) -> None:
    for key in table.foreign_key_constraints:
        assert any(leads(columns, key.column_keys) for columns in of_table(table)), key.column_keys


def _bare_keys(connection: Connection) -> list[tuple[str, list[str]]]:
    found = inspect(connection)
    bare = []
    for table in found.get_table_names():
        there = [
            found.get_pk_constraint(table)["constrained_columns"],
            *([str(c) for c in one["column_names"]] for one in found.get_indexes(table)),
            *(one["column_names"] for one in found.get_unique_constraints(table)),
        ]
        for key in found.get_foreign_keys(table):
            columns = key["constrained_columns"]
            if not any(leads(one, columns) for one in there):
                bare.append((table, columns))
    return bare


async def test_every_foreign_key_of_the_database_has_an_index(database: Database) -> None:
    async with database.transaction() as connection:
        keys = await connection.run_sync(
            lambda c: sum(len(inspect(c).get_foreign_keys(t)) for t in inspect(c).get_table_names())
        )
        assert keys >= 5
        assert await connection.run_sync(_bare_keys) == []


@of_sqlite
@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="the shell of SQLite is not here")
async def test_sqlite_finds_no_foreign_key_without_an_index(
    database_url: str, tmp_path: Path
) -> None:
    await (await Database.open(database_url)).close()
    command = ["sqlite3", str(tmp_path / "klout.db"), ".lint fkey-indexes"]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=STDOUT)
    said, _ = await process.communicate()
    assert (said, process.returncode) == (b"", 0)


async def _of_release_5(url: str) -> None:
    """A database with rows, before the indexes."""
    old = await Database.connect(url)
    async with old.transaction() as connection:
        await connection.run_sync(migrate, "0007")
        await connection.run_sync(fill, await connection.run_sync(reflected))
    await old.close()


@of_postgresql
async def test_an_index_is_made_while_others_write(empty_url: str) -> None:
    await _of_release_5(empty_url)
    others = await Database.connect(empty_url)
    change = text("UPDATE outbox SET silent = NOT silent WHERE id = :id")
    async with others.transaction() as early:
        await early.execute(change, {"id": 1})
        opening = asyncio.create_task(Database.open(empty_url))
        async with others.reading() as connection:
            while not await connection.scalar(text(_MAKING)):
                assert not opening.done()
                await asyncio.sleep(0.01)
        async with others.transaction() as late:  # behind a plain CREATE INDEX it would wait
            await late.execute(text("SET LOCAL lock_timeout = '5s'"))
            assert (await late.execute(change, {"id": 2})).rowcount == 1
    database = await opening
    async with database.reading() as connection:
        assert await connection.scalar(text(_VALID))
    await database.close()
    await others.close()


@of_postgresql
async def test_an_index_that_was_interrupted_is_made_again(empty_url: str) -> None:
    await _of_release_5(empty_url)
    others = await Database.connect(empty_url)
    async with others.transaction() as connection:
        await connection.execute(text("CREATE INDEX ix_outbox_digest_id ON outbox (digest_id)"))
        await connection.execute(
            text(
                "UPDATE pg_index SET indisvalid = false"
                " WHERE indexrelid = 'ix_outbox_digest_id'::regclass"
            )
        )
    await others.close()
    four = await asyncio.gather(*(Database.open(empty_url) for _ in range(4)))
    async with four[0].reading() as connection:
        assert await connection.scalar(text(_VALID))
        assert await connection.scalar(text("SELECT count(*) FROM outbox")) == ROWS
    for database in four:
        await database.close()
