"""The tables. `storage/migrations` brings a database to this shape; a test compares the two.

Moments are stored in UTC; SQLite keeps no zone, so `Moment` puts it back.
"""

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class Moment(TypeDecorator[datetime]):
    """An aware moment, in UTC on both sides."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """To the database: aware moments only, since a naive one means nothing."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs a zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """From the database."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class ForeignText(TypeDecorator[str]):
    """Text of others, without what PostgreSQL cannot keep: NUL, and halves of characters."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """To the database."""
        if value is None:
            return None
        return value.replace("\0", "").encode(errors="replace").decode()


metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

account: Final = Table(
    "account",
    metadata,
    # X's own number: a rename keeps its history.
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("handle", String(15), nullable=False),
    Column("name", ForeignText, nullable=False),
    Column("protected", Boolean, nullable=False),
    # The person who proved that it is theirs and does not want strangers to look it up.
    Column("hidden_by", BigInteger),
)

handle: Final = Table(
    "handle",
    metadata,
    # Every handle that led to an account, present and former, in lower case.
    Column("key", String(15), primary_key=True),
    Column("account_id", ForeignKey("account.id"), nullable=False, index=True),
)

snapshot: Final = Table(
    "snapshot",
    metadata,
    # What was read and what it scored then. Rows are only ever added.
    Column("id", Integer, primary_key=True),
    Column("account_id", ForeignKey("account.id"), nullable=False),
    Column("as_of", Moment, nullable=False),
    Column("formula", String(16), nullable=False),
    Column("depth", String(16), nullable=False),
    Column("score", Float, nullable=False),
    Column("margin", Float, nullable=False),
    Column("receipt", Text, nullable=False),
    # The posts behind the facts: numbers, moments and counts, never texts.
    Column("posts", Text),
    Index(None, "account_id", "as_of"),
)

chat: Final = Table(
    "chat",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("language", String(8)),
    # The one it was last answered in, for what nobody is there to ask for.
    Column("spoken", String(8)),
    # The time zone that its people chose, as the tz database names it.
    Column("zone", String(64)),
    # Whether it wants to hear from the operator, which it does until it says no; and since when
    # Telegram takes nothing there any more.
    Column("news", Boolean),
    Column("gone_at", Moment),
)

link: Final = Table(
    "link",
    metadata,
    # The handle that a person said is theirs, in one chat.
    Column("chat_id", ForeignKey("chat.id"), primary_key=True),
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    Column("handle", String(15), nullable=False),
)

spending: Final = Table(
    "spending",
    metadata,
    # Micro-dollars a resource and UTC day. What a crash leaves reserved stays counted.
    Column("day", Date, primary_key=True),
    Column("resource", String(16), primary_key=True),
    Column("reserved", BigInteger, nullable=False),
    Column("spent", BigInteger, nullable=False),
    Column("units", BigInteger, nullable=False),
)

usage: Final = Table(
    "usage",
    metadata,
    # What the spending was for. The chat is 0 for what is read for many, and for what is only
    # counted: answers from what somebody else had paid for. Not money set aside.
    Column("day", Date, primary_key=True),
    Column("command", String(16), primary_key=True),
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("spent", BigInteger, nullable=False),
    Column("profiles", BigInteger, nullable=False),
    Column("served", BigInteger, nullable=False),
    Index(None, "chat_id"),
)

outage: Final = Table(
    "outage",
    metadata,
    # X refuses everybody: why, since when, until when it is not asked, and when it was over.
    Column("id", Integer, primary_key=True),
    Column("reason", String(8), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("closed_at", Moment),
)

quota: Final = Table(
    "quota",
    metadata,
    # When a person ("person"), or a chat ("chat"), may again have as much read at once as ever.
    Column("kind", String(6), primary_key=True),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("full_at", Moment, nullable=False),
    Index(None, "full_at"),
)

absent: Final = Table(
    "absent",
    metadata,
    # Handles, in lower case, that X had no account for, or a suspended one.
    Column("key", String(15), primary_key=True),
    Column("suspended", Boolean, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Index(None, "seen_at"),
)

broadcast: Final = Table(
    "broadcast",
    metadata,
    # What an operator tells every chat; `cursor` is the last chat that it was put in the outbox of.
    Column("id", Integer, primary_key=True),
    Column("by", BigInteger, nullable=False),
    Column("html", Text, nullable=False),
    Column("state", String(9), nullable=False),
    Column("cursor", BigInteger),
    Column("made_at", Moment, nullable=False),
    Index(None, "state"),
)

# A place is a chat, or one topic of it: `topic_id` is 0 for the chat itself.

follow: Final = Table(
    "follow",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("topic_id", BigInteger, primary_key=True, autoincrement=False),
    # The handle in lower case, and as it was typed.
    Column("key", String(15), primary_key=True),
    Column("handle", String(15), nullable=False),
    # The moment of the reading that the place was last told of, and of the one in its next digest.
    Column("told_at", Moment),
    Column("offered_at", Moment),
    Index(None, "key"),
)

schedule: Final = Table(
    "schedule",
    metadata,
    # When a place gets its digest. `next_run_at` is set while `state` is active, and only then.
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("topic_id", BigInteger, primary_key=True, autoincrement=False),
    Column("weekday", Integer, nullable=False),
    Column("minute", Integer, nullable=False),
    Column("zone", String(64), nullable=False),
    Column("next_run_at", Moment),
    Column("state", String(8), nullable=False),
    Column("reason", String(32)),
    # The local ISO week of the newest digest: a changed slot makes no second one in it.
    Column("last_period", String(8)),
    # Points below which a week is not worth a message; silent messages make no sound.
    Column("least", Float),
    Column("silent", Boolean, nullable=False),
    Index(None, "next_run_at"),
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
    # What it says: handles and the moments of their readings, so that a page can be shown again.
    Column("contents", Text),
    UniqueConstraint("chat_id", "topic_id", "period"),
    Index(None, "state", "not_before"),
)

outbox: Final = Table(
    "outbox",
    metadata,
    # Messages that nobody waits for. `storage.outbox` is the table of their states.
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
    Index(None, "state", "not_before"),
    Index(None, "chat_id", "state"),
    Index(None, "settled_at"),
    Index(None, "broadcast_id"),
)

alert: Final = Table(
    "alert",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("topic_id", BigInteger, primary_key=True, autoincrement=False),
    Column("key", String(15), primary_key=True),
    Column("handle", String(15), nullable=False),
    # Either a score to cross, and on which side of it the account was last surely seen …
    Column("threshold", Float),
    Column("above", Boolean),
    # … or how far it has to move from where it was last told to be.
    Column("step", Float),
    Column("base", Float),
    Column("seen_at", Moment, nullable=False),
)

member: Final = Table(
    "member",
    metadata,
    # Who stands on a group's board, because they said so there. One handle is one person's.
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    Column("key", String(15), nullable=False),
    Column("handle", String(15), nullable=False),
    UniqueConstraint("chat_id", "key"),
)

board: Final = Table(
    "board",
    metadata,
    # What administrators chose for a group's board; without a row it is on, and not weekly.
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("closed", Boolean, nullable=False),
    Column("weekly", Boolean, nullable=False),
)

claim: Final = Table(
    "claim",
    metadata,
    # A person says that an account is theirs; proved once its bio has shown the code.
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("code", String(16), nullable=False),
    # When its bio was last read for it: each look costs the operator.
    Column("looked_at", Moment),
    Column("proved_at", Moment),
    Index(None, "account_id"),
)

picture: Final = Table(
    "picture",
    metadata,
    # A digest of what a picture shows, and Telegram's own id of it, by which it is sent again.
    Column("key", String(64), primary_key=True),
    Column("file_id", Text, nullable=False),
    Column("sent_at", Moment, nullable=False),
    Index(None, "sent_at"),
)

control: Final = Table(
    "control",
    metadata,
    # What all processes on one database agree on: who sends, and until when nobody does.
    Column("key", String(16), primary_key=True),
    Column("value", String(32)),
    Column("until", Moment, nullable=False),
)

inbox: Final = Table(
    "inbox",
    metadata,
    # Updates that nobody answered yet, or perhaps. `storage.inbox` is the table of their states.
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    # Whose turn it is: one update a lane at a time, in the order in which they came.
    Column("lane", BigInteger, nullable=False),
    # Where somebody may be told; none where the bot is a guest.
    Column("chat_id", BigInteger),
    Column("topic_id", BigInteger, nullable=False),
    # As Telegram sent it, for as long as it may have to be answered.
    Column("body", Text),
    # The first one too many of a lane, which stands for those that were left out.
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
    # The numbers of updates that came lately: Telegram may send one more than once.
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("received_at", Moment, nullable=False),
    Index(None, "received_at"),
)
