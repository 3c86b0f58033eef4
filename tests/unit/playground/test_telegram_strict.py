"""What the local Telegram refuses, and in which words; what it notes although it lets it pass."""

import json
from typing import Any

import pytest

from playground.telegram import Chat, Json, LocalTelegram, Person, Upload
from playground.telegram.methods.images import picture_size
from playground.telegram.server.contract import Contract
from tests.conftest import Clock


def png(width: int, height: int) -> bytes:
    """The beginning of a PNG, as far as anybody looks."""
    header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
    return header + width.to_bytes(4, "big") + height.to_bytes(4, "big")


def jpeg(width: int, height: int) -> bytes:
    frame = b"\xff\xc0\0\x11\x08" + height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return b"\xff\xd8\xff\xe0\0\x06JFIF" + frame


def keyboard(**button: Any) -> Json:
    return {"inline_keyboard": [[button]]}


@pytest.fixture
def chat(telegram: LocalTelegram, ada: Person) -> Chat:
    return telegram.private_chat(ada)


async def refusal(telegram: LocalTelegram, method: str, files: Any = None, **params: Any) -> str:
    """What Telegram says to a request that must be refused and noted."""
    answer = await telegram.call(method, params, files)
    assert not answer.body["ok"]
    assert answer.status == answer.body["error_code"]
    assert telegram.violations == [f"{method}: {answer.body['description']}"]
    return str(answer.body["description"]).removeprefix("Bad Request: ")


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": "  \n "}, "text must be non-empty"),
        ({"text": "<b></b>", "parse_mode": "HTML"}, "text must be non-empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": "x", "parse_mode": "HTMLX"}, "unsupported parse_mode"),
        (
            {"text": "<3", "parse_mode": "html"},
            "can't parse entities: Unclosed start tag at byte offset 0",
        ),
        (
            {"text": "x", "entities": [{"type": "bold", "offset": 9, "length": 1}]},
            "entity begins after the end of the text at UTF-16 offset 9",
        ),
        (
            {"text": "x", "entities": [{"type": "bold", "offset": 0, "length": 2}]},
            "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 2",
        ),
        (
            {"text": "x", "reply_parameters": {"message_id": 999}},
            "message to be replied not found",
        ),
        ({"text": "x", "message_thread_id": 1}, "message thread not found"),
        ({"text": "x", "reply_markup": keyboard(text="a", callback_data="é" * 33)},
         "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keyboard(text=" ", callback_data="a")},
         "inline keyboard button text must be non-empty"),
        ({"text": "x", "reply_markup": keyboard(callback_data="a")},
         'can\'t parse inline keyboard button: Can\'t find field "text"'),
        ({"text": "x", "reply_markup": keyboard(text="a")},
         "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        ({"text": "x", "reply_markup": keyboard(text="a", url="not-a-url")},
         "inline keyboard button URL 'not-a-url' is invalid: Wrong HTTP URL"),
        ({"text": "x", "reply_markup": keyboard(text="a", url="ftp://x.com")},
         "inline keyboard button URL 'ftp://x.com' is invalid: Unsupported URL protocol"),
        ({"text": "x", "reply_markup": keyboard(text="a", copy_text={"text": ""})},
         "BUTTON_COPY_TEXT_INVALID"),
        ({"text": "x", "reply_markup": {"inline_keyboard": [{"text": "a"}]}},
         'field "inline_keyboard" must be an Array of Arrays'),
        ({"text": "x", "reply_markup": {"force_reply": True, "input_field_placeholder": "x" * 65}},
         "REPLY_MARKUP_PLACEHOLDER_INVALID"),
    ],
)  # fmt: skip
async def test_messages_are_refused_in_telegrams_words(
    chat: Chat, telegram: LocalTelegram, params: Json, reason: str
) -> None:
    telegram.api.contract = None  # the methods themselves refuse, whether or not it is at hand
    assert await refusal(telegram, "sendMessage", chat_id=chat.id, **params) == reason


@pytest.mark.parametrize(
    ("chat_id", "reason"),
    [("", "chat_id is empty"), (0, "chat not found"), ("@missing", "chat not found")],
)
async def test_chats(telegram: LocalTelegram, chat_id: Any, reason: str) -> None:
    assert await refusal(telegram, "sendMessage", chat_id=chat_id, text="x") == reason


async def test_a_message_to_a_person_who_never_wrote_is_refused(
    telegram: LocalTelegram, ada: Person
) -> None:
    answer = await telegram.call("sendMessage", {"chat_id": ada.id, "text": "x"})
    assert answer.body["description"] == "Forbidden: bot can't initiate conversation with a user"


async def test_the_longest_text_and_data_pass(telegram: LocalTelegram, chat: Chat) -> None:
    markup = keyboard(text="a", callback_data="x" * 64)
    text = f"<b>{'x' * 4096}</b>"
    params = {"chat_id": chat.id, "text": text, "parse_mode": "HTML", "reply_markup": markup}
    assert (await telegram.call("sendMessage", params)).body["ok"]
    assert telegram.violations == []


