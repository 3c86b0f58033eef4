"""Counts of stored rows for operators, without personal data."""

import time
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, Select, Table, column, func, select
from sqlalchemy import table as light_table

from storage.engine.database import Database
from storage.engine.schema import (
    account,
    alert,
    control,
    digest,
    follow,
    inbox,
    member,
    outbox,
    schedule,
    snapshot,
)
from storage.engine.transaction import Connection
from storage.queues.leader import LeaderLease

_VERSION: Final = light_table("alembic_version", column("version_num"))
_WAITING: Final = outbox.c.state.in_(("pending", "leased", "sending"))


class Figures(NamedTuple):
    """How many rows there are, and the state of sending.

    Attributes:
        accounts: by network.
        readings: of all of them.
        places, follows, alerts, members: in chats.
        digests: created in the last seven days.
        waiting: messages to be sent.
        oldest: when the oldest waiting message could have been sent; None when none waits.
        uncertain: messages of the last 30 days that may not have arrived.
    """

    accounts: dict[str, int]
    readings: int
    places: int
    follows: int
    alerts: int
    members: int
    digests: int
    waiting: int
    oldest: datetime | None
    uncertain: int


class Backlog(NamedTuple):
    """What waits to be answered and sent, and the outcome of past work.

    Attributes:
        updates: how many in each state of `storage.queues.inbox`.
        oldest_update: when the oldest unanswered update came; None when there is none.
        messages: how many in each state of `storage.queues.outbox`; settled ones of the last 30
            days.
        digests: how many in each state, of those that were due in the last seven days.
        oldest_message: when the oldest waiting message could have been sent; None without.
        oldest_digest: when the oldest digest that is not built was due; None without.
        elected: whether some process is the leader.
    """

    updates: dict[str, int]
    oldest_update: datetime | None
    messages: dict[str, int]
    digests: dict[str, int]
    oldest_message: datetime | None
    oldest_digest: datetime | None
    elected: bool


_UPDATE_STATES: Final = ("waiting", "taken", "answering", "uncertain")
_MESSAGE_STATES: Final = (
    *("pending", "leased", "sending"),
    *("sent", "uncertain", "failed", "expired", "cancelled"),
)
_DIGEST_STATES: Final = ("due", "ready", "skipped", *_MESSAGE_STATES[3:])


class Health(NamedTuple):
    """Measurements for the health check.

    Attributes:
        latency: how long the database takes to answer the smallest query.
        revision: of the schema.
        oldest: when the oldest waiting message could have been sent; None when none waits.
        oldest_update: when the oldest update that no process has taken came; None without.
        sender_seen_at: when the leader last renewed its term; None when there is no leader.
    """

    latency: timedelta
    revision: str
    oldest: datetime | None
    oldest_update: datetime | None
    sender_seen_at: datetime | None


class RowCounts:
    """Counts stored rows."""

    def __init__(self, database: Database, leader: LeaderLease) -> None:
        self._database = database
        self._leader = leader

    async def figures(self, now: datetime) -> Figures:
        """Return the counts for the operators' statistics."""
        counts: dict[str, Select[int]] = {
            "readings": _count(snapshot),
            "places": _count(schedule).where(schedule.c.state == "active"),
            "follows": _count(follow),
            "alerts": _count(alert),
            "members": _count(member),
            "digests": _count(digest).where(digest.c.due_at > now - timedelta(days=7)),
            "waiting": _count(outbox).where(_WAITING),
            "uncertain": _count(outbox).where(outbox.c.state == "uncertain"),
        }
        async with self._database.reading() as connection:
            found = {
                name: int(await connection.scalar(query) or 0) for name, query in counts.items()
            }
            oldest = await _oldest(connection, now)
            networks = await connection.execute(
                select(account.c.network, func.count()).group_by(account.c.network)
            )
            accounts = {row[0]: row[1] for row in networks}
        return Figures(accounts=accounts, oldest=oldest, **found)

    async def backlog(self, now: datetime) -> Backlog:
        """Return the counts of queued and finished work."""
        async with self._database.reading() as connection:
            updates = await connection.execute(_states(inbox))
            messages = await connection.execute(_states(outbox))
            digests = await connection.execute(
                _states(digest).where(digest.c.due_at > now - timedelta(days=7))
            )
            return Backlog(
                updates=dict.fromkeys(_UPDATE_STATES, 0) | {row[0]: row[1] for row in updates},
                oldest_update=await connection.scalar(
                    _first(inbox.c.received_at).where(inbox.c.state != "uncertain")
                ),
                messages=dict.fromkeys(_MESSAGE_STATES, 0) | {row[0]: row[1] for row in messages},
                digests=dict.fromkeys(_DIGEST_STATES, 0) | {row[0]: row[1] for row in digests},
                oldest_message=await _oldest(connection, now),
                oldest_digest=await connection.scalar(
                    _first(digest.c.due_at).where(digest.c.state == "due", digest.c.due_at <= now)
                ),
                elected=await connection.scalar(
                    select(control.c.key).where(control.c.key == "sender", control.c.until > now)
                )
                is not None,
            )

    async def health(self, now: datetime) -> Health:
        """Measure the database, and what should not wait in it for long, for the health check."""
        async with self._database.reading() as connection:
            began = time.perf_counter()
            revision = await connection.scalar(select(_VERSION.c.version_num))
            latency = timedelta(seconds=time.perf_counter() - began)
            oldest = await _oldest(connection, now)
            update: datetime | None = await connection.scalar(
                select(func.min(inbox.c.received_at)).where(inbox.c.state == "waiting")
            )
        seen_at = await self._leader.seen_at()
        return Health(latency, str(revision), oldest, update, seen_at)


async def _oldest(connection: Connection, now: datetime) -> datetime | None:
    """Return when the oldest waiting message could have been sent."""
    moment: datetime | None = await connection.scalar(
        _first(outbox.c.not_before).where(_WAITING, outbox.c.not_before <= now)
    )
    return moment


def _states(table: Table) -> Select[Any]:
    return select(table.c.state, func.count()).group_by(table.c.state)


def _first(moment: Column[datetime]) -> Select[Any]:
    """Select the earliest moment; `min()` would lose the type, and with it the time zone."""
    return select(moment).order_by(moment).limit(1)


def _count(table: Table) -> Select[int]:
    return select(func.count()).select_from(table)
