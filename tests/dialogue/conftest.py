"""The whole application in one process: local Telegram, local X, a real database."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Iterator
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Table

from delivery import drawing
from delivery.digest_pictures import DigestPictures
from handlers import KloutApplication
from handlers.following import digest
from operations import assembly
from operations.settings import Settings
from operations.transport.dispatcher import Dispatcher
from operations.transport.updates import page
from playground.telegram.server.local import LocalTelegram
from playground.telegram.server.wire import Json
from playground.telegram.server.world import Chat, Person
from playground.x.accounts import FixedWorld
from playground.x.server import XServer
from scoring.reading.reader import BATCH_WINDOW
from scoring.reading.strangers.servers import Reach
from tests.conftest import X_TOKEN, Clock
from tests.support import forking
from tests.support.accounts import NOW

BOT_TOKEN = "4242424242:AAbot-token-of-the-tests-0123456789abc"


ANONYMOUS = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}


class Talk:
    """People talking to the bot; every answer is what they would see."""

    def __init__(
        self, telegram: LocalTelegram, application: KloutApplication, receiving: Dispatcher
    ) -> None:
        self.telegram = telegram
        self.application = application
        self.receiving = receiving
        self.ada = telegram.person("Ada", "en")
        self.bob = telegram.person("Bob", "en")
        self.chloe = telegram.person("Chloé", "fr")
        self.group = telegram.group("Friends", [self.ada, self.bob, self.chloe])
        self.private = telegram.private_chat(self.ada)

    async def say(self, person: Person, chat: Chat, text: str, **how: object) -> list[Json]:
        """A person writes; the messages that the bot sends in answer."""
        return await self.feed(chat, self.telegram.say(person, chat, text, **how))  # type: ignore[arg-type]

    async def press(self, person: Person, where: Chat | Json, button: str) -> list[Json]:
        """A person presses a button; the new messages it brings."""
        chat = where if isinstance(where, Chat) else self._chat(where)
        return await self.feed(chat, self.telegram.press(person, where, button))

    async def feed(self, chat: Chat, *updates: Json) -> list[Json]:
        """Updates arrive together; the new messages in `chat` once all are dealt with."""
        before = {message["message_id"] for message in self.telegram.history(chat)}
        await self.arrive(*updates)
        await self.receiving.drained()
        new = [m for m in self.telegram.history(chat) if m["message_id"] not in before]
        return [message for message in new if message["from"]["is_bot"]]

    async def arrive(self, *updates: Json) -> None:
        """Updates arrive together and are stored; they are being dealt with."""
        came = page([update for update in updates if update], self.application.bot)
        await self.receiving.accept(came.updates)

    async def sees(self, chat: Chat, text: str) -> Json:
        """The first message in `chat` that begins with `text`, as soon as it is there."""
        while True:
            for message in self.telegram.history(chat):
                if message.get("text", "").startswith(text):
                    return message
            await asyncio.sleep(0.01)

    async def ask(self, text: str) -> str:
        """Ada writes in private and gets one message."""
        answers = await self.say(self.ada, self.private, text)
        assert len(answers) == 1, answers
        return str(answers[0]["text"])

    async def forget(self, person: Person | None = None) -> str:
        """Somebody, Ada if nobody is named, has all erased that is kept of them; the answer."""
        person = person or self.ada
        private = self.telegram.private_chat(person)
        (question,) = await self.say(person, private, "/forget_me")
        rows = question["reply_markup"]["inline_keyboard"]
        await self.press(person, question, rows[0][0]["text"])
        return str(self.telegram.history(private)[-1]["text"])

    async def tick(self, chat: Chat | None = None) -> list[Json]:
        """One run of the delivery; what it brings to a chat, Ada's if none is named."""
        where = chat or self.private
        before = len(self.telegram.history(where))
        await self.application.delivery.tick()
        return [m for m in self.telegram.history(where)[before:] if m["from"]["is_bot"]]

    async def anonymously(self, chat: Chat, text: str) -> list[Json]:
        """An anonymous administrator writes: the sender is the group itself."""
        update = deepcopy(self.telegram.say(self.ada, chat, text))
        update["message"] |= {"from": ANONYMOUS, "sender_chat": chat.to_json()}
        return await self.feed(chat, update)

    async def rows(self, table: Table) -> list[dict[str, Any]]:
        """All of a table."""
        async with self.application.services.stores.database.reading() as connection:
            return [dict(row) for row in (await connection.execute(table.select())).mappings()]

    def toast(self) -> Json:
        """What the last press showed on top of the chat."""
        return dict(self.telegram.sent("answerCallbackQuery")[-1].params)

    def _chat(self, message: Json) -> Chat:
        return self.telegram.world.chat(message["chat"]["id"])


