"""`bot.py migrate`, `backup`, `restore` and `copy`, as an operator types them."""

import signal
import stat
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.engine.database import Database, newest_revision
from storage.maintenance.backups import back_up
from tests.conftest import of_sqlite
from tests.e2e.conftest import Start, Town


async def _says(start: Start, folder: Path, database_url: str, *arguments: str) -> tuple[int, str]:
    """The exit code, and the one line that was written."""
    bot = await start(folder, {"DATABASE_URL": database_url}, *arguments)
    code = await bot.end()
    (line,) = "".join(bot.output).splitlines()
    return code, line


def _files(folder: Path, pattern: str) -> list[Path]:
    return list(folder.glob(pattern))


async def test_four_processes_migrate_an_empty_database(
    start: Start, tmp_path: Path, empty_url: str
) -> None:
    four = [await start(tmp_path, {"DATABASE_URL": empty_url}, "migrate") for _ in range(4)]
    for bot in four:
        await bot.until(f"The database is at revision {newest_revision()}.")
        assert await bot.end() == 0


async def test_what_was_backed_up_can_be_restored_and_copied(
    town: Town, tmp_path: Path, empty_url: str
) -> None:
    url = town.environment["DATABASE_URL"]
    bot = await town.start(tmp_path, town.environment)
    await bot.until("answering as")
    await town.ask("/follow @nasa")
    file = tmp_path / "backup"
    assert await _says(town.start, tmp_path, url, "backup", "backup") == (
        0,
        "Everything is in backup.",
    )
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert _files(tmp_path, ".backup*") == []
    await town.ask("/follow @lea")
    code, line = await _says(town.start, tmp_path, url, "restore", "backup")
    assert (code, line.split(".")[0]) == (
        1,
        "The backup cannot be restored: a bot is running on it",
    )
    assert await bot.end(signal=signal.SIGTERM) == 0
    code, line = await _says(town.start, tmp_path, url, "restore", "backup")
    assert (code, line.split(";")[0]) == (0, "The backup is in place")
    code, line = await _says(town.start, tmp_path, url, "copy", url, empty_url)
    assert (code, line[-17:]) == (0, "rows were copied.")
    bot = await town.start(tmp_path, town.environment | {"DATABASE_URL": empty_url})
    await bot.until("answering as")
    assert "@nasa" in (answer := (await town.ask("/following"))["text"])
    assert "@lea" not in answer
    assert await bot.end(signal=signal.SIGTERM) == 0


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["restore", "nowhere"], 2, "nowhere is not usable: there is no such file."),
        (["restore", "bot.log"], 2, "bot.log is not usable: "),
        (["restore", "empty"], 2, "empty is not usable: "),
        (["copy", "klout.db", "other.db"], 2, "DATABASE_URL is not usable: must look like"),
        (["backup", "no/folder"], 1, "The database cannot be backed up: "),
        (["copy", "sqlite:///no.db", "sqlite:///b.db"], 1, "The database cannot be copied: there"),
    ],
)
async def test_an_impossible_command_is_one_sentence(
    start: Start,
    database_url: str,
    tmp_path: Path,
    *,
    arguments: list[str],
    code: int,
    sentence: str,
) -> None:
    (tmp_path / "empty").touch()  # the disk was full, say
    (tmp_path / "bot.log").write_text("?" * 4096)
    ended, line = await _says(start, tmp_path, database_url, *arguments)
    assert (ended, line[: len(sentence)]) == (code, sentence)


@of_sqlite
@pytest.mark.parametrize("name", ["klout.db", "klout.db-wal", "klout.db-shm"])
async def test_a_database_is_no_backup_of_itself(
    start: Start, database_url: str, tmp_path: Path, name: str
) -> None:
    database = await Database.open(database_url)
    code, line = await _says(start, tmp_path, database_url, "backup", name)
    await database.close()
    assert (code, line) == (2, f"{name} is not usable: it is the database itself.")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("DROP TABLE alembic_version", ""),
        ("DELETE FROM alembic_version", "it is no database of the bot."),
        ("UPDATE alembic_version SET version_num = '9999'", "only a newer version"),
    ],
)
async def test_a_backup_that_could_not_be_used_is_not_put_in_place(
    start: Start, database_url: str, empty_url: str, tmp_path: Path, *, change: str, reason: str
) -> None:
    other = await Database.open(empty_url)
    async with other.transaction() as connection:
        await connection.execute(text(change))
    await other.close()
    back_up(empty_url, tmp_path / "backup")
    code, line = await _says(start, tmp_path, database_url, "restore", "backup")
    assert (code, line[:22]) == (2, "backup is not usable: ")
    assert reason in line
    database = Database.look(database_url)
    assert await database.revision() == newest_revision()
    await database.close()


async def test_f26_a_running_bot_goes_on_while_its_database_is_brought_further(
    town: Town, database: Database, tmp_path: Path
) -> None:
    bot = await town.start(tmp_path, town.environment)
    await bot.until("answering as")
    await town.ask("/follow @nasa")
    for statement in (
        "ALTER TABLE follow ADD COLUMN newer TEXT",
        "ALTER TABLE snapshot ADD COLUMN newer INTEGER DEFAULT 7 NOT NULL",
        "CREATE TABLE newer (id INTEGER PRIMARY KEY)",
        "UPDATE alembic_version SET version_num = '9999'",
    ):
        async with database.transaction() as connection:
            await connection.execute(text(statement))
    assert (await town.ask("/klout @nasa"))["text"].startswith("@nasa")
    assert (await town.ask("/klout @lea"))["text"].startswith("@lea")
    assert "@nasa" in (await town.ask("/following"))["text"]
    late = await town.start(tmp_path, town.environment)
    await late.until("The bot cannot start: the database is at revision 9999, which only a newer")
    assert await late.end() == 1
    assert "Traceback" not in "".join(late.output)
    assert await bot.end(signal=signal.SIGTERM) == 0
    assert "Traceback" not in "".join(bot.output)
