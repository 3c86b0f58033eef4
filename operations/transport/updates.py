"""Parses updates one by one, so that an odd one does not spoil the others.

PTB raises for a missing field, and accepts a field of a wrong type, which would fail later, in the
database or in a handler.
"""

import json
import logging
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from telegram import Bot, Update

from handlers.outgoing.delivery_tracking import lane_of, place_of_update

_log = logging.getLogger(__name__)

_LARGEST: Final = 2**63
"""Telegram's numbers have 64 bits, and so have the database's."""

_LARGEST_ID: Final = 2**52
"""Telegram documents at most 52 significant bits for the numbers of chats and people."""


class _Id(int):
    """Stands for a number below `_LARGEST_ID` in the tables of types."""


_NEAR: Final = 100_000
"""How far an odd update's number may be above the last one that is certain: Telegram counts by one,
and an `offset` behind a far number would drop every update that comes before it."""

_MESSAGE: Final[dict[str, type]] = {
    **dict.fromkeys(("message_id", "message_thread_id", "date", "edit_date"), int),
    **dict.fromkeys(("migrate_to_chat_id", "migrate_from_chat_id"), _Id),
    **dict.fromkeys(("text", "caption", "guest_query_id"), str),
    **dict.fromkeys(("entities", "caption_entities", "photo"), list),
    **dict.fromkeys(("from", "chat", "sender_chat", "reply_to_message"), dict),
    "is_topic_message": bool,
}
_PARTY: Final[dict[str, type]] = {
    **dict.fromkeys(("first_name", "last_name", "username", "language_code", "title", "type"), str),
    **dict.fromkeys(("is_bot", "is_forum"), bool),
    "id": _Id,
}
_ENTITY: Final[dict[str, type]] = {"type": str, "offset": int, "length": int, "url": str}
_MEMBER: Final[dict[str, type]] = {"status": str, "is_member": bool}

_FIELDS: Final[dict[str, dict[str, type]]] = {
    **dict.fromkeys(("message", "guest_message", "reply_to_message"), _MESSAGE),
    **dict.fromkeys(("from", "chat", "sender_chat", "user"), _PARTY),
    **dict.fromkeys(("entities", "caption_entities"), _ENTITY),
    "callback_query": {"id": str, "data": str, "inline_message_id": str, "from": dict},
    "inline_query": {"id": str, "query": str, "offset": str, "from": dict},
    "my_chat_member": {"chat": dict, "from": dict, "date": int},
    **dict.fromkeys(("old_chat_member", "new_chat_member"), _MEMBER),
}
"""The expected types of fields that handlers read, by the name of the object that holds them."""

_NEEDED: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("message", "guest_message"), ("message_id", "date", "chat")),
    "callback_query": ("id", "from"),
    "inline_query": ("id", "query", "offset", "from"),
    "my_chat_member": ("chat", "from", "date", "old_chat_member", "new_chat_member"),
}
"""Fields that an object always has, and that handlers rely on; PTB accepts null for them."""


class OddUpdateError(ValueError):
    """An update, or a page of updates, that does not match the Bot API."""


class Page(NamedTuple):
    """Updates of one `getUpdates` answer.

    Attributes:
        updates: the readable ones, each with its JSON.
        following: the next `offset`: behind every readable update, and behind odd ones whose number
            is near; None when there is nothing to go on from.
    """

    updates: Sequence[tuple[Update, str]]
    following: int | None


def page(given: object, bot: Bot, offset: int | None = None) -> Page:
    """Parse the result of `getUpdates`, item by item.

    Args:
        given: the result.
        bot: the bot that asked.
        offset: with which it asked; None for the first time.

    Raises:
        OddUpdateError: the result is no list.
    """
    if not isinstance(given, list):
        raise OddUpdateError("the updates are no list")
    numbers = [number for number in map(number_of, given) if number is not None]
    read = [(update, json.dumps(one)) for one in given if (update := understood(one, bot))]
    certain = max((update.update_id for update, _ in read), default=(offset or 0) - 1)
    if certain < 0:
        return Page(read, None)
    last = max((number for number in numbers if number <= certain + _NEAR), default=0)
    return Page(read, last + 1 if read or last > certain else None)


def understood(given: object, bot: Bot) -> Update | None:
    """Parse an update; return None, and log a warning without its content, if it is unreadable."""
    try:
        return _read(given, bot)
    except Exception as error:  # noqa: BLE001 - any odd content
        _log.warning(
            "an update cannot be understood",
            extra={"update_id": number_of(given), "error": type(error).__name__},
        )
        return None


def number_of(given: object) -> int | None:
    """Return an update's number; None when it has none that the database can hold."""
    number = given.get("update_id") if isinstance(given, dict) else None
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    return number if 0 < number < _LARGEST else None


def _read(given: object, bot: Bot) -> Update:
    if not isinstance(given, dict) or number_of(given) is None:
        raise OddUpdateError("no object with a number")
    _check(given)
    update = Update.de_json(given, bot)
    place = place_of_update(update)
    if not all(map(_is_number, (lane_of(update), *(place or ())))):
        raise OddUpdateError("it has no sender and no chat")
    return update


def _check(value: Any, name: str = "") -> None:
    """Check the fields of a value named `name`, and every number in it."""
    match value:
        case dict():
            _check_fields(value, name)
            for key, inner in value.items():
                _check(inner, key)
        case list():
            for inner in value:
                _check(inner, name)
        case int() if not -_LARGEST <= value < _LARGEST:
            raise OddUpdateError(f"{name} is too large")
        case _ if name in _FIELDS and value is not None:
            raise OddUpdateError(f"{name} is no object")
        case _:
            pass


def _check_fields(value: dict[str, Any], name: str) -> None:
    if any(value.get(key) is None for key in _NEEDED.get(name, ())):
        raise OddUpdateError(f"{name} lacks a field")
    fields = _FIELDS.get(name, {})
    for key, inner in value.items():
        if inner is not None and not _fits(inner, fields.get(key, object)):
            raise OddUpdateError(f"{key} is of another type")


def _fits(value: object, wanted: type) -> bool:
    if wanted is _Id:
        return isinstance(value, int) and _is_number(value) and abs(value) < _LARGEST_ID
    return _is_number(value) if wanted is int else isinstance(value, wanted)


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
