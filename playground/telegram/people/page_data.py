"""The data of the chat page: people, suggestions, and messages ready to be drawn."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.pofile import read_po

import locales
from playground.telegram.methods.profile import menu
from playground.telegram.methods.text import utf16_slice
from playground.telegram.people.page_actions import actions
from playground.telegram.server.wire import Json
from playground.telegram.server.world import PRESENT, Chat, Person, World

DOMAIN: Final = "playground"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A handle worth trying."""

    handle: str
    """Without the @."""
    description: Mapping[str, str]
    """One line by language."""


@dataclass(frozen=True, slots=True)
class PageData:
    """The people, groups and suggestions that the demo gives the page.

    Each person also has a private chat with the bot; `groups` are the chats beside it. A member
    sees a group, and a forum as its topics.
    """

    people: Sequence[Person]
    groups: Sequence[Chat]
    suggestions: Sequence[Suggestion] = ()
    made_up: bool = True
    """Whether the accounts are invented; False when the real X is read."""
    offline: bool = False
    """Whether no other account can be looked up: the networks of real accounts are out of reach."""
    week_later: Callable[[], Awaitable[None]] | None = None
    """Lets a week pass, where time is made up too."""


def page_json(world: World, page: PageData, person: Person) -> Json:
    """Return everything that one person's page starts with."""
    return {
        "bot": world.bot.to_json(),
        "people": [person.to_json() for person in page.people],
        "conversations": [
            conversation_json(world, chat, topic) | {"actions": actions(world, person, chat, topic)}
            for chat in [world.private_chat(person), *map(world.upgraded, page.groups)]
            if chat.members.get(person.id) in PRESENT
            for topic in (None, *chat.topics)
        ],
        "suggestions": [
            {"handle": suggestion.handle, "description": dict(suggestion.description)}
            for suggestion in page.suggestions
        ],
        "made_up": page.made_up,
        "offline": page.offline,
        "now": world.clock().timestamp(),
        "time_moves": page.week_later is not None,
        "words": {language: words(language) for language in locales.LANGUAGES},
    }


def conversation_json(world: World, chat: Chat, topic: int | None) -> Json:
    """Return a line of the chat list."""
    messages = conversation(chat, topic)
    return {
        "chat": chat.id,
        "topic": topic,
        "type": chat.type,
        "title": world.bot.first_name if chat.is_private else chat.title,
        "topic_name": chat.topics[topic].name if topic else None,
        "is_forum": chat.is_forum,
        "members": sum(status in PRESENT for status in chat.members.values()),
        "has_bot": chat.members.get(world.bot.id) in PRESENT,
        "administrators": [
            world.people[member].first_name
            for member, status in chat.members.items()
            if status in {"creator", "administrator"} and member in world.people
        ],
        "last": message_json(world, chat, messages[-1]) if messages else None,
    }


def conversation(chat: Chat, topic: int | None) -> list[Json]:
    """Return the messages of one topic; those without a topic belong to the general one."""
    return [
        message for message in chat.messages.values() if message.get("message_thread_id") == topic
    ]


def history_json(world: World, person: Person, chat: Chat, topic: int | None) -> Json:
    """Return one conversation as one person sees it."""
    return {
        "messages": [message_json(world, chat, message) for message in conversation(chat, topic)],
        "menu": menu(world, person, chat) if chat.members.get(world.bot.id) in PRESENT else [],
    }


def message_json(world: World, chat: Chat, message: Json) -> Json:
    """Return a message with what clients know beside it: its prompt and its reactions."""
    shown = dict(message)
    prompt = chat.prompts.get(message["message_id"])
    if prompt and prompt.get("force_reply"):
        shown["prompt"] = {
            "placeholder": prompt.get("input_field_placeholder", ""),
            "for": _addressees(world, message) if prompt.get("selective") else None,
        }
    reactions = chat.reactions.get(message["message_id"], {})
    shown["reactions"] = [emoji for emoji in reactions.values() if emoji]
    return shown


def _addressees(world: World, message: Json) -> list[int]:
    """Return the user ids a selective prompt is for: those replied to or mentioned."""
    addressees = {message.get("reply_to_message", {}).get("from", {}).get("id")}
    usernames = {f"@{person.username}": person.id for person in world.people.values()}
    for entity in message.get("entities", ()):
        addressees.add(entity.get("user", {}).get("id"))
        if entity["type"] == "mention":
            named = utf16_slice(message["text"], entity["offset"], entity["length"])
            addressees.add(usernames.get(named))
    return sorted(addressees - {None})


@cache
def words(language: str) -> Mapping[str, str]:
    """Return every sentence of the page in a language, by the English of its source."""
    english = Path(locales.__file__).parent / "en" / "LC_MESSAGES" / f"{DOMAIN}.po"
    with english.open("rb") as source:
        sentences = [str(message.id) for message in read_po(source) if message.id]
    translations = locales.catalogue(language, DOMAIN)
    return {sentence: translations.gettext(sentence) for sentence in sentences}
