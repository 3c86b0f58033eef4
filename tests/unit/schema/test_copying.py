"""One database into another."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select, text

from storage.engine.database import Database, StorageError
from storage.engine.schema import chat, digest, metadata
from storage.maintenance.copying import NotEmptyError, copy
from tests.support.accounts import NOW
from tests.support.rows import ROWS, fill


@pytest.fixture
async def full_url(tmp_path: Path) -> AsyncIterator[str]:
    """A file of SQLite with rows in every table."""
    url = f"sqlite:///{tmp_path / 'full.db'}"
    database = await Database.open(url)
    async with database.transaction() as connection:
        await connection.run_sync(fill, metadata)
    yield url
    await database.close()


async def test_every_row_of_every_table_is_copied(full_url: str, empty_url: str) -> None:
    assert await copy(full_url, empty_url) == ROWS * len(metadata.sorted_tables)
    source, target = await Database.open(full_url), await Database.open(empty_url)
    for table in metadata.sorted_tables:
        query = select(table).order_by(*table.primary_key)
        async with source.reading() as old, target.reading() as new:
            assert (await old.execute(query)).all() == (await new.execute(query)).all(), table.name
    async with target.transaction() as connection:  # new rows get numbers of their own
        place = {"chat_id": 1, "topic_id": 0, "period": "W", "due_at": NOW, "not_before": NOW}
        added = digest.insert().values(**place, state="due", attempt=0).returning(digest.c.id)
        assert await connection.scalar(added) == ROWS + 1
    await source.close()
    await target.close()


async def test_copying_back_brings_the_same(full_url: str, empty_url: str, tmp_path: Path) -> None:
    rows = await copy(full_url, empty_url)
    assert await copy(empty_url, f"sqlite:///{tmp_path / 'back.db'}") == rows


async def test_a_target_with_rows_is_left_as_it_is(full_url: str, database_url: str) -> None:
    target = await Database.open(database_url)
    async with target.transaction() as connection:
        await connection.execute(chat.insert().values(id=1))
    with pytest.raises(NotEmptyError, match="chat has rows"):
        await copy(full_url, database_url)
    async with target.reading() as connection:
        assert (await connection.scalars(select(chat.c.id))).all() == [1]
    await target.close()


async def test_a_source_of_another_version_is_said_so(full_url: str, empty_url: str) -> None:
    source = await Database.open(full_url)
    async with source.transaction() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    await source.close()
    with pytest.raises(StorageError, match="at revision 0001: first run"):
        await copy(full_url, empty_url)
