"""Tracks whether the answer to an update was delivered.

A message is sent at most once (at-most-once): it is noted before its request leaves, and is never
repeated when its outcome is unknown. Any other request is harmless when repeated (at-least-once).
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum, auto
from typing import Any, Final

from telegram import Message, Update
from telegram.error import TelegramError

from delivery.send_errors import SendError, classify, wait_of
from storage.chats.places import Place


class Withheld(TelegramError):
    """The request was not made: another process answers this update, or the note failed."""


class Fate(Enum):
    """The outcome of an update."""

    DONE = auto()
    UNCERTAIN = auto()  # the answer may have arrived, or not
    AGAIN = auto()  # the answer certainly did not arrive


@dataclass
class Arrival:
    """Whether the answer to one update left, and whether it arrived.

    Attributes:
        arm: stores that the answer may leave; False when another process answers the update.
        wait: how long Telegram asked to wait.
        toasted: whether the press was answered, which Telegram takes once.
    """

    arm: Callable[["Arrival"], Awaitable[bool]]
    wait: timedelta | None = None
    toasted: bool = False
    _armed: bool = field(default=False, init=False)
    _leaving: int = field(default=0, init=False)
    _arrived: bool = field(default=False, init=False)
    _doubted: bool = field(default=False, init=False)
    _refused: bool = field(default=False, init=False)

    @property
    def fate(self) -> Fate:
        """The outcome known so far; a request under way may still arrive."""
        if self._arrived:
            return Fate.DONE
        if self._doubted or self._leaving:
            return Fate.UNCERTAIN
        return Fate.AGAIN if self._refused else Fate.DONE

    def cut(self) -> None:
        """Stop here: the update is answered again unless a message left."""
        self._refused = True

    async def before_send(self) -> None:
        """Store that an answer may leave, before the request that creates a message.

        Raises:
            Withheld: the request must not be made.
        """
        if not self._armed and not await self.arm(self):
            raise Withheld("another process answers this update")
        self._armed = True

    @contextmanager
    def leaving(self) -> Iterator[None]:
        """Wrap a try of a request that creates a message, and note its outcome (at-most-once)."""
        self._leaving += 1
        try:
            yield
        except Exception as error:
            self._leaving -= 1
            verdict = classify(error)
            self._doubted |= verdict is SendError.UNKNOWN
            self._note(error, again=verdict in _NOT_SENT)
            raise
        self._leaving -= 1
        self._arrived = True

    @contextmanager
    def changing(self, *, passing: bool = False) -> Iterator[None]:
        """Wrap each try of a request that creates no message; an unknown outcome is retried.

        Such a request may be made twice (at-least-once).

        Args:
            passing: the request is a courtesy; its failure does not affect the answer.
        """
        try:
            yield
        except TelegramError as error:
            again = classify(error) in {*_NOT_SENT, SendError.UNKNOWN}
            self._note(error, again=again and not passing)
            raise

    def _note(self, error: Exception, *, again: bool) -> None:
        self._refused |= again
        if classify(error) is SendError.WAIT:
            self.wait = wait_of(error)


_NOT_SENT: Final = (SendError.NOT_SENT, SendError.WAIT, SendError.OURSELVES)

_PASSING: Final = frozenset({"sendChatAction", "sendMessageDraft"})
"""Courtesies that leave nothing in the chat."""

_BESIDE: Final = frozenset({"getMyCommands", "setMyCommands"})
"""Requests made while no user waits; their caller retries them later."""

_UNDER_WAY: ContextVar[Arrival | None] = ContextVar("arrival", default=None)
"""The update that a task answers; tasks that it starts inherit it."""


@contextmanager
def dealing_with(arrival: Arrival) -> Iterator[None]:
    """Count every message sent in the body as the answer to this update."""
    token = _UNDER_WAY.set(arrival)
    try:
        yield
    finally:
        _UNDER_WAY.reset(token)


def under_way() -> Arrival | None:
    """Return the update that is being answered; None in background work."""
    return _UNDER_WAY.get()


def lane_of(update: Update) -> int:
    """Return the lane: the sender's number, or the chat's (anonymous administrators), or 0."""
    whose = update.effective_sender or update.effective_chat
    return whose.id if whose else 0


def place_of(message: Message) -> Place:
    """Return the chat or topic that a message is in."""
    topic = message.message_thread_id if message.is_topic_message else None
    return Place(message.chat_id, topic or 0)


def place_of_update(update: Update) -> Place | None:
    """Return the place where an update's people can be told something; None in guest mode."""
    if update.guest_message:
        return None
    if isinstance(message := update.effective_message, Message):
        return place_of(message)
    return Place(update.effective_chat.id) if update.effective_chat else None


def is_passing(endpoint: str, data: Mapping[str, Any]) -> bool:
    """Whether a request is a courtesy, tried once: a chat action, a spinner's end, a menu."""
    silent = endpoint == "answerCallbackQuery" and not data.get("text")
    return silent or endpoint in _PASSING | _BESIDE


def creates(endpoint: str) -> bool:
    """Whether a request creates a message that people see, and so must not be repeated."""
    return endpoint == "answerGuestQuery" or (
        endpoint.startswith(("send", "copy", "forward")) and endpoint not in _PASSING
    )
