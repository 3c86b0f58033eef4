"""The local Telegram's webhook: in order a chat, again until it is taken."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from playground.telegram.people.page_data import PageData
from playground.telegram.server.local import LocalTelegram
from playground.telegram.server.web import create_app
from tests.conftest import Clock

TOKEN = "4242424242:AAbot-token-of-the-tests-0123456789abc"


class Hook:
    """A server that takes updates, or does not."""

    def __init__(self) -> None:
        self.refuse: list[int] = []
        self.came: list[int] = []
        self.by_chat: dict[int, list[int]] = defaultdict(list)
        self.secrets: set[str | None] = set()

    async def receive(self, request: web.Request) -> web.Response:
        update = await request.json()
        self.secrets.add(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.came.append(update["update_id"])
        if self.refuse:
            return web.Response(status=self.refuse.pop())
        self.by_chat[update["message"]["chat"]["id"]].append(update["update_id"])
        return web.Response()

    async def has(self, count: int) -> None:
        while sum(map(len, self.by_chat.values())) < count:  # noqa: ASYNC110 - it comes by socket
            await asyncio.sleep(0.01)


@pytest.fixture
def hook() -> Hook:
    return Hook()


@pytest.fixture
async def telegram(clock: Clock, hook: Hook) -> AsyncIterator[LocalTelegram]:
    telegram = LocalTelegram(TOKEN, "klout_bot", clock)
    app = web.Application()
    app.router.add_post("/hook", hook.receive)
    async with TestServer(create_app(telegram, PageData([], []))), TestServer(app) as server:
        url = str(server.make_url("/hook"))
        await telegram.call("setWebhook", {"url": url, "secret_token": "s", "max_connections": 3})
        yield telegram


async def test_each_chats_updates_come_in_order_with_the_secret(
    telegram: LocalTelegram, hook: Hook
) -> None:
    people = [telegram.person(f"P{number}") for number in range(5)]
    for _ in range(4):
        for person in people:
            telegram.say(person, telegram.private_chat(person), "hi")
    await hook.has(20)
    assert all(numbers == sorted(numbers) for numbers in hook.by_chat.values())
    assert hook.secrets == {"s"}
    answer = await telegram.call("getWebhookInfo")
    assert answer.body["result"]["pending_update_count"] == 0
    assert answer.body["result"]["max_connections"] == 3


async def test_an_update_that_a_webhook_refuses_comes_again(
    telegram: LocalTelegram, hook: Hook
) -> None:
    hook.refuse = [503]
    ada = telegram.person("Ada")
    first, second = (telegram.say(ada, telegram.private_chat(ada), "hi") for _ in range(2))
    await hook.has(2)
    assert hook.came == [first["update_id"], first["update_id"], second["update_id"]]


async def test_a_webhooks_update_may_come_twice(telegram: LocalTelegram, hook: Hook) -> None:
    telegram.world.every_nth_twice = 1
    ada = telegram.person("Ada")
    telegram.say(ada, telegram.private_chat(ada), "hi")
    await hook.has(2)
    assert len(set(hook.came)) == 1


async def test_what_waited_before_there_was_a_webhook_is_pushed(
    telegram: LocalTelegram, hook: Hook
) -> None:
    url = telegram.world.webhook["url"]
    await telegram.call("deleteWebhook")
    ada = telegram.person("Ada")
    telegram.say(ada, telegram.private_chat(ada), "hi")
    await telegram.call("setWebhook", {"url": url})
    await hook.has(1)
    assert not len(telegram.world.updates)
