"""The local Telegram: inline mode and guest mode, with what it refuses of them."""

from datetime import timedelta
from typing import Any

import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultCachedPhoto,
    InlineQueryResultsButton,
    InputMediaPhoto,
    InputTextMessageContent,
    Update,
)
from telegram.error import BadRequest, Forbidden

from playground.telegram import Chat, Json, LocalTelegram, Person
from tests.conftest import Clock
from tests.unit.playground.test_telegram_strict import png

WHY = InlineKeyboardMarkup([[InlineKeyboardButton("Why", callback_data="1|why")]])


@pytest.fixture
def strangers(telegram: LocalTelegram, ada: Person, bob: Person) -> Chat:
    return telegram.group("Strangers", [ada, bob], with_bot=False)


def article(result_id: str = "nasa", text: str = "<b>67</b>/100") -> InlineQueryResultArticle:
    content = InputTextMessageContent(text, parse_mode="HTML")
    return InlineQueryResultArticle(result_id, "@nasa", content, reply_markup=WHY)


def received(update: Json, bot: Bot) -> Update:
    return Update.de_json(update, bot)


async def test_a_person_types_chooses_and_presses(
    telegram: LocalTelegram, bot: Bot, ada: Person, bob: Person, group: Chat
) -> None:
    asked = received(telegram.type_inline(ada, group, "nasa"), bot).inline_query
    assert asked
    assert (asked.query, asked.chat_type, asked.from_user.id) == ("nasa", "supergroup", ada.id)
    await asked.answer(
        [article()], cache_time=60, button=InlineQueryResultsButton("More", start_parameter="k_n")
    )
    message = telegram.choose_inline(ada, asked.id, "nasa")
    assert message["text"] == "67/100"
    assert (message["from"]["id"], message["via_bot"]["id"]) == (ada.id, telegram.bot.id)
    _, chosen, seen = telegram.take_updates()
    name = chosen["chosen_inline_result"]["inline_message_id"]
    assert seen["message"]["via_bot"]["username"] == "klout_demo_bot"
    pressed = received(telegram.press(bob, group, "Why"), bot).callback_query
    assert pressed
    assert (pressed.message, pressed.inline_message_id) == (None, name)
    await pressed.edit_message_text("because")
    assert [message["text"] for message in telegram.history(group)] == ["because"]
    assert telegram.violations == []


async def test_a_photo_sent_before_is_offered_again(
    telegram: LocalTelegram, bot: Bot, ada: Person, group: Chat
) -> None:
    sent = await bot.send_photo(telegram.private_chat(ada).id, png(640, 360))
    other = await bot.send_photo(telegram.private_chat(ada).id, png(320, 180))
    asked = received(telegram.type_inline(ada, group, ""), bot).inline_query
    assert asked
    photo = InlineQueryResultCachedPhoto("p", sent.photo[-1].file_id, caption="c", reply_markup=WHY)
    await asked.answer([photo])
    message = telegram.choose_inline(ada, asked.id, "p")
    assert (message["photo"][-1]["width"], message["caption"]) == (640, "c")
    name = telegram.take_updates()[1]["chosen_inline_result"]["inline_message_id"]
    media = InputMediaPhoto(other.photo[-1].file_id, caption="d")
    assert await bot.edit_message_media(media, inline_message_id=name) is True
    assert telegram.history(group)[0]["photo"][-1]["width"] == 320
    with pytest.raises(BadRequest, match=r"(?i)wrong file identifier"):
        await bot.edit_message_media(InputMediaPhoto(png(64, 36)), inline_message_id=name)


async def test_a_guest_answers_once_and_edits_that(
    telegram: LocalTelegram, bot: Bot, ada: Person, strangers: Chat
) -> None:
    assert telegram.say(ada, strangers, "hello, this calls no bot") == {}
    message = received(telegram.say(ada, strangers, "@klout_demo_bot nasa"), bot).guest_message
    assert message
    assert message.guest_query_id
    assert (message.chat_id, message.text) == (strangers.id, "@klout_demo_bot nasa")
    sent = await message.answer_guest_query(article())
    answer = telegram.history(strangers)[-1]
    assert answer["guest_bot_caller_user"]["id"] == ada.id
    assert answer["reply_to_message"]["message_id"] == message.message_id
    await bot.edit_message_text("late news", inline_message_id=sent.inline_message_id)
    assert telegram.history(strangers)[-1]["text"] == "late news"
    with pytest.raises(BadRequest, match="too old"):
        await message.answer_guest_query(article())
    with pytest.raises(Forbidden, match="not a member"):
        await bot.send_message(strangers.id, "me again")


