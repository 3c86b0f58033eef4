"""The tables of money: what reading X costs, what it refused, and quotas."""

from typing import Final

from sqlalchemy import BigInteger, Column, Date, Index, Integer, String, Table, Text

from storage.engine.tables.columns import Moment, metadata

spending: Final = Table(
    "spending",
    metadata,
    # Micro-dollars by resource and UTC day. What a crash leaves reserved stays counted.
    Column("day", Date, primary_key=True),
    Column("resource", String(16), primary_key=True),
    Column("reserved", BigInteger, nullable=False),
    Column("spent", BigInteger, nullable=False),
    Column("units", BigInteger, nullable=False),
)


usage: Final = Table(
    "usage",
    metadata,
    # What the spending was for, without reserved money. The chat is 0 for reads on behalf of many
    # chats, and for answers that cost nothing, which are only counted.
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
    # X refuses every request: why, since when, until when it is not asked, and when that ended.
    Column("id", Integer, primary_key=True),
    Column("reason", String(8), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("closed_at", Moment),
)


endpoint: Final = Table(
    "endpoint",
    metadata,
    # The state of one endpoint, by the resource that it gives. Columns are empty when all is well.
    Column("resource", String(16), primary_key=True),
    # A 429: when it came, and until when the endpoint is not asked.
    Column("limited_at", Moment),
    Column("limited_until", Moment),
    # Tries in a row without an answer, and the last of them; the last answer of another kind.
    Column("failures", Integer, nullable=False),
    Column("failed_at", Moment),
    Column("answered_at", Moment),
    # Items refused in a row, as a JSON list, and when the last was refused.
    Column("refused", Text),
    Column("refused_at", Moment),
    # The newest outage of this endpoint, as in `outage`.
    Column("reason", String(8)),
    Column("opened_at", Moment),
    Column("until", Moment),
    Column("closed_at", Moment),
)


booking: Final = Table(
    "booking",
    metadata,
    # An idempotency key for money: what X may have charged for on a UTC day, in units.
    Column("day", Date, primary_key=True),
    Column("resource", String(16), primary_key=True),
    # A handle in lower case, the number of an account, or the kind and number of a result.
    Column("item", String(24), primary_key=True),
    Column("reserved", Integer, nullable=False),
    Column("spent", Integer, nullable=False),
    # The last request for this item whose answer is not known.
    Column("unanswered_at", Moment),
    # Requests under way, and those whose outcome is unknown after a crash.
    Column("holders", Integer, nullable=False),
    # X refused this item alone: it is not asked for before this moment.
    Column("refused_until", Moment),
)


quota: Final = Table(
    "quota",
    metadata,
    # A token bucket of a person ("person") or chat ("chat"): the moment at which it is full again.
    Column("kind", String(6), primary_key=True),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("full_at", Moment, nullable=False),
    Index(None, "full_at"),
)
