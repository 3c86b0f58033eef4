"""The actions on the bot and its chats that the page offers, beside talking."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from playground.telegram.server.local import LocalTelegram
from playground.telegram.server.world import PRESENT, Chat, Person, World

Act = Callable[[LocalTelegram, Person, Chat, Any], object]


def actions(world: World, person: Person, chat: Chat, topic: int | None) -> list[str]:
    """Return the names of a person's present actions in a chat, the most wanted first."""
    bot = chat.members.get(world.bot.id, "left")
    if chat.is_private:
        return ["block" if bot in PRESENT else "unblock"]
    if chat.members.get(person.id) not in {"creator", "administrator"}:
        return []
    possible = []
    if topic is not None:
        possible.append("reopen_topic" if topic in chat.closed_topics else "close_topic")
    if bot in PRESENT:
        possible += ["demote_bot" if bot == "administrator" else "promote_bot", "remove_bot"]
    else:
        possible.append("add_bot")
    if chat.type == "group":
        possible.append("upgrade")
    return possible


PERFORM: Final[Mapping[str, Act]] = {
    "block": lambda telegram, person, _, __: telegram.block(person),
    "unblock": lambda telegram, person, _, __: telegram.unblock(person),
    "add_bot": lambda telegram, person, chat, _: telegram.add_bot(chat, person),
    "remove_bot": lambda telegram, person, chat, _: telegram.remove_bot(chat, person),
    "promote_bot": lambda telegram, person, chat, _: telegram.add_bot(
        chat, person, administrator=True
    ),
    "demote_bot": lambda telegram, person, chat, _: telegram.add_bot(chat, person),
    "close_topic": lambda telegram, person, chat, topic: telegram.close_topic(chat, topic, person),
    "reopen_topic": lambda telegram, person, chat, topic: telegram.reopen_topic(
        chat, topic, person
    ),
    "upgrade": lambda telegram, _, chat, __: telegram.migrate(chat),
}
