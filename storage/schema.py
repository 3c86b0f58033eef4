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


metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

account: Final = Table(
    "account",
    metadata,
    # X's own number: a rename keeps its history.
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("handle", String(15), nullable=False),
    Column("name", Text, nullable=False),
    Column("protected", Boolean, nullable=False),
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
