"""Called where it is no member: one answer, for everybody who reads along."""

import asyncio
from copy import deepcopy

import pytest

from handlers.scores import guest
from playground.telegram.server.wire import Json
from playground.telegram.server.world import Chat
from playground.x.accounts import FixedWorld
from playground.x.server import Fault, XServer
from scoring.reading.reader import Reader
from tests.conftest import Clock
from tests.dialogue.conftest import Talk, prove

pytestmark = pytest.mark.usefixtures("hurried")


@pytest.fixture
def strangers(talk: Talk) -> Chat:
    return talk.telegram.group("Strangers", [talk.ada, talk.bob, talk.chloe], with_bot=False)


async def call(talk: Talk, chat: Chat, text: str) -> Json:
    """Bob calls the bot; the one message that it answers with, and nothing else is sent."""
    before = len(talk.telegram.sent())
    (answer,) = await talk.say(talk.bob, chat, text)
    assert [one.method for one in talk.telegram.sent()[before:]] == ["answerGuestQuery"]
    return answer


@pytest.mark.parametrize(
    "text",
    ["@klout_bot @nasa", "@klout_bot nasa", "@nasa? @Klout_Bot!", "@klout_bot /klout nasa"],
)
async def test_one_answer_with_the_score_on_its_first_line(
    talk: Talk, strangers: Chat, text: str
) -> None:
    answer = await call(talk, strangers, text)
    assert answer["text"].startswith("@nasa · ")
    assert "/100 ± " in answer["text"].split("\n")[0]
    assert answer["reply_to_message"]["text"] == text


async def test_a_command_that_names_the_bot_is_answered_once(talk: Talk, strangers: Chat) -> None:
    update = deepcopy(talk.telegram.say(talk.bob, strangers, "@klout_bot /klout@klout_bot nasa"))
    command = "/klout@klout_bot"
    update["guest_message"] |= {
        "text": f"{command} nasa",
        "entities": [{"type": "bot_command", "offset": 0, "length": len(command)}],
    }
    (answer,) = await talk.feed(strangers, update)
    assert answer["text"].startswith("@nasa · ")
    assert [one.method for one in talk.telegram.sent()] == ["getMe", "answerGuestQuery"]


async def test_the_reasons_unfold_in_place(talk: Talk, strangers: Chat) -> None:
    answer = await call(talk, strangers, "@klout_bot @nasa")
    assert await talk.press(talk.ada, strangers, "Why?") == []
    shown = talk.telegram.history(strangers)[-1]
    assert shown["message_id"] == answer["message_id"]
    assert len(shown["text"]) > len(answer["text"])


async def test_several_and_what_went_wrong_in_the_one_answer(talk: Talk, strangers: Chat) -> None:
    blocks = (await call(talk, strangers, "@klout_bot @nasa @missing"))["text"].split("\n\n")
    assert blocks[0].startswith("@nasa · ")
    assert blocks[1].startswith("There is no account @missing on X.")


@pytest.mark.parametrize("text", ["@klout_bot", "hello @klout_bot, what can you do for us here"])
async def test_named_for_nothing_it_says_how_to_ask(
    talk: Talk, strangers: Chat, x: XServer, text: str
) -> None:
    answer = await call(talk, strangers, text)
    *named, last = answer["text"].split("\n")
    assert last == "Name an account after my name: @klout_bot @nasa"
    assert bool(named) is text.startswith("hello")
    assert x.requests == []


async def test_stored_of_today_asks_x_nothing(talk: Talk, strangers: Chat, x: XServer) -> None:
    await talk.ask("/klout @nasa")
    asked = len(x.requests)
    await call(talk, strangers, "@klout_bot @nasa")
    assert len(x.requests) == asked


async def test_when_x_is_slow_what_is_stored_is_shown(
    talk: Talk, strangers: Chat, x: XServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guest, "LONGEST_WAIT", 0.05)
    await talk.ask("/klout @nasa")
    clock.forward(days=1)
    x.fail("users", Fault(hang=True), times=9)
    text = (await call(talk, strangers, "@klout_bot @nasa @lea"))["text"]
    assert text.startswith("@nasa · ")
    assert text.count("Reading takes longer than I can wait here.") == 2
    answer = await call(talk, strangers, "@klout_bot @lea")
    assert answer["text"].startswith("Reading takes longer")
    (row,) = answer["reply_markup"]["inline_keyboard"]
    assert row[0]["url"] == "https://t.me/klout_bot?start=k_lea"


async def test_in_the_persons_language_whatever_a_chat_of_that_number_chose(
    talk: Talk, strangers: Chat
) -> None:
    await talk.application.services.chats.choose_language(strangers.id, "fr")
    assert "community" in (await call(talk, strangers, "@klout_bot @nasa"))["text"]
    (answer,) = await talk.say(talk.chloe, strangers, "@klout_bot @nasa")
    assert "communauté" in answer["text"]


async def test_what_is_hidden_is_shown_to_no_group_by_its_owner_either(
    talk: Talk, strangers: Chat, world: FixedWorld
) -> None:
    await prove(talk, world, talk.bob, "nasa")
    await talk.say(talk.bob, talk.telegram.private_chat(talk.bob), "/hide @nasa")
    answer = await call(talk, strangers, "@klout_bot @nasa")
    assert answer["text"].startswith("Whoever @nasa belongs to")
    assert "/100" not in answer["text"]


async def test_a_private_chat_of_two_others_is_no_private_chat_with_us(
    talk: Talk, strangers: Chat, world: FixedWorld
) -> None:
    await prove(talk, world, talk.bob, "nasa")
    await talk.say(talk.bob, talk.telegram.private_chat(talk.bob), "/hide @nasa")
    update = deepcopy(talk.telegram.say(talk.bob, strangers, "@klout_bot @nasa"))
    update["guest_message"]["chat"] = {"id": talk.bob.id, "type": "private", "first_name": "Bob"}
    (answer,) = await talk.feed(strangers, update)
    assert "/100" not in answer["text"]


async def test_too_late_is_no_error(
    talk: Talk, strangers: Chat, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    asked = talk.telegram.say(talk.bob, strangers, "@klout_bot @nasa")
    clock.forward(seconds=60)
    assert await talk.feed(strangers, asked) == []
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    talk.telegram.violations.clear()  # it may be too late: that was the point


async def test_a_bug_is_told_in_the_one_answer(
    talk: Talk, strangers: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        await asyncio.sleep(0)
        raise LookupError

    monkeypatch.setattr(Reader, "read", broken)
    answer = await call(talk, strangers, "@klout_bot @nasa")
    assert answer["text"].startswith("Something went wrong on my side")


async def test_what_is_not_understood_is_named(talk: Talk, strangers: Chat, x: XServer) -> None:
    answer = await call(talk, strangers, "@klout_bot @jean-luc")
    first, last = answer["text"].split("\n")
    assert first.startswith("I did not understand \u2068@jean-luc\u2069.")
    assert last.startswith("Name an account")
    answer = await call(talk, strangers, "@klout_bot @nasa 1/2")
    assert answer["text"].endswith("I did not understand \u20681/2\u2069.")
    assert len(x.requests) == 3
