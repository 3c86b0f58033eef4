"""What an error of sending means for the message: whether it may have arrived, above all.

The classes are measured ones of PTB 22.8: `TimedOut` and `BadRequest` are both `NetworkError`s,
and only the cause tells a request that never left from one whose answer was lost.
"""

from datetime import timedelta
from enum import Enum, auto

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)


class Verdict(Enum):
    """What becomes of a message that was not confirmed."""

    NOT_SENT = auto()  # it never left: again, soon
    WAIT = auto()  # Telegram asks everybody to wait: again, then
    UNKNOWN = auto()  # it may have arrived: never again by itself
    MOVED = auto()  # the group has another number: again, there
    GONE = auto()  # the chat takes nothing any more
    TOPIC_GONE = auto()  # the topic does not
    MALFORMED = auto()  # our HTML is wrong: again, as plain text
    OURSELVES = auto()  # our token is refused: nothing to do with the chat
    REFUSED = auto()  # for a reason nobody knows: again, but not for ever


_GONE = (
    "bot was blocked",
    "bot was kicked",
    "user is deactivated",
    "bot is not a member",
    "bot can't initiate",
    "can't send messages to bots",
    "chat not found",
    "group chat was deleted",
    "group chat was deactivated",
    "have no rights to send",
    "not enough rights",
    "chat_write_forbidden",
    "chat_restricted",
    "need administrator rights",
)
_TOPIC_GONE = ("topic_closed", "topic_deleted", "message thread not found")
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


def judge(error: Exception) -> Verdict:
    """Return what an error of `send_message` means; whatever is not known may have arrived."""
    text = str(error).lower()
    match error:
        case RetryAfter():
            return Verdict.WAIT
        case ChatMigrated():
            return Verdict.MOVED
        case InvalidToken():
            return Verdict.OURSELVES
        case BadRequest() | Forbidden():
            return _refusal(text)
        case TelegramError() if isinstance(error.__cause__, _NEVER_LEFT):
            return Verdict.NOT_SENT
        case _:
            return Verdict.UNKNOWN


def _refusal(text: str) -> Verdict:
    """Telegram answered that it does not take the message."""
    if any(known in text for known in _TOPIC_GONE):
        return Verdict.TOPIC_GONE
    if any(known in text for known in _GONE):
        return Verdict.GONE
    return Verdict.MALFORMED if "can't parse entities" in text else Verdict.REFUSED


def wait_of(error: RetryAfter) -> timedelta:
    """How long Telegram asks to wait; PTB is changing the type of it."""
    wait = error.retry_after
    return timedelta(seconds=wait) if isinstance(wait, int) else wait
