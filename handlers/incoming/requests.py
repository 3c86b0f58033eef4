"""Requests as handlers get them: who asks, where and for what, parsed from an update."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any, Generic, Self, TypeVar

from telegram import CallbackQuery, Message, Update, User

from handlers.context import Context
from handlers.outgoing.delivery_tracking import place_of
from scoring.reading.requester import Requester
from services.visibility import EVERYBODY, Audience
from storage.chats.places import Place
from views.buttons import Action
from views.wording import Wording, wording_for


class OldButton(Exception):
    """The pressed button is of another version or forged, or what it was about is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """A message or a press that a handler answers.

    Attributes:
        update: what Telegram sent.
        message: the user's message, or the one that the pressed button is under.
        wording: the wording to answer in.
    """

    update: Update
    message: Message
    wording: Wording

    @property
    def place(self) -> Place:
        """The chat or topic."""
        return place_of(self.message)

    @property
    def private(self) -> bool:
        """Whether the chat is one user's private chat with the bot."""
        return self.message.chat.type == self.message.chat.PRIVATE

    @property
    def person(self) -> User | None:
        """The user; None for a channel or an anonymous administrator, who is not one known user."""
        hidden = self.update.message is not None and self.update.message.sender_chat is not None
        return None if hidden else self.update.effective_user

    @property
    def audience(self) -> Audience:
        """Who reads the answer: one user in private; in guest mode other people read along."""
        ours = self.private and not self.update.guest_message
        return Audience.of_chat(self.message.chat_id) if ours else EVERYBODY

    def requester(self, command: str) -> Requester:
        """Return the requester, whose quota pays for what a command reads.

        In guest mode the chat's number may be that of another chat.
        """
        chat_id = None if self.update.guest_message else self.message.chat_id
        return Requester(command, chat_id, self.person.id if self.person else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Interaction):
    """A command, or words that are answered as one: a reply to a prompt, a link, a lone handle.

    Attributes:
        text: the words behind the command; a blank between two, nothing invisible around them.
    """

    text: str = ""

    @property
    def words(self) -> list[str]:
        """The words of the text."""
        return self.text.split()

    def with_text(self, text: str) -> Self:
        """Return the same request with another text."""
        return replace(self, text=text)


T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Press(Interaction, Generic[T]):
    """A press of a button under a message of the bot's.

    Attributes:
        query: what Telegram waits to be answered.
        argument: what the button carries, parsed as its declaration in the registry says.
        language: the message's language; "" when the button carries none.
    """

    query: CallbackQuery
    action: Action
    argument: T
    language: str

    @property
    def as_written(self) -> Wording:
        """The wording of the message, in which a press rewrites it."""
        return wording_for(self.language)


@dataclass(frozen=True, slots=True, kw_only=True)
class InlinePress:
    """A press under a message in another conversation, which the bot does not see.

    Attributes:
        query: what Telegram waits to be answered.
        handle: the account that the button names.
        language: the message's language.
    """

    query: CallbackQuery
    action: Action
    handle: str
    language: str


Done = Coroutine[Any, Any, None]
"""What calling a handler returns, to be awaited."""

RunCommand = Callable[[Command, Context], Done]
"""The handler of a command."""
