"""Refusals of Telegram's that are to be expected: a sentence, no traceback, no alarm."""

import json
import logging
from typing import Any, Final

import pytest

from operations.settings import Settings
from playground.telegram.server.world import Person
from storage.engine.schema import inbox, outbox
from tests.dialogue.conftest import Talk

pytestmark = pytest.mark.usefixtures("hurried", "patient")


@pytest.fixture
def settings(operated: Settings) -> Settings:
    return operated


@pytest.fixture(autouse=True)
async def no_alarm(talk: Talk, caplog: pytest.LogCaptureFixture) -> Any:
    yield
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert not [record for record in caplog.records if record.exc_info]
    assert await talk.rows(outbox) == []  # operators are told of nothing
    assert await talk.rows(inbox) == []


def texts(talk: Talk, person: Person) -> list[str]:
    """What the bot wrote to a person in private."""
    told = talk.telegram.history(talk.telegram.private_chat(person))
    return [message["text"] for message in told if message["from"]["is_bot"]]


MUTED: Final = (
    "Bad Request: not enough rights to send text messages to the chat",
    "Bad Request: have no rights to send a message",
    "Bad Request: CHAT_WRITE_FORBIDDEN",
    "Bad Request: CHAT_RESTRICTED",
    "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN",
    "Bad Request: CHAT_ADMIN_REQUIRED",
    "Bad Request: need administrator rights in the channel chat",
    "Forbidden: CHAT_GUEST_SEND_FORBIDDEN",
)


@pytest.mark.parametrize("words", MUTED)
async def test_a_question_where_the_bot_may_not_write_is_answered_in_private(
    talk: Talk, words: str
) -> None:
    await talk.ask("/start")
    talk.telegram.fail("sendMessage", 403 if words.startswith("F") else 400, words)
    assert await talk.say(talk.ada, talk.group, "/klout @nasa") == []
    assert texts(talk, talk.ada)[-1].startswith("I may not write in that group.")


async def test_the_private_answer_is_in_french_and_only_to_people_who_wrote_before(
    talk: Talk,
) -> None:
    await talk.say(talk.chloe, talk.telegram.private_chat(talk.chloe), "/start")
    talk.telegram.fail("sendMessage", 400, MUTED[0])
    await talk.say(talk.chloe, talk.group, "/klout @nasa")
    assert texts(talk, talk.chloe)[-1].startswith("Je n’ai pas le droit d’écrire")
    talk.telegram.fail("sendMessage", 400, MUTED[0])
    talk.telegram.fail("sendMessage", 403, "Forbidden: bot can't initiate conversation with a user")
    await talk.say(talk.bob, talk.group, "/klout @nasa")
    assert texts(talk, talk.bob) == []


CLOSED: Final = ("TOPIC_CLOSED", "TOPIC_DELETED", "message thread not found")


@pytest.mark.parametrize("words", CLOSED)
async def test_a_topic_that_takes_nothing_is_told_of_in_private(talk: Talk, words: str) -> None:
    topic = talk.telegram.topic(talk.group, "Scores")
    talk.telegram.fail("sendMessage", 400, f"Bad Request: {words}")
    await talk.say(talk.ada, talk.group, "/klout @nasa", topic=topic)
    assert texts(talk, talk.ada)[-1].startswith("The topic where you asked me is closed")


AWAY: Final = (
    "Forbidden: bot was kicked from the supergroup chat",
    "Forbidden: bot was blocked by the user",
    "Forbidden: user is deactivated",
    "Forbidden: the group chat was deleted",
    "Bad Request: chat not found",
    "Bad Request: PEER_ID_INVALID",
    "Bad Request: CHANNEL_PRIVATE",
    "Bad Request: group chat was upgraded to a supergroup chat",
)


@pytest.mark.parametrize("words", AWAY)
async def test_a_chat_out_of_reach_is_no_error(talk: Talk, words: str) -> None:
    talk.telegram.fail("sendMessage", 403 if words.startswith("F") else 400, words)
    assert await talk.say(talk.ada, talk.group, "/help") == []
    assert texts(talk, talk.ada) == []


NO_PICTURES: Final = (
    "Bad Request: not enough rights to send photos to the chat",
    "Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN",
)


@pytest.mark.parametrize("words", NO_PICTURES)
async def test_where_no_picture_may_be_sent_its_words_are(talk: Talk, words: str) -> None:
    await talk.ask("/klout @nasa")
    talk.telegram.fail("sendPhoto", 400, words)
    (answer,) = await talk.say(talk.ada, talk.group, "/history @nasa")
    assert "@nasa" in answer["text"]


