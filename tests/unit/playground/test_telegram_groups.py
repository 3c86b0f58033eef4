"""The local Telegram: who comes, goes and rules in a group, and what becomes of its topics."""

import pytest
from telegram import Bot
from telegram.error import BadRequest

from playground.telegram import Chat, LocalTelegram, Person


async def test_a_closed_topic_takes_nothing_until_it_is_reopened(
    telegram: LocalTelegram, bot: Bot, ada: Person, bob: Person, group: Chat
) -> None:
    topic = telegram.topic(group, "Scores")
    closed = telegram.close_topic(group, topic, ada)
    assert closed["message"]["forum_topic_closed"] == {}
    with pytest.raises(BadRequest, match=r"(?i)TOPIC_CLOSED"):
        await bot.send_message(group.id, "51/100", message_thread_id=topic.id)
    with pytest.raises(ValueError, match="closed"):
        telegram.say(bob, group, "/klout", topic=topic)
    telegram.reopen_topic(group, topic, ada)
    await bot.send_message(group.id, "51/100", message_thread_id=topic.id)


async def test_a_deleted_topic_is_gone(
    telegram: LocalTelegram, bot: Bot, ada: Person, group: Chat
) -> None:
    topic = telegram.topic(group, "Scores")
    telegram.say(ada, group, "hello", topic=topic)
    telegram.delete_topic(group, topic)
    assert telegram.history(group) == []
    with pytest.raises(BadRequest, match=r"(?i)thread not found"):
        await bot.send_message(group.id, "51/100", message_thread_id=topic.id)


async def test_people_come_and_go_and_rule(
    telegram: LocalTelegram, bot: Bot, bob: Person, group: Chat
) -> None:
    assert telegram.leave(bob, group)["message"]["left_chat_member"]["id"] == bob.id
    with pytest.raises(ValueError, match="not in"):
        telegram.say(bob, group, "/klout")
    assert telegram.join(bob, group)["message"]["new_chat_members"][0]["id"] == bob.id
    telegram.promote(bob, group)
    assert (await bot.get_chat_member(group.id, bob.id)).status == "administrator"
    telegram.promote(bob, group, administrator=False)
    assert (await bot.get_chat_member(group.id, bob.id)).status == "member"


def test_an_administrator_can_write_as_the_group(
    telegram: LocalTelegram, ada: Person, bob: Person, group: Chat
) -> None:
    message = telegram.say(ada, group, "/follow @nasa", anonymous=True)["message"]
    assert message["sender_chat"]["id"] == group.id
    assert message["from"]["username"] == "GroupAnonymousBot"
    with pytest.raises(ValueError, match="no administrator"):
        telegram.say(bob, group, "/follow @nasa", anonymous=True)