async def prove(talk: Talk, world: FixedWorld, person: Person, handle: str) -> None:
    """A person proves that an account is theirs."""
    private = talk.telegram.private_chat(person)
    (told,) = await talk.say(person, private, f"/prove @{handle}")
    (code,) = re.findall(r"klout-[0-9a-f]{6}", told["text"])
    before = world.by_handle(handle, NOW)
    assert before
    world.put(replace(before, bio=f"I explore. {code}!"))
    await talk.press(person, private, "It is there")
    world.put(before)


@pytest.fixture
def budget_usd() -> str:
    """What reading X may cost a month; a test sets it as it does `batch_window`."""
    return "10"


@pytest.fixture
def settings(
    tmp_path: Path,
    database_url: str,
    x_url: str,
    budget_usd: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Settings:
    monkeypatch.chdir(tmp_path)  # no .env of the developer
    return Settings(
        telegram_bot_token=SecretStr(BOT_TOKEN),
        x_bearer_token=SecretStr(X_TOKEN),
        x_api_url=x_url,
        networks="x",
        database_url=database_url,
        x_budget_usd_month=Decimal(budget_usd),
    )


@pytest.fixture
def telegram(clock: Clock) -> Iterator[LocalTelegram]:
    telegram = LocalTelegram(BOT_TOKEN, "klout_bot", clock)
    yield telegram
    assert telegram.violations == []


@pytest.fixture
def operator(telegram: LocalTelegram) -> Person:
    """Who runs the bot, where `operated` is asked for."""
    return telegram.person("Olga", "en")


@pytest.fixture
def operated(settings: Settings, operator: Person) -> Settings:
    """Settings that name an operator: for a module's own `settings`."""
    return settings.model_copy(update={"admin_ids": str(operator.id)})


@pytest.fixture
def batch_window(request: pytest.FixtureRequest) -> float:
    """How long a look-up waits for others to share its request, in seconds.

    A test sets it with `@pytest.mark.parametrize("batch_window", [0.1])`.
    """
    return 0.0 if "hurried" in request.fixturenames else BATCH_WINDOW


@pytest.fixture
def reach() -> Reach | None:
    """Where servers of the fediverse are; a module that reads them has its own."""
    return None


@pytest.fixture
async def talk(  # noqa: PLR0917 - fixtures
    settings: Settings,
    telegram: LocalTelegram,
    clock: Clock,
    x: XServer,
    batch_window: float,
    reach: Reach | None,
) -> AsyncIterator[Talk]:
    del x  # so that a test may take it by name: the server behind `settings`
    async with assembly.services(
        settings, clock=clock, batch_window=batch_window, reach=reach
    ) as services:
        requests = telegram.request(read_timeout=1), telegram.request()
        application = assembly.assembled(services, assembly.telegram_bot(settings, *requests))
        async with application:
            await application.start()
            receiving = Dispatcher(application)
            receiving.start()
            yield Talk(telegram, application, receiving)
            await receiving.close(0)
            await application.delivery.close(0)
            await application.stop()


@pytest.fixture(scope="session", autouse=True)
def quick_to_draw() -> Iterator[None]:
    """The drawing process is forked from one that has imported everything."""
    forking.context()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawing, "START_METHOD", "forkserver")
        yield


@pytest.fixture
def hurried() -> None:
    """A look-up waits for no other before X is asked: see `batch_window`."""


@pytest.fixture
def patient(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine draws all the same."""
    monkeypatch.setattr(talk.application.services.drawing, "_patience", 100)


@pytest.fixture(autouse=True)
def words_alone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Digests come without their picture, which a process draws, unless a test is `patient`."""
    if "patient" in request.fixturenames:
        return

    async def no_picture(_self: DigestPictures, _picture: object) -> None:
        return None

    monkeypatch.setattr(DigestPictures, "file", no_picture)
    monkeypatch.setattr(digest, "week", lambda _contents: None)


@pytest.fixture(autouse=True)
def no_secret_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.INFO):
        yield
    for secret in (BOT_TOKEN, X_TOKEN):
        assert secret not in caplog.text
        assert not [record for record in caplog.records if secret in repr(vars(record))]
