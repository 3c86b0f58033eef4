"""What a Telegram error means: whether the request arrived, and how a refusal is handled.

One table serves messages of the outbox (`delivery.sender`) and answers
(`handlers.outgoing.delivery_tracking`, `handlers.outgoing.refusals`). It was measured with PTB
22.8: `TimedOut` and `BadRequest` are both `NetworkError`s, and only the cause tells a request that
never left from one whose answer was lost. Telegram's words are compared in lower case.
"""

import re
from datetime import timedelta
from enum import Enum, auto
from http import HTTPStatus
from typing import Final

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)


class SendError(Enum):
    """How a message that was not confirmed is handled."""

    NOT_SENT = auto()  # it never left: retry soon
    WAIT = auto()  # Telegram asks every sender to wait: retry after that
    UNKNOWN = auto()  # it may have arrived: at-most-once forbids a retry
    MOVED = auto()  # the group has another number: retry there
    GONE = auto()  # the chat accepts no messages any more
    TOPIC_GONE = auto()  # the topic accepts no messages any more
    MALFORMED = auto()  # our HTML is invalid: retry as plain text
    OURSELVES = auto()  # our token is refused, which says nothing of the chat
    STALE = auto()  # the message to change or the query to confirm no longer exists
    REFUSED = auto()  # the reason is unknown: retry with backoff, a limited number of times


class NotTelegramError(NetworkError):
    """A server other than Telegram's answered: a proxy, a captive portal, a gateway.

    Args:
        status: the HTTP status of the answer.

    Attributes:
        untouched: whether the request was certainly not forwarded.
    """

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}, and the body is no answer of Telegram's")
        self.untouched = (
            HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.INTERNAL_SERVER_ERROR
            and status not in _GAVE_UP
        )


_GAVE_UP: Final = (HTTPStatus.REQUEST_TIMEOUT, 499)
"""Status codes of a proxy that stopped waiting, perhaps after it had forwarded the request."""

_AWAY: Final = (
    "bot was blocked",
    "bot was kicked",
    "user is deactivated",
    "user_is_blocked",
    "input_user_deactivated",
    "user_deactivated",
    "bot is not a member",
    "bot can't initiate",
    "can't send messages to bots",
    "can't send messages to the user",
    "chat not found",
    "channel_private",
    "peer_id_invalid",
    "group chat was deleted",
    "group chat was deactivated",
    "group is deactivated",
    "chat was deleted",
)
"""Telegram's words for a chat that the bot cannot reach."""

_MUTED: Final = (
    "have no rights to send",
    "not enough rights",
    "chat_write_forbidden",
    "chat_restricted",
    "chat_guest_send_forbidden",
    "chat_admin_required",
    "need administrator rights",
    "user_banned_in_channel",
    "user_restricted",
    "allow_payment_required",
)
"""Telegram's words for a chat in which the bot may not write, or not this kind of message."""

_MUTED_KIND: Final = re.compile(r"chat_send_(\w+)_forbidden|to send (\w+)")
"""Matches the kind of message that the bot may not send."""

_TEXTS: Final = frozenset({"plain", "text", "messages", "message", "a", ""})

_TOPIC_GONE: Final = (
    "topic_closed",
    "topic_deleted",
    "topic_id_invalid",
    "message thread not found",
)
_STALE: Final = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "message_edit_time_expired",
    "message_author_required",
    "message to react not found",
    "inline_message_id_invalid",
)
_NO_REPLY: Final = (
    "message to be replied not found",
    "message to reply not found",
    "replied message not found",
    "message was deleted",
    "reply_message_id_invalid",
)
_SAME: Final = ("message is not modified", "message_not_modified")
_LATE: Final = ("query is too old", "query_id_invalid", "query id is invalid")
_NEVER_LEFT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

_FLOOD: Final = "too many requests"
_NAMED_WAIT: Final = re.compile(r"(?:retry (?:after|in) |(?:flood|slowmode)_wait_)(\d{1,6})")
_UNNAMED_WAIT: Final = 5
"""Seconds to wait when Telegram asks to wait and names no time."""


def classify(error: Exception) -> SendError:  # noqa: C901, PLR0911 - one line a verdict
    """Return how an error of a request is handled; an unknown error counts as possibly arrived."""
    text = str(error).lower()
    match error:
        case RetryAfter():
            return SendError.WAIT
        case ChatMigrated():
            return SendError.MOVED
        case NotTelegramError():
            return SendError.NOT_SENT if error.untouched else SendError.UNKNOWN
        case InvalidToken() if "method not found" in text:  # an older server
            return SendError.REFUSED
        case InvalidToken():
            return SendError.OURSELVES
        case BadRequest() | Forbidden():
            return _refusal(text)
        case Conflict():
            return SendError.NOT_SENT
        case TelegramError() if text.startswith(_FLOOD) and "(429)" not in text:
            return SendError.WAIT
        case TelegramError() if isinstance(error.__cause__, _NEVER_LEFT):
            return SendError.NOT_SENT
        case _:
            return SendError.UNKNOWN


def _refusal(text: str) -> SendError:
    """Return how a refusal by Telegram is handled, by its text in lower case."""
    for words, verdict in _REFUSALS:
        if any(known in text for known in words):
            return verdict
    if _MUTED_KIND.search(text) and "forbidden" in text:
        return SendError.GONE
    return SendError.REFUSED


_REFUSALS: Final = (
    ((_FLOOD, "flood_wait_", "slowmode_wait_"), SendError.WAIT),
    (_TOPIC_GONE, SendError.TOPIC_GONE),
    (("can't parse entities",), SendError.MALFORMED),
    ((*_STALE, *_NO_REPLY, *_SAME, *_LATE), SendError.STALE),
    ((*_AWAY, *_MUTED), SendError.GONE),
)


def is_muted(error: Exception) -> bool:
    """Return whether the chat exists but forbids the bot to write, or to send this kind."""
    text = str(error).lower()
    known = any(words in text for words in _MUTED) or "_forbidden" in text
    return classify(error) is SendError.GONE and known


def muted_kind(error: Exception) -> str:
    """Return Telegram's name of what the bot may not send, as `photos`; "" for any message."""
    found = _MUTED_KIND.search(str(error).lower())
    kind = (found[1] or found[2]) if found else ""
    return "" if kind in _TEXTS else kind


def is_unchanged(error: Exception) -> bool:
    """Return whether an edit was refused because the message already has that content."""
    return any(words in str(error).lower() for words in _SAME)


def is_upgraded(error: Exception) -> bool:
    """Return whether the group has another number, which the refusal may not name."""
    return "upgraded to a supergroup" in str(error).lower()


def is_about_reply(error: Exception) -> bool:
    """Return whether the message to reply to no longer exists."""
    return any(words in str(error).lower() for words in _NO_REPLY)


def is_late(error: Exception) -> bool:
    """Return whether a press or a query was answered too late, or a second time."""
    return any(words in str(error).lower() for words in _LATE)


def wait_of(error: Exception) -> timedelta:
    """Return how long Telegram asks to wait; PTB is changing the type of `retry_after`."""
    if not isinstance(error, RetryAfter):
        return timedelta(seconds=named_wait(str(error)))
    wait = error.retry_after
    return timedelta(seconds=wait) if isinstance(wait, int) else wait


def named_wait(text: str) -> int:
    """Return the seconds that the text of a flood limit names."""
    found = _NAMED_WAIT.search(text.lower())
    return max(int(found[1]), 1) if found else _UNNAMED_WAIT
