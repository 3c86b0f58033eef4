"""PostgreSQL in trouble, under a bot that runs or starts: a server of each test's own."""

import asyncio
import signal
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from storage.engine.database import Database
from storage.engine.schema import outbox
from tests.conftest import of_postgresql
from tests.e2e.conftest import Fork, Town
from tests.e2e.delivery.leftovers import until
from tests.e2e.process.test_inbox import answers
from tests.support.postgresql import Server
from tests.support.postgresql import server as new_server
from tests.support.subscribers import subscribe

pytestmark = of_postgresql

CHATS = 40


@pytest.fixture
def server(town: Town) -> Iterator[Server]:
    with new_server() as server:
        town.environment["DATABASE_URL"] = server.url()
        yield server


async def _states(database: Database) -> Counter[str]:
    async with database.reading() as connection:
        return Counter((await connection.scalars(select(outbox.c.state))).all())


@pytest.mark.parametrize("how", ["fast", "immediate"])
async def test_f02_a_server_that_is_restarted_in_mid_run_costs_nothing(
    town: Town, server: Server, tmp_path: Path, how: str
) -> None:
    people = [town.telegram.person(f"P{n}") for n in range(CHATS)]
    chats = [town.telegram.private_chat(person) for person in people]
    database = await Database.open(server.url())
    due_at = datetime.now(UTC) - timedelta(minutes=1)
    await subscribe(database, [chat.id for chat in chats], ["nasa", "lea"], due_at)
    bot = await town.start(tmp_path, town.environment)

    def arrived() -> Counter[int]:
        return Counter(len(town.telegram.history(chat)) for chat in chats)

    async with asyncio.timeout(60):
        while arrived()[1] < 5:  # noqa: ASYNC110 - many chats have no one event
            await asyncio.sleep(0.01)
    await asyncio.to_thread(server.stop, how)
    await asyncio.to_thread(server.start)
    async with asyncio.timeout(100):
        while (await _states(database))["sent"] < CHATS:  # noqa: ASYNC110 - nor has a table
            await asyncio.sleep(0.1)
    assert arrived() == {1: CHATS}
    await database.close()
    assert await bot.end(signal=signal.SIGTERM) == 0


async def test_a_server_that_comes_late_is_waited_for(
    town: Town, server: Server, tmp_path: Path
) -> None:
    server.stop()
    bot = await town.start(tmp_path, town.environment)
    await bot.until("PostgreSQL does not answer: ")
    await asyncio.to_thread(server.start)
    await bot.until("answering as @klout_bot")
    assert await bot.end(signal=signal.SIGTERM) == 0
    server.stop()
    bot = await town.start(tmp_path, town.environment)
    await bot.until("PostgreSQL does not answer: ")
    assert await bot.end(signal=signal.SIGTERM) == 0
    server.start()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (("/postgres", "/nowhere"), 'database "nowhere" does not exist'),
        (("klout:", "klout:x"), "password authentication failed"),
    ],
)
async def test_a_start_that_waiting_cannot_mend_ends_in_a_sentence(
    town: Town, server: Server, tmp_path: Path, wrong: tuple[str, str], sentence: str
) -> None:
    url = server.url().replace(*wrong)
    bot = await town.start(tmp_path, town.environment | {"DATABASE_URL": url})
    line = await bot.until("The bot cannot start: ")
    assert sentence in line
    assert await bot.end() == 1
    assert "Traceback" not in "".join(bot.output)


async def test_f18_a_server_that_takes_no_writes_is_said_so(
    town: Town, server: Server, tmp_path: Path
) -> None:
    database = await Database.open(server.url())
    async with database.transaction() as connection:
        role = "ALTER ROLE klout SET default_transaction_read_only = on"
        await connection.execute(text(role))
        await connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))
    await database.close()
    bot = await town.start(tmp_path, town.environment)
    await bot.until("The bot cannot start: ")
    assert await bot.end() == 1
    assert "read-only transaction" in "".join(bot.output)


async def test_f18_a_server_that_takes_no_writes_for_a_while_loses_no_question(
    town: Town, server: Server, fork: Fork
) -> None:
    bot = fork()
    await bot.up()
    await _take_writes(server, taken=False)
    town.telegram.say(town.ada, town.chat, "/help")

    async def refused() -> bool:
        return "no updates could be had" in bot.log

    async def answered() -> bool:
        return len(answers(town)) == 1

    await until(refused)
    assert await fork().stop() == 0  # one that starts meanwhile waits, too, and can be stopped
    await _take_writes(server, taken=True)
    await until(answered)
    assert await bot.stop() == 0


async def _take_writes(server: Server, *, taken: bool) -> None:
    """Whether the server accepts any: as one that became the standby of another."""
    connection = await asyncpg.connect(server.url())
    setting = "off" if taken else "on"
    await connection.execute(f"ALTER SYSTEM SET default_transaction_read_only = {setting}")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()


async def test_f03_a_process_frozen_inside_a_transaction_blocks_no_other(
    database: Database, database_url: str
) -> None:
    frozen = await Database.open(database_url)

    async def freeze() -> None:
        async with frozen.transaction() as one:
            await one.execute(text("SET idle_in_transaction_session_timeout = 300"))
            await one.execute(text("LOCK TABLE chat IN EXCLUSIVE MODE"))
            async with database.transaction() as other:
                await other.execute(text("INSERT INTO chat (id) VALUES (1)"))
            await one.execute(text("INSERT INTO chat (id) VALUES (2)"))

    with pytest.raises(DBAPIError):
        await freeze()
    async with database.reading() as connection:
        assert (await connection.scalars(text("SELECT id FROM chat"))).all() == [1]
    await frozen.close()
