"""Counts for operators: never who, only how many."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Select, Table, func, select

from storage.database import Database
from storage.schema import account, alert, digest, follow, member, outbox, schedule, snapshot


class Figures(NamedTuple):
    """How much there is, and how the sending goes.

    Attributes:
        accounts, readings: on X.
        places, follows, alerts, members: in chats.
        digests: made in the last seven days.
        waiting: messages to be sent.
        oldest: when the oldest of them could have been sent; None when none waits.
        uncertain: messages of the last 30 days that may not have arrived.
    """

    accounts: int
    readings: int
    places: int
    follows: int
    alerts: int
    members: int
    digests: int
    waiting: int
    oldest: datetime | None
    uncertain: int


class Counting:
    """Counts what is stored."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def figures(self, now: datetime) -> Figures:
        """Count."""
        waiting = outbox.c.state.in_(("pending", "leased", "sending"))
        counts: dict[str, Select[int]] = {
            "accounts": _count(account),
            "readings": _count(snapshot),
            "places": _count(schedule).where(schedule.c.state == "active"),
            "follows": _count(follow),
            "alerts": _count(alert),
            "members": _count(member),
            "digests": _count(digest).where(digest.c.due_at > now - timedelta(days=7)),
            "waiting": _count(outbox).where(waiting),
            "uncertain": _count(outbox).where(outbox.c.state == "uncertain"),
        }
        async with self._database.reading() as connection:
            found = {
                name: int(await connection.scalar(query) or 0) for name, query in counts.items()
            }
            oldest: datetime | None = await connection.scalar(
                select(outbox.c.not_before)
                .where(waiting, outbox.c.not_before <= now)
                .order_by(outbox.c.not_before)
                .limit(1)
            )
        return Figures(oldest=oldest, **found)


def _count(table: Table) -> Select[int]:
    return select(func.count()).select_from(table)
