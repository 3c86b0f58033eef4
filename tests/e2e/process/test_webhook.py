"""`python bot.py run` with a webhook: Telegram posts, and is told 200 once an update is stored."""

import asyncio
import json
import os
import signal
import socket
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import ClientSession
from sqlalchemy import text

from operations.settings import Settings, load
from storage.engine.database import Database
from tests.e2e.conftest import BotProcess, Town
from tests.e2e.process.test_inbox import answers, emptied, rows

SECRET: Final = "a-secret-of-the-tests-0123456789-abcdefgh"
HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
RESTARTS: Final = int(os.environ.get("RESTARTS", "3"))


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        number: int = listening.getsockname()[1]
        return number


@pytest.fixture
def webhook(town: Town) -> Town:
    """The town, whose Telegram posts to the bot."""
    port = str(free_port())
    town.environment |= {
        "WEBHOOK_URL": f"http://127.0.0.1:{port}",
        "WEBHOOK_SECRET": SECRET,
        "WEBHOOK_PORT": port,
    }
    return town


async def started(town: Town, folder: Path) -> BotProcess:
    bot = await town.start(folder, town.environment)
    await bot.until("answering as @klout_bot, by webhook")
    return bot


def no_secret_in(bot: BotProcess, settings: Settings) -> None:
    written = "".join(bot.output)
    assert SECRET not in written
    assert settings.webhook_path not in written
    assert "Traceback" not in written


@pytest.fixture
def settings(webhook: Town) -> Settings:
    return load(Settings, **{name.lower(): text for name, text in webhook.environment.items()})


@pytest.fixture
async def stranger(settings: Settings) -> AsyncIterator["Stranger"]:
    async with ClientSession() as session:
        yield Stranger(session, settings)


class Stranger:
    """A client that posts to the bot, as Telegram does or not quite."""

    def __init__(self, session: ClientSession, settings: Settings) -> None:
        self._session = session
        self._url = settings.webhook_url
        self._path = settings.webhook_path

    async def post(
        self,
        body: bytes = b"{}",
        *,
        method: str = "POST",
        path: str | None = None,
        secret: str | None = SECRET,
        kind: str = "application/json",
    ) -> tuple[int, str]:
        """The status and the body of the answer."""
        headers = {"Content-Type": kind} | ({HEADER: secret} if secret is not None else {})
        url = f"{self._url}/{self._path if path is None else path}"
        async with self._session.request(
            method, url, data=BytesIO(body), headers=headers
        ) as answer:
            return answer.status, await answer.text()


async def test_an_update_posted_several_times_is_answered_once(
    webhook: Town, settings: Settings, tmp_path: Path
) -> None:
    webhook.telegram.world.every_nth_twice = 1
    bot = await started(webhook, tmp_path)
    for number in range(1, 6):
        await webhook.ask(f"/goal {number}")
    await emptied(webhook)
    assert len(answers(webhook)) == 5
    assert await bot.end(signal=signal.SIGTERM) == 0
    bot = await started(webhook, tmp_path)
    await webhook.ask("/help")
    assert len(answers(webhook)) == 6
    assert await bot.end(signal=signal.SIGTERM) == 0
    no_secret_in(bot, settings)


async def test_f30_many_starts_ask_and_send_nothing_that_is_not_new(
    webhook: Town, tmp_path: Path
) -> None:
    for _ in range(RESTARTS):
        bot = await started(webhook, tmp_path)
        assert await bot.end(signal=signal.SIGTERM) == 0
    assert len(webhook.telegram.sent("setWebhook")) == 1
    assert not [call for call in webhook.telegram.sent() if call.method.startswith("send")]
    assert len(webhook.telegram.sent("getWebhookInfo")) == RESTARTS


async def test_a_new_secret_is_told_and_polling_takes_the_webhook_back(
    webhook: Town, tmp_path: Path
) -> None:
    for secret in (SECRET, SECRET[::-1]):
        webhook.environment["WEBHOOK_SECRET"] = secret
        bot = await started(webhook, tmp_path)
        assert (await webhook.ask("/help"))["text"].startswith("What I answer")
        assert await bot.end(signal=signal.SIGTERM) == 0
    assert len(webhook.telegram.sent("setWebhook")) == 2
    webhook.environment["WEBHOOK_URL"] = ""
    bot = await webhook.start(tmp_path, webhook.environment)
    assert (await webhook.ask("/help"))["text"].startswith("What I answer")
    assert len(webhook.telegram.sent("deleteWebhook")) == 1
    assert await bot.end(signal=signal.SIGTERM) == 0


