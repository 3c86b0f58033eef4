"""The life of a chat: added, removed, blocked, restricted; topics closed and reopened."""

import asyncio
from typing import Any

import pytest

from handlers.outgoing import asides
from playground.telegram.server.wire import Json
from playground.telegram.server.world import Chat, Topic
from storage.engine.schema import schedule
from tests.conftest import Clock
from tests.dialogue.conftest import Talk

pytestmark = pytest.mark.usefixtures("hurried")


async def states(talk: Talk) -> dict[tuple[int, int], str]:
    rows = await talk.rows(schedule)
    return {(row["chat_id"], row["topic_id"]): row["state"] for row in rows}


def service(talk: Talk, chat: Chat, topic: Topic | None, **content: Any) -> Json:
    """A service message, as Telegram tells it."""
    update = talk.telegram.say(talk.ada, chat, "/x", topic=topic)
    message = {k: v for k, v in update["message"].items() if k not in {"text", "entities"}}
    return {**update, "message": message | content}


async def test_added_to_a_group_it_greets_with_the_board(talk: Talk) -> None:
    talk.telegram.remove_bot(talk.group, talk.ada)
    (hello,) = await talk.feed(talk.group, talk.telegram.add_bot(talk.group, talk.ada))
    first, _, second = hello["text"].split("\n")
    assert first.startswith("Hello. /klout @nasa says")
    assert second.startswith("Nobody is on this group’s board yet.")
    (row,) = hello["reply_markup"]["inline_keyboard"]
    assert [button["text"] for button in row] == ["Join the board", "Help"]
    await talk.say(talk.bob, talk.group, "/join @nasa")
    talk.telegram.remove_bot(talk.group, talk.ada)
    (hello,) = await talk.feed(talk.group, talk.telegram.add_bot(talk.group, talk.ada))
    assert "Bob\u2069, @nasa · " in hello["text"]


async def test_promoted_it_says_nothing(talk: Talk) -> None:
    promoted = talk.telegram.add_bot(talk.group, talk.ada, administrator=True)
    assert await talk.feed(talk.group, promoted) == []


async def test_the_greeting_is_in_the_language_of_the_person_who_added_the_bot(talk: Talk) -> None:
    talk.telegram.remove_bot(talk.group, talk.chloe)
    (hello,) = await talk.feed(talk.group, talk.telegram.add_bot(talk.group, talk.chloe))
    assert not hello["text"].startswith("Hello")


async def test_removed_and_added_again_it_goes_on(talk: Talk, clock: Clock) -> None:
    await talk.say(talk.ada, talk.group, "/follow @nasa")
    await talk.feed(talk.group, talk.telegram.remove_bot(talk.group, talk.ada))
    assert await states(talk) == {(talk.group.id, 0): "dead"}
    clock.forward(days=7)
    await talk.tick()
    await talk.feed(talk.group, talk.telegram.add_bot(talk.group, talk.ada))
    assert await states(talk) == {(talk.group.id, 0): "active"}
    clock.forward(days=7)
    (digest,) = await talk.tick(talk.group)
    assert digest["text"].startswith("What changed")


@pytest.mark.parametrize("way", ["unblocked", "/start", "/start k_nasa"])
async def test_ways_back(talk: Talk, way: str) -> None:
    await talk.ask("/follow @nasa")
    await talk.feed(talk.private, talk.telegram.block(talk.ada))
    assert await states(talk) == {(talk.ada.id, 0): "dead"}
    update = talk.telegram.unblock(talk.ada)
    if way == "unblocked":
        await talk.feed(talk.private, update)
    else:
        await talk.ask(way)
    assert await states(talk) == {(talk.ada.id, 0): "active"}


async def test_what_was_paused_is_still_paused_after_a_block(talk: Talk) -> None:
    await talk.ask("/follow @nasa")
    await talk.ask("/pause")
    await talk.feed(talk.private, talk.telegram.block(talk.ada))
    await talk.feed(talk.private, talk.telegram.unblock(talk.ada))
    await talk.ask("/start")
    assert await states(talk) == {(talk.ada.id, 0): "paused"}


async def test_the_right_to_write_given_back(talk: Talk, clock: Clock) -> None:
    await talk.say(talk.ada, talk.group, "/follow @nasa")
    clock.forward(days=7)
    talk.telegram.fail("sendMessage", 400, "Bad Request: not enough rights to send text messages")
    await talk.tick()
    assert await states(talk) == {(talk.group.id, 0): "dead"}
    update = talk.telegram.add_bot(talk.group, talk.ada)
    assert await talk.feed(talk.group, update) == []
    assert await states(talk) == {(talk.group.id, 0): "active"}


