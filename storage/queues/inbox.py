"""The inbox: updates from Telegram, stored before Telegram is told that they were received.

    state      meaning                                  transitions that lead away
    ---------  ---------------------------------------  ------------------------------------------
    (none)     Telegram sends it, perhaps again         store -> waiting or taken, once
    waiting    to be answered once `not_before` is past take
    taken      one process has it; nothing has left     arm, finish; put_back, release, reap ->
                                                        waiting, or uncertain when tried too often
    answering  the request of an answer may have left   finish; put_back: it certainly did not;
                                                        doubt or reap -> uncertain
    uncertain  it may have been answered: no retry      mention, finish (the answer came late)
    (none)     answered, or reported as uncertain       none: only its number is remembered

Each transition is one method. An update's number is its idempotency key and deduplicates what
Telegram sends twice. `answering` is committed before the request leaves: a crash while taken
repeats the update, a crash while answering leaves it `uncertain`. A process whose lease has run out
gets False from `arm` and answers nothing. An update that was tried too often is a dead letter: it
stays `uncertain`, without its text.

The updates of a lane (`storage.queues.lanes`) are answered one after the other, whichever process
takes them.
"""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, delete, func, null, or_, select, update

from storage.chats.places import Place, at
from storage.engine.database import Database
from storage.engine.group_commit import GroupCommit
from storage.engine.schema import inbox
from storage.engine.transaction import Lock, Transaction
from storage.queues.lanes import HELD, Incoming, Lanes, Taken, behind

LEASE: Final = timedelta(seconds=10)
"""How long a process holds an update without renewing its lease (`Inbox.renew`).

A long lease delays answers after a crash; a short one only costs more renewals.
"""

MOST_ATTEMPTS: Final = 5
REMEMBERED: Final = timedelta(hours=48)
"""How long a number is remembered to deduplicate updates; Telegram resends none after a day."""

KEPT: Final = timedelta(days=30)
"""How long it is remembered that a question may not have been answered."""

_BATCH: Final = 200


@dataclass(frozen=True, slots=True)
class _Store:
    updates: Sequence[Incoming]
    most: int


@dataclass(frozen=True, slots=True)
class _Arm:
    update_id: int


@dataclass(frozen=True, slots=True)
class _Finish:
    update_id: int


