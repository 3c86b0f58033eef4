"""What the page asks beside talking: inline queries, what people may do, weeks that pass."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from playground.clock import Clock, Weeks
from playground.telegram import Chat, Json, LocalTelegram, Person
from playground.telegram.people.page_data import PageData
from playground.telegram.server.web import create_app

Client = TestClient[web.Request, web.Application]

WEEK = timedelta(weeks=1)


@pytest.fixture
def clock() -> Clock:
    """A clock that runs, and that can be moved."""
    return Clock()


@pytest.fixture
def choir(telegram: LocalTelegram, ada: Person, bob: Person) -> Chat:
    return telegram.group("Choir", [ada, bob], kind="group")


class Page:
    """The page as one person sees it."""

    def __init__(self, client: Client, person: Person) -> None:
        self.client = client
        self.person = person

    async def ask(self, path: str, chat: Chat | None = None, **asked: object) -> tuple[int, Json]:
        place = {"person": self.person.id, "chat": chat.id if chat else None}
        async with self.client.post(f"/page-api/{path}", json=place | asked) as answer:
            return answer.status, await answer.json() if answer.status == 200 else {}

    async def conversation(self, title: str) -> Json:
        query = {"person": self.person.id}
        async with self.client.get("/page-api/state", params=query) as answer:
            state = await answer.json()
        return next(one for one in state["conversations"] if one["title"] == title)


@pytest.fixture
def weeks(clock: Clock, database_url: str) -> Weeks:
    return Weeks(clock, database_url)


@pytest.fixture
async def client(
    telegram: LocalTelegram, ada: Person, bob: Person, choir: Chat, weeks: Weeks
) -> AsyncIterator[Client]:
    page = PageData([ada, bob], [choir], week_later=weeks.let_one_pass)
    async with TestClient(TestServer(create_app(telegram, page))) as client:
        yield client


async def test_a_person_types_a_query_and_chooses_a_result(
    client: Client,
    telegram: LocalTelegram,
    ada: Person,
    bob: Person,
    choir: Chat,
) -> None:
    page = Page(client, ada)
    _, asked = await page.ask("inline", choir, query="nasa")
    result: Json = {"type": "article", "id": "1", "title": "t"}
    result |= {"input_message_content": {"message_text": "67"}}
    answer = {"inline_query_id": asked["query"], "results": [result]}
    assert (await telegram.call("answerInlineQuery", answer)).body["ok"]
    chosen = {"query": asked["query"], "result": "1"}
    assert (await Page(client, bob).ask("choose", choir, **chosen))[0] == 400  # was not asked
    assert (await page.ask("choose", choir, **chosen))[0] == 200
    assert telegram.history(choir)[-1]["text"] == "67"
    assert (await page.ask("choose", choir, query="1", result="1"))[0] == 400
    assert (await page.ask("inline", choir))[0] == 400


async def test_only_administrators_change_a_group(
    client: Client, ada: Person, bob: Person, choir: Chat
) -> None:
    shown = await Page(client, bob).conversation("Choir")
    assert (shown["administrators"], shown["actions"]) == (["Ada"], [])
    assert (await Page(client, bob).ask("act", choir, action="remove_bot"))[0] == 400
    page = Page(client, ada)
    for action in ("promote_bot", "demote_bot", "remove_bot", "add_bot", "upgrade"):
        assert action in (await page.conversation("Choir"))["actions"]
        assert (await page.ask("act", choir, action=action))[0] == 200
    upgraded = await page.conversation("Choir")
    assert upgraded["chat"] != choir.id
    assert "upgrade" not in upgraded["actions"]


async def test_a_person_blocks_and_unblocks_the_bot(
    client: Client,
    telegram: LocalTelegram,
    ada: Person,
) -> None:
    page, chat = Page(client, ada), telegram.private_chat(ada)
    for action, status in (("block", "kicked"), ("unblock", "member")):
        assert (await page.ask("act", chat, action=action))[0] == 200
        assert chat.members[telegram.bot.id] == status
        assert (await page.ask("act", chat, action=action))[0] == 400


async def test_a_week_passes_for_every_chat(
    client: Client,
    ada: Person,
    clock: Clock,
) -> None:
    before = clock()
    _, answer = await Page(client, ada).ask("week-later")
    assert clock() >= before + WEEK
    assert clock.ahead <= WEEK  # and no more than that
    assert answer["now"] >= (before + WEEK).timestamp()
    clock.move_to(before)  # never back
    assert clock() >= before + WEEK


async def test_where_time_is_real_it_cannot_be_moved(telegram: LocalTelegram, ada: Person) -> None:
    app = create_app(telegram, PageData([ada], [], made_up=False))
    async with TestClient(TestServer(app)) as client:
        assert (await Page(client, ada).ask("week-later"))[0] == 404
