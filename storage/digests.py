"""Digests that are due, and what each of them said."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.outbox import cancel
from storage.places import Place, at
from storage.schema import digest, follow, outbox

AT_ONCE: Final = 100
"""Digests that are built before anything else is read or written."""


@dataclass(frozen=True, slots=True)
class Due:
    """A digest that is to be built."""

    id: int
    place: Place
    period: str
    due_at: datetime
    attempt: int


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
            return [
                Due(row.id, Place(row.chat_id, row.topic_id), row.period, row.due_at, row.attempt)
                for row in rows
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
        self,
        connection: AsyncConnection,
        due: Due,
        contents: Any,
        offered: Sequence[tuple[str, datetime]],
        now: datetime,
    ) -> bool:
        """From due to ready, within the caller's transaction, which also posts its message.

        Args:
            contents: JSON, from which the digest can be shown again.
            offered: keys of handles, and the moments of the readings that are told.

        Returns:
            False when somebody else was faster, or the place is no longer there.
        """
        moved = await connection.execute(
            update(digest)
            .where(digest.c.id == due.id, digest.c.state == "due")
            .values(state="ready", contents=json.dumps(contents))
        )
        if moved.rowcount == 0:
            return False
        for name, moment in offered:
            await connection.execute(
                update(follow)
                .where(at(follow, due.place), follow.c.key == name)
                .values(offered_at=moment)
            )
        # Last week's, should it still wait, has nothing to add.
        waiting = at(outbox, due.place) & outbox.c.digest_id.is_not(None)
        await cancel(connection, waiting, now)
        return True

    async def contents(self, number: int, place: Place) -> Any:
        """What a digest of this very place says; None for a stranger's, or one long gone."""
        async with self._database.reading() as connection:
            found = await connection.scalar(
                select(digest.c.contents).where(digest.c.id == number, at(digest, place))
            )
        return None if found is None else json.loads(found)
