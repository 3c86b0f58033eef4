"""The tables of accounts: who they are, what was read of them, whose they are."""

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
    Text,
)

from storage.engine.tables.columns import HANDLE, ForeignText, Moment, metadata

account: Final = Table(
    "account",
    metadata,
    # Our number, as `scoring.reading.account_numbers` makes it of the next two columns.
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("network", String(16), nullable=False, server_default="x"),
    # The network's own id of the account: the history survives a rename. Empty in rows that an
    # earlier version made, where it is the number.
    Column("external_id", String(320)),
    Column("handle", HANDLE, nullable=False),
    Column("name", ForeignText, nullable=False),
    Column("protected", Boolean, nullable=False),
    # What its network says of it besides, separated by commas (`scoring.reading.account.Note`).
    Column("notes", String(64)),
    # The person who proved ownership and hides the account from other people.
    Column("hidden_by", BigInteger),
    # What its newest reading found, to say what is usual for others: followers, reactions to a
    # post, mentions a week, and when. Empty until the next reading.
    Column("followers", BigInteger),
    Column("reactions", Float),
    Column("mentions", Float),
    Column("read_at", Moment),
    Index(None, "hidden_by"),
    Index(None, "network", "external_id", unique=True),
    Index(None, "network", "followers"),
)


handle: Final = Table(
    "handle",
    metadata,
    # Every handle that led to an account, present and former, in lower case.
    Column("key", HANDLE, primary_key=True),
    Column("account_id", ForeignKey("account.id"), nullable=False, index=True),
    # What a button carries in place of a handle that is too long for it.
    Column("code", String(24)),
    Index(None, "code"),
    Index("ix_handle_key_bytes", "key", postgresql_ops={"key": "varchar_pattern_ops"}),
)


snapshot: Final = Table(
    "snapshot",
    metadata,
    # A reading and its score. Rows are only ever inserted.
    Column("id", Integer, primary_key=True),
    Column("account_id", ForeignKey("account.id"), nullable=False),
    Column("as_of", Moment, nullable=False),
    Column("formula", String(16), nullable=False),
    Column("depth", String(16), nullable=False),
    Column("score", Float, nullable=False),
    Column("margin", Float, nullable=False),
    Column("receipt", Text, nullable=False),
    # The posts behind the facts, as earlier versions stored them: nothing writes this any more.
    Column("posts", Text),
    # Resources that could not be read, separated by commas; empty before there was this column.
    Column("unread", String(32)),
    Index(None, "account_id", "as_of"),
    Index(None, "as_of"),
)


# The window of an account, gathered from its readings (`scoring.reading.gathering`).

post: Final = Table(
    "post",
    metadata,
    # Own posts: number (a digest of the id where a network's is a text), moment and newest counts,
    # never a text; and when these were read.
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("created_at", Moment, nullable=False),
    Column("likes", BigInteger, nullable=False),
    Column("replies", BigInteger, nullable=False),
    Column("reposts", BigInteger, nullable=False),
    Column("quotes", BigInteger, nullable=False),
    Column("read_at", Moment, nullable=False),
    Index(None, "created_at"),
)


post_span: Final = Table(
    "post_span",
    metadata,
    # Periods in which all own posts are known.
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("begins", Moment, primary_key=True),
    Column("ends", Moment, nullable=False),
    Index(None, "ends"),
)


mention_count: Final = Table(
    "mention_count",
    metadata,
    # How often others named an account in a period: a UTC day or a part of it, or several days.
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("begins", Moment, primary_key=True),
    Column("ends", Moment, primary_key=True),
    Column("mentions", BigInteger, nullable=False),
    Index(None, "ends"),
)


absent: Final = Table(
    "absent",
    metadata,
    # Handles, in lower case, for which a network has no account, or none that has a score.
    Column("key", HANDLE, primary_key=True),
    Column("suspended", Boolean, nullable=False),
    Column("seen_at", Moment, nullable=False),
    # Why, as JSON; empty for accounts that do not exist, or are suspended.
    Column("why", Text),
    Index(None, "seen_at"),
)


claim: Final = Table(
    "claim",
    metadata,
    # A person claims an account; it is proved once its bio has shown the code.
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("code", String(16), nullable=False),
    # When its bio was last read for this claim: each look costs the operator.
    Column("looked_at", Moment),
    Column("proved_at", Moment),
    # When the owner asked that it be shown to everybody, which counts more than its own profile.
    Column("shown_at", Moment),
    Index(None, "account_id"),
)


picture: Final = Table(
    "picture",
    metadata,
    # A digest of what a picture shows, and the file id by which Telegram sends it again.
    Column("key", String(64), primary_key=True),
    Column("file_id", Text, nullable=False),
    Column("sent_at", Moment, nullable=False),
    # What is shared with it: the handles that it shows, separated by blanks, and one line of HTML;
    # of a board, whose group. Empty in rows of an earlier version.
    Column("handles", Text),
    Column("caption", ForeignText),
    Column("chat_id", BigInteger),
    Index(None, "sent_at"),
)
