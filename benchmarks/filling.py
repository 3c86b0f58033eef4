"""Fills databases in bulk: accounts with ten weekly readings each, and as many chats.

Each table is filled by statements that copy a made-up row under other numbers, so that a million
readings take little time.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    String,
    Table,
    cast,
    insert,
    literal,
    literal_column,
    select,
    text,
)

from scoring.facts import Facts, Recent
from scoring.score import score
from storage.engine.database import Database
from storage.engine.dialects import go_on_counting
from storage.engine.schema import (
    account,
    chat,
    digest,
    follow,
    handle,
    member,
    outbox,
    received,
    schedule,
    snapshot,
    telling,
    usage,
)

READINGS_EACH: Final = 10
"""Weekly readings of each account."""

BOARD: Final = -50
"""The group whose board has fifty members."""

_MEMBERS: Final = 50

NUMBER: Final = literal_column("number", BigInteger)
"""The number of a row that `copy` makes, to be calculated with."""

_RECENT: Final = Recent(
    days=56.0, posts=40, likes=120, replies=20, reposts=30, quotes=4, mentions=60, mention_days=56.0
)


@dataclass(frozen=True, slots=True)
class Size:
    """How much a database holds.

    Attributes:
        readings: in all; a tenth as many accounts and chats.
        due: chats whose digests are due in one slot; they are the first ones.
    """

    readings: int
    due: int

    @property
    def accounts(self) -> int:
        """Return the number of accounts, which is that of chats."""
        return self.readings // READINGS_EACH


async def fill(database: Database, size: Size, now: datetime) -> None:
    """Fill an empty database.

    Args:
        now: the moment of the newest readings, and of the slot.
    """
    await _fill_accounts(database, size, now)
    for week in range(READINGS_EACH):
        await _fill_readings(database, size, now - timedelta(weeks=week))
    await _fill_chats(database, size, now)
    await _fill_queues(database, size, now)


async def _fill_accounts(database: Database, size: Size, now: datetime) -> None:
    """Store accounts 1, 2, …, each under its own handle."""
    name = _joined("account_")
    same = {"network": "x", "name": "Somebody", "protected": False, "followers": 2_500}
    counted = {"reactions": 4.0, "mentions": 7.0, "read_at": now}
    own = {"id": NUMBER, "external_id": cast(NUMBER, String), "handle": name}
    await copy(database, account, size.accounts, {**same, **counted, **own})
    await copy(database, handle, size.accounts, {"key": name, "account_id": NUMBER})


async def _fill_readings(database: Database, size: Size, as_of: datetime) -> None:
    """Store one reading of each account."""
    found = score(
        Facts(
            handle="account_12345",
            network="x",
            followers=2_500,
            following=300,
            listed=80,
            posts=4_000,
            created_at=as_of - timedelta(days=2_000),
            as_of=as_of,
            recent=_RECENT,
        )
    )
    row = {
        "account_id": NUMBER,
        "as_of": as_of,
        "formula": found.formula,
        "depth": found.depth,
        "score": found.score,
        "margin": found.margin,
        "receipt": json.dumps(found.to_json(), separators=(",", ":")),
        "unread": "",
    }
    await copy(database, snapshot, size.accounts, row)


async def _fill_chats(database: Database, size: Size, now: datetime) -> None:
    place = {"chat_id": NUMBER, "topic_id": 0}
    name, count = _joined("account_"), size.accounts
    slot = {"weekday": now.weekday(), "minute": now.hour * 60 + now.minute, "zone": "UTC"}
    active = {"state": "active", "silent": False}
    await copy(database, chat, count, {"id": NUMBER, "language": "en", "zone": "UTC"})
    await copy(database, follow, count, {**place, "key": name, "handle": name, "told_at": now})
    later = {**place, **slot, **active, "next_run_at": now + timedelta(days=3)}
    await copy(database, schedule, count, later)
    await due_again(database, size, now)
    told = {"account_id": NUMBER, "as_of": now, "by": "digest", "told_at": now}
    await copy(database, telling, count, {**place, **told})
    joined = {"chat_id": BOARD, "person_id": NUMBER, "key": name, "handle": name, "name": "P"}
    await copy(database, member, _MEMBERS, joined)


async def _fill_queues(database: Database, size: Size, now: datetime) -> None:
    then, count = now - timedelta(days=5), size.accounts
    place = {"chat_id": NUMBER, "topic_id": 0}
    made = {"state": "sent", "not_before": then, "attempt": 1}
    said = {"id": NUMBER, "period": "2020-W01", "due_at": then, "contents": '{"entries": []}' * 20}
    await copy(database, digest, count, {**place, **made, **said})
    sent = {"html": "…" * 500, "silent": False, "useful_until": then, "settled_at": then}
    keys = {"id": NUMBER, "key": _joined("digest:"), "digest_id": NUMBER}
    await copy(database, outbox, count, {**place, **made, **sent, **keys})
    spent = {"day": then.date(), "command": "klout", "spent": 0, "profiles": 0, "served": 1}
    await copy(database, usage, count, {**spent, "chat_id": NUMBER})
    await copy(database, received, count, {"update_id": NUMBER, "received_at": now})
    async with database.transaction() as tx:
        for table in (digest, outbox):
            await go_on_counting(tx, table)
        if tx.on_postgresql:  # which its autovacuum does by itself after a while
            await tx.execute(text("ANALYZE"))


async def due_again(database: Database, size: Size, now: datetime) -> None:
    """Make the first schedules due, as if nothing had been planned."""
    first = schedule.c.chat_id.between(1, size.due)
    async with database.transaction() as tx:
        await tx.execute(digest.delete().where(digest.c.state == "due"))
        await tx.execute(schedule.update().where(first).values(next_run_at=now, last_period=None))


async def copy(database: Database, table: Table, count: int, row: Mapping[str, Any]) -> None:
    """Insert a row `count` times, with what depends on its number calculated for each."""
    values = [
        value if isinstance(value, ColumnElement) else literal(value, table.c[name].type)
        for name, value in row.items()
    ]
    rows = select(*(value.label(name) for name, value in zip(row, values, strict=True)))
    rows = rows.select_from(_numbers(count))
    async with database.transaction() as tx:
        await tx.execute(insert(table).from_select(list(row), rows))


def _joined(beginning: str) -> ColumnElement[str]:
    return literal(beginning, String) + cast(NUMBER, String)


def _numbers(count: int) -> CTE:
    """Return the numbers 1 to `count`."""
    numbers = select(literal(1, BigInteger).label("number")).cte("numbers", recursive=True)
    following = select(numbers.c.number + literal(1, BigInteger)).where(numbers.c.number < count)
    return numbers.union_all(following)