def test_where_the_bot_is_a_member_a_mention_summons_no_guest(
    telegram: LocalTelegram, ada: Person, group: Chat
) -> None:
    assert telegram.say(ada, group, "@klout_demo_bot nasa") == {}


async def test_a_query_is_answered_once_and_in_time(
    telegram: LocalTelegram, bot: Bot, clock: Clock, ada: Person, group: Chat
) -> None:
    once, late = (
        received(telegram.type_inline(ada, group, text), bot).inline_query for text in "ab"
    )
    assert once
    assert late
    await once.answer([])
    with pytest.raises(BadRequest, match="too old"):
        await once.answer([])
    clock.now += timedelta(seconds=16)
    with pytest.raises(BadRequest, match="too old"):
        await late.answer([])


def test_only_what_was_offered_can_be_chosen(
    telegram: LocalTelegram, ada: Person, group: Chat
) -> None:
    update = telegram.type_inline(ada, group, "nasa")
    with pytest.raises(ValueError, match="offered no result"):
        telegram.choose_inline(ada, update["inline_query"]["id"], "nasa")
    with pytest.raises(ValueError, match="at most 256"):
        telegram.type_inline(ada, group, "x" * 257)


def plain(**changes: Any) -> Json:
    result: Json = {"type": "article", "id": "1", "title": "t"}
    result["input_message_content"] = {"message_text": "x"}
    return result | changes


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"results": [plain(id=str(number)) for number in range(51)]}, "RESULTS_TOO_MUCH"),
        ({"results": [plain(), plain()]}, "RESULT_ID_DUPLICATE"),
        ({"results": [plain(id="é" * 33)]}, "RESULT_ID_INVALID"),
        ({"results": [plain(id="")]}, "RESULT_ID_INVALID"),
        ({"results": [plain(title=" ")]}, "ARTICLE_TITLE_EMPTY"),
        ({"results": [plain(thumbnail_url="nonsense")]}, "WEBDOCUMENT_URL_INVALID"),
        ({"results": [plain(type="gif")]}, "unsupported inline query result type"),
        ({"results": [plain(input_message_content={})]}, "message text is empty"),
        (
            {"results": [plain(input_message_content={"message_text": "x" * 4097})]},
            "MESSAGE_TOO_LONG",
        ),
        (
            {
                "results": [
                    plain(input_message_content={"message_text": "<b>x", "parse_mode": "HTML"})
                ]
            },
            "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        (
            {
                "results": [
                    plain(
                        reply_markup={
                            "inline_keyboard": [[{"text": "a", "callback_data": "x" * 65}]]
                        }
                    )
                ]
            },
            "BUTTON_DATA_INVALID",
        ),
        (
            {"results": [{"type": "photo", "id": "1", "photo_file_id": "unknown"}]},
            "wrong file identifier/HTTP URL specified",
        ),
        ({"results": [], "next_offset": "x" * 65}, "NEXT_OFFSET_INVALID"),
        ({"results": [], "cache_time": -1}, "CACHE_TIME_INVALID"),
        ({"results": [], "button": {"text": "", "start_parameter": "a"}}, "SWITCH_PM_TEXT_EMPTY"),
        ({"results": [], "button": {"text": "a", "start_parameter": "é"}}, "START_PARAM_INVALID"),
    ],
)
async def test_what_is_refused_of_results(
    telegram: LocalTelegram, ada: Person, group: Chat, params: Json, reason: str
) -> None:
    telegram.api.contract = None  # the method itself refuses, whether or not it is at hand
    query_id = telegram.type_inline(ada, group, "nasa")["inline_query"]["id"]
    answer = await telegram.call("answerInlineQuery", {"inline_query_id": query_id, **params})
    assert answer.body["description"] == f"Bad Request: {reason}"
    assert telegram.violations == [f"answerInlineQuery: Bad Request: {reason}"]


async def test_a_photos_caption_has_a_limit(
    telegram: LocalTelegram, bot: Bot, ada: Person, group: Chat
) -> None:
    sent = await bot.send_photo(telegram.private_chat(ada).id, png(640, 360))
    asked = received(telegram.type_inline(ada, group, "nasa"), bot).inline_query
    assert asked
    photo = InlineQueryResultCachedPhoto("p", sent.photo[-1].file_id, caption="x" * 1025)
    with pytest.raises(BadRequest, match=r"(?i)MEDIA_CAPTION_TOO_LONG"):
        await asked.answer([photo])
