"""Quotas of people and chats: GCRA token buckets. A `scoring.reading.requester.Quotas`.

A bucket is stored as one moment: when it is full again. Taking a token moves that moment on by the
time in which one token comes back; it lies no further ahead than an empty bucket takes to fill.
"""

from collections.abc import Set
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Update, update

from scoring.reading.errors import QuotaSpent
from scoring.reading.requester import Requester
from storage.engine.database import Database
from storage.engine.dialects import upsert
from storage.engine.schema import quota
from storage.engine.transaction import Transaction


class Bucket(NamedTuple):
    """A bucket's size in accounts, and the time in which one account comes back."""

    most: int
    every: timedelta


PERSON: Final = Bucket(20, timedelta(minutes=15))
"""Two comparisons of ten, then 96 accounts a day: $6.30 for a person who never stops asking."""

CHAT: Final = Bucket(40, timedelta(minutes=5))
"""Enough for a lively group; a person who adds the bot to many groups still has one own bucket."""

_BUCKETS: Final = {"person": PERSON, "chat": CHAT}


class Quotas:
    """Token buckets of people and chats, shared by all processes on one database.

    Args:
        exempt: numbers of people without a quota.
    """

    def __init__(self, database: Database, exempt: Set[int] = frozenset()) -> None:
        self._database = database
        self._exempt = exempt

    async def take(self, asker: Requester, now: datetime) -> None:
        """Take one token of the person and one of the chat, or raise `QuotaSpent` and take none."""
        if not (owners := self._owners(asker)):
            return
        async with self._database.transaction() as tx:
            for kind, number in owners:
                bucket = _BUCKETS[kind]
                full_at = await _full_at(tx, kind, number, now) + bucket.every
                if full_at > now + bucket.most * bucket.every:
                    raise QuotaSpent(full_at - bucket.most * bucket.every)
                await tx.execute(
                    _of(kind, number).values(full_at=full_at),
                )

    async def give_back(self, asker: Requester, now: datetime) -> None:
        """Return the tokens of a read that was not made."""
        if not (owners := self._owners(asker)):
            return
        async with self._database.transaction() as tx:
            for kind, number in owners:
                full_at = await _full_at(tx, kind, number, now) - _BUCKETS[kind].every
                await tx.execute(_of(kind, number).values(full_at=full_at))

    def _owners(self, asker: Requester) -> list[tuple[str, int]]:
        """Return the owners of the buckets; a private chat has only its person's."""
        if asker.person_id in self._exempt:
            return []
        chat_id = None if asker.chat_id == asker.person_id else asker.chat_id
        found = {"chat": chat_id, "person": asker.person_id}
        # the chat's bucket is locked first everywhere, which rules out a deadlock
        return [(kind, number) for kind, number in found.items() if number is not None]


async def _full_at(tx: Transaction, kind: str, number: int, now: datetime) -> datetime:
    """Return when a bucket is full, with its row locked until the transaction ends."""
    new = upsert(tx, quota).values(kind=kind, id=number, full_at=now)
    # one statement: a row found by an earlier one may have been pruned since
    locked = new.on_conflict_do_update(
        index_elements=["kind", "id"], set_={"full_at": quota.c.full_at}
    )
    stored: datetime = (await tx.scalars(locked.returning(quota.c.full_at))).one()
    empty = now + _BUCKETS[kind].most * _BUCKETS[kind].every
    return min(max(stored, now), empty)  # never further ahead, also after the clock was set back


def _of(kind: str, number: int) -> Update:
    return update(quota).where(quota.c.kind == kind, quota.c.id == number)
