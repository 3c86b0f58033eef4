"""The local Telegram over HTTP: the Bot API through a real bot, and what the chat page asks."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from babel.messages.pofile import read_po
from telegram import Bot, ForceReply, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto
from telegram.error import BadRequest, InvalidToken

from locales import LANGUAGES
from playground.telegram import Chat, Json, LocalTelegram, Person
from playground.telegram.people.page_data import PageData, Suggestion
from playground.telegram.server.web import PAGE, create_app

CATALOGUES = Path(__file__).parents[3] / "locales"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (640).to_bytes(4, "big") + (360).to_bytes(4, "big")
TURQUOISE, VIOLET = PNG + b"turquoise", PNG + b"violet"

Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def client(
    telegram: LocalTelegram, ada: Person, bob: Person, group: Chat
) -> AsyncIterator[Client]:
    handles = [Suggestion("nasa_fan", {"en": "Loved", "fr": "Aimée"})]
    app = create_app(telegram, PageData([ada, bob], [group], handles))
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.fixture
async def bot(client: Client, telegram: LocalTelegram) -> AsyncIterator[Bot]:
    root = str(client.make_url("/")).rstrip("/")
    bot = Bot(telegram.token, base_url=f"{root}/bot", base_file_url=f"{root}/file/bot")
    async with bot:
        yield bot


async def test_a_real_bot_sends_and_edits(telegram: LocalTelegram, bot: Bot, ada: Person) -> None:
    chat = telegram.private_chat(ada)
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Why", callback_data="1|why")]])
    sent = await bot.send_message(
        chat.id, "<b>51</b>/100 &amp; 😀", parse_mode="HTML", reply_markup=keyboard
    )
    assert sent.text == "51/100 & 😀"
    assert sent.parse_entities() == {sent.entities[0]: "51"}
    await sent.edit_text("52/100")
    with pytest.raises(BadRequest, match="not modified"):
        await sent.edit_text("52/100")
    assert [message["text"] for message in telegram.history(chat)] == ["52/100"]
    assert bot.username == "klout_demo_bot"


async def test_a_real_bot_uploads_and_fetches(
    telegram: LocalTelegram, bot: Bot, ada: Person
) -> None:
    chat = telegram.private_chat(ada)
    sent = await bot.send_photo(chat.id, TURQUOISE, caption="<i>card</i>", parse_mode="HTML")
    assert (sent.photo[-1].width, sent.photo[-1].height) == (640, 360)
    assert sent.photo[0].width == 320
    assert await (await sent.photo[-1].get_file()).download_as_bytearray() == TURQUOISE
    again = await bot.send_photo(chat.id, sent.photo[-1].file_id)
    assert again.photo[-1].file_unique_id == sent.photo[-1].file_unique_id
    changed = await again.edit_media(InputMediaPhoto(VIOLET, caption="violet"))
    assert not isinstance(changed, bool)
    assert await (await changed.photo[-1].get_file()).download_as_bytearray() == VIOLET
    assert changed.caption == "violet"
    document = await bot.send_document(chat.id, b"a,b", filename="scores.csv")
    assert document.document is not None
    assert document.document.file_name == "scores.csv"
    assert telegram.violations == []


async def test_updates_arrive_by_long_poll(telegram: LocalTelegram, bot: Bot, ada: Person) -> None:
    telegram.say(ada, telegram.private_chat(ada), "/start")
    (update,) = await bot.get_updates(timeout=10)
    assert update.effective_user is not None
    assert update.effective_user.first_name == "Ada"


async def test_a_wrong_token_is_refused(client: Client) -> None:
    bot = Bot("43:WRONG", base_url=str(client.make_url("/bot")))
    with pytest.raises(InvalidToken):
        await bot.initialize()
    await bot.shutdown()


async def test_parameters_come_in_every_form(client: Client, ada: Person) -> None:
    address = "/bot42:DEMO/getChat"
    for request in (
        client.get(address, params={"chat_id": ada.id}),
        client.post(address, data={"chat_id": ada.id}),
        client.post(address, json={"chat_id": ada.id}),
    ):
        async with request as answer:
            # No person has opened that chat yet: the parameter was understood.
            assert (await answer.json())["error_code"] == 403


async def test_the_page_loads_nothing_from_elsewhere(client: Client) -> None:
    async with client.get("/") as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        page = await answer.text()
    for address in re.findall(r'(?:src|href)="([^"#]+)"', page):
        async with client.get(address) as answer:
            assert answer.status == 200, address


def test_every_sentence_of_the_page_is_in_every_catalogue() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in sorted(PAGE.glob("*.js")))
    markup = (PAGE / "index.html").read_text(encoding="utf-8")
    said = set(re.findall(r'\bt\("([^"]+)"', sources))
    for one, other in re.findall(r'\bt\(\w+ \? "([^"]+)" : "([^"]+)"', sources):
        said |= {one, other}
    said |= set(re.findall(r'data-t(?:-label)?="([^"]+)"', markup))
    said |= set(re.findall(r'^  \w+: "(is [^"]+)",$', sources, re.MULTILINE))
    for language in LANGUAGES:
        path = CATALOGUES / language / "LC_MESSAGES" / "playground.po"
        with path.open("rb") as source:
            sentences = {message.id: message.string for message in read_po(source) if message.id}
        assert sentences.keys() == said
        assert all(sentences.values())


def test_the_page_never_parses_text_as_markup() -> None:
    for path in PAGE.glob("*.js"):
        source = path.read_text(encoding="utf-8")
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", source
        )


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "evil.example:8080"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
async def test_other_web_sites_are_kept_out(
    client: Client, telegram: LocalTelegram, headers: dict[str, str], status: int
) -> None:
    body = {"person": 1, "chat": 1, "text": "/start"}
    async with client.post("/page-api/say", json=body, headers=headers) as answer:
        assert answer.status == status
    async with client.post("/bot42:DEMO/getMe", headers=headers) as answer:
        assert answer.status == status
    assert telegram.take_updates() == []


async def test_a_form_cannot_drive_the_page(client: Client) -> None:
    async with client.post("/page-api/say", data={"text": "/start"}) as answer:
        assert answer.status == 415


async def test_the_page_starts_with_people_and_chats(
    client: Client, telegram: LocalTelegram, ada: Person, group: Chat
) -> None:
    topic = telegram.topic(group, "Scores")
    async with client.get("/page-api/state", params={"person": ada.id}) as answer:
        state = await answer.json()
    assert [person["first_name"] for person in state["people"]] == ["Ada", "Bob"]
    places = [(one["title"], one["topic"]) for one in state["conversations"]]
    assert places == [("Klout", None), ("Friends", None), ("Friends", topic.id)]
    assert state["suggestions"][0]["description"]["fr"] == "Aimée"
    assert state["words"]["fr"]["Send"] == "Envoyer"


async def listen(client: Client) -> tuple[aiohttp.ClientResponse, AsyncIterator[Json]]:
    response = await client.get("/page-api/events")

    async def events() -> AsyncIterator[Json]:
        async for line in response.content:
            if line.startswith(b"data: "):
                yield json.loads(line.removeprefix(b"data: "))

    return response, events()


async def test_the_page_speaks_presses_and_hears(
    client: Client, telegram: LocalTelegram, bot: Bot, ada: Person
) -> None:
    chat = telegram.private_chat(ada)
    place = {"person": ada.id, "chat": chat.id, "topic": None}
    response, events = await listen(client)
    await (await client.post("/page-api/say", json={**place, "text": "/klout"})).read()
    assert (await anext(events))["message"]["text"] == "/klout"
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Why", callback_data="1|why")]])
    sent = await bot.send_message(chat.id, "51/100", reply_markup=keyboard)
    assert (await anext(events))["message"]["from"]["is_bot"]
    pressing = {**place, "message": sent.message_id, "data": "1|why"}
    async with client.post("/page-api/press", json=pressing) as answer:
        query = (await answer.json())["query"]
    await bot.answer_callback_query(query, "Because", show_alert=True)
    heard = await anext(events)
    assert (heard["event"], heard["query"], heard["text"]) == ("answer", query, "Because")
    response.close()


async def test_the_page_hears_of_a_new_topic(
    client: Client, telegram: LocalTelegram, group: Chat
) -> None:
    response, events = await listen(client)
    topic = telegram.topic(group, "Scores")
    heard = await anext(events)
    assert heard["conversation"]["topic_name"] == "Scores"
    assert heard["topic"] == topic.id
    response.close()


async def test_a_selective_prompt_is_shown_to_the_person_it_addresses(
    client: Client, telegram: LocalTelegram, bot: Bot, ada: Person, group: Chat
) -> None:
    asked = telegram.say(ada, group, "/klout")["message"]["message_id"]
    prompt = ForceReply(selective=True, input_field_placeholder="@handle")
    await bot.send_message(group.id, "Which?", reply_to_message_id=asked, reply_markup=prompt)
    place = {"person": ada.id, "chat": group.id}
    async with client.get("/page-api/history", params=place) as answer:
        shown = (await answer.json())["messages"][-1]
    assert shown["prompt"] == {"placeholder": "@handle", "for": [ada.id]}


async def test_files_are_shown_only_when_they_are_pictures(
    client: Client, telegram: LocalTelegram, bot: Bot, ada: Person
) -> None:
    chat = telegram.private_chat(ada)
    photo = await bot.send_photo(chat.id, TURQUOISE)
    document = await bot.send_document(chat.id, b"<script>", filename="x.html")
    assert document.document is not None
    async with client.get(f"/page-api/files/{photo.photo[-1].file_id}") as answer:
        assert answer.content_type == "image/png"
        assert await answer.read() == TURQUOISE
    async with client.get(f"/page-api/files/{document.document.file_id}") as answer:
        assert answer.headers["Content-Disposition"] == "attachment"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("say", {"chat": 1, "text": "x"}),
        ("say", {"text": "x"}),
        ("say", {"here": True, "text": " "}),
        ("say", {"here": True}),
        ("say", {"here": True, "text": "x", "reply_to": 999}),
        ("press", {"here": True, "message": 999, "data": "x"}),
        ("say", []),
    ],
)
async def test_what_makes_no_sense_is_refused(
    client: Client, telegram: LocalTelegram, ada: Person, path: str, body: Any
) -> None:
    if isinstance(body, dict) and body.pop("here", False):
        body |= {"person": ada.id, "chat": telegram.private_chat(ada).id}
    async with client.post(f"/page-api/{path}", json=body) as answer:
        assert answer.status == 400


def test_the_page_has_no_stray_file() -> None:
    assert {path.suffix for path in PAGE.iterdir()} == {".html", ".css", ".js", ".svg"}
