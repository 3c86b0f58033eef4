"""One update under way, and what became of the answer to it."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum, auto
from typing import Final

from telegram import Message, Update
from telegram.error import RetryAfter, TelegramError

from delivery.verdicts import Verdict, judge, wait_of
from handlers.rights import place_of
from storage.places import Place


class Withheld(TelegramError):
    """The request was not made: somebody else answers this update, or it cannot be noted now."""


class Fate(Enum):
    """What becomes of an update."""

    DONE = auto()
    UNCERTAIN = auto()  # the answer may have arrived, or not
    AGAIN = auto()  # it certainly did not


@dataclass
class Arrival:
    """Whether an answer left, and arrived.

    Attributes:
        arm: notes, for good, that the answer may have left; False when somebody else answers now.
        wait: how long Telegram asked to wait.
    """

    arm: Callable[["Arrival"], Awaitable[bool]]
    wait: timedelta | None = None
    _armed: bool = field(default=False, init=False)
    _leaving: int = field(default=0, init=False)
    _arrived: bool = field(default=False, init=False)
    _doubted: bool = field(default=False, init=False)
    _refused: bool = field(default=False, init=False)

    @property
    def fate(self) -> Fate:
        """What is known by now; what is under way may arrive."""
        if self._arrived:
            return Fate.DONE
        if self._doubted or self._leaving:
            return Fate.UNCERTAIN
        return Fate.AGAIN if self._refused else Fate.DONE

    def cut(self) -> None:
        """It ends here: unless something left, it is dealt with again."""
        self._refused = True

    async def announce(self) -> None:
        """Before a request that creates a message is made: it is noted first.

        Raises:
            Withheld: the request must not be made.
        """
        if not self._armed and not await self.arm(self):
            raise Withheld("somebody else answers this update")
        self._armed = True

    @contextmanager
    def leaving(self) -> Iterator[None]:
        """Around each try of such a request: what it says about the answer."""
        self._leaving += 1
        try:
            yield
        except Exception as error:
            self._leaving -= 1
            verdict = judge(error)
            self._doubted |= verdict is Verdict.UNKNOWN
            self._note(error, again=verdict in _NOT_SENT)
            raise
        self._leaving -= 1
        self._arrived = True

    @contextmanager
    def changing(self, endpoint: str) -> Iterator[None]:
        """Around each try of any other: it may be made twice, so when nobody knows, it is."""
        try:
            yield
        except TelegramError as error:
            again = judge(error) in {*_NOT_SENT, Verdict.UNKNOWN}
            self._note(error, again=again and endpoint not in _PASSING)
            raise

    def _note(self, error: Exception, *, again: bool) -> None:
        self._refused |= again
        if isinstance(error, RetryAfter):
            self.wait = wait_of(error)


_NOT_SENT: Final = (Verdict.NOT_SENT, Verdict.WAIT, Verdict.OURSELVES)

_PASSING: Final = frozenset({"sendChatAction", "sendMessageDraft"})
"""Courtesies, of which nothing stays."""

_UNDER_WAY: ContextVar[Arrival | None] = ContextVar("arrival", default=None)
"""The update that a task deals with; tasks that it starts inherit it."""


@contextmanager
def dealing_with(arrival: Arrival) -> Iterator[None]:
    """Whatever is sent in the body answers this update."""
    token = _UNDER_WAY.set(arrival)
    try:
        yield
    finally:
        _UNDER_WAY.reset(token)


def under_way() -> Arrival | None:
    """The update that is being answered; None for what nobody asked for."""
    return _UNDER_WAY.get()


def lane_of(update: Update) -> int:
    """Whose turn it is: the person; the chat for its anonymous administrators; else nobody."""
    whose = update.effective_sender or update.effective_chat
    return whose.id if whose else 0


def place_of_update(update: Update) -> Place | None:
    """Where its people can be told something; nowhere where the bot is a guest."""
    if update.guest_message:
        return None
    if isinstance(message := update.effective_message, Message):
        return place_of(message)
    return Place(update.effective_chat.id) if update.effective_chat else None


def creates(endpoint: str) -> bool:
    """Whether a request makes a message that people see; twice would be one too many."""
    return endpoint == "answerGuestQuery" or (
        endpoint.startswith(("send", "copy", "forward")) and endpoint not in _PASSING
    )
