"""The tables of queues: digests, messages, broadcasts and updates under way."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from storage.engine.tables.columns import ForeignText, Moment, metadata

broadcast: Final = Table(
    "broadcast",
    metadata,
    # What an operator tells every chat; `cursor` is the last chat whose message was posted.
    Column("id", Integer, primary_key=True),
    Column("by", BigInteger, nullable=False),
    Column("html", Text, nullable=False),
    Column("state", String(9), nullable=False),
    Column("cursor", BigInteger),
    Column("made_at", Moment, nullable=False),
    Index(None, "state"),
)


digest: Final = Table(
    "digest",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("topic_id", BigInteger, nullable=False),
    Column("period", String(8), nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("state", String(10), nullable=False),
    Column("reason", String(32)),
    Column("attempt", Integer, nullable=False),
    Column("not_before", Moment, nullable=False),
    # Handles and the moments of their readings, so that a page can be shown again.
    Column("contents", Text),
    UniqueConstraint("chat_id", "topic_id", "period"),
    Index(None, "state", "not_before", "id"),
    Index(None, "state", "due_at"),
)


def _of_broadcasts(*columns: str) -> Index:
    """Return an index over the few messages that belong to a broadcast."""
    some = text("broadcast_id IS NOT NULL")
    return Index(None, *columns, sqlite_where=some, postgresql_where=some)


outbox: Final = Table(
    "outbox",
    metadata,
    # Messages that the bot sends by itself. `storage.queues.outbox` has the table of their states.
    Column("id", Integer, primary_key=True),
    Column("key", String(80), nullable=False, unique=True),
    Column("digest_id", ForeignKey("digest.id")),
    Column("chat_id", BigInteger, nullable=False),
    Column("topic_id", BigInteger, nullable=False),
    Column("html", ForeignText, nullable=False),
    Column("markup", Text),
    Column("silent", Boolean, nullable=False),
    Column("state", String(10), nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("useful_until", Moment, nullable=False),
    Column("owner", String(32)),
    Column("lease_until", Moment),
    Column("attempt", Integer, nullable=False),
    Column("message_id", BigInteger),
    Column("error", ForeignText),
    Column("settled_at", Moment),
    # When the place was told that an uncertain message may not have arrived.
    Column("mentioned_at", Moment),
    Column("broadcast_id", Integer),
    # What is drawn above the text, as JSON; empty for a message without a picture.
    Column("picture", Text),
    Index(None, "state", "not_before", "id"),
    Index(None, "chat_id", "state"),
    Index(None, "settled_at"),
    Index(None, "digest_id"),
    # partial indexes: few messages belong to a broadcast
    _of_broadcasts("broadcast_id", "state"),
    _of_broadcasts("broadcast_id", "chat_id"),
)


control: Final = Table(
    "control",
    metadata,
    # What all processes on one database share: the elected sender, and the pause of sending.
    Column("key", String(16), primary_key=True),
    Column("value", String(32)),
    Column("until", Moment, nullable=False),
)


inbox: Final = Table(
    "inbox",
    metadata,
    # Updates that may still have to be answered. `storage.queues.inbox` has the table of states.
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    # One update of a lane is answered at a time, in order of arrival.
    Column("lane", BigInteger, nullable=False),
    # Where the sender can be told something; empty where the bot is a guest.
    Column("chat_id", BigInteger),
    Column("topic_id", BigInteger, nullable=False),
    # The update as Telegram sent it, for as long as it may have to be answered.
    Column("body", Text),
    # The first update above a lane's limit, which stands for those that were dropped.
    Column("overflow", Boolean, nullable=False),
    Column("state", String(10), nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("owner", String(32)),
    Column("lease_until", Moment),
    Column("attempt", Integer, nullable=False),
    Column("received_at", Moment, nullable=False),
    Index(None, "lane", "update_id"),
    Index(None, "state", "update_id"),
)


received: Final = Table(
    "received",
    metadata,
    # Numbers of recent updates, to deduplicate them: Telegram may send an update more than once.
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("received_at", Moment, nullable=False),
    Index(None, "received_at"),
)