@pytest.mark.parametrize(
    "words", ["CHAT_SEND_DOCS_FORBIDDEN", "not enough rights to send documents to the chat"]
)
async def test_where_no_file_may_be_sent_that_is_said(talk: Talk, words: str) -> None:
    talk.telegram.fail("sendDocument", 400, f"Bad Request: {words}")
    (answer,) = await talk.say(talk.ada, talk.group, "/receipt @nasa")
    assert answer["text"].startswith("I may not send files or pictures in this group.")


async def test_in_private_no_group_is_spoken_of(talk: Talk) -> None:
    await talk.ask("/klout @nasa")
    talk.telegram.fail("sendDocument", 400, "Bad Request: CHAT_SEND_DOCS_FORBIDDEN")
    assert await talk.ask("/receipt @nasa") == (
        "Telegram does not let me send you files or pictures here."
    )


async def test_refused_inline_results_are_no_error(talk: Talk) -> None:
    talk.telegram.fail("answerInlineQuery", 400, "Bad Request: RESULT_ID_DUPLICATE")
    await talk.feed(talk.private, talk.telegram.type_inline(talk.ada, talk.private, "nasa"))


@pytest.mark.parametrize("words", ["Bad Request: FLOOD_WAIT_1", "Too Many Requests: retry after 1"])
async def test_a_wait_that_is_called_a_bad_request_is_waited_out(talk: Talk, words: str) -> None:
    talk.telegram.fail("sendMessage", 400, words)
    (answer,) = await talk.say(talk.ada, talk.private, "/help")
    assert answer["text"].startswith("What I answer")


STALE: Final = (
    "message to edit not found",
    "message can't be edited",
    "MESSAGE_ID_INVALID",
)


@pytest.mark.parametrize("words", STALE)
async def test_what_cannot_be_changed_is_answered_below(talk: Talk, words: str) -> None:
    await talk.ask("/klout @nasa")
    talk.telegram.fail("editMessageText", 400, f"Bad Request: {words}")
    (answer,) = await talk.press(talk.ada, talk.private, "Why?")
    assert "The three parts add up: " in answer["text"]


@pytest.mark.parametrize("words", STALE)
async def test_buttons_and_pictures_that_cannot_be_changed_are_said_so(
    talk: Talk, words: str
) -> None:
    await talk.ask("/klout @nasa")
    await talk.press(talk.ada, talk.private, "Card")
    talk.telegram.fail("editMessageMedia", 400, f"Bad Request: {words}")
    assert await talk.press(talk.ada, talk.private, "Dark") == []
    assert talk.toast()["text"].startswith("That message can no longer be changed.")


@pytest.mark.parametrize(
    "words", ["message is not modified: specified new message content", "MESSAGE_NOT_MODIFIED"]
)
async def test_what_is_as_it_was_to_become_is_no_error(talk: Talk, words: str) -> None:
    await talk.ask("/klout @nasa")
    talk.telegram.fail("editMessageText", 400, f"Bad Request: {words}")
    assert await talk.press(talk.ada, talk.private, "Why?") == []


LATE: Final = (
    "query is too old and response timeout expired or query ID is invalid",
    "QUERY_ID_INVALID",
)


@pytest.mark.parametrize("words", LATE)
async def test_a_press_that_is_answered_too_late_is_answered_all_the_same(
    talk: Talk, words: str
) -> None:
    await talk.ask("/klout @nasa")
    talk.telegram.fail("answerCallbackQuery", 400, f"Bad Request: {words}")
    await talk.press(talk.ada, talk.private, "Why?")
    assert "The three parts" in talk.telegram.history(talk.private)[-1]["text"]


async def test_a_spinner_that_does_not_stop_holds_up_no_answer(talk: Talk) -> None:
    await talk.ask("/klout @nasa")
    talk.telegram.fail(
        "answerCallbackQuery", 429, "Too Many Requests: retry after 60", retry_after=60
    )
    await talk.press(talk.ada, talk.private, "Why?")
    assert "The three parts" in talk.telegram.history(talk.private)[-1]["text"]


HIDDEN: Final = (
    "member list is inaccessible",
    "CHAT_ADMIN_REQUIRED",
    "not enough rights to get chat member",
    "user not found",
    "PARTICIPANT_ID_INVALID",
)


@pytest.mark.parametrize("words", HIDDEN)
async def test_where_members_are_hidden_the_administrators_are_asked_for(
    talk: Talk, words: str
) -> None:
    for person, sentence in ((talk.ada, "This chat now follows"), (talk.bob, "Only the admin")):
        talk.telegram.fail("getChatMember", 400, f"Bad Request: {words}")
        (answer, *_) = await talk.say(person, talk.group, "/follow @nasa")
        assert sentence in answer["text"] or "@nasa" in answer["text"]
        assert answer["text"].startswith("Only") == (person is talk.bob)


