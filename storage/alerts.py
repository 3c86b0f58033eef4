"""What a place wants to be told of at once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, func, select, update

from scoring.handles import key
from storage.database import Database
from storage.dialects import alone, upsert
from storage.outbox import post
from storage.places import Place, at
from storage.schema import alert, handle, snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A wish to be told when a score crosses a line, or has moved by so much.

    Attributes:
        threshold: the score to cross; None for a step.
        above: on which side of it the account was last surely seen; None when never surely.
        step: points to move; None for a threshold.
        base: where it moves from.
        seen_at: the moment of the newest reading it was held against.
    """

    place: Place
    handle: str
    threshold: float | None = None
    above: bool | None = None
    step: float | None = None
    base: float | None = None
    seen_at: datetime


class Alerts:
    """Alerts of every place: one an account."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, new: Alert, most: int) -> bool:
        """Set an alert, in place of an earlier one of the same account.

        Returns:
            False when the place has `most` alerts on other accounts already.
        """
        values = _values(new)
        others = (
            select(func.count())
            .select_from(alert)
            .where(at(alert, new.place), alert.c.key != key(new.handle))
        )
        async with self._database.transaction() as connection:
            await alone(connection, f"chat {new.place.chat_id}")
            if (await connection.scalar(others) or 0) >= most:
                return False
            await connection.execute(
                upsert(connection, alert)
                .values(**new.place._asdict(), key=key(new.handle), **values)
                .on_conflict_do_update(index_elements=["chat_id", "topic_id", "key"], set_=values)
            )
        return True

    async def remove(self, place: Place, name: str) -> bool:
        """Whether there was one to remove."""
        async with self._database.transaction() as connection:
            result = await connection.execute(
                delete(alert).where(at(alert, place), alert.c.key == key(name))
            )
            return result.rowcount > 0

    async def of(self, place: Place) -> list[Alert]:
        """A place's alerts, by handle."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(alert).where(at(alert, place)).order_by(alert.c.key)
            )
            return [_alert(row) for row in rows]

    async def to_check(self, most: int = 500) -> list[Alert]:
        """Alerts on accounts that were read again since, on a later UTC day."""
        newer = (
            exists()
            .where(handle.c.key == alert.c.key, snapshot.c.account_id == handle.c.account_id)
            .where(func.date(snapshot.c.as_of) > func.date(alert.c.seen_at))
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(select(alert).where(newer).limit(most))
            return [_alert(row) for row in rows]

    async def checked(
        self, old: Alert, new: Alert, message: Callable[[], dict[str, Any]] | None
    ) -> None:
        """Remember what an alert was held against, and post what it has to say, both or neither.

        Args:
            old: as it was read; when it was changed or removed meanwhile, nothing happens.
            message: the arguments of `storage.outbox.post`; None when there is nothing to say.
        """
        async with self._database.transaction() as connection:
            moved = await connection.execute(
                update(alert)
                .where(
                    at(alert, old.place),
                    alert.c.key == key(old.handle),
                    alert.c.seen_at == old.seen_at,
                )
                .values(**_values(new))
            )
            if moved.rowcount and message is not None:
                await post(connection, place=old.place, **message())


def _values(of: Alert) -> dict[str, Any]:
    return {name: getattr(of, name) for name in Alert.__slots__ if name != "place"}


def _alert(row: Any) -> Alert:
    values = {name: getattr(row, name) for name in Alert.__slots__ if name != "place"}
    return Alert(place=Place(row.chat_id, row.topic_id), **values)
