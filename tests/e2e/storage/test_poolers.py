"""PostgreSQL behind a PgBouncer: everything is answered, or the start is refused in a sentence."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from playground.telegram.server.world import Event
from storage.engine.database import Database
from storage.engine.poolers import OF_A_TRANSACTION, PoolerError
from tests.e2e.conftest import Town, stopped
from tests.support import postgresql
from tests.support.pgbouncer import Mode, NoPgBouncerError, pgbouncer

QUESTIONS = 120
WORKS: list[Mode] = ["transaction", "session"]


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    try:
        with postgresql.server() as server:
            yield server.url()
    except postgresql.NoPostgreSQLError as error:
        pytest.skip(str(error))


@pytest.fixture
async def behind(postgres: str) -> AsyncIterator[str]:
    """The address of a new database without any table."""
    async with postgresql.new_database(postgres, "pooled") as url:
        yield url


@pytest.fixture
def mode() -> Mode:
    return "transaction"


@pytest.fixture
def pooled(behind: str, mode: Mode) -> Iterator[str]:
    """The same behind a PgBouncer of a mode."""
    try:
        with pgbouncer(behind, mode) as url:
            yield url
    except NoPgBouncerError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("mode", WORKS)
async def test_every_question_is_answered(town: Town, pooled: str, tmp_path: Path) -> None:
    town.environment |= {"DATABASE_URL": pooled, "LOG_LEVEL": "INFO"}
    bot = await town.start(tmp_path, town.environment)
    await bot.until("answering as @klout_bot")
    answers: asyncio.Queue[str] = asyncio.Queue()

    def watch(event: Event) -> None:
        message = event.get("message", {})
        if event["event"] == "message" and message["from"]["is_bot"]:
            answers.put_nowait(message["text"])

    unwatch = town.telegram.watch(watch)
    for number in range(QUESTIONS):
        person = town.telegram.person(f"Person {number}", "en")
        chat = town.telegram.private_chat(person)
        town.telegram.say(person, chat, ("/klout @nasa", "/follow @nasa", "/settings")[number % 3])
    async with asyncio.timeout(100):
        said = [await answers.get() for _ in range(QUESTIONS)]
    unwatch()
    assert [text for text in said if "went wrong" in text] == []
    assert await stopped(bot) == 0
    assert "Traceback" not in "".join(bot.output)


@pytest.mark.parametrize("mode", WORKS)
async def test_settings_hold_in_each_transaction(pooled: str) -> None:
    """Whichever of the server's connections it is on: each of these may be on another one."""
    database = await Database.open(pooled)
    names = [*OF_A_TRANSACTION, "TimeZone"]
    asked = text("SELECT name, setting FROM pg_settings WHERE name = ANY(:names)")

    async def seen() -> dict[str, str]:
        async with database.transaction() as connection:
            await connection.execute(text("SELECT pg_sleep(0.05)"))
            rows = await connection.execute(asked, {"names": names})
            return {row.name: row.setting for row in rows}

    async def zone() -> str:
        async with database.reading() as connection:
            return str(await connection.scalar(text("SHOW timezone")))

    assert (
        await asyncio.gather(*(seen() for _ in range(20)))
        == [OF_A_TRANSACTION | {"TimeZone": "UTC"}] * 20
    )
    assert set(await asyncio.gather(*(zone() for _ in range(20)))) == {"UTC"}
    await database.close()


async def test_the_bot_works_with_a_pool_of_one_connection(behind: str) -> None:
    try:
        with pgbouncer(behind, "transaction", pool_size=1) as url:
            database = await Database.open(url)

            async def write(number: int) -> None:
                async with database.transaction() as connection:
                    await connection.execute(text("SELECT :n + 1"), {"n": number})

            await asyncio.gather(*(write(number) for number in range(40)))
            assert await database.revision()
            await database.close()
    except NoPgBouncerError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("mode", ["statement"])
async def test_statement_mode_is_refused_in_a_sentence(
    town: Town, pooled: str, tmp_path: Path
) -> None:
    bot = await town.start(tmp_path, town.environment | {"DATABASE_URL": pooled})
    assert await bot.end() == 2
    said = "".join(bot.output)
    assert "DATABASE_URL is not usable: the pooler there is in statement mode" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("arguments", [("backup", "copy"), ("restore", "copy")])
async def test_backups_ask_for_postgresql_itself(
    town: Town, pooled: str, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """`pg_dump` sets much for its session, which a pooler would give to others."""
    (tmp_path / "copy").touch()
    bot = await town.start(tmp_path, {"DATABASE_URL": pooled}, *arguments)
    assert await bot.end() == 2
    assert "DATABASE_URL is not usable: this needs PostgreSQL itself" in "".join(bot.output)


async def test_receipts_are_read_through_it(town: Town, pooled: str, tmp_path: Path) -> None:
    await (await Database.open(pooled)).close()
    bot = await town.start(tmp_path, {"DATABASE_URL": pooled}, "receipts")
    assert await bot.end() == 0


async def test_without_a_pooler_statements_stay_prepared(behind: str) -> None:
    database = await Database.open(behind)
    async with database.transaction() as connection:
        for _ in range(2):
            await connection.execute(text("SELECT 1"))
        prepared = await connection.scalar(
            text("SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT 1'")
        )
    assert prepared == 1
    await database.close()


async def test_a_pooler_that_keeps_no_settings_is_refused(
    pooled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.engine.poolers._LOCAL", "")
    with pytest.raises(PoolerError, match=r"does not let \w+ be set for a transaction"):
        await Database.open(pooled)
