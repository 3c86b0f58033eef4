"""The memory of the local Telegram: people, chats, topics, messages, files; no rules."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Final, Literal

from playground.telegram.server.update_queue import UpdateQueue
from playground.telegram.server.wire import Json, bad_request, forbidden

Event = Json
"""An event for watchers: `{"event": "message" | "edited" | …, "chat": id, …}`."""

ChatType = Literal["private", "group", "supergroup"]
Status = Literal["creator", "administrator", "member", "left", "kicked"]

PRESENT: Final = frozenset({"creator", "administrator", "member"})
PATIENCE_SECONDS: Final = 15
"""How long Telegram waits for the answer to a press or a query."""

_FIRST_PERSON: Final = 210_000_001
_FIRST_GROUP: Final = 1_000_000_001


@dataclass(frozen=True, slots=True)
class Person:
    """A Telegram user; the bot is one too."""

    id: int
    first_name: str
    language_code: str | None = None
    username: str | None = None
    is_bot: bool = False

    def to_json(self) -> Json:
        """Return the person as the Bot API's User."""
        user: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.username:
            user["username"] = self.username
        if self.language_code and not self.is_bot:
            user["language_code"] = self.language_code
        return user


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of a forum; its id is the id of the service message that opened it."""

    id: int
    name: str


@dataclass(eq=False, slots=True)
class Chat:
    """A chat and all its messages."""

    id: int
    type: ChatType
    title: str
    members: dict[int, Status]
    username: str | None = None
    is_forum: bool = False
    topics: dict[int, Topic] = field(default_factory=dict)
    closed_topics: set[int] = field(default_factory=set)
    messages: dict[int, Json] = field(default_factory=dict)
    prompts: dict[int, Json] = field(default_factory=dict)
    """Reply keyboards and ForceReply by message, which clients use and messages do not show."""
    reactions: dict[int, dict[int, str]] = field(default_factory=dict)
    migrated_to: int | None = None

    @property
    def is_private(self) -> bool:
        """Whether this is the private chat of one person with the bot."""
        return self.type == "private"

    def to_json(self) -> Json:
        """Return the chat as the Bot API's Chat."""
        chat: Json = {"id": self.id, "type": self.type}
        chat["first_name" if self.is_private else "title"] = self.title
        if self.username:
            chat["username"] = self.username
        if self.is_forum:
            chat["is_forum"] = True
        return chat


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that the bot sent, stored so that it can be shown and sent again by its id."""

    id: str
    unique_id: str
    kind: Literal["photo", "document"]
    name: str
    mime_type: str
    content: bytes
    size: tuple[int, int] | None = None
    """Width and height in pixels; None when it is no picture."""


@dataclass(slots=True)
class CallbackQuery:
    """A press of a button that waits for an answer."""

    id: str
    person: Person
    at: datetime
    answered: bool = False


@dataclass(frozen=True, slots=True)
class InlineResult:
    """A result of an inline query: as the bot gave it, and the message it becomes."""

    given: Json
    content: Json


@dataclass(slots=True)
class InlineQuery:
    """Words typed after the bot's name; `results` by their ids, None before the answer."""

    id: str
    person: Person
    chat: Chat
    query: str
    at: datetime
    results: dict[str, InlineResult] | None = None


@dataclass(slots=True)
class GuestQuery:
    """A message that mentions the bot where it is no member."""

    id: str
    chat: Chat
    message: Json
    at: datetime
    answered: bool = False


