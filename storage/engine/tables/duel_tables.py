"""The tables of duels: pairs of accounts that people judge, their votes, who plays."""

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
    text,
)

from storage.engine.tables.columns import Moment, metadata

_UNSHOWN: Final = text("shown < version")

duel: Final = Table(
    "duel",
    metadata,
    # Two accounts, side by side in one message. `storage.duels.duels` has the table of states.
    Column("id", Integer, primary_key=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("topic_id", BigInteger, nullable=False),
    # The message, and the language that it is written in; empty until the number is known.
    Column("message_id", BigInteger),
    Column("language", String(8), nullable=False),
    Column("network", String(16), nullable=False),
    Column("left_id", BigInteger, nullable=False),
    Column("right_id", BigInteger, nullable=False),
    # The receipts of the readings that people saw; empty once an account asks not to be shown.
    Column("left_receipt", Text, nullable=False),
    Column("right_receipt", Text, nullable=False),
    # The probability, by the formula in use, that a person picks the left account.
    Column("formula", String(16), nullable=False),
    Column("claim", Float, nullable=False),
    # Both accounts are those of members who joined the game.
    Column("of_members", Boolean, nullable=False),
    # The votes that reveal it, and those that there are.
    Column("enough", Integer, nullable=False),
    Column("votes", Integer, nullable=False),
    Column("state", String(9), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("closes_at", Moment, nullable=False),
    Column("closed_at", Moment),
    # What there is to show, and what the message shows; the lease of an edit, and its throttle.
    Column("version", Integer, nullable=False),
    Column("shown", Integer, nullable=False),
    Column("edit_until", Moment),
    Column("edit_after", Moment, nullable=False),
    Index(None, "chat_id", "made_at"),
    Index(None, "state", "closes_at"),
    Index(None, "votes", "closes_at"),
    Index(None, "left_id"),
    Index(None, "right_id"),
    # a partial index: few messages are behind
    Index("ix_duel_unshown", "id", sqlite_where=_UNSHOWN, postgresql_where=_UNSHOWN),
)


vote: Final = Table(
    "vote",
    metadata,
    # One vote a person and pair of accounts, whichever way round; the person is a keyed hash.
    Column("voter", String(32), primary_key=True),
    Column("low_id", BigInteger, primary_key=True, autoincrement=False),
    Column("high_id", BigInteger, primary_key=True, autoincrement=False),
    Column("duel_id", ForeignKey("duel.id"), nullable=False, index=True),
    # "left", "right" or "close".
    Column("choice", String(5), nullable=False),
    Column("cast_at", Moment, nullable=False),
)


player: Final = Table(
    "player",
    metadata,
    # Members of a group's board whose accounts may be in the group's duels: they said so.
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    Column("joined_at", Moment, nullable=False),
    Index(None, "person_id"),
)
