"""Messages of the outbox: as they are posted, and as a sender holds them."""

import json
import logging
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from storage.chats.places import Place

_log = logging.getLogger(__name__)

USEFUL: Final = timedelta(hours=48)
"""How long a message is worth sending, unless it says otherwise."""

NOT_LEFT: Final = ("pending", "leased")
"""States of messages that can still be taken back."""

_NAMED: Final = re.compile(r"@([\w.:@-]{1,320})</a>", re.ASCII)
"""Matches an account's name in a message: the end of the link to its profile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxMessage:
    """A message that is to be sent.

    Attributes:
        key: the idempotency key: of messages with the same key, only the first is stored.
        html: what Telegram gets, as HTML.
        markup: its buttons as the Bot API's JSON; None without.
        silent: it makes no sound.
        useful: for how long it is worth sending.
        digest_id: the digest that it tells; None for another kind of message.
        broadcast_id: the broadcast that it belongs to; None for another kind of message.
        picture: what is drawn above the text, as JSON; None for a text alone.
    """

    key: str
    place: Place
    html: str
    markup: dict[str, Any] | None = None
    silent: bool = False
    useful: timedelta = USEFUL
    digest_id: int | None = None
    broadcast_id: int | None = None
    picture: dict[str, Any] | None = None

    def row(self, now: datetime) -> dict[str, Any]:
        """Return the message as a row that waits from `now` on."""
        return {
            "key": self.key,
            "digest_id": self.digest_id,
            "broadcast_id": self.broadcast_id,
            "chat_id": self.place.chat_id,
            "topic_id": self.place.topic_id,
            "html": self.html,
            "markup": None if self.markup is None else json.dumps(self.markup),
            "picture": None if self.picture is None else json.dumps(self.picture),
            "silent": self.silent,
            "state": "pending",
            "not_before": now,
            "useful_until": now + self.useful,
            "attempt": 0,
        }


def names_in(html: str) -> set[str]:
    """Return the accounts, in lower case, that a message links to."""
    return set(_NAMED.findall(html.lower()))


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message under way.

    Attributes:
        html: what Telegram gets, as HTML.
        markup: its buttons as the Bot API's JSON; None without.
        attempt: how often its request left, or may have left.
        picture: what is drawn above the text, as JSON; None for a text alone.
    """

    id: int
    place: Place
    html: str
    markup: dict[str, Any] | None
    silent: bool
    attempt: int
    picture: dict[str, Any] | None = None


def outgoing(row: Any) -> Outgoing | None:
    """Return a row as a message; None when its buttons or picture are damaged."""
    try:
        markup = None if row.markup is None else json.loads(row.markup)
        picture = None if row.picture is None else json.loads(row.picture)
    except ValueError:
        _log.warning("a stored message cannot be understood", extra={"outbox_id": row.id})
        return None
    return Outgoing(
        id=row.id,
        place=Place(row.chat_id, row.topic_id),
        html=row.html,
        markup=markup,
        silent=row.silent,
        attempt=row.attempt,
        picture=picture,
    )