@pytest.mark.parametrize("words", HIDDEN)
async def test_without_a_list_of_administrators_the_answer_says_so(talk: Talk, words: str) -> None:
    for method in ("getChatMember", "getChatAdministrators"):
        talk.telegram.fail(method, 400, f"Bad Request: {words}")
    (answer,) = await talk.say(talk.ada, talk.group, "/follow @nasa")
    assert answer["text"].startswith("Telegram does not show me who administers this group.")


ODD: Final = (
    b'{"ok": true, "result": null}',
    b'{"ok": true, "result": "yes"}',
    b'{"ok": true, "result": [5]}',
)


@pytest.mark.parametrize("odd", ODD)
async def test_an_odd_standing_is_asked_for_in_another_way(talk: Talk, odd: bytes) -> None:
    talk.telegram.garble("getChatMember", 200, odd)
    (answer, *_) = await talk.say(talk.ada, talk.group, "/follow @nasa")
    assert "@nasa" in answer["text"]


async def test_one_odd_administrator_hides_no_other(talk: Talk) -> None:
    ada = talk.ada.to_json()
    for standing in ({"status": "administrator", "user": ada}, {"user": ada}):
        talk.telegram.garble("getChatMember", 200, b'{"ok": true, "result": 5}')
        told: list[Any] = ["odd", {"status": "administrator"}, {"user": "x"}, standing]
        page = json.dumps({"ok": True, "result": told}).encode()
        talk.telegram.garble("getChatAdministrators", 200, page)
        (answer, *_) = await talk.say(talk.ada, talk.group, "/follow @nasa")
        assert "@nasa" in answer["text"]


async def test_an_administrator_of_an_older_server_is_one(talk: Talk) -> None:
    old = {"ok": True, "result": {"status": "administrator", "user": talk.ada.to_json()}}
    talk.telegram.garble("getChatMember", 200, json.dumps(old).encode())
    (answer, *_) = await talk.say(talk.ada, talk.group, "/follow @nasa")
    assert "@nasa" in answer["text"]


ARRIVED: Final = (
    b'{"ok": true, "result": {}}',
    b'{"ok": true, "result": "sent"}',
    b'{"ok": true, "result": []}',
    b'{"ok": true, "result": {"message_id": "x", "date": "y", "chat": 5}}',
)


@pytest.mark.parametrize("odd", ARRIVED)
async def test_what_arrived_and_is_described_oddly_is_sent_once_and_without_an_excuse(
    talk: Talk, odd: bytes
) -> None:
    talk.telegram.garble("sendMessage", 200, odd, delivered=True)
    (answer,) = await talk.say(talk.ada, talk.private, "/klout @nasa")
    assert answer["text"].startswith("@nasa · ")
    talk.telegram.garble("editMessageText", 200, odd, delivered=True)
    assert await talk.press(talk.ada, talk.private, "Why?") == []
    talk.telegram.garble("sendPhoto", 200, odd, delivered=True)
    (picture,) = await talk.press(talk.ada, talk.private, "Card")
    assert "photo" in picture


async def test_a_flood_limit_whose_seconds_stand_in_its_words_is_waited_out(talk: Talk) -> None:
    talk.telegram.fail("sendMessage", 429, "Too Many Requests: retry after 1", times=2)
    (answer,) = await talk.say(talk.ada, talk.private, "/help")
    assert answer["text"].startswith("What I answer")


async def test_a_group_that_moved_is_answered_where_it_is_now(talk: Talk) -> None:
    group = talk.telegram.group("Old friends", [talk.ada], kind="group")
    update = talk.telegram.say(talk.ada, group, "/help")
    new = talk.telegram.migrate(group)
    (answer,) = await talk.feed(new, update)
    assert answer["text"].startswith("What I answer")


OLD_SERVER: Final = (
    'Bad Request: can\'t parse entities: Unsupported start tag "tg-time" at byte offset 31'
)


async def test_a_time_that_an_older_server_does_not_know_is_plain_text(talk: Talk) -> None:
    await talk.ask("/follow @nasa")
    usual = await talk.ask("/schedule")
    talk.telegram.fail("sendMessage", 400, OLD_SERVER)
    assert await talk.ask("/schedule") == usual
    tries = len(talk.telegram.sent("sendMessage"))
    assert await talk.ask("/schedule") == usual  # it is not tried each time
    sent = talk.telegram.sent("sendMessage")[tries:]
    assert [("tg-time" in call.params["text"], call.ok) for call in sent] == [(False, True)]


async def test_what_is_replied_to_may_be_gone(talk: Talk) -> None:
    talk.telegram.fail("sendMessage", 400, "Bad Request: message to be replied not found")
    (answer,) = await talk.say(talk.ada, talk.group, "/help")
    assert answer["text"].startswith("What I answer")
