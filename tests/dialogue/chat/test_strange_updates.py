"""Updates that people do not type: other kinds, other senders, service messages, forwards."""

from copy import deepcopy
from itertools import count
from typing import Any, Final

import pytest
from telegram import Update

from operations.transport.dispatcher import with_bodies
from playground.telegram.server.wire import Json
from storage.engine.schema import alert, board, chat, follow, member, schedule
from tests.dialogue.conftest import Talk
from tests.support.hostile import no_error_of_ours

STRANGER: Final = {"id": 7, "is_bot": False, "first_name": "Mallory"}
CHANNEL: Final = {"id": -1_009_999_999_999, "type": "channel", "title": "News"}


def _command(text: str) -> Json:
    """A text that Telegram marks as a command."""
    length = len(text.split(maxsplit=1)[0])
    return {"text": text, "entities": [{"type": "bot_command", "offset": 0, "length": length}]}


COMMAND: Final = _command("/follow @nasa")
POLL: Final = {
    "id": "1",
    "question": "?",
    "options": [],
    "total_voter_count": 0,
    "is_closed": False,
    "is_anonymous": True,
    "type": "regular",
    "allows_multiple_answers": False,
    "allows_revoting": False,
    "members_only": False,
}


def _in(where: Json, **content: Any) -> Json:
    return {"message_id": 9_999, "date": 1_773_800_000, "chat": where} | content


def _member(status: str) -> Json:
    return {"user": STRANGER, "status": status}


UNASKED: Final[dict[str, Json]] = {
    "a channel's post": {"channel_post": _in(CHANNEL, sender_chat=CHANNEL, **COMMAND)},
    "an edited one": {"edited_channel_post": _in(CHANNEL, edit_date=1_773_800_001, **COMMAND)},
    "a business message": {"business_message": _in(STRANGER | {"type": "private"}, **COMMAND)},
    "a poll": {"poll": POLL},
    "a vote": {
        "poll_answer": {
            "poll_id": "1",
            "user": STRANGER,
            "option_ids": [0],
            "option_persistent_ids": ["0"],
        }
    },
    "a purchase": {
        "pre_checkout_query": {
            "id": "1",
            "from": STRANGER,
            "currency": "XTR",
            "total_amount": 1,
            "invoice_payload": "x",
        }
    },
    "a wish to join": {
        "chat_join_request": {
            "chat": CHANNEL,
            "from": STRANGER,
            "date": 1,
            "user_chat_id": 7,
        }
    },
    "a chosen result": {
        "chosen_inline_result": {"result_id": "1", "from": STRANGER, "query": "nasa"}
    },
    "somebody's standing": {
        "chat_member": {
            "chat": CHANNEL,
            "from": STRANGER,
            "date": 1,
            "old_chat_member": _member("left"),
            "new_chat_member": _member("member"),
        }
    },
    "a kind of next year": {"telepathy": {"from": STRANGER, "text": "/follow @nasa"}},
    "nothing": {},
}


