"""Updates that come while processes die, by polling."""

import asyncio
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playground.telegram.server.world import Person
from playground.x.server import Fault, XServer
from storage.engine.database import Database
from storage.engine.schema import inbox
from tests.e2e.conftest import BotProcess, Town

UNANSWERED = "I may not have answered the last question here"


async def started(town: Town, folder: Path) -> BotProcess:
    bot = await town.start(folder, town.environment)
    await bot.until("answering as @klout_bot")
    return bot


async def killed(bot: BotProcess) -> None:
    bot.process.kill()
    await bot.process.wait()


async def rows(town: Town) -> list[dict[str, Any]]:
    database = Database.look(town.environment["DATABASE_URL"])
    try:
        async with database.reading() as connection:
            return [dict(row) for row in (await connection.execute(inbox.select())).mappings()]
    finally:
        await database.close()


async def end_leases(town: Town) -> None:
    """End leases and pauses at once, so that the test does not wait for them."""
    database = await Database.open(town.environment["DATABASE_URL"])
    async with database.transaction() as connection:
        long_ago = datetime(2000, 1, 1, tzinfo=UTC)
        await connection.execute(inbox.update().values(lease_until=long_ago))
    await database.close()


async def emptied(town: Town) -> None:
    while await rows(town):  # noqa: ASYNC110 - it is another process
        await asyncio.sleep(0.05)


def answers(town: Town, person: Person | None = None) -> list[str]:
    chat = town.telegram.private_chat(person or town.ada)
    return [m["text"] for m in town.telegram.history(chat) if m["from"]["is_bot"]]


async def test_f24_what_was_stored_when_it_was_killed_is_answered_once(
    town: Town, x: XServer, tmp_path: Path
) -> None:
    bot = await started(town, tmp_path)
    x.fail("users", Fault(hang=True))
    town.telegram.say(town.ada, town.chat, "/klout @nasa")
    town.telegram.say(town.ada, town.chat, "/help")
    await x.asked.wait()
    assert {row["state"] for row in await rows(town)} <= {"taken", "waiting"}
    await killed(bot)
    town.telegram.take_updates()  # as if Telegram had been told that they are stored
    await end_leases(town)
    bot = await started(town, tmp_path)
    await emptied(town)
    score, helped = answers(town)
    assert score.startswith("@nasa · ")
    assert helped.startswith("What I answer")
    assert await bot.end(signal=signal.SIGTERM) == 0


async def test_f24_killed_while_the_answer_was_leaving_it_is_uncertain_and_told_once(
    town: Town, tmp_path: Path
) -> None:
    town.environment["LOG_LEVEL"] = "INFO"  # what it writes meanwhile is not read
    bot = await started(town, tmp_path)
    town.telegram.hang("sendMessage", delivered=True)
    town.telegram.say(town.ada, town.chat, "/help")
    while not answers(town):  # noqa: ASYNC110 - it is another process
        await asyncio.sleep(0.01)
    await killed(bot)
    await end_leases(town)
    bot = await started(town, tmp_path)
    while [row["state"] for row in await rows(town)] != ["uncertain"]:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    assert [row["body"] for row in await rows(town)] == [None]
    while not any(text.startswith(UNANSWERED) for text in answers(town)):
        await town.ask("/privacy")  # until the next look for what is to be told
    await town.ask("/privacy")
    await emptied(town)
    told = answers(town)
    assert sum(text.startswith("What I answer") for text in told) == 1
    assert sum(text.startswith(UNANSWERED) for text in told) == 1
    assert await bot.end(signal=signal.SIGTERM) == 0


async def test_two_that_poll_with_one_token_and_database_answer_each_once(
    town: Town, tmp_path: Path
) -> None:
    town.environment["LOG_LEVEL"] = "INFO"  # what they write meanwhile is not read
    bots = [await started(town, tmp_path) for _ in range(2)]
    people = [town.telegram.person(f"P{number}") for number in range(30)]
    for person in people:
        town.telegram.say(person, town.telegram.private_chat(person), "/help")
    while not all(answers(town, person) for person in people):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    await emptied(town)
    assert [len(answers(town, person)) for person in people] == [1] * 30
    for bot in bots:
        assert await bot.end(signal=signal.SIGTERM) == 0


async def test_sigterm_gives_back_what_was_not_begun_and_leaves_nothing_uncertain(
    town: Town, x: XServer, tmp_path: Path
) -> None:
    bot = await started(town, tmp_path)
    x.fail("users", Fault(hang=True), times=9)
    for number in range(20):
        town.telegram.say(town.ada, town.chat, f"/klout @user{number}")
    await x.asked.wait()
    assert await bot.end(signal=signal.SIGTERM) == 0
    assert {row["state"] for row in await rows(town)} <= {"waiting"}
    left, told = len(await rows(town)), len(answers(town))
    assert left + told == 20
