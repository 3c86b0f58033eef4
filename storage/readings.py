"""Accounts and what was read of them. A `scoring.reading.ReadingStore`."""

import json
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, Select, and_, bindparam, delete, func, insert, or_, select

from scoring.errors import AccountError, AccountSuspended, HandleNotFound
from scoring.handles import key
from scoring.progress import Point
from scoring.reading import Reading
from scoring.score import Score
from scoring.sources import SeenPost
from storage.database import Database
from storage.dialects import upsert
from storage.schema import absent, account, handle, snapshot

_ABSENT: Final = timedelta(hours=24)
"""For how long X is believed that a handle has no account, or a suspended one."""

_ACCOUNTS = select(
    account.c.id,
    account.c.handle,
    account.c.name,
    account.c.protected,
    account.c.hidden_by,
    snapshot.c.receipt,
    snapshot.c.posts,
)
_READINGS = (
    _ACCOUNTS.join(snapshot, snapshot.c.account_id == account.c.id)
    .order_by(snapshot.c.as_of.desc(), snapshot.c.id.desc())
    .limit(1)
)
_LATEST = _READINGS.join(handle, handle.c.account_id == account.c.id).where(
    handle.c.key == bindparam("key")
)
_BEFORE = _READINGS.where(account.c.id == bindparam("id"), snapshot.c.as_of < bindparam("moment"))

_OTHER = snapshot.alias()
_NEWEST = (
    select(_OTHER.c.id)
    .where(_OTHER.c.account_id == account.c.id)
    .order_by(_OTHER.c.as_of.desc(), _OTHER.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_STARTING = (
    _ACCOUNTS.select_from(account)
    .join(snapshot, snapshot.c.id == _NEWEST)
    # only under the handle that it has, and that still leads to it
    .join(
        handle,
        and_(handle.c.account_id == account.c.id, handle.c.key == func.lower(account.c.handle)),
    )
    .order_by(handle.c.key)
)
_NEWEST_RECEIPTS = (
    select(snapshot.c.receipt).join(account, snapshot.c.id == _NEWEST).order_by(account.c.id)
)


class Readings:
    """Accounts by number, under every handle they had, with snapshots that never change."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def latest(self, name: str) -> Reading | None:
        """The newest reading of the account that has, or last had, this handle."""
        return await self._one(_LATEST, key=key(name))

    async def before(self, account_id: int, moment: datetime) -> Reading | None:
        """The newest reading of an account from before a moment."""
        return await self._one(_BEFORE, id=account_id, moment=moment)

    async def history(self, account_id: int, since: datetime) -> list[Point]:
        """What an account scored since a moment, oldest first."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(snapshot.c.as_of, snapshot.c.score, snapshot.c.margin, snapshot.c.formula)
                .where(snapshot.c.account_id == account_id, snapshot.c.as_of >= since)
                .order_by(snapshot.c.as_of, snapshot.c.id)
            )
            return [Point(*row) for row in rows]

    async def hidden_by(self, account_id: int) -> int | None:
        """Who hides an account from strangers."""
        async with self._database.reading() as connection:
            found: int | None = await connection.scalar(
                select(account.c.hidden_by).where(account.c.id == account_id)
            )
        return found

    async def starting_with(self, beginning: str, viewer: int | None, most: int) -> list[Reading]:
        """The newest readings of accounts whose handles begin so, by handle.

        Those that are hidden from the viewer are left out.
        """
        first, last = key(beginning), key(beginning) + "~"  # "~" is behind whatever a handle has
        async with self._database.reading() as connection:
            rows = await connection.execute(
                _STARTING.where(handle.c.key.between(first, last))
                .where(or_(account.c.hidden_by.is_(None), account.c.hidden_by == viewer))
                .limit(most)
            )
            return [_reading(row) for row in rows]

    async def absent(self, name: str, now: datetime) -> AccountError | None:
        """What X said of a handle within the last day, if that was why it has no score."""
        async with self._database.reading() as connection:
            found = await connection.execute(
                select(absent.c.suspended, absent.c.seen_at).where(
                    absent.c.key == key(name), absent.c.seen_at.between(now - _ABSENT, now)
                )
            )
            row = found.one_or_none()
        if row is None:
            return None
        kind = AccountSuspended if row.suspended else HandleNotFound
        return kind(name, row.seen_at + _ABSENT)

    async def note_absent(self, error: AccountError, now: datetime) -> None:
        """Remember it; what is older than a day is forgotten."""
        seen = {"suspended": isinstance(error, AccountSuspended), "seen_at": now}
        async with self._database.transaction() as connection:
            await connection.execute(delete(absent).where(absent.c.seen_at < now - _ABSENT))
            await connection.execute(
                upsert(connection, absent)
                .values(key=key(error.handle), **seen)
                .on_conflict_do_update(index_elements=["key"], set_=seen)
            )

    async def receipts(self) -> AsyncIterator[str]:
        """The newest receipt of every account, as a line of JSON."""
        async with self._database.reading() as connection:
            async for (receipt,) in await connection.stream(_NEWEST_RECEIPTS):
                yield receipt

    async def _one(self, query: Select[*tuple[Any, ...]], **values: object) -> Reading | None:
        async with self._database.reading() as connection:
            row = (await connection.execute(query, values)).one_or_none()
        return None if row is None else _reading(row)

    async def add(self, reading: Reading, asked: str) -> None:
        """Add a snapshot; the account takes on its newest name and handle.

        Args:
            asked: the handle it was asked under, which keeps leading to it after a rename.
        """
        new = {"handle": reading.handle, "name": reading.name, "protected": reading.protected}
        keys = {key(reading.handle), key(asked)}
        score = reading.score
        async with self._database.transaction() as connection:
            await connection.execute(
                upsert(connection, account)
                .values(id=reading.account_id, **new)
                .on_conflict_do_update(index_elements=["id"], set_=new)
            )
            rows = upsert(connection, handle).values(
                [{"key": name, "account_id": reading.account_id} for name in sorted(keys)]
            )
            await connection.execute(
                rows.on_conflict_do_update(
                    index_elements=["key"], set_={"account_id": rows.excluded.account_id}
                )
            )
            await connection.execute(delete(absent).where(absent.c.key.in_(keys)))
            await connection.execute(
                insert(snapshot).values(
                    account_id=reading.account_id,
                    as_of=score.facts.as_of,
                    formula=score.formula,
                    depth=score.depth,
                    score=score.score,
                    margin=score.margin,
                    receipt=_compact(score.to_json()),
                    posts=None if reading.posts is None else _compact(_rows(reading.posts)),
                )
            )


def _reading(row: Row[*tuple[Any, ...]]) -> Reading:
    posts = None if row.posts is None else tuple(map(_post, json.loads(row.posts)))
    score = Score.from_json(json.loads(row.receipt))
    return Reading(
        row.id, row.handle, row.name, row.protected, score, posts, hidden_by=row.hidden_by
    )


def _rows(posts: Iterable[SeenPost]) -> list[list[int]]:
    """Posts as short rows: number, second, likes, replies, reposts, quotes."""
    return [
        [p.id, int(p.created_at.timestamp()), p.likes, p.replies, p.reposts, p.quotes]
        for p in posts
    ]


def _post(row: list[int]) -> SeenPost:
    number, second, *counts = row
    return SeenPost(number, datetime.fromtimestamp(second, UTC), *counts)


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
