"""Updates from Telegram, stored before it is told that we have them; what may become of each.

    state      meaning                                  arrows that lead away
    ---------  ---------------------------------------  ------------------------------------------
    (none)     Telegram sends it, perhaps again         store -> waiting or taken, once
    waiting    to be answered once `not_before` is past take
    taken      one process has it; nothing has left     arm, finish; put_back, release, reap ->
                                                        waiting, or uncertain when tried too often
    answering  the request of an answer may have left   finish; put_back: it certainly did not;
                                                        doubt or reap -> uncertain
    uncertain  it may have been answered: never again   mention, finish (the answer came late)
    (none)     answered, or told of                     none: only its number is remembered

An arrow is one method. `answering` is committed before the request leaves, so a crash while taken
repeats the update, and a crash while answering leaves it `uncertain`. Whoever wakes up with an
outdated lease finds that `arm` says False, and answers nothing.

The updates of a lane (`storage.lanes`) are dealt with one after the other, whichever process takes
them.
"""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, delete, func, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.dialects import alone
from storage.lanes import HELD, Incoming, Taken, behind, place_all, remember
from storage.places import Place, at
from storage.schema import inbox, received
from storage.together import Together

LEASE: Final = timedelta(seconds=10)
"""How long an update stays a process's own without a word: see `Inbox.renew`. It is short, since
whoever asked a process that died is not answered before it ends; too short is no harm, only work.
"""

MOST_ATTEMPTS: Final = 5
REMEMBERED: Final = timedelta(hours=48)
"""How long a number is known; Telegram sends nothing that is older than a day."""

