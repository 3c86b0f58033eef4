"""Digests that are due, and what each of them said."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, Table, bindparam, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.dialects import alone
from storage.following import Followed
from storage.outbox import cancel
from storage.places import Place, at
from storage.schedules import Schedule, schedule_of
from storage.schema import digest, follow, outbox, schedule

AT_ONCE: Final = 100
"""Digests that are built together: what they need is read, and what they say written, at once."""


@dataclass(frozen=True, slots=True)
class Due:
    """A digest that is to be built.

    Attributes:
        follows: whom the place follows now.
        schedule: None when the place has none any more.
    """

    id: int
    place: Place
    due_at: datetime
    attempt: int
    follows: tuple[Followed, ...]
    schedule: Schedule | None


@dataclass(frozen=True, slots=True)
class Told:
    """What a digest says.

    Attributes:
        contents: JSON, from which the digest can be shown again.
        offered: keys of handles, and the moments of the readings that are told.
    """

    contents: Any
    offered: Sequence[tuple[str, datetime]]


class Digests:
    """Digests of every place and week."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, now: datetime) -> list[Due]:
        """The digests to build now, those that were due first before the others."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(digest)
                .where(digest.c.state == "due", digest.c.not_before <= now)
                .order_by(digest.c.not_before, digest.c.id)
                .limit(AT_ONCE)
            )
            digests = rows.all()
            ids = [row.id for row in digests]
            follows = await connection.execute(
                _of_their_places(follow, ids).order_by(digest.c.id, follow.c.key)
            )
            followed: dict[int, list[Followed]] = {}
            for row in follows:
                followed.setdefault(row.digest_id, []).append(Followed(row.handle, row.told_at))
            schedules = await connection.execute(_of_their_places(schedule, ids))
            scheduled = {row.digest_id: schedule_of(row) for row in schedules}
        return [
            Due(
                row.id,
                Place(row.chat_id, row.topic_id),
                row.due_at,
                row.attempt,
                tuple(followed.get(row.id, ())),
                scheduled.get(row.id),
            )
            for row in digests
        ]

    async def wanted(self, now: datetime) -> list[str]:
        """The handles in all digests that are due, those that most places follow first."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(func.min(follow.c.handle).label("handle"))
                .join(
                    digest,
                    (digest.c.chat_id == follow.c.chat_id)
                    & (digest.c.topic_id == follow.c.topic_id),
                )
                .where(digest.c.state == "due", digest.c.not_before <= now)
                .group_by(follow.c.key)
                .order_by(func.count().desc(), follow.c.key)
            )
            return [row.handle for row in rows]

    async def postpone(self, ids: Iterable[int], until: datetime) -> None:
        """Build these later."""
        async with self._database.transaction() as connection:
            await connection.execute(
                update(digest)
                .where(digest.c.id.in_(list(ids)), digest.c.state == "due")
                .values(not_before=until)
            )

    async def fail(self, number: int, until: datetime, *, last: bool) -> None:
        """Building went wrong: try again later, or, the last time, give this one up."""
        async with self._database.transaction() as connection:
            await connection.execute(
                update(digest)
                .where(digest.c.id == number, digest.c.state == "due")
                .values(
                    attempt=digest.c.attempt + 1,
                    not_before=until,
                    **({"state": "failed", "reason": "building"} if last else {}),
                )
            )

    async def skip(self, number: int, reason: str) -> None:
        """Nothing to say this week."""
        async with self._database.transaction() as connection:
            await connection.execute(
                update(digest)
                .where(digest.c.id == number, digest.c.state == "due")
                .values(state="skipped", reason=reason)
            )

    async def ready(
        self, connection: AsyncConnection, told: Mapping[int, Told], now: datetime
    ) -> set[int]:
        """From due to ready, within the caller's transaction, which also posts the messages.

        Returns:
            Those that are ready now: of the others somebody else was faster, or the place is gone.
        """
        await alone(connection, "delivery")
        rows = await connection.execute(
            select(digest)
            .where(digest.c.id.in_(told), digest.c.state == "due")
            .order_by(digest.c.id)
            .with_for_update()
        )
        due = {row.id: row for row in rows}
        if not due:
            return set()
        await connection.execute(
            _READY, [{"number": n, "said": json.dumps(told[n].contents)} for n in due]
        )
        offers = [
            {"chat": row.chat_id, "topic": row.topic_id, "name": name, "moment": moment}
            for row in due.values()
            for name, moment in sorted(told[row.id].offered)  # as `Following.remove` locks them
        ]
        if offers:
            await connection.execute(_OFFERED, offers)
        # Last week's, should it still wait, has nothing to add.
        same_place = (digest.c.chat_id == outbox.c.chat_id) & (
            digest.c.topic_id == outbox.c.topic_id
        )
        waiting = outbox.c.digest_id.is_not(None) & exists().where(digest.c.id.in_(due), same_place)
        await cancel(connection, waiting, now)
        return set(due)

    async def contents(self, number: int, place: Place) -> Any:
        """What a digest of this very place says; None for a stranger's, or one long gone."""
        async with self._database.reading() as connection:
            found = await connection.scalar(
                select(digest.c.contents).where(digest.c.id == number, at(digest, place))
            )
        return None if found is None else json.loads(found)


_READY = (
    update(digest)
    .where(digest.c.id == bindparam("number"))
    .values(state="ready", contents=bindparam("said"))
)
_OFFERED = (
    update(follow)
    .where(
        follow.c.chat_id == bindparam("chat"),
        follow.c.topic_id == bindparam("topic"),
        follow.c.key == bindparam("name"),
    )
    .values(offered_at=bindparam("moment"))
)


def _of_their_places(table: Table, ids: Sequence[int]) -> Select[Any]:
    """The rows that belong to the places of some digests."""
    same_chat, same_topic = (digest.c[name] == table.c[name] for name in ("chat_id", "topic_id"))
    return (
        select(digest.c.id.label("digest_id"), table)
        .join(table, same_chat & same_topic)
        .where(digest.c.id.in_(ids))
    )
