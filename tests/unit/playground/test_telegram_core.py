"""The local Telegram: people, chats and what the bot gets to see of them."""

import asyncio
from datetime import timedelta

import pytest
from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeChat, Update
from telegram.error import ChatMigrated, Forbidden, RetryAfter, TimedOut

from playground.telegram import Chat, LocalTelegram, Person
from tests.conftest import Clock
from tests.support.accounts import NOW


def test_a_command_arrives_with_its_entities(telegram: LocalTelegram, ada: Person) -> None:
    update = telegram.say(ada, telegram.private_chat(ada), "/klout @nasa")
    assert telegram.take_updates() == [update]
    assert update["message"]["from"]["language_code"] == "en"
    assert update["message"]["entities"] == [
        {"type": "bot_command", "offset": 0, "length": 6},
        {"type": "mention", "offset": 7, "length": 5},
    ]
    parsed = Update.de_json(update, None)
    assert parsed.effective_message is not None
    assert parsed.effective_message.date == NOW


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("/klout @nasa", True),
        ("/klout@klout_demo_bot @nasa", True),
        ("/klout@other_bot @nasa", False),
        ("what about @nasa?", False),
        ("try /klout", False),
    ],
)
def test_privacy_mode_shows_the_bot_only_what_is_meant_for_it(
    telegram: LocalTelegram, group: Chat, ada: Person, text: str, seen: bool
) -> None:
    assert bool(telegram.say(ada, group, text)) is seen
    assert len(telegram.take_updates()) == seen
    assert telegram.history(group)[-1]["text"] == text


async def test_a_reply_to_the_bot_passes_privacy_mode(
    telegram: LocalTelegram, bot: Bot, group: Chat, ada: Person
) -> None:
    prompt = await bot.send_message(group.id, "Which handle?")
    update = telegram.say(ada, group, "nasa", reply_to=prompt.message_id)
    assert update["message"]["reply_to_message"]["text"] == "Which handle?"


def test_an_administrator_sees_everything(
    telegram: LocalTelegram, group: Chat, ada: Person
) -> None:
    telegram.add_bot(group, ada, administrator=True)
    assert telegram.say(ada, group, "hello")


async def test_a_topic_is_carried_by_messages_and_their_replies(
    telegram: LocalTelegram, bot: Bot, group: Chat, ada: Person
) -> None:
    topic = telegram.topic(group, "Scores")
    update = telegram.say(ada, group, "/klout", topic=topic)
    message = Update.de_json(update, bot).effective_message
    assert message is not None
    assert message.is_topic_message
    assert message.reply_to_message is not None
    assert message.reply_to_message.forum_topic_created is not None
    await message.reply_text("ok")
    telegram.say(ada, group, "/klout")
    assert [m.get("text") for m in telegram.history(group, topic)] == [None, "/klout", "ok"]


def test_an_edit_is_another_kind_of_update(telegram: LocalTelegram, ada: Person) -> None:
    chat = telegram.private_chat(ada)
    said = telegram.say(ada, chat, "/klout nsa")["message"]
    update = telegram.say(ada, chat, "/klout nasa", edit_of=said)
    assert update["edited_message"]["message_id"] == said["message_id"]
    assert update["edited_message"]["edit_date"]
    assert said["text"] == "/klout nsa"


async def test_a_button_asks_once_and_is_answered_once(
    telegram: LocalTelegram, bot: Bot, ada: Person
) -> None:
    chat = telegram.private_chat(ada)
    keyboard = {
        "inline_keyboard": [
            [{"text": "Why", "callback_data": "1|why"}, {"text": "X", "url": "https://x.com"}]
        ]
    }
    await telegram.call("sendMessage", {"chat_id": ada.id, "text": "?", "reply_markup": keyboard})
    query = Update.de_json(telegram.press(ada, chat, "Why"), bot).callback_query
    assert query is not None
    assert query.data == "1|why"
    assert await query.answer("Because")
    assert telegram.press(ada, telegram.history(chat)[0], "1|why")
    with pytest.raises(ValueError, match="does not ask the bot"):
        telegram.press(ada, chat, "X")
    with pytest.raises(ValueError, match="there are"):
        telegram.press(ada, chat, "Nothing")


async def test_results_are_snapshots(telegram: LocalTelegram, bot: Bot, ada: Person) -> None:
    chat = telegram.private_chat(ada)
    first = await bot.send_message(chat.id, "one")
    reply = await bot.send_message(chat.id, "two", reply_to_message_id=first.message_id)
    await bot.edit_message_text("three", chat.id, first.message_id)
    assert telegram.history(chat)[0]["text"] == "three"
    assert telegram.sent("sendMessage")[0].result["text"] == "one"
    assert reply.reply_to_message is not None
    assert reply.reply_to_message.text == "one"


async def test_the_menu_is_that_of_the_narrowest_scope(
    telegram: LocalTelegram, bot: Bot, ada: Person, bob: Person, group: Chat
) -> None:
    everywhere, private = [BotCommand("a", "all")], [BotCommand("p", "private")]
    french, here = [BotCommand("f", "privé")], [BotCommand("h", "here")]
    await bot.set_my_commands(everywhere)
    await bot.set_my_commands(private, scope=BotCommandScopeAllPrivateChats())
    await bot.set_my_commands(french, scope=BotCommandScopeAllPrivateChats(), language_code="fr")
    assert telegram.menu(ada, group)[0]["command"] == "a"
    assert telegram.menu(ada, telegram.private_chat(ada))[0]["command"] == "p"
    assert telegram.menu(bob, telegram.private_chat(bob))[0]["command"] == "f"
    telegram.private_chat(ada)
    await bot.set_my_commands(here, scope=BotCommandScopeChat(ada.id))
    assert telegram.menu(ada, telegram.private_chat(ada))[0]["command"] == "h"
    await bot.delete_my_commands(scope=BotCommandScopeChat(ada.id))
    assert telegram.menu(ada, telegram.private_chat(ada))[0]["command"] == "p"
    assert await bot.get_my_commands() == tuple(everywhere)


