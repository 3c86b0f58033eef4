"""Alerts: which score changes a place wants to be told of at once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, exists, func, not_, or_, select, update

from scoring.reading.handles import key
from storage.accounts.present_handles import names_of, present, with_account
from storage.chats.places import Place, at
from storage.engine.database import Database
from storage.engine.dialects import upsert
from storage.engine.schema import alert, chat, handle, snapshot
from storage.engine.transaction import Lock, Transaction

UNREAD: Final = timedelta(weeks=1)
"""After that an account is read for its alerts, if nothing else has read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A request to be told when a score crosses a threshold, or has moved by a step.

    Attributes:
        threshold: the score to cross, in points; None for a step.
        above: the side on which the account was last certainly seen; None when never certain.
        step: points to move; None for a threshold.
        base: the score from which the step counts.
        seen_at: the moment of the newest reading that the alert was checked against.
    """

    place: Place
    handle: str
    threshold: float | None = None
    above: bool | None = None
    step: float | None = None
    base: float | None = None
    seen_at: datetime


class Alerts:
    """Stores the alerts of all places, one for each account."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, new: Alert, most: int) -> bool:
        """Set an alert, in place of an earlier one on the same account.

        Returns:
            False when the place has `most` alerts on other accounts already.
        """
        values = _values(new)
        others = (
            select(func.count())
            .select_from(alert)
            .where(at(alert, new.place), not_(names_of(alert, [new.handle])))
        )
        async with self._database.transaction() as tx:
            await tx.lock(Lock.CHAT, new.place.chat_id)
            if (await tx.scalar(others) or 0) >= most:
                return False
            # an alert that was set under an earlier handle of the account is replaced, too
            await tx.execute(
                delete(alert).where(at(alert, new.place), names_of(alert, [new.handle]))
            )
            await tx.execute(
                upsert(tx, alert)
                .values(**new.place._asdict(), key=key(new.handle), **values)
                .on_conflict_do_update(index_elements=["chat_id", "topic_id", "key"], set_=values)
            )
        return True

    async def remove(self, place: Place, name: str) -> bool:
        """Remove an alert; return whether there was one."""
        async with self._database.transaction() as tx:
            result = await tx.execute(
                delete(alert).where(at(alert, place), names_of(alert, [name]))
            )
            return result.rowcount > 0

    async def of(self, place: Place) -> list[Alert]:
        """Return a place's alerts, by handle."""
        async with self._database.reading() as connection:
            others = [column for column in alert.c if column is not alert.c.handle]
            rows = await connection.execute(
                select(present(alert), *others)
                .select_from(with_account(alert))
                .where(at(alert, place))
                .order_by(alert.c.key)
            )
            return [alert_of(row) for row in rows]

    async def to_check(self, most: int = 500) -> list[Alert]:
        """Return alerts on accounts that were read again on a later UTC day, at most `most`."""
        newer = (
            exists()
            .where(handle.c.key == alert.c.key, snapshot.c.account_id == handle.c.account_id)
            .where(snapshot.c.as_of > alert.c.seen_at)  # a condition that an index covers
            .where(func.date(snapshot.c.as_of) > func.date(alert.c.seen_at))
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(select(alert).where(newer).limit(most))
            return [alert_of(row) for row in rows]

    async def unread(self, now: datetime, most: int = 500) -> list[str]:
        """Return handles with alerts whose accounts nothing has read for a week, nor tried to."""
        since = now - UNREAD
        fresh = (
            exists()
            .where(handle.c.key == alert.c.key, snapshot.c.account_id == handle.c.account_id)
            .where(snapshot.c.as_of > since)
        )
        gone = exists().where(chat.c.id == alert.c.chat_id, chat.c.gone_at.is_not(None))
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(func.min(alert.c.handle).label("handle"))
                .where(alert.c.seen_at <= since, ~fresh, ~gone)
                .where(or_(alert.c.looked_at.is_(None), alert.c.looked_at <= since))
                .group_by(alert.c.key)
                .order_by(func.count().desc(), alert.c.key)
                .limit(most)
            )
            return [row.handle for row in rows]

    async def looked_at(self, names: Collection[str], now: datetime) -> None:
        """Note that the accounts of handles are being read for their alerts."""
        keys = [key(name) for name in names]
        async with self._database.transaction() as tx:
            await tx.execute(update(alert).where(alert.c.key.in_(keys)).values(looked_at=now))

    async def checked(self, tx: Transaction, old: Alert, new: Alert) -> bool:
        """Store an alert's new state.

        Args:
            old: the alert as it was read.

        Returns:
            False when it was changed or removed meanwhile; then nothing happens.
        """
        moved = await tx.execute(
            update(alert)
            .where(
                at(alert, old.place),
                alert.c.key == key(old.handle),
                alert.c.seen_at == old.seen_at,
            )
            .values(**_values(new))
        )
        return moved.rowcount > 0


def _values(of: Alert) -> dict[str, Any]:
    return {name: getattr(of, name) for name in Alert.__slots__ if name != "place"}


def alert_of(row: Any) -> Alert:
    """Return a row of alerts as an alert."""
    values = {name: getattr(row, name) for name in Alert.__slots__ if name != "place"}
    return Alert(place=Place(row.chat_id, row.topic_id), **values)
