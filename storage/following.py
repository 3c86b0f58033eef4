"""Whom a place follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select

from scoring.handles import key
from storage.database import Database
from storage.dialects import alone, upsert
from storage.places import Place, at
from storage.schema import follow


@dataclass(frozen=True, slots=True)
class Followed:
    """One account that a place follows.

    Attributes:
        handle: as it was typed.
        told_at: the moment of the reading that the place was last told of, or when it was told that
            there is no such account any more; None before the first.
    """

    handle: str
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class Added:
    """What came of following: handles by what happened to them."""

    new: tuple[str, ...]
    already: tuple[str, ...]
    too_many: tuple[str, ...]


class Following:
    """Follows of every place."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, place: Place, handles: Mapping[str, datetime | None], most: int) -> Added:
        """Follow handles, up to `most` in a place.

        Args:
            handles: with the moment of the reading that the place was just shown.
        """
        new, already, too_many = [], [], []
        async with self._database.transaction() as connection:
            await alone(connection, f"chat {place.chat_id}")
            rows = await connection.execute(select(follow.c.key).where(at(follow, place)))
            known = {row.key for row in rows}
            for handle, told_at in handles.items():
                if key(handle) in known:
                    already.append(handle)
                elif len(known) >= most:
                    too_many.append(handle)
                else:
                    known.add(key(handle))
                    new.append(handle)
                    await connection.execute(
                        upsert(connection, follow).values(
                            chat_id=place.chat_id,
                            topic_id=place.topic_id,
                            key=key(handle),
                            handle=handle,
                            told_at=told_at,
                        )
                    )
        return Added(tuple(new), tuple(already), tuple(too_many))

    async def remove(self, place: Place, handles: Sequence[str]) -> list[str]:
        """Follow handles no more.

        Returns:
            Those that were followed, as they had been typed.
        """
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                delete(follow)
                .where(at(follow, place), follow.c.key.in_([key(handle) for handle in handles]))
                .returning(follow.c.handle)
            )
            return [row.handle for row in rows.all()]

    async def of(self, place: Place) -> list[Followed]:
        """Whom a place follows, by handle."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(follow.c.handle, follow.c.told_at)
                .where(at(follow, place))
                .order_by(follow.c.key)
            )
            return [Followed(row.handle, row.told_at) for row in rows]

    async def has(self, place: Place, handle: str) -> bool:
        """Whether a place follows a handle."""
        async with self._database.reading() as connection:
            found = select(follow.c.key).where(at(follow, place), follow.c.key == key(handle))
            return await connection.scalar(found) is not None

    async def count(self, place: Place) -> int:
        """How many a place follows."""
        async with self._database.reading() as connection:
            found = await connection.scalar(
                select(func.count()).select_from(follow).where(at(follow, place))
            )
        return found or 0