async def test_a_blocked_bot_hears_and_says_nothing(
    telegram: LocalTelegram, bot: Bot, ada: Person
) -> None:
    chat = telegram.private_chat(ada)
    update = Update.de_json(telegram.block(ada), bot)
    assert update.my_chat_member is not None
    assert update.my_chat_member.new_chat_member.status == "kicked"
    assert telegram.say(ada, chat, "/start") == {}
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(chat.id, "hello")
    telegram.unblock(ada)
    await bot.send_message(chat.id, "hello")
    assert telegram.violations == []


async def test_a_removed_bot_is_told_and_shut_out(
    telegram: LocalTelegram, bot: Bot, group: Chat, ada: Person
) -> None:
    assert telegram.remove_bot(group, ada)["my_chat_member"]["new_chat_member"]["user"]["is_bot"]
    with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
        await bot.send_message(group.id, "hello")
    telegram.add_bot(group, ada)
    assert await bot.leave_chat(group.id)
    with pytest.raises(Forbidden, match="bot is not a member of the supergroup chat"):
        await bot.send_message(group.id, "hello")


async def test_a_migrated_group_redirects(telegram: LocalTelegram, bot: Bot, ada: Person) -> None:
    old = telegram.group("Small", [ada], kind="group")
    new = telegram.migrate(old)
    updates = telegram.take_updates()
    assert updates[0]["message"]["migrate_to_chat_id"] == new.id
    assert updates[1]["message"]["migrate_from_chat_id"] == old.id
    with pytest.raises(ChatMigrated) as migrated:
        await bot.send_message(old.id, "hello")
    assert migrated.value.new_chat_id == new.id


async def test_members_and_administrators(
    telegram: LocalTelegram, bot: Bot, group: Chat, ada: Person, bob: Person
) -> None:
    cleo = telegram.person("Cleo")
    administrators = await bot.get_chat_administrators(group.id)
    assert [member.user.id for member in administrators] == [ada.id]
    assert (await bot.get_chat_member(group.id, bob.id)).status == "member"
    assert (await bot.get_chat_member(group.id, cleo.id)).status == "left"
    assert await bot.get_chat_member_count(group.id) == 3
    assert (await bot.get_chat(group.id)).title == "Friends"


async def test_updates_wait_until_confirmed(telegram: LocalTelegram, bot: Bot, ada: Person) -> None:
    waiting = asyncio.create_task(bot.get_updates(timeout=30))
    await asyncio.sleep(0)
    telegram.say(ada, telegram.private_chat(ada), "/start")
    (update,) = await waiting
    assert [again.update_id for again in await bot.get_updates()] == [update.update_id]
    assert await bot.get_updates(offset=update.update_id + 1) == ()


async def test_updates_of_kinds_not_asked_for_are_not_kept(
    telegram: LocalTelegram, bot: Bot, ada: Person
) -> None:
    await bot.get_updates(allowed_updates=["callback_query"])
    assert telegram.say(ada, telegram.private_chat(ada), "/start") == {}


async def test_a_second_poll_ends_the_first(telegram: LocalTelegram) -> None:
    first = asyncio.create_task(telegram.call("getUpdates", {"timeout": 30}))
    await asyncio.sleep(0)
    await telegram.call("getUpdates")
    assert (await first).status == 409


async def test_scripted_failures_come_once_and_are_no_violations(
    telegram: LocalTelegram, bot: Bot, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    chat = telegram.private_chat(ada)
    telegram.fail("sendMessage", 429, "Too Many Requests: retry after 3", retry_after=3)
    with pytest.raises(RetryAfter):
        await bot.send_message(chat.id, "one")
    await bot.send_message(chat.id, "one")
    assert [call.ok for call in telegram.sent("sendMessage")] == [False, True]
    assert telegram.violations == []


@pytest.mark.parametrize("delivered", [False, True])
async def test_an_answer_can_stay_out(
    telegram: LocalTelegram, ada: Person, delivered: bool
) -> None:
    chat = telegram.private_chat(ada)
    bot = Bot(telegram.token, request=telegram.request(read_timeout=0.01))
    telegram.hang("sendMessage", delivered=delivered)
    with pytest.raises(TimedOut):
        await bot.send_message(chat.id, "one")
    assert len(telegram.history(chat)) == delivered


async def test_watchers_are_told(telegram: LocalTelegram, bot: Bot, ada: Person) -> None:
    told: list[str] = []
    stop = telegram.watch(lambda event: told.append(event["event"]))
    sent = await bot.send_message(telegram.private_chat(ada).id, "one")
    await bot.send_chat_action(ada.id, "typing")
    await bot.send_message_draft(ada.id, 1, "t")
    await bot.set_message_reaction(ada.id, sent.message_id, "👀")
    await bot.edit_message_text("two", ada.id, sent.message_id)
    await bot.delete_message(ada.id, sent.message_id)
    stop()
    await bot.send_message(ada.id, "three")
    assert told == ["message", "action", "draft", "reaction", "edited", "deleted"]


async def test_time_is_the_clocks(
    telegram: LocalTelegram, bot: Bot, ada: Person, clock: Clock
) -> None:
    clock.now += timedelta(days=7)
    message = await bot.send_message(telegram.private_chat(ada).id, "a week later")
    assert message.date == clock.now
    assert telegram.sent()[-1].at == clock.now
