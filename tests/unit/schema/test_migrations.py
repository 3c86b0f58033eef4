"""How a database gets its tables, from whichever version it comes."""

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Table, func, select, text

from storage.engine.database import (
    MIGRATIONS,
    Database,
    StorageError,
    migrate,
    newest_revision,
)
from storage.engine.schema import metadata
from tests.support.rows import ROWS, fill

REVISIONS = [one.revision for one in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def reflected(connection: Connection) -> MetaData:
    found = MetaData()
    found.reflect(connection)
    return found


def count(connection: Connection, table: Table) -> int | None:
    return connection.scalar(select(func.count()).select_from(table))


async def test_the_migrations_make_the_schema(empty_url: str) -> None:
    database = await Database.open(empty_url)
    async with database.transaction() as connection:
        assert await connection.run_sync(differences) == []
    await database.close()


@pytest.mark.parametrize("revision", REVISIONS)
async def test_from_every_revision_with_its_rows(empty_url: str, revision: str) -> None:
    old = await Database.connect(empty_url)
    async with old.transaction() as connection:
        await connection.run_sync(migrate, revision)
        tables = await connection.run_sync(reflected)
        await connection.run_sync(fill, tables)
    await old.close()
    database = await Database.open(empty_url)
    async with database.transaction() as connection:
        assert await connection.run_sync(differences) == []
        for table in tables.sorted_tables:
            rows = await connection.run_sync(count, table)
            assert rows == (1 if table.name == "alembic_version" else ROWS), table.name
    await database.close()


async def test_four_open_an_empty_database_at_once(empty_url: str) -> None:
    opened = await asyncio.gather(*(Database.open(empty_url) for _ in range(4)))
    assert {await database.revision() for database in opened} == {newest_revision()}
    for database in opened:
        await database.close()


async def test_a_database_of_a_newer_version_is_left_alone(
    database: Database, database_url: str
) -> None:
    async with database.transaction() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match="revision 9999, which only a newer version"):
        await Database.open(database_url)
    assert await database.revision() == "9999"
