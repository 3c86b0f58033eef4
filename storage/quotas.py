"""How much one person, and one chat, may have read afresh. A `scoring.asking.Quotas`.

A token bucket in one moment: that at which it is full again. Taking a token moves it on by what
one takes to come back; it may not lie further ahead than an empty bucket takes to fill.
"""

from collections.abc import Set
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Update, delete, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.asking import Asker
from scoring.errors import QuotaSpent
from storage.database import Database
from storage.dialects import upsert
from storage.schema import quota


class Bucket(NamedTuple):
    """How many accounts at once, and how long one more takes."""

    most: int
    every: timedelta


PERSON: Final = Bucket(20, timedelta(minutes=15))
"""Two comparisons of ten, then 96 accounts a day: $6.30 for somebody who never stops asking."""

CHAT: Final = Bucket(40, timedelta(minutes=5))
"""A lively group; whoever adds the bot to a hundred groups is still one person in all of them."""

_BUCKETS: Final = {"person": PERSON, "chat": CHAT}


class Quotas:
    """Buckets of people and chats, for all processes on one database.

    Args:
        exempt: people, by number, who may have anything read.
    """

    def __init__(self, database: Database, exempt: Set[int] = frozenset()) -> None:
        self._database = database
        self._exempt = exempt

    async def take(self, asker: Asker, now: datetime) -> None:
        """Take one token of the person and one of the chat, or raise `QuotaSpent` and take none."""
        if not (owners := self._owners(asker)):
            return
        async with self._database.transaction() as connection:
            for kind, number in owners:
                bucket = _BUCKETS[kind]
                full_at = await _full_at(connection, kind, number, now) + bucket.every
                if full_at > now + bucket.most * bucket.every:
                    raise QuotaSpent(full_at - bucket.most * bucket.every)
                await connection.execute(
                    _of(kind, number).values(full_at=full_at),
                )

    async def give_back(self, asker: Asker, now: datetime) -> None:
        """Put the tokens back."""
        if not (owners := self._owners(asker)):
            return
        async with self._database.transaction() as connection:
            for kind, number in owners:
                full_at = await _full_at(connection, kind, number, now) - _BUCKETS[kind].every
                await connection.execute(_of(kind, number).values(full_at=full_at))

    async def prune(self, now: datetime) -> None:
        """Forget those that are full, but for those of which somebody takes."""
        full = select(quota.c.kind, quota.c.id).where(quota.c.full_at <= now)
        free = full.with_for_update(skip_locked=True)
        async with self._database.transaction() as connection:
            await connection.execute(
                delete(quota).where(
                    tuple_(quota.c.kind, quota.c.id).in_(free), quota.c.full_at <= now
                )
            )

    def _owners(self, asker: Asker) -> list[tuple[str, int]]:
        """Whose buckets count; a private chat is the person."""
        if asker.person_id in self._exempt:
            return []
        chat_id = None if asker.chat_id == asker.person_id else asker.chat_id
        found = {"chat": chat_id, "person": asker.person_id}
        # everybody locks the chat's first
        return [(kind, number) for kind, number in found.items() if number is not None]


async def _full_at(connection: AsyncConnection, kind: str, number: int, now: datetime) -> datetime:
    """When a bucket is full, its row locked until the transaction ends."""
    new = upsert(connection, quota).values(kind=kind, id=number, full_at=now)
    # one statement: a row that is only looked for after it was found there may be pruned by then
    locked = new.on_conflict_do_update(
        index_elements=["kind", "id"], set_={"full_at": quota.c.full_at}
    )
    stored: datetime = (await connection.scalars(locked.returning(quota.c.full_at))).one()
    empty = now + _BUCKETS[kind].most * _BUCKETS[kind].every
    return min(max(stored, now), empty)  # never further ahead, also when the clock was set back


def _of(kind: str, number: int) -> Update:
    return update(quota).where(quota.c.kind == kind, quota.c.id == number)