async def test_a_reply_may_do_without_its_message(telegram: LocalTelegram, chat: Chat) -> None:
    reply = {"message_id": 999, "allow_sending_without_reply": True}
    params = {"chat_id": chat.id, "text": "x", "reply_parameters": reply}
    assert "reply_to_message" not in (await telegram.call("sendMessage", params)).body["result"]


async def test_entities_past_the_hundredth_are_dropped_and_noted(
    telegram: LocalTelegram, chat: Chat
) -> None:
    params = {"chat_id": chat.id, "text": "<b>x</b> " * 101, "parse_mode": "HTML"}
    message = (await telegram.call("sendMessage", params)).body["result"]
    assert len(message["entities"]) == 100
    assert telegram.violations == ["sendMessage: 101 entities, Telegram drops all after 100"]


async def test_an_edit_must_change_something(telegram: LocalTelegram, chat: Chat) -> None:
    markup = keyboard(text="a", callback_data="a")
    params = {"chat_id": chat.id, "text": "x", "reply_markup": markup}
    sent = (await telegram.call("sendMessage", params)).body["result"]
    again = params | {"message_id": sent["message_id"]}
    reason = await refusal(telegram, "editMessageText", **again)
    assert reason.startswith("message is not modified: specified new message content and reply")
    del again["reply_markup"]  # which takes the keyboard away
    edited = (await telegram.call("editMessageText", again)).body["result"]
    assert "reply_markup" not in edited


async def test_only_its_own_messages_are_edited(
    telegram: LocalTelegram, chat: Chat, ada: Person
) -> None:
    said = telegram.say(ada, chat, "/start")["message"]
    params = {"chat_id": chat.id, "message_id": said["message_id"], "text": "x"}
    assert await refusal(telegram, "editMessageText", **params) == "message can't be edited"


@pytest.mark.parametrize(
    ("method", "reason"),
    [
        ("editMessageText", "message to edit not found"),
        ("editMessageReplyMarkup", "message to edit not found"),
        ("deleteMessage", "message to delete not found"),
        ("setMessageReaction", "message to react not found"),
    ],
)
async def test_what_is_not_there(
    telegram: LocalTelegram, chat: Chat, method: str, reason: str
) -> None:
    text = {"text": "x"} if method == "editMessageText" else {}
    assert await refusal(telegram, method, chat_id=chat.id, message_id=9, **text) == reason


async def test_old_and_foreign_messages_stay(telegram: LocalTelegram, ada: Person) -> None:
    group = telegram.group("Friends", [ada])
    said = telegram.say(ada, group, "/start")["message"]
    params = {"chat_id": group.id, "message_id": said["message_id"]}
    assert await refusal(telegram, "deleteMessage", **params) == "message can't be deleted"


async def test_a_query_is_answered_once_in_time_and_briefly(
    telegram: LocalTelegram, clock: Clock, chat: Chat, ada: Person
) -> None:
    too_old = "query is too old and response timeout expired or query ID is invalid"
    markup = keyboard(text="a", callback_data="a")
    await telegram.call("sendMessage", {"chat_id": chat.id, "text": "x", "reply_markup": markup})
    query = telegram.press(ada, chat, "a")["callback_query"]["id"]
    answer = {"callback_query_id": query}
    assert await refusal(telegram, "answerCallbackQuery", text="x" * 201, **answer) == (
        "MESSAGE_TOO_LONG"
    )
    assert (await telegram.call("answerCallbackQuery", answer)).body["ok"]
    telegram.violations.clear()
    assert await refusal(telegram, "answerCallbackQuery", **answer) == too_old
    late = telegram.press(ada, chat, "a")["callback_query"]["id"]
    clock.forward(minutes=1)
    telegram.violations.clear()
    assert await refusal(telegram, "answerCallbackQuery", callback_query_id=late) == too_old


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ({"command": "Klout", "description": "x"}, "BOT_COMMAND_INVALID"),
        ({"command": "x" * 33, "description": "x"}, "BOT_COMMAND_INVALID"),
        ({"command": "klout", "description": ""}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"command": "klout", "description": "x" * 257}, "BOT_COMMAND_DESCRIPTION_INVALID"),
    ],
)
async def test_menus_are_refused_in_telegrams_words(
    telegram: LocalTelegram, command: Json, reason: str
) -> None:
    assert await refusal(telegram, "setMyCommands", commands=[command]) == reason


