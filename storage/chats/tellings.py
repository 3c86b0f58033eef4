"""Tellings: which reading of each account a place was last told, by whatever message.

A telling counts from the moment at which its message is certain to be sent at most once: that of an
answer once Telegram has confirmed the answer, that of a message of the outbox in the transaction
that posts it. If such a message is taken back, refused or expires, its tellings go with it, and so
do those of later messages that counted from them: the next message counts from what was told
before, and tells more rather than less. An uncertain message counts as told. What an answer tells
while a message that tells the same is waiting is told for good, whatever becomes of the message.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Delete,
    Select,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from storage.chats.places import Place, at
from storage.engine.database import Database
from storage.engine.schema import telling
from storage.engine.transaction import Lock, Transaction

KEPT: Final = timedelta(weeks=26)
"""How long a telling is kept that no later one replaces."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one message tells of one account.

    Attributes:
        as_of: the moment of the reading.
        since: the moment of the reading from which the message counts the change; None without.
    """

    as_of: datetime
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Telling:
    """The last telling of an account in a place.

    Attributes:
        number: grows with each telling.
        as_of: the moment of the reading that was told.
        since: the moment of the reading that its change was counted from; None without one.
        by: "answer", "digest" or "alert".
        told_at: when the telling was stored.
        waiting: its message is in the outbox, and may never be sent.
    """

    number: int
    as_of: datetime
    since: datetime | None
    by: str
    told_at: datetime
    waiting: bool


class Tellings:
    """Stores the tellings of all places."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def last(self, place: Place, accounts: Collection[int]) -> dict[int, Telling]:
        """Return what a place was last told of accounts, by number; it may know none of some."""
        if not accounts:
            return {}
        async with self._database.reading() as connection:
            rows = await connection.execute(_last(place, accounts))
            return {row.account_id: telling_of(row) for row in rows}

    async def of(self, places: Collection[Place]) -> dict[Place, dict[int, Telling]]:
        """Return what each of some places was last told, by the account's number."""
        found: dict[Place, dict[int, Telling]] = {place: {} for place in places}
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(telling)
                .where(telling.c.chat_id.in_({place.chat_id for place in places}))
                .order_by(telling.c.id)
            )
            for row in rows:
                place = Place(row.chat_id, row.topic_id)
                if place in found:
                    found[place][row.account_id] = telling_of(row)
        return found

    async def newest(self, tx: Transaction, places: Collection[Place]) -> dict[Place, int]:
        """Return the number of the last telling of each place that has any."""
        rows = await tx.execute(
            select(telling.c.chat_id, telling.c.topic_id, func.max(telling.c.id).label("number"))
            .where(telling.c.chat_id.in_({place.chat_id for place in places}))
            .group_by(telling.c.chat_id, telling.c.topic_id)
        )
        return {Place(row.chat_id, row.topic_id): row.number for row in rows}

    async def answered(self, place: Place, told: Mapping[int, Told], now: datetime) -> None:
        """Store what an answer told a place, by the account's number.

        A reading that the place was told already changes nothing; one that a waiting message tells
        is told from now on.
        """
        if not told:
            return
        async with self._database.transaction() as tx:
            known = await self._known(tx, place, told)
            if any(last.waiting for last in known.values()):
                await tx.lock(Lock.DELIVERY)  # the messages are not settled meanwhile
                known = await self._known(tx, place, told)
            new = {
                number: each
                for number, each in told.items()
                if number not in known or known[number].as_of < each.as_of
            }
            certain = [
                last.number
                for number, last in known.items()
                if last.waiting and last.as_of == told[number].as_of
            ]
            await tx.execute(
                update(telling).where(telling.c.id.in_(certain)).values(outbox_key=None)
            )
            await self._add(tx, place, new, "answer", now)
            await self._prune(tx, place, list(told))

    async def post(  # noqa: PLR0917 - each is a column
        self,
        tx: Transaction,
        place: Place,
        told: Mapping[int, Told],
        by: str,
        outbox_key: str,
        now: datetime,
    ) -> None:
        """Store what a message tells that the caller's transaction posts to the outbox."""
        await self._add(tx, place, told, by, now, outbox_key)

    async def settle(self, tx: Transaction, keys: Sequence[str], *, told: bool) -> None:
        """Settle the tellings of messages: they were sent, or were not and count no more.

        Args:
            keys: the messages' idempotency keys.
            told: the messages arrived, or may have arrived.
        """
        if not keys:
            return
        theirs = telling.c.outbox_key.in_(keys)
        if not told:
            await tx.execute(_counting_from(keys))
            await tx.execute(delete(telling).where(theirs))
            return
        rows = await tx.execute(
            select(telling.c.chat_id, telling.c.topic_id, telling.c.account_id).where(theirs)
        )
        accounts: dict[Place, list[int]] = {}
        for row in rows:
            accounts.setdefault(Place(row.chat_id, row.topic_id), []).append(row.account_id)
        await tx.execute(update(telling).where(theirs).values(outbox_key=None))
        for place in sorted(accounts):
            await self._prune(tx, place, accounts[place])

    async def _known(
        self, tx: Transaction, place: Place, accounts: Collection[int]
    ) -> dict[int, Telling]:
        rows = await tx.execute(_last(place, accounts))
        return {row.account_id: telling_of(row) for row in rows}

    async def _add(  # noqa: PLR0917 - each is a column
        self,
        tx: Transaction,
        place: Place,
        told: Mapping[int, Told],
        by: str,
        now: datetime,
        outbox_key: str | None = None,
    ) -> None:
        rows = [
            {
                **place._asdict(),
                "account_id": number,
                "as_of": each.as_of,
                "since": each.since,
                "by": by,
                "told_at": now,
                "outbox_key": outbox_key,
            }
            for number, each in sorted(told.items())
        ]
        if rows:
            await tx.execute(insert(telling), rows)

    async def _prune(self, tx: Transaction, place: Place, accounts: Collection[int]) -> None:
        """Delete tellings that a later one replaces whose message is no longer under way.

        What was told before a message that waits stays: the next one counts from it if that message
        is never sent.
        """
        later, waiting = telling.alias(), telling.alias()
        first = (
            select(func.min(waiting.c.id))
            .where(_same(waiting), waiting.c.outbox_key.is_not(None))
            .correlate(telling)
            .scalar_subquery()
        )
        replaced = (
            select(func.max(later.c.id))
            .where(
                _same(later),
                later.c.outbox_key.is_(None),
                or_(first.is_(None), later.c.id < first),
            )
            .correlate(telling)
            .scalar_subquery()
        )
        await tx.execute(
            delete(telling).where(
                at(telling, place),
                telling.c.account_id.in_(accounts),
                telling.c.outbox_key.is_(None),
                telling.c.id < replaced,
            )
        )