class Inbox:
    """The transitions of an update; `store`, `arm` and `finish` share transactions by group commit.

    Args:
        owner: a name that no other process has, nor an earlier run of this one.
    """

    def __init__(
        self, database: Database, lanes: Lanes, clock: Callable[[], datetime], owner: str
    ) -> None:
        self._database = database
        self._lanes = lanes
        self._clock = clock
        self._owner = owner
        self._together: GroupCommit[_Store | _Arm | _Finish, Any] = GroupCommit(
            self._commit, _BATCH
        )

    async def store(self, updates: Sequence[Incoming], most: int) -> list[Taken]:
        """Store new updates; take those that are first in their lanes at once, up to `most`."""
        taken: list[Taken] = await self._together(_Store(updates, most))
        return taken

    async def arm(self, update_id: int) -> bool:
        """From taken to answering, if this process holds it; True again if it is armed already."""
        armed: bool = await self._together(_Arm(update_id))
        return armed

    async def finish(self, update_id: int) -> None:
        """Remove an update that this process holds and has answered; its number stays."""
        await self._together(_Finish(update_id))

    async def take(self, most: int) -> list[Taken]:
        """From waiting to taken: the oldest update of each lane in which none is under way."""
        now = self._clock()
        free = (
            select(inbox.c.update_id)
            .where(inbox.c.state == "waiting", inbox.c.not_before <= now, ~behind())
            .order_by(inbox.c.update_id)
            .limit(most)
        )
        async with self._database.transaction() as tx:
            await tx.lock(Lock.INBOX)  # an earlier update may be arriving
            numbers = (await tx.scalars(free)).all()
            rows = await tx.execute(
                update(inbox)
                .where(inbox.c.update_id.in_(numbers), inbox.c.state == "waiting")
                .values(state="taken", attempt=inbox.c.attempt + 1, **self._lease(now))
                .returning(inbox.c.update_id, inbox.c.body, inbox.c.attempt, inbox.c.overflow)
            )
            return sorted((Taken(*row) for row in rows), key=lambda one: one.update_id)

    async def doubt(self, update_id: int) -> None:
        """From taken or answering to uncertain: it is unknown whether the answer arrived."""
        await self._move(self._mine(update_id), _UNCERTAIN)

    async def put_back(self, update_id: int, until: datetime) -> None:
        """From taken or answering to waiting: certainly no answer arrived.

        After too many attempts the update becomes uncertain instead.
        """
        await self._move(self._mine(update_id), _again(until))

    async def release(self) -> None:
        """From taken to waiting, for all updates of this process: part of the graceful shutdown."""
        values = {"state": "waiting", "attempt": inbox.c.attempt - 1, **_NOBODYS}
        await self._move(and_(inbox.c.owner == self._owner, inbox.c.state == "taken"), values)

    async def renew(self, in_hand: Set[int]) -> None:
        """Renew the leases of updates in hand for another `LEASE`.

        Other updates with this owner are left out: they were taken in a transaction whose outcome
        is unknown. A row that is just being armed or finished is skipped: to wait for it with
        others locked would be a deadlock on PostgreSQL.
        """
        mine = self._mine(*in_hand)
        free = select(inbox.c.update_id).where(mine).with_for_update(skip_locked=True)
        await self._move(and_(inbox.c.update_id.in_(free), mine), self._lease(self._clock()))

    async def reap(self, in_hand: Set[int]) -> None:
        """Expired leases: taken -> waiting, answering -> uncertain.

        Updates in hand are left out, however late they are: this process would take them twice. A
        lease that ends later than a new one would was taken before the clock was set back.
        """
        now = self._clock()
        over = or_(inbox.c.lease_until < now, inbox.c.lease_until > now + 2 * LEASE)
        lost = and_(~self._mine(*in_hand), inbox.c.state.in_(HELD), over)
        rows = select(inbox.c.update_id).where(lost).with_for_update(skip_locked=True)
        async with self._database.transaction() as tx:
            for state, values in (("taken", _again(now)), ("answering", _UNCERTAIN)):
                await tx.execute(
                    update(inbox)
                    .where(inbox.c.update_id.in_(rows), inbox.c.state == state, lost)
                    .values(values)
                )

    async def waiting(self) -> int:
        """Return how many updates no process has taken yet."""
        async with self._database.reading() as connection:
            count = select(func.count()).select_from(inbox).where(inbox.c.state == "waiting")
            return await connection.scalar(count) or 0

    async def uncertain(self) -> set[Place]:
        """Return the places with an unanswered question that have not been told of it yet."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(inbox.c.chat_id, inbox.c.topic_id)
                .where(inbox.c.state == "uncertain", inbox.c.chat_id.is_not(None))
                .distinct()
            )
            return {Place(*row) for row in rows}

    async def mention(self, place: Place) -> bool:
        """Mark that the caller tells a place now; False when another process was first."""
        async with self._database.transaction() as tx:
            told = await tx.execute(
                delete(inbox).where(at(inbox, place), inbox.c.state == "uncertain")
            )
            return told.rowcount > 0

    async def _commit(self, steps: Sequence[_Store | _Arm | _Finish]) -> list[Any]:
        stores = [step for step in steps if isinstance(step, _Store)]
        arms = [step.update_id for step in steps if isinstance(step, _Arm)]
        finished = [step.update_id for step in steps if isinstance(step, _Finish)]
        async with self._database.transaction() as tx:
            taken = await self._store(tx, stores) if stores else {}
            armed = await self._arm(tx, arms) if arms else set()
            if finished:
                await tx.execute(
                    delete(inbox).where(
                        inbox.c.update_id.in_(finished), inbox.c.owner == self._owner
                    )
                )
        results: list[Any] = []
        for step in steps:
            match step:
                case _Store():
                    one_each = (taken.pop(one.update_id, None) for one in step.updates)
                    results.append([one for one in one_each if one])
                case _Arm():
                    results.append(step.update_id in armed)
                case _Finish():
                    results.append(None)
        return results

    async def _store(self, tx: Transaction, pages: Sequence[_Store]) -> dict[int, Taken]:
        await tx.lock(Lock.INBOX)  # a lane's order depends on all its rows
        now = self._clock()
        came = {one.update_id: one for page in pages for one in page.updates}
        new = await self._lanes.remember(tx, came, now)
        placed = await self._lanes.place_all(tx, [came[number] for number in new])
        room = sum(page.most for page in pages)
        rows: list[dict[str, Any]] = []
        taken: dict[int, Taken] = {}
        for one in placed:
            at_once = one.first and len(taken) < room
            number, place = one.update.update_id, one.update.place
            if at_once:
                taken[number] = Taken(number, one.update.body, 1, overflow=False)
            rows.append(
                {
                    "update_id": number,
                    "lane": one.update.lane,
                    "chat_id": place.chat_id if place else None,
                    "topic_id": place.topic_id if place else 0,
                    "body": one.update.body,
                    "overflow": one.overflow,
                    "state": "taken" if at_once else "waiting",
                    "attempt": int(at_once),
                    "not_before": now,
                    "received_at": now,
                    **(self._lease(now) if at_once else _NOBODYS),
                }
            )
        if rows:
            await tx.execute(inbox.insert(), rows)
        return taken

    async def _arm(self, tx: Transaction, numbers: Sequence[int]) -> set[int]:
        rows = await tx.execute(
            update(inbox)
            .where(
                inbox.c.update_id.in_(numbers),
                inbox.c.owner == self._owner,
                inbox.c.state.in_(HELD),
            )
            .values(state="answering", lease_until=self._clock() + LEASE)
            .returning(inbox.c.update_id)
        )
        return {row.update_id for row in rows}

    async def _move(self, where: ColumnElement[bool], values: dict[str, Any]) -> None:
        async with self._database.transaction() as tx:
            await tx.execute(update(inbox).where(where).values(values))

    def _mine(self, *numbers: int) -> ColumnElement[bool]:
        return and_(
            inbox.c.update_id.in_(numbers),
            inbox.c.owner == self._owner,
            inbox.c.state.in_(HELD),
        )

    def _lease(self, now: datetime) -> dict[str, Any]:
        return {"owner": self._owner, "lease_until": now + LEASE}


_NOBODYS: Final[dict[str, Any]] = {"owner": None, "lease_until": None}
_UNCERTAIN: Final[dict[str, Any]] = {"state": "uncertain", "body": None, "lease_until": None}


def _again(until: datetime) -> dict[str, Any]:
    """Return the values for waiting; for uncertain, without the text, after too many attempts."""
    often = inbox.c.attempt >= MOST_ATTEMPTS
    return {
        "state": case((often, "uncertain"), else_="waiting"),
        "body": case((often, null()), else_=inbox.c.body),
        "not_before": until,
        **_NOBODYS,
    }
