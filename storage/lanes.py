"""The order in which updates are dealt with: a lane is a person, or a chat for who writes as it.

One update of a lane at a time, in the order in which they came; and only so many wait, so that one
person's flood takes nobody else's place.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialects import upsert
from storage.places import Place
from storage.schema import inbox, received

MOST_A_LANE: Final = 100
"""Updates of one lane that are open; further ones are left out, and the person is told so once."""

HELD: Final = ("taken", "answering")
"""The states of an update that a process deals with."""

_OPEN: Final = ("waiting", *HELD)


@dataclass(frozen=True, slots=True)
class Incoming:
    """An update as it comes.

    Attributes:
        place: where its people may be told something; None where the bot is a guest.
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
        overflow: it is one too many: the answer is that, and that further ones were left out.
    """

    update_id: int
    body: str
    attempt: int
    overflow: bool


class Placed(NamedTuple):
    """A new update in its lane.

    Attributes:
        first: nothing of its lane is before it.
        overflow: it is the first one too many.
    """

    update: Incoming
    first: bool
    overflow: bool


async def remember(connection: AsyncConnection, numbers: Iterable[int], now: datetime) -> list[int]:
    """Note the numbers of updates; those that are new, in order."""
    rows = [{"update_id": number, "received_at": now} for number in numbers]
    if not rows:
        return []
    new = upsert(connection, received).on_conflict_do_nothing().returning(received.c.update_id)
    return sorted((await connection.execute(new, rows)).scalars())


async def place_all(connection: AsyncConnection, updates: Sequence[Incoming]) -> list[Placed]:
    """Put new updates at the end of their lanes; those that are left out are missing."""
    lanes = await _lanes(connection, {one.lane for one in updates}) if updates else {}
    placed = []
    for one in updates:
        waiting, full = lanes.get(one.lane, (0, False))
        if not full:
            overflow = waiting >= MOST_A_LANE
            lanes[one.lane] = (waiting + 1, overflow)
            placed.append(Placed(one, not waiting, overflow))
    return placed


def behind() -> ColumnElement[bool]:
    """Whether a row's lane has an earlier update to deal with, or deals with one."""
    other = inbox.alias()
    earlier = and_(other.c.state == "waiting", other.c.update_id < inbox.c.update_id)
    return exists().where(other.c.lane == inbox.c.lane, or_(earlier, other.c.state.in_(HELD)))


async def _lanes(connection: AsyncConnection, lanes: Iterable[int]) -> dict[int, tuple[int, bool]]:
    """How many each lane has open, and whether one too many is among them."""
    rows = await connection.execute(
        select(
            inbox.c.lane,
            func.count(),
            func.sum(case((inbox.c.overflow, 1), else_=0)),
        )
        .where(inbox.c.lane.in_(lanes), inbox.c.state.in_(_OPEN))
        .group_by(inbox.c.lane)
    )
    return {lane: (count, bool(overflows)) for lane, count, overflows in rows.all()}