def _last(place: Place, accounts: Collection[int]) -> Select[Any]:
    """Select what a place was told of accounts, the last of each account at the end."""
    theirs = (at(telling, place), telling.c.account_id.in_(accounts))
    return select(telling).where(*theirs).order_by(telling.c.id)


def _same(other: Any) -> ColumnElement[bool]:
    """Return the condition that another row is of the same place and account."""
    return and_(
        other.c.chat_id == telling.c.chat_id,
        other.c.topic_id == telling.c.topic_id,
        other.c.account_id == telling.c.account_id,
    )


def _counting_from(keys: Sequence[str]) -> Delete:
    """Delete the later tellings that count from those of messages that are never sent."""
    lost = telling.alias()
    earlier = exists().where(
        lost.c.outbox_key.in_(keys),
        _same(lost),
        lost.c.id < telling.c.id,
        lost.c.as_of <= telling.c.since,
    )
    chats = select(lost.c.chat_id).where(lost.c.outbox_key.in_(keys))
    return delete(telling).where(telling.c.chat_id.in_(chats), earlier)


def expired(now: datetime) -> ColumnElement[bool]:
    """Return the condition of tellings that are kept no longer."""
    return and_(telling.c.told_at < now - KEPT, telling.c.outbox_key.is_(None))


def telling_of(row: Any) -> Telling:
    """Return a row of tellings as a telling."""
    waiting = row.outbox_key is not None
    return Telling(row.id, row.as_of, row.since, row.by, row.told_at, waiting)
