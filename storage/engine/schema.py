"""The tables. `storage/migrations` brings a database to this shape; a test compares the two.

Moments are stored in UTC; SQLite keeps no time zone, so `Moment` restores it.
"""

from storage.engine.tables.account_tables import (
    absent,
    account,
    claim,
    handle,
    mention_count,
    picture,
    post,
    post_span,
    snapshot,
)
from storage.engine.tables.chat_tables import (
    alert,
    board,
    chat,
    follow,
    link,
    member,
    schedule,
    telling,
)
from storage.engine.tables.columns import ForeignText, Moment, metadata
from storage.engine.tables.duel_tables import duel, player, vote
from storage.engine.tables.money_tables import booking, endpoint, outage, quota, spending, usage
from storage.engine.tables.queue_tables import broadcast, control, digest, inbox, outbox, received

__all__ = [
    "ForeignText",
    "Moment",
    "absent",
    "account",
    "alert",
    "board",
    "booking",
    "broadcast",
    "chat",
    "claim",
    "control",
    "digest",
    "duel",
    "endpoint",
    "follow",
    "handle",
    "inbox",
    "link",
    "member",
    "mention_count",
    "metadata",
    "outage",
    "outbox",
    "picture",
    "player",
    "post",
    "post_span",
    "quota",
    "received",
    "schedule",
    "snapshot",
    "spending",
    "telling",
    "usage",
    "vote",
]
