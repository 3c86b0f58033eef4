"""Lanes, the order of answers to updates. A lane is a person, or a chat that writes as itself.

One update of a lane is answered at a time, in order of arrival. The length of a lane is limited, so
that one person's flood delays no other person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select

from storage.chats.places import Place
from storage.engine.dialects import upsert
from storage.engine.schema import inbox, received
from storage.engine.transaction import Transaction

MOST_A_LANE: Final = 100
"""Open updates in a lane; further ones are dropped, and the person is told so once."""

HELD: Final = ("taken", "answering")
"""The states of an update that a process holds."""

_OPEN: Final = ("waiting", *HELD)


@dataclass(frozen=True, slots=True)
class Incoming:
    """An update as it arrives.

    Attributes:
        place: where its people can be told something; None where the bot is a guest.
        body: the update as JSON.
    """

    update_id: int
    lane: int
    place: Place | None
    body: str


@dataclass(frozen=True, slots=True)
class Taken:
    """An update that this process has to answer.

    Attributes:
        attempt: from 1.
        overflow: the lane was full: the answer says that this and further updates were dropped.
    """

    update_id: int
    body: str
    attempt: int
    overflow: bool


class Placed(NamedTuple):
    """A new update in its lane.

    Attributes:
        first: no update of its lane is before it.
        overflow: it is the first one above the limit.
    """

    update: Incoming
    first: bool
    overflow: bool


class Lanes:
    """Stores which updates were seen, and finds their places in their lanes."""

    async def remember(self, tx: Transaction, numbers: Iterable[int], now: datetime) -> list[int]:
        """Remember the numbers of updates; return the new ones, in order."""
        rows = [{"update_id": number, "received_at": now} for number in numbers]
        if not rows:
            return []
        new = upsert(tx, received).on_conflict_do_nothing().returning(received.c.update_id)
        return sorted((await tx.execute(new, rows)).scalars())

    async def place_all(self, tx: Transaction, updates: Sequence[Incoming]) -> list[Placed]:
        """Put new updates at the end of their lanes; dropped ones are missing from the result."""
        lanes = await self._lengths(tx, {one.lane for one in updates}) if updates else {}
        placed = []
        for one in updates:
            waiting, full = lanes.get(one.lane, (0, False))
            if not full:
                overflow = waiting >= MOST_A_LANE
                lanes[one.lane] = (waiting + 1, overflow)
                placed.append(Placed(one, not waiting, overflow))
        return placed

    async def _lengths(self, tx: Transaction, lanes: Iterable[int]) -> dict[int, tuple[int, bool]]:
        """Return for each lane how many updates are open, and whether one is above the limit."""
        rows = await tx.execute(
            select(
                inbox.c.lane,
                func.count(),
                func.sum(case((inbox.c.overflow, 1), else_=0)),
            )
            .where(inbox.c.lane.in_(lanes), inbox.c.state.in_(_OPEN))
            .group_by(inbox.c.lane)
        )
        return {lane: (count, bool(overflows)) for lane, count, overflows in rows.all()}


def behind() -> ColumnElement[bool]:
    """Return the condition that a row's lane has an earlier update waiting, or one under way."""
    other = inbox.alias()
    earlier = and_(other.c.state == "waiting", other.c.update_id < inbox.c.update_id)
    return exists().where(other.c.lane == inbox.c.lane, or_(earlier, other.c.state.in_(HELD)))
