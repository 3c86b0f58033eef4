"""The tables of chats: what each follows, and what it has chosen."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from storage.engine.tables.columns import HANDLE, ForeignText, Moment, metadata

chat: Final = Table(
    "chat",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("language", String(8)),
    # The language that it was last answered in, for messages that the bot sends by itself.
    Column("spoken", String(8)),
    # The time zone that its people chose, as the tz database names it.
    Column("zone", String(64)),
    # Whether it wants news from the operator (the default); and since when Telegram takes no
    # message there any more.
    Column("news", Boolean),
    Column("gone_at", Moment),
)


link: Final = Table(
    "link",
    metadata,
    # The handle that a person said is theirs, in one chat.
    Column("chat_id", ForeignKey("chat.id"), primary_key=True),
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    Column("handle", HANDLE, nullable=False),
    Index(None, "person_id"),
)


# A place is a chat, or one topic of it: `topic_id` is 0 for the chat itself.

follow: Final = Table(
    "follow",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("topic_id", BigInteger, primary_key=True, autoincrement=False),
    # The handle in lower case, and as it was typed.
    Column("key", HANDLE, primary_key=True),
    Column("handle", HANDLE, nullable=False),
    # The moments of the reading that the place was last told of, and of the one in its next digest.
    Column("told_at", Moment),
    Column("offered_at", Moment),
    Index(None, "key"),
)


telling: Final = Table(
    "telling",
    metadata,
    # A reading that a message told a place; the newest row of an account says what was told last.
    Column("id", Integer, primary_key=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("topic_id", BigInteger, nullable=False),
    Column("account_id", ForeignKey("account.id"), nullable=False),
    # The moments of the reading, and of the one that its change was counted from.
    Column("as_of", Moment, nullable=False),
    Column("since", Moment),
    # What told it ("answer", "digest", "alert"), when, and the message while it is in the outbox.
    Column("by", String(8), nullable=False),
    Column("told_at", Moment, nullable=False),
    Column("outbox_key", String(80)),
    Index(None, "chat_id", "topic_id", "account_id"),
    Index(None, "account_id"),
    Index(None, "told_at"),
    Index(
        None,
        "outbox_key",
        sqlite_where=text("outbox_key IS NOT NULL"),
        postgresql_where=text("outbox_key IS NOT NULL"),
    ),
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
    # The local ISO week of the newest digest: a changed slot creates no second one for that week.
    Column("last_period", String(8)),
    # Points below which a week is not worth a message; silent messages make no sound.
    Column("least", Float),
    Column("silent", Boolean, nullable=False),
    Index(None, "next_run_at"),
)


alert: Final = Table(
    "alert",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("topic_id", BigInteger, primary_key=True, autoincrement=False),
    Column("key", HANDLE, primary_key=True),
    Column("handle", HANDLE, nullable=False),
    # Either a score to cross, and the side on which the account was last certainly seen …
    Column("threshold", Float),
    Column("above", Boolean),
    # … or how far the score has to move from the one last reported.
    Column("step", Float),
    Column("base", Float),
    Column("seen_at", Moment, nullable=False),
    # When the account was last to be read for this alert, successfully or not.
    Column("looked_at", Moment),
)


member: Final = Table(
    "member",
    metadata,
    # The members of a group's board, who joined by themselves. Each handle has one person.
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    Column("key", HANDLE, nullable=False),
    Column("handle", HANDLE, nullable=False),
    # The person's first name on Telegram, which the board shows; empty for earlier members.
    Column("name", ForeignText),
    UniqueConstraint("chat_id", "key"),
    Index(None, "person_id"),
    Index(None, "key"),
)


board: Final = Table(
    "board",
    metadata,
    # What administrators chose for a group's board; without a row it is open, and not weekly.
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("closed", Boolean, nullable=False),
    Column("weekly", Boolean, nullable=False),
    # When it was switched off: its members are deleted a day later.
    Column("closed_at", Moment),
    Index(None, "closed_at"),
)