async def test_what_we_did_not_ask_for_is_left_alone(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    for kind, update in UNASKED.items():
        with no_error_of_ours(caplog):
            await _give(talk, update)
        assert _said(talk) == [], kind


async def test_a_bot_made_administrator_of_a_channel_says_nothing_there(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    change = {
        "chat": CHANNEL,
        "from": STRANGER,
        "date": 1,
        "old_chat_member": _member("left"),
        "new_chat_member": _member("member"),
    }
    with no_error_of_ours(caplog):
        await _give(talk, {"my_chat_member": change})
    assert _said(talk) == []


IN_A_GROUP: Final[dict[str, Json]] = {
    "without a sender": {},
    "by a channel": {"sender_chat": CHANNEL, "from": STRANGER},
    "by the linked channel": {"sender_chat": CHANNEL, "is_automatic_forward": True},
    "by a member, forwarded from an administrator": {
        "from": "bob",
        "forward_origin": {"type": "user", "date": 1, "sender_user": "ada"},
    },
    "by a member through another bot": {
        "from": "bob",
        "via_bot": {"id": 8, "is_bot": True, "first_name": "Other", "username": "other_bot"},
    },
}


@pytest.mark.parametrize(
    "text",
    [
        *("/follow @nasa", "/schedule monday 9:00", "/pause", "/alert @nasa 35", "/language fr"),
        *("/board off", "/board remove @lea", "/unfollow @lea"),
    ],
)
async def test_only_administrators_themselves_change_a_group(
    talk: Talk, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    await talk.say(talk.ada, talk.group, "/follow @lea")
    await talk.say(talk.chloe, talk.group, "/join @lea")
    governed = (chat, follow, schedule, alert, board, member)
    before = {table.name: await talk.rows(table) for table in governed}
    for kind, sender in IN_A_GROUP.items():
        message = _in(talk.group.to_json(), **_command(text), **_people(talk, sender))
        with no_error_of_ours(caplog):
            await _give(talk, {"message": message})
        assert {table.name: await talk.rows(table) for table in governed} == before, kind


@pytest.mark.parametrize(
    "text", ["/join @nasa", "/leave", "/prove @nasa", "/hide @nasa", "/export", "/forget_me"]
)
async def test_anonymous_senders_have_no_personal_data(
    talk: Talk, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    await talk.say(talk.chloe, talk.group, "/join @lea")
    before = await talk.rows(member)
    for sender in IN_A_GROUP.values():
        if sender.get("from") != "bob":
            content = _command(text) | _people(talk, sender)
            with no_error_of_ours(caplog):
                await _give(talk, {"message": _in(talk.group.to_json(), **content)})
    assert await talk.rows(member) == before


SERVICE: Final[tuple[Json, ...]] = (
    {"new_chat_title": "Other"},
    {"delete_chat_photo": True},
    {"group_chat_created": True},
    {"pinned_message": _in(CHANNEL, text="/follow @nasa")},
    {"left_chat_member": STRANGER},
    {"new_chat_members": [STRANGER]},
    {"message_auto_delete_timer_changed": {"message_auto_delete_time": 60}},
    {"video_chat_started": {}},
    {"general_forum_topic_hidden": {}},
    {"write_access_allowed": {}},
    {"migrate_to_chat_id": -1_001_000_000_777},
)


async def test_a_service_message_is_not_answered(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    sender = {"from": talk.bob.to_json()}
    for content in SERVICE:
        for where in (talk.group, talk.private):
            with no_error_of_ours(caplog):
                await _give(talk, {"message": _in(where.to_json(), **sender, **content)})
            assert _said(talk) == [], content


MEDIA: Final[tuple[Json, ...]] = (
    {"photo": [], "caption": "/follow @nasa"},
    {"dice": {"emoji": "🎲", "value": 6}},
    {"location": {"latitude": 1.0, "longitude": 2.0}},
    {"contact": {"phone_number": "1", "first_name": "Mallory"}},
    {"sticker": None},
    {"text": ""},
    {"poll": POLL},
    {"web_app_data": {"data": "1|follow|nasa", "button_text": "x"}},
)


async def test_what_is_no_text_gets_at_most_a_hint(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    for content in MEDIA:
        message = _in(talk.private.to_json(), **{"from": talk.ada.to_json()}, **content)
        before = len(_said(talk))
        with no_error_of_ours(caplog):
            await _give(talk, {"message": message})
        assert len(_said(talk)) <= before + 1, content
    assert await talk.rows(follow) == []


@pytest.mark.parametrize("text", ["/spend", "/stats", "/health", "/broadcast news"])
async def test_an_operators_command_forwarded_by_a_stranger_is_a_strangers(
    talk: Talk, text: str
) -> None:
    ordinary = await talk.ask(text)
    update = deepcopy(talk.telegram.say(talk.ada, talk.private, text))
    origin = {"type": "user", "date": 1, "sender_user": STRANGER}
    update["message"]["forward_origin"] = origin
    (answer,) = await talk.feed(talk.private, update)
    assert answer["text"] == ordinary
    assert "$" not in answer["text"]


def _people(talk: Talk, sender: Json) -> Json:
    """Names of people made into users."""
    users: Json = {"ada": talk.ada.to_json(), "bob": talk.bob.to_json()}
    found = {
        name: users[value] if isinstance(value, str) else value for name, value in sender.items()
    }
    if origin := sender.get("forward_origin"):
        found["forward_origin"] = origin | {"sender_user": users[origin["sender_user"]]}
    return found


def _said(talk: Talk) -> list[str]:
    """What the bot called; to ask who it is says nothing to anybody."""
    return [call.method for call in talk.telegram.sent() if call.method != "getMe"]


_NUMBERS = count(1)  # none comes twice, or the second would be left out


async def _give(talk: Talk, update: Json) -> None:
    """An update as Telegram would send it, whatever it is."""
    given = Update.de_json({"update_id": next(_NUMBERS)} | deepcopy(update), talk.application.bot)
    await talk.receiving.accept(with_bodies([given]))
    await talk.receiving.drained()