HOSTILE: Final[dict[str, tuple[dict[str, Any], int]]] = {
    "another path": ({"path": "0" * 64}, 404),
    "no path": ({"path": ""}, 404),
    "a path that is no text": ({"path": "%ff%00/../etc"}, 404),
    "no secret": ({"secret": None}, 403),
    "an empty secret": ({"secret": ""}, 403),
    "another secret": ({"secret": "x" * 41}, 403),
    "a secret in other letters": ({"secret": SECRET.upper()}, 403),
    "a secret that is no ASCII": ({"secret": "é" * 41}, 403),
    "a visit": ({"method": "GET"}, 405),
    "something put": ({"method": "PUT"}, 405),
    "a form": ({"kind": "application/x-www-form-urlencoded", "body": b"update_id=1"}, 415),
    "text": ({"kind": "text/plain"}, 415),
    "a megabyte and more": ({"body": b'{"update_id": 1, "x": "' + b"x" * 2**20 + b'"}'}, 413),
    "no JSON": ({"body": b"secret-looking nonsense"}, 400),
    "no UTF-8": ({"body": b'{"update_id": 1, "x": "\xff"}'}, 400),
    "another encoding": ({"body": '{"update_id": 1}'.encode("utf-16")}, 400),
    "half a character": ({"body": b'{"update_id": 1, "x": "\xed\xa0\x80"}'}, 400),
    "too deep": ({"body": b"[" * 100_000}, 400),
    "a list": ({"body": b"[1]"}, 400),
    "no number": ({"body": b"{}"}, 400),
    "a number that is text": ({"body": b'{"update_id": "1"}'}, 400),
    "a number beyond all numbers": ({"body": b'{"update_id": 1e400}'}, 400),
    "a negative number": ({"body": b'{"update_id": -1}'}, 400),
    "a number of more than 64 bits": ({"body": b'{"update_id": %d}' % (2**70)}, 200),
    "a chat of more than 64 bits": (
        {
            "body": b'{"update_id": 8, "message": {"message_id": 1, "date": 1, "text": "hi",'
            b' "chat": {"id": %d, "type": "private"}}}' % (2**70)
        },
        200,
    ),
    "a message that is none": ({"body": b'{"update_id": 9, "message": {"text": "hi"}}'}, 200),
    "a message of another kind": ({"body": b'{"update_id": 9, "message": 5}'}, 200),
    "an update of an unknown kind": ({"body": b'{"update_id": 10, "dream": {}}'}, 200),
}


async def test_a_post_without_telegrams_secret_is_refused_without_an_echo(
    webhook: Town, settings: Settings, stranger: Stranger, tmp_path: Path
) -> None:
    bot = await started(webhook, tmp_path)
    for name, (given, status) in HOSTILE.items():
        got, text = await stranger.post(**given)
        assert got == status, name
        assert len(text) < 120, name
        assert "secret" not in text, name
        assert SECRET not in text, name
    assert (await webhook.ask("/help"))["text"].startswith("What I answer")
    await emptied(webhook)
    assert await bot.end(signal=signal.SIGTERM) == 0
    written = "".join(bot.output)
    assert "an update cannot be understood" in written
    assert "update_id=9" in written
    assert "nonsense" not in written
    no_secret_in(bot, settings)


async def test_an_update_that_cannot_be_stored_is_refused_and_comes_again(
    webhook: Town, settings: Settings, stranger: Stranger, tmp_path: Path
) -> None:
    bot = await started(webhook, tmp_path)
    await _rename(settings.database_url, "received", "elsewhere")
    update = webhook.telegram.say(webhook.ada, webhook.chat, "/help")
    assert (await stranger.post(json.dumps(update).encode()))[0] == 503
    await bot.until("cannot be stored")
    await _rename(settings.database_url, "elsewhere", "received")
    while not answers(webhook):  # noqa: ASYNC110 - it is another process
        await asyncio.sleep(0.05)
    await emptied(webhook)
    assert len(answers(webhook)) == 1
    assert await bot.end(signal=signal.SIGTERM) == 0
    no_secret_in(bot, settings)


async def _rename(database_url: str, old: str, new: str) -> None:
    database = await Database.open(database_url)
    async with database.transaction() as connection:
        await connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))
    await database.close()


async def test_two_workers_share_one_address_and_either_may_die(
    webhook: Town, tmp_path: Path
) -> None:
    webhook.environment["LOG_LEVEL"] = "INFO"  # what they write meanwhile is not read
    first = await started(webhook, tmp_path)
    webhook.environment["WEBHOOK_PORT"] = str(free_port())  # the second one answers what is left
    second = await started(webhook, tmp_path)
    people = [webhook.telegram.person(f"P{number}") for number in range(20)]
    for person in people:
        for _ in range(3):
            webhook.telegram.say(person, webhook.telegram.private_chat(person), "/help")
    while not all(len(answers(webhook, person)) == 3 for person in people):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    await emptied(webhook)
    assert [len(answers(webhook, person)) for person in people] == [3] * 20
    assert len(webhook.telegram.sent("setWebhook")) == 1
    assert await first.end(signal=signal.SIGTERM) == 0
    assert await rows(webhook) == []
    assert await second.end(signal=signal.SIGTERM) == 0
