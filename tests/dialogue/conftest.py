"""The whole application in one process: local Telegram, local X, a real database."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Table
from telegram import Update

from handlers import KloutApplication
from operations import assembly
from operations.receiving import Receiving, with_bodies
from operations.settings import Settings
from playground.telegram.local import LocalTelegram
from playground.telegram.wire import Json
from playground.telegram.world import Chat, Person
from playground.x.accounts import FixedWorld
from playground.x.server import XServer
from tests.accounts import NOW
from tests.conftest import X_TOKEN, Clock

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
        self, telegram: LocalTelegram, application: KloutApplication, receiving: Receiving
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
        """Somebody writes; the messages that the bot sends in answer."""
        return await self.feed(chat, self.telegram.say(person, chat, text, **how))  # type: ignore[arg-type]

    async def press(self, person: Person, where: Chat | Json, button: str) -> list[Json]:
        """Somebody presses a button; the new messages it brings."""
        chat = where if isinstance(where, Chat) else self._chat(where)
        return await self.feed(chat, self.telegram.press(person, where, button))

    async def feed(self, chat: Chat, *updates: Json) -> list[Json]:
        """Updates arrive together; the new messages in `chat` once all are dealt with."""
        before = len(self.telegram.history(chat))
        await self.arrive(*updates)
        await self.receiving.drained()
        return [m for m in self.telegram.history(chat)[before:] if m["from"]["is_bot"]]

    async def arrive(self, *updates: Json) -> None:
        """Updates arrive together and are stored; they are being dealt with."""
        bot = self.application.bot
        parsed = (Update.de_json(update, bot) for update in updates if update)
        await self.receiving.accept(with_bodies(parsed))

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
        async with self.application.services.database.reading() as connection:
            return [dict(row) for row in (await connection.execute(table.select())).mappings()]

    def toast(self) -> Json:
        """What the last press showed on top of the chat."""
        return dict(self.telegram.sent("answerCallbackQuery")[-1].params)

    def _chat(self, message: Json) -> Chat:
        return self.telegram.world.chat(message["chat"]["id"])


async def prove(talk: Talk, world: FixedWorld, person: Person, handle: str) -> None:
    """Somebody proves that an account is theirs."""
    private = talk.telegram.private_chat(person)
    (told,) = await talk.say(person, private, f"/prove @{handle}")
    (code,) = re.findall(r"klout-[0-9a-f]{6}", told["text"])
    before = world.by_handle(handle, NOW)
    assert before
    world.put(replace(before, bio=f"I explore. {code}!"))
    await talk.press(person, private, "It is there")
    world.put(before)


@pytest.fixture
def settings(
    tmp_path: Path, database_url: str, x_url: str, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    monkeypatch.chdir(tmp_path)  # no .env of the developer
    return Settings(
        telegram_bot_token=SecretStr(BOT_TOKEN),
        x_bearer_token=SecretStr(X_TOKEN),
        x_api_url=x_url,
        database_url=database_url,
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
    """Settings in which somebody operates the bot: for a module's own `settings`."""
    return settings.model_copy(update={"admin_ids": str(operator.id)})


@pytest.fixture
async def talk(
    settings: Settings, telegram: LocalTelegram, clock: Clock, x: XServer
) -> AsyncIterator[Talk]:
    del x  # so that a test may take it by name: the server behind `settings`
    async with assembly.services(settings, clock=clock) as services:
        built = assembly.builder(settings, services)
        built.request(telegram.request(read_timeout=1)).get_updates_request(
            telegram.request()
        ).updater(None)
        application = assembly.ready(built.build())
        async with application:
            await application.start()
            receiving = Receiving(application)
            receiving.start()
            yield Talk(telegram, application, receiving)
            await receiving.close(0)
            await application.stop()


@pytest.fixture
def hurried(talk: Talk) -> None:
    """Nobody else is waited for before X is asked."""
    talk.application.services.reader._profiles._window = 0


@pytest.fixture(autouse=True)
def no_secret_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.INFO):
        yield
    for secret in (BOT_TOKEN, X_TOKEN):
        assert secret not in caplog.text
        assert not [record for record in caplog.records if secret in repr(vars(record))]