KEPT: Final = timedelta(days=30)
"""How long it is known that somebody may not have been answered."""

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
    """The arrows. Storing, arming and finishing share their transactions (`storage.together`).

    Args:
        owner: a name that no other process has, nor an earlier run of this one.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime], owner: str) -> None:
        self._database = database
        self._clock = clock
        self._owner = owner
        self._together: Together[_Store | _Arm | _Finish, Any] = Together(self._commit, _BATCH)

    async def store(self, updates: Sequence[Incoming], most: int) -> list[Taken]:
        """Keep what is new; those that are nobody's before them are taken at once, up to `most`."""
        taken: list[Taken] = await self._together(_Store(updates, most))
        return taken

    async def arm(self, update_id: int) -> bool:
        """From taken to answering, if it is still ours; what we armed already stays so."""
        armed: bool = await self._together(_Arm(update_id))
        return armed

    async def finish(self, update_id: int) -> None:
        """It is dealt with: of ours only the number stays."""
        await self._together(_Finish(update_id))

    async def take(self, most: int) -> list[Taken]:
        """From waiting to taken: the oldest, one a lane, of lanes in which nothing is under way."""
        now = self._clock()
        free = (
            select(inbox.c.update_id)
            .where(inbox.c.state == "waiting", inbox.c.not_before <= now, ~behind())
            .order_by(inbox.c.update_id)
            .limit(most)
        )
        async with self._database.transaction() as connection:
            await alone(connection, "inbox")  # a lane's earlier update may just be on its way in
            numbers = (await connection.scalars(free)).all()
            rows = await connection.execute(
                update(inbox)
                .where(inbox.c.update_id.in_(numbers), inbox.c.state == "waiting")
                .values(state="taken", attempt=inbox.c.attempt + 1, **self._lease(now))
                .returning(inbox.c.update_id, inbox.c.body, inbox.c.attempt, inbox.c.overflow)
            )
            return sorted((Taken(*row) for row in rows), key=lambda one: one.update_id)

    async def doubt(self, update_id: int) -> None:
        """From taken or answering to uncertain: nobody can know whether the answer arrived."""
        await self._move(self._mine(update_id), _UNCERTAIN)

    async def put_back(self, update_id: int, until: datetime) -> None:
        """From taken or answering to waiting: no answer arrived, for certain.

        After too many attempts it is given up, as one that may not have been answered.
        """
        await self._move(self._mine(update_id), _again(until))

    async def release(self) -> None:
        """From taken to waiting, for all that is ours: we are about to end."""
        values = {"state": "waiting", "attempt": inbox.c.attempt - 1, **_NOBODYS}
        await self._move(and_(inbox.c.owner == self._owner, inbox.c.state == "taken"), values)

    async def renew(self, in_hand: Set[int]) -> None:
        """What we deal with stays ours for another `LEASE`.

        Not all that bears our name: of what was taken in a transaction whose end we never heard,
        nobody here knows.
        """
        await self._move(self._mine(*in_hand), self._lease(self._clock()))

    async def reap(self, in_hand: Set[int]) -> None:
        """Of leases that ran out: taken -> waiting, answering -> uncertain.

        Not of what we deal with, however late we are: the same process would take it twice. A lease
        that ends later than a new one would was taken before the clock was set back.
        """
        now = self._clock()
        over = or_(inbox.c.lease_until < now, inbox.c.lease_until > now + 2 * LEASE)
        lost = and_(~self._mine(*in_hand), inbox.c.state.in_(HELD), over)
        rows = select(inbox.c.update_id).where(lost).with_for_update(skip_locked=True)
        async with self._database.transaction() as connection:
            for state, values in (("taken", _again(now)), ("answering", _UNCERTAIN)):
                await connection.execute(
                    update(inbox)
                    .where(inbox.c.update_id.in_(rows), inbox.c.state == state, lost)
                    .values(values)
                )

    async def prune(self) -> None:
        """Forget what came long ago."""
        now = self._clock()
        async with self._database.transaction() as connection:
            await connection.execute(
                delete(received).where(received.c.received_at < now - REMEMBERED)
            )
            await connection.execute(
                delete(inbox).where(inbox.c.state == "uncertain", inbox.c.received_at < now - KEPT)
            )

    async def waiting(self) -> int:
        """How many nobody has taken yet."""
        async with self._database.reading() as connection:
            count = select(func.count()).select_from(inbox).where(inbox.c.state == "waiting")
            return await connection.scalar(count) or 0

    async def uncertain(self) -> set[Place]:
        """Where somebody may not have been answered, which nobody there was told yet."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(inbox.c.chat_id, inbox.c.topic_id)
                .where(inbox.c.state == "uncertain", inbox.c.chat_id.is_not(None))
                .distinct()
            )
            return {Place(*row) for row in rows}

    async def mention(self, place: Place) -> bool:
        """A place is told, by the caller and now; False when somebody else was faster."""
        async with self._database.transaction() as connection:
            told = await connection.execute(
                delete(inbox).where(at(inbox, place), inbox.c.state == "uncertain")
            )
            return told.rowcount > 0

    async def _commit(self, steps: Sequence[_Store | _Arm | _Finish]) -> list[Any]:
        stores = [step for step in steps if isinstance(step, _Store)]
        arms = [step.update_id for step in steps if isinstance(step, _Arm)]
        finished = [step.update_id for step in steps if isinstance(step, _Finish)]
        async with self._database.transaction() as connection:
            taken = await self._store(connection, stores) if stores else {}
            armed = await self._arm(connection, arms) if arms else set()
            if finished:
                await connection.execute(
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

    async def _store(
        self, connection: AsyncConnection, pages: Sequence[_Store]
    ) -> dict[int, Taken]:
        await alone(connection, "inbox")  # it depends on what else is in a lane
        now = self._clock()
        came = {one.update_id: one for page in pages for one in page.updates}
        new = await remember(connection, came, now)
        placed = await place_all(connection, [came[number] for number in new])
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
            await connection.execute(inbox.insert(), rows)
        return taken

    async def _arm(self, connection: AsyncConnection, numbers: Sequence[int]) -> set[int]:
        rows = await connection.execute(
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
        async with self._database.transaction() as connection:
            await connection.execute(update(inbox).where(where).values(values))

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
    """Back to waiting; uncertain, without its text, when it was tried too often."""
    often = inbox.c.attempt >= MOST_ATTEMPTS
    return {
        "state": case((often, "uncertain"), else_="waiting"),
        "body": case((often, null()), else_=inbox.c.body),
        "not_before": until,
        **_NOBODYS,
    }
