"""Telegram's answers as raw JSON, so that one odd item does not spoil the others."""

import logging
import time
from collections.abc import Mapping
from typing import Any, Final

from telegram import Bot, Message, SentGuestMessage, TelegramObject

_log = logging.getLogger(__name__)


async def ask(
    bot: Bot, method: str, *, read_timeout: float | None = None, **parameters: Any
) -> Any:
    """Return the `result` of a method of the Bot API as JSON.

    PTB parses an answer as a whole and raises for one missing field, which an older or a newer
    server may leave out.

    Args:
        bot: makes the request, with its rate limiter and transport.
        method: the name that Telegram uses, such as `getUpdates`.
        read_timeout: seconds; by default the transport's.
        parameters: the method's; None is left out.

    Raises:
        telegram.error.TelegramError: as from any other request.
    """
    patience: dict[str, Any] = {} if read_timeout is None else {"read_timeout": read_timeout}
    return await bot._post(method, parameters, **patience)  # noqa: SLF001 - PTB has no other way


def readable(endpoint: str, data: Mapping[str, Any], result: Any) -> Any:
    """Return a result that PTB can read, when the request made a message.

    A message with an odd description has arrived all the same: an error would make the bot send it
    again, or send an apology.

    Args:
        endpoint: the method that was called.
        data: its parameters.
        result: what Telegram answered.
    """
    if endpoint == "answerGuestQuery":
        return result if _parses(SentGuestMessage, result) else {"inline_message_id": ""}
    made = endpoint.startswith(_MAKES_MESSAGES) and endpoint not in _MAKES_NONE
    if not made or result is True or _parses(Message, result):
        return result
    _log.warning("a message arrived, and what Telegram says of it is odd", extra={"of": endpoint})
    known = result if isinstance(result, dict) else {}
    number, chat = known.get("message_id"), data.get("chat_id")
    return {
        "message_id": number if isinstance(number, int) else data.get("message_id") or 0,
        "date": int(time.time()),
        "chat": {"id": chat if isinstance(chat, int) else 0, "type": "private"},
    }


_MAKES_MESSAGES: Final = ("send", "editMessage", "copyMessage", "forwardMessage")
_MAKES_NONE: Final = frozenset({"sendChatAction", "sendMessageDraft"})


def _parses(kind: type[TelegramObject], result: Any) -> bool:
    try:
        read = kind.de_json(result)
    except Exception:  # noqa: BLE001 - whatever is odd about it
        return False
    return isinstance(getattr(read, "message_id", 0), int)