@pytest.mark.parametrize(
    ("method", "params", "reason"),
    [
        ("setMyDescription", {"description": "x" * 513}, "description is too long"),
        (
            "setMyShortDescription",
            {"short_description": "x" * 121},
            "short description is too long",
        ),
        (
            "setMyCommands",
            {"commands": [], "language_code": "fr-CA"},
            "invalid language code specified",
        ),
        (
            "setWebhook",
            {"url": "http://a.io"},
            "bad webhook: An HTTPS URL must be provided for webhook",
        ),
        ("getFile", {"file_id": "x"}, "wrong file_id or the file is temporarily unavailable"),
    ],
)
async def test_profiles_and_files_are_refused_in_telegrams_words(
    telegram: LocalTelegram, method: str, params: Json, reason: str
) -> None:
    assert await refusal(telegram, method, **params) == reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "file must be non-empty"),
        (b"GIF89a", "IMAGE_PROCESS_FAILED"),
        (png(9000, 1001), "PHOTO_INVALID_DIMENSIONS"),
        (png(2100, 100), "PHOTO_INVALID_DIMENSIONS"),
    ],
)
async def test_photos_are_refused_in_telegrams_words(
    telegram: LocalTelegram, chat: Chat, content: bytes, reason: str
) -> None:
    files = {"photo": Upload("card.png", content)}
    assert await refusal(telegram, "sendPhoto", files, chat_id=chat.id) == reason


def test_pictures_are_measured() -> None:
    assert picture_size(png(640, 360)) == (640, 360)
    assert picture_size(jpeg(1280, 720)) == (1280, 720)
    assert picture_size(b"\xff\xd8\xff") is None
    assert picture_size(b"text") is None


async def test_a_caption_that_is_too_long_is_refused(telegram: LocalTelegram, chat: Chat) -> None:
    params = {"chat_id": chat.id, "caption": "x" * 1025}
    files = {"photo": Upload("card.png", png(640, 360))}
    assert await refusal(telegram, "sendPhoto", files, **params) == "message caption is too long"


async def test_a_document_is_no_photo(telegram: LocalTelegram, chat: Chat) -> None:
    files = {"document": Upload("a.csv", b"a,b", "text/csv")}
    sent = await telegram.call("sendDocument", {"chat_id": chat.id}, files)
    file_id = sent.body["result"]["document"]["file_id"]
    assert await refusal(telegram, "sendPhoto", chat_id=chat.id, photo=file_id) == (
        "can't use file of type Document as Photo"
    )


@pytest.mark.parametrize(("token", "status"), [("43:WRONG", 401), ("nonsense", 404)])
async def test_wrong_tokens_are_refused_by_their_status(
    telegram: LocalTelegram, token: str, status: int
) -> None:
    assert (await telegram.call("getMe", token=token)).status == status
    assert telegram.violations == ["getMe: wrong token"]


async def test_unknown_methods(telegram: LocalTelegram) -> None:
    answer = await telegram.call("sendCarrierPigeon")
    assert answer.body == {
        "ok": False,
        "error_code": 404,
        "description": "Not Found: method not found",
    }
    assert telegram.violations == ["sendCarrierPigeon: Not Found: method not found"]


async def test_polling_beside_a_webhook(telegram: LocalTelegram) -> None:
    await telegram.call("setWebhook", {"url": "https://bot.example.org/hook"})
    answer = await telegram.call("getUpdates")
    assert answer.status == 409
    await telegram.call("deleteWebhook")
    assert (await telegram.call("getUpdates")).body["ok"]


CONTRACT = Contract(
    {
        "sendMessage": {
            "fields": [
                {"name": "chat_id", "types": ["Integer", "String"], "required": True},
                {"name": "text", "types": ["String"], "required": True},
                {"name": "silent", "types": ["Boolean"], "required": False},
                {"name": "reply_markup", "types": ["Keyboard"], "required": False},
            ]
        }
    },
    {
        "Keyboard": {
            "fields": [
                {"name": "inline_keyboard", "types": ["Array of Array of Button"], "required": True}
            ]
        },
        "Button": {"fields": [{"name": "text", "types": ["String"], "required": True}]},
    },
)


@pytest.mark.parametrize(
    ("params", "problem"),
    [
        ({"chat_id": 1, "text": "x", "colour": "red"}, "unknown parameter 'colour'"),
        ({"chat_id": 1}, "missing parameter 'text'"),
        ({"chat_id": 1, "text": "x", "silent": 1}, "parameter 'silent' is not Boolean"),
        ({"chat_id": [1], "text": "x"}, "parameter 'chat_id' is not Integer or String"),
        (
            {"chat_id": 1, "text": "x", "reply_markup": json.dumps({"rows": []})},
            (
                "parameter 'reply_markup' is not Keyboard: unknown Keyboard field 'rows'; "
                "missing Keyboard field 'inline_keyboard'"
            ),
        ),
    ],
)
async def test_the_published_contract(params: Json, problem: str) -> None:
    telegram = LocalTelegram("42:DEMO", "klout_demo_bot", contract=CONTRACT)
    assert await refusal(telegram, "sendMessage", **params) == problem