class World:
    """The memory of a local Telegram: one bot, and the people and chats it can meet."""

    def __init__(
        self, token: str, username: str, clock: Callable[[], datetime], bot_name: str
    ) -> None:
        self.token = token
        self.clock = clock
        bot_id = int(token.partition(":")[0])
        self.bot = Person(bot_id, bot_name, username=username, is_bot=True)
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, StoredFile] = {}
        self.queries: dict[str, CallbackQuery] = {}
        self.inline_queries: dict[str, InlineQuery] = {}
        self.guest_queries: dict[str, GuestQuery] = {}
        self.inline_messages: dict[str, tuple[int, int]] = {}
        """Chat and number of messages sent by inline or guest mode, by their inline id."""
        self.commands: dict[tuple[str, int, int, str], list[Json]] = {}
        self.profile: dict[tuple[str, str], str] = {}
        self.menu_buttons: dict[int, Json] = {}
        self.webhook: Json = {}
        self.every_nth_twice = 0
        """A webhook gets every n-th update twice; 0 for none."""
        self.updates = UpdateQueue()
        self.violations: list[str] = []
        self.watchers: set[Callable[[Event], None]] = set()
        self.current_method = ""
        self._person_ids = count(_FIRST_PERSON)
        self._group_ids = count(_FIRST_GROUP)
        self._query_ids = count(4_000_000_000_000_000_001)
        self._file_ids = count(1)
        # One counter a group, one for all private chats, as in Telegram. No message is number 1 in
        # a group: that is the General topic, which a bot must not name.
        self._message_ids: dict[int, Iterator[int]] = {}

    def now(self) -> int:
        """Return the time in Unix seconds, as Telegram writes it."""
        return int(self.clock().timestamp())

    def publish(self, event: str, chat: Chat | None, **details: object) -> None:
        """Send an event to all watchers."""
        told: Event = {"event": event, "chat": chat.id if chat else None, **details}
        for watcher in tuple(self.watchers):
            watcher(told)

    def complain(self, problem: str) -> None:
        """Record a request that is wrong although Telegram may accept it."""
        self.violations.append(f"{self.current_method}: {problem}")

    def new_person(self, name: str, language_code: str | None, username: str | None) -> Person:
        """Add a person."""
        person = Person(next(self._person_ids), name, language_code, username)
        self.people[person.id] = person
        return person

    def private_chat(self, person: Person) -> Chat:
        """Return the chat of a person with the bot, opened when there is none yet."""
        if person.id not in self.chats:
            members: dict[int, Status] = {person.id: "member", self.bot.id: "member"}
            chat = Chat(person.id, "private", person.first_name, members, person.username)
            self.chats[chat.id] = chat
        return self.chats[person.id]

    def new_group(self, title: str, kind: ChatType, members: dict[int, Status]) -> Chat:
        """Make a group; basic groups and supergroups have ids of different shapes."""
        number = next(self._group_ids)
        chat_id = -number if kind == "group" else -1_000_000_000_000 - number
        chat = self.chats[chat_id] = Chat(chat_id, kind, title, members)
        return chat

    def next_query_id(self) -> str:
        """Return a new id for a query."""
        return str(next(self._query_ids))

    def next_file_number(self) -> int:
        """Return a new number for a file."""
        return next(self._file_ids)

    def chat(self, chat_id: int | str | None) -> Chat:
        """Return the chat that a request names.

        Raises:
            RefusedError: there is no such chat, or it has become a supergroup.
        """
        if chat_id in {None, ""}:
            raise bad_request("chat_id is empty")
        chat = self._find(chat_id)
        if chat is None:
            if chat_id in self.people:
                raise forbidden("bot can't initiate conversation with a user")
            raise bad_request("chat not found")
        if chat.migrated_to is not None:
            refusal = bad_request("group chat was upgraded to a supergroup chat")
            refusal.parameters["migrate_to_chat_id"] = chat.migrated_to
            raise refusal
        return chat

    def upgraded(self, chat: Chat) -> Chat:
        """Return the supergroup that a chat has become, or the chat itself."""
        return chat if chat.migrated_to is None else self.chats[chat.migrated_to]

    def _find(self, chat_id: int | str | None) -> Chat | None:
        if isinstance(chat_id, int):
            return self.chats.get(chat_id)
        name = str(chat_id).removeprefix("@").lower()
        return next(
            (chat for chat in self.chats.values() if (chat.username or "").lower() == name), None
        )

    def open_chat(self, chat_id: int | str | None) -> Chat:
        """Return the chat that a request names, if the bot may write there; else refuse."""
        chat = self.chat(chat_id)
        status = chat.members.get(self.bot.id, "left")
        if status == "kicked":
            where = f"kicked from the {chat.type} chat"
            raise forbidden(
                "bot was blocked by the user" if chat.is_private else f"bot was {where}"
            )
        if status == "left":
            raise forbidden(f"bot is not a member of the {chat.type} chat")
        return chat

    def next_message_id(self, chat: Chat) -> int:
        """Return the number of the next message in a chat."""
        shared = 0 if chat.is_private else chat.id
        return next(self._message_ids.setdefault(shared, count(2)))

    def post(
        self, chat: Chat, sender: Person, content: Json, *, prompt: Json | None = None
    ) -> Json:
        """Add a message to a chat and publish it to the watchers."""
        message: Json = {
            "message_id": content.get("message_id") or self.next_message_id(chat),
            "from": sender.to_json(),
            "chat": chat.to_json(),
            "date": self.now(),
            **content,
        }
        chat.messages[message["message_id"]] = message
        if prompt is not None:
            chat.prompts[message["message_id"]] = prompt
        self.publish("message", chat, message=message)
        return message

    def replace(self, chat: Chat, message: Json) -> Json:
        """Replace a message with its changed form; earlier copies do not change."""
        chat.messages[message["message_id"]] = message
        self.publish("edited", chat, message=message)
        return message

    def name_inline(self, chat: Chat, message: Json) -> str:
        """Give a message an inline id, by which a bot edits a message that it cannot see."""
        name = f"inline-{self.next_query_id()}"
        self.inline_messages[name] = (chat.id, message["message_id"])
        return name

    def inline_name(self, chat: Chat, message: Json) -> str | None:
        """Return the inline id of a message; None for a message in the bot's own chats."""
        place = (chat.id, message["message_id"])
        named = (name for name, named in self.inline_messages.items() if named == place)
        return next(named, None)


def quoted(message: Json) -> Json:
    """Return a message as another one quotes it: without its own quote."""
    return {name: value for name, value in message.items() if name != "reply_to_message"}