async def test_a_closed_topic_rests_alone_until_it_is_reopened(talk: Talk, clock: Clock) -> None:
    topic = talk.telegram.topic(talk.group, "Space")
    await talk.say(talk.ada, talk.group, "/follow @nasa")
    await talk.say(talk.ada, talk.group, "/follow @nasa", topic=topic)
    here, there = (talk.group.id, 0), (talk.group.id, topic.id)
    await talk.feed(talk.group, service(talk, talk.group, topic, forum_topic_closed={}))
    assert await states(talk) == {here: "active", there: "dead"}
    clock.forward(days=7)
    (digest,) = await talk.tick(talk.group)
    assert "message_thread_id" not in digest
    await talk.feed(talk.group, service(talk, talk.group, topic, forum_topic_reopened={}))
    assert await states(talk) == {here: "active", there: "active"}


async def test_a_closing_without_a_topic_stops_nothing(talk: Talk) -> None:
    await talk.say(talk.ada, talk.group, "/follow @nasa")
    await talk.feed(talk.group, service(talk, talk.group, None, forum_topic_closed={}))
    assert await states(talk) == {(talk.group.id, 0): "active"}


@pytest.mark.parametrize("refusal", ["TOPIC_CLOSED", "message thread not found"])
async def test_a_topic_that_refuses_stops_alone(talk: Talk, clock: Clock, refusal: str) -> None:
    topic = talk.telegram.topic(talk.group, "Space")
    await talk.say(talk.ada, talk.group, "/follow @nasa", topic=topic)
    clock.forward(hours=1)
    await talk.say(talk.ada, talk.group, "/follow @nasa")
    await talk.say(talk.ada, talk.group, "/schedule wednesday 11:00")
    await talk.say(talk.ada, talk.group, "/schedule wednesday 10:00", topic=topic)
    clock.forward(days=6, hours=21, minutes=30)
    talk.telegram.fail("sendMessage", 400, f"Bad Request: {refusal}")
    await talk.tick()
    assert await states(talk) == {(talk.group.id, 0): "active", (talk.group.id, topic.id): "dead"}


async def test_a_topic_that_refuses_the_general_one_leaves_the_others(
    talk: Talk, clock: Clock
) -> None:
    topic = talk.telegram.topic(talk.group, "Space")
    await talk.say(talk.ada, talk.group, "/follow @nasa")
    await talk.say(talk.ada, talk.group, "/follow @nasa", topic=topic)
    await talk.say(talk.ada, talk.group, "/schedule wednesday 11:00", topic=topic)
    clock.forward(days=6, hours=22)
    talk.telegram.fail("sendMessage", 400, "Bad Request: TOPIC_CLOSED")
    await talk.tick()
    assert (await states(talk))[talk.group.id, 0] == "dead"
    assert (await states(talk))[talk.group.id, topic.id] == "active"


async def test_what_is_for_one_person_does_not_stay_in_a_group(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asides, "_LASTS", 0.0)
    await talk.say(talk.bob, talk.group, "/pause")
    (call,) = talk.telegram.sent("sendMessage")
    assert str(call.params["text"]).startswith("Only the administrators")
    assert call.params["ephemeral_message_parameters"] == {"receiver_user_id": talk.bob.id}
    while not talk.telegram.sent("deleteMessage"):  # noqa: ASYNC110 - some turns of the loop
        await asyncio.sleep(0.01)
    assert [each for each in talk.telegram.history(talk.group) if each["from"]["is_bot"]] == []
    (question,) = await talk.say(talk.bob, talk.group, "/join")
    await talk.say(talk.bob, talk.group, "@nasa", reply_to=question)
    assert question not in talk.telegram.history(talk.group)


async def test_where_an_ephemeral_message_is_refused_an_ordinary_one_comes(talk: Talk) -> None:
    talk.telegram.fail("sendMessage", 400, "Bad Request: BOT_NOT_ADMIN")
    (refusal,) = await talk.say(talk.bob, talk.group, "/pause")
    assert refusal["text"].startswith("Only the administrators")
    first, second = talk.telegram.sent("sendMessage")
    assert "ephemeral_message_parameters" in first.params
    assert "ephemeral_message_parameters" not in second.params
