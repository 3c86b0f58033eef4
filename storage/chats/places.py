"""Places, where the bot posts: a chat, or one topic of it."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, Table, and_


class Place(NamedTuple):
    """A private chat, a group, or one topic of a group.

    Attributes:
        topic_id: 0 for the chat itself.
    """

    chat_id: int
    topic_id: int = 0


def at(table: Table, place: Place) -> ColumnElement[bool]:
    """Return the condition that a row belongs to a place."""
    return and_(table.c.chat_id == place.chat_id, table.c.topic_id == place.topic_id)
