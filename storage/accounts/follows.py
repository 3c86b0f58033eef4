"""Follows: which accounts a place follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, func, select, update

from scoring.reading.handles import key
from storage.accounts.present_handles import names_of, present, with_account
from storage.chats.places import Place, at
from storage.engine.database import Database
from storage.engine.dialects import upsert
from storage.engine.schema import follow
from storage.engine.transaction import Lock, Transaction


@dataclass(frozen=True, slots=True)
class Followed:
    """One account that a place follows.

    Attributes:
        handle: the account's present one, as far as it is known.
        told_at: the moment of the reading in the last digest, or when a digest told that the
            account is gone; None before the first one.
        key: the handle that is stored, in lower case; "" where none is.
    """

    handle: str
    told_at: datetime | None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Added:
    """Result of following handles, by outcome."""

    new: tuple[str, ...]
    already: tuple[str, ...]
    too_many: tuple[str, ...]


class Follows:
    """Stores the follows of all places."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, place: Place, handles: Mapping[str, datetime | None], most: int) -> Added:
        """Follow handles, up to `most` in a place.

        Args:
            handles: each with the moment of the reading that the place was just shown, or None.
        """
        new: list[str] = []
        already: list[str] = []
        too_many: list[str] = []
        async with self._database.transaction() as tx:
            await tx.lock(Lock.CHAT, place.chat_id)
            rows = await tx.execute(
                select(follow.c.key, present(follow))
                .select_from(with_account(follow))
                .where(at(follow, place))
            )
            followed = rows.all()
            most -= len(followed)
            known = {name for row in followed for name in (row.key, key(row.handle))}
            for handle, told_at in handles.items():
                if key(handle) in known:
                    already.append(handle)
                elif len(new) >= most:
                    too_many.append(handle)
                else:
                    known.add(key(handle))
                    new.append(handle)
                    await tx.execute(
                        upsert(tx, follow).values(
                            chat_id=place.chat_id,
                            topic_id=place.topic_id,
                            key=key(handle),
                            handle=handle,
                            told_at=told_at,
                        )
                    )
        return Added(tuple(new), tuple(already), tuple(too_many))

    async def remove(self, place: Place, handles: Sequence[str]) -> list[str]:
        """Stop following handles.

        Returns:
            The present handles of the accounts that were followed.
        """
        async with self._database.transaction() as tx:
            theirs = at(follow, place) & names_of(follow, handles)
            rows = await tx.execute(
                select(present(follow)).select_from(with_account(follow)).where(theirs)
            )
            gone = [row.handle for row in rows.all()]
            await tx.execute(delete(follow).where(theirs))
            return gone

    async def of(self, place: Place) -> list[Followed]:
        """Return the accounts that a place follows, by handle."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(present(follow), follow.c.told_at, follow.c.key)
                .select_from(with_account(follow))
                .where(at(follow, place))
                .order_by(follow.c.key)
            )
            return [Followed(row.handle, row.told_at, row.key) for row in rows]

    async def has(self, place: Place, handle: str) -> bool:
        """Return whether a place follows a handle."""
        async with self._database.reading() as connection:
            found = select(follow.c.key).where(at(follow, place), names_of(follow, [handle]))
            return await connection.scalar(found.limit(1)) is not None

    async def count(self, place: Place) -> int:
        """Return how many accounts a place follows."""
        async with self._database.reading() as connection:
            found = await connection.scalar(
                select(func.count()).select_from(follow).where(at(follow, place))
            )
        return found or 0

    async def offer(
        self, tx: Transaction, offered: Mapping[Place, Sequence[tuple[str, datetime]]]
    ) -> None:
        """Note what the next message of each place tells, until it is sent.

        Args:
            offered: by place, keys of handles, each with the moment of the reading that is told.
        """
        rows = [
            {"chat": place.chat_id, "topic": place.topic_id, "name": name, "moment": moment}
            for place, readings in offered.items()
            for name, moment in sorted(readings)  # the order in which `remove` locks them
        ]
        if rows:
            await tx.execute(_OFFERED, rows)

    async def told(self, tx: Transaction, places: Sequence[Place]) -> None:
        """Note that places were told what was offered to them."""
        if places:
            rows = [{"chat": place.chat_id, "topic": place.topic_id} for place in places]
            await tx.execute(_TOLD, rows)


_THEIRS: Final = (follow.c.chat_id == bindparam("chat"), follow.c.topic_id == bindparam("topic"))
_OFFERED: Final = (
    update(follow)
    .where(*_THEIRS, follow.c.key == bindparam("name"))
    .values(offered_at=bindparam("moment"))
)
_TOLD: Final = (
    update(follow)
    .where(*_THEIRS, follow.c.offered_at.is_not(None))
    .values(told_at=follow.c.offered_at, offered_at=None)
)
