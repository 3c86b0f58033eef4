"""Stored accounts and their readings. A `scoring.reading.account.ReadingStore`."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)

from scoring.progress import Point
from scoring.reading.account import Reading
from scoring.reading.errors import AccountError
from scoring.reading.gathering import Gathered
from scoring.reading.handles import code, key
from scoring.score import Score
from storage.accounts import account_refusals, gathered_counts, picture_cache
from storage.accounts.peer_counts import counted
from storage.accounts.reading_deletion import erase_readings
from storage.accounts.reading_rows import not_understood, parts_of, readable
from storage.duels.duels import withdraw_account
from storage.engine.database import Database
from storage.engine.dialects import by_bytes, upsert
from storage.engine.schema import (
    absent,
    account,
    claim,
    handle,
    snapshot,
)
from storage.engine.transaction import Lock, Transaction

_NOTHING: Final = Gathered()

_ACCOUNTS = select(
    account.c.id,
    account.c.handle,
    account.c.name,
    account.c.protected,
    account.c.hidden_by,
    account.c.external_id,
    account.c.notes,
    snapshot.c.receipt,
    snapshot.c.unread,
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
    # only by its current handle, and only if the handle still leads to it
    .join(
        handle,
        and_(handle.c.account_id == account.c.id, handle.c.key == func.lower(account.c.handle)),
    )
)
_VISIBLE = func.coalesce(account.c.hidden_by, 0) == 0
"""No index serves this: SQLite would look up all visible accounts by it."""

_SEARCHED: Final = 40
"""Handles that a search by first letters looks at together."""

_REFUSED = exists().where(absent.c.key == handle.c.key)
"""The network says of this handle that it has no account, or none that may be shown."""

_NEWEST_RECEIPTS = (
    select(account.c.id, snapshot.c.receipt)
    .select_from(account)
    .join(snapshot, snapshot.c.id == _NEWEST)
    .order_by(account.c.id)
)


_NOT_COUNTED: Final = dict.fromkeys(("followers", "reactions", "mentions", "read_at"))


class NumberTakenError(Exception):
    """Another account has the number already, which a digest gives to two of very many."""


Retract = Callable[[Transaction, int], Awaitable[None]]
"""Takes back waiting messages that tell of an account."""


class Readings:
    """Stores accounts by number, their past handles, and their readings, which never change.

    Args:
        database: the database.
        retract: takes back waiting messages that tell of an account which is deleted; None where
            no messages wait.
    """

    def __init__(self, database: Database, retract: Retract | None = None) -> None:
        self._database = database
        self._retract = retract

    async def latest(self, name: str) -> Reading | None:
        """Return the newest reading of the account that has, or last had, this handle."""
        return await self._one(_LATEST, key=key(name))

    async def before(self, account_id: int, moment: datetime) -> Reading | None:
        """Return the newest reading of an account from before a moment."""
        return await self._one(_BEFORE, id=account_id, moment=moment)

    async def history(self, account_id: int, since: datetime) -> list[Point]:
        """Return an account's scores since a moment, oldest first."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(
                    snapshot.c.as_of,
                    snapshot.c.score,
                    snapshot.c.margin,
                    snapshot.c.formula,
                    snapshot.c.receipt,
                )
                .where(snapshot.c.account_id == account_id, snapshot.c.as_of >= since)
                .order_by(snapshot.c.as_of, snapshot.c.id)
            )
            return [Point(*row[:-1], parts_of(row.receipt)) for row in rows]

    async def hidden_by(self, account_id: int) -> int | None:
        """Return the person who hides an account, or None."""
        async with self._database.reading() as connection:
            found: int | None = await connection.scalar(
                select(account.c.hidden_by).where(account.c.id == account_id)
            )
        return found

    async def owner_decided(self, account_id: int) -> bool:
        """Return whether the proven owner hides an account, or asked that it be shown."""
        decided = or_(account.c.hidden_by == claim.c.person_id, claim.c.shown_at.is_not(None))
        async with self._database.reading() as connection:
            found = await connection.scalar(
                select(claim.c.account_id)
                .join(account)
                .where(account.c.id == account_id, claim.c.proved_at.is_not(None), decided)
            )
        return found is not None

    async def starting_with(self, beginning: str, most: int) -> list[Reading]:
        """Return the newest readings of visible accounts whose handles begin so, by handle."""
        first, last = key(beginning), key(beginning) + "~"  # "~" sorts after any handle
        found: list[Reading] = []
        async with self._database.reading() as connection:
            while len(found) < most:
                within = by_bytes(connection, handle.c.key, first, last).limit(_SEARCHED)
                names = (await connection.scalars(within)).all()
                visible = _STARTING.where(handle.c.key.in_(names), _VISIBLE, not_(_REFUSED))
                rows = (await connection.execute(visible)).all()
                found += (reading for row in rows if (reading := readable(row)))
                if len(names) < _SEARCHED:
                    break
                first = names[-1] + " "  # sorts before what any other handle begins with
        return sorted(found, key=lambda each: key(each.handle))[:most]

    async def absent(self, name: str, now: datetime) -> AccountError | None:
        """Return the answer of the last day that a handle has no account, or none with a score."""
        async with self._database.reading() as connection:
            return await account_refusals.of(connection, name, now)

    async def note_absent(self, error: AccountError, asked: str, now: datetime) -> None:
        """Store the answer that a handle has no account, or none with a score, for a day.

        Args:
            asked: the handle that was asked for; the error may name the account otherwise.
        """
        async with self._database.transaction() as tx:
            await account_refusals.note(tx, error, asked, now)

    async def forget(self, account_id: int, opt_out: AccountError, now: datetime) -> None:
        """Delete an account and all its readings; of one that its owner proved, a bare row stays.

        That row keeps that the owner hides it, and nothing that was read. The opt-out is stored in
        the same transaction, so that a read under way stores nothing afterwards.
        """
        async with self._database.transaction() as tx:
            await tx.lock(Lock.ACCOUNT, account_id)
            await account_refusals.note(tx, opt_out, opt_out.handle, now)
            if self._retract:
                await self._retract(tx, account_id)
            await _delete(tx, account_id)

    async def erase(self, account_id: int) -> None:
        """Delete an account, all its readings and the pictures that show it.

        Of one that its owner proved, a bare row stays, which keeps that the owner hides it.
        """
        async with self._database.transaction() as tx:
            await tx.lock(Lock.ACCOUNT, account_id)
            if self._retract:
                await self._retract(tx, account_id)
            theirs = select(handle.c.key).where(handle.c.account_id == account_id)
            names = (await tx.scalars(theirs)).all()
            await picture_cache.forget_accounts(tx, names)
            await tx.execute(delete(absent).where(absent.c.key.in_(names)))
            await _delete(tx, account_id)

    async def handle_behind(self, carried: str) -> str | None:
        """Return the handle, in lower case, that a button's code stands for, if it is stored."""
        async with self._database.reading() as connection:
            found: str | None = await connection.scalar(
                select(handle.c.key).where(handle.c.code == carried)
            )
        return found

    async def receipts(self) -> AsyncIterator[str]:
        """Yield the newest receipt of every account as a line of JSON, without damaged ones.

        On PostgreSQL the database has to be one of `Database.look`, which reads in a transaction.
        """
        async with self._database.reading() as connection:
            async for account_id, receipt in await connection.stream(_NEWEST_RECEIPTS):
                try:
                    Score.from_json(json.loads(receipt))
                except Exception as error:  # noqa: BLE001 - it must not stop the others
                    not_understood(account_id, error)
                else:
                    yield receipt

    async def _one(self, query: Select[*tuple[Any, ...]], **values: object) -> Reading | None:
        async with self._database.reading() as connection:
            row = (await connection.execute(query, values)).one_or_none()
        return None if row is None else readable(row)

    async def gathered(self, account_id: int, since: datetime, until: datetime) -> Gathered:
        """Return what is kept of an account's posts and mentions of a period."""
        async with self._database.reading() as connection:
            return await gathered_counts.of(connection, account_id, since, until)

    async def add(
        self,
        reading: Reading,
        asked: str,
        before: Gathered = _NOTHING,
        after: Gathered = _NOTHING,
    ) -> None:
        """Store a reading; the account takes on its newest name and handle.

        Args:
            asked: the handle that was asked for, which still leads to the account after a rename.
            before, after: what was kept of its posts and mentions; the difference is stored.

        Raises:
            scoring.reading.network_errors.NotForStrangers: the account asked meanwhile not to be
                shown; nothing is stored.
        """
        new = {
            "handle": reading.handle,
            "name": reading.name,
            "protected": reading.protected,
            "notes": ",".join(sorted(reading.notes)) or None,
            "network": reading.network,
            "external_id": reading.external_id or str(reading.account_id),
            **counted(reading.score),
        }
        keys = {key(reading.handle), key(asked)}
        score = reading.score
        async with self._database.transaction() as tx:
            if reading.network != "x":  # an opt-out that came during the read holds
                await tx.lock(Lock.ACCOUNT, reading.account_id)
                if opt_out := await account_refusals.opt_out(tx, keys, score.facts.as_of):
                    raise opt_out
            row = upsert(tx, account).values(id=reading.account_id, **new)
            is_same = or_(
                account.c.external_id.is_(None),
                account.c.external_id == row.excluded.external_id,
            )
            stored = await tx.execute(
                row.on_conflict_do_update(index_elements=["id"], set_=new, where=is_same)
            )
            if not stored.rowcount:
                raise NumberTakenError(reading.account_id)
            others = handle.c.account_id != reading.account_id
            taken_over = select(handle.c.key).where(handle.c.key.in_(keys), others)
            await picture_cache.forget_accounts(tx, (await tx.scalars(taken_over)).all())
            rows = upsert(tx, handle).values(
                [
                    {"key": name, "account_id": reading.account_id, "code": code(name)}
                    for name in sorted(keys)
                ]
            )
            await tx.execute(
                rows.on_conflict_do_update(
                    index_elements=["key"],
                    set_={"account_id": rows.excluded.account_id, "code": rows.excluded.code},
                )
            )
            await tx.execute(delete(absent).where(absent.c.key.in_(keys)))
            await tx.execute(
                insert(snapshot).values(
                    account_id=reading.account_id,
                    as_of=score.facts.as_of,
                    formula=score.formula,
                    depth=score.depth,
                    score=score.score,
                    margin=score.margin,
                    receipt=_compact(score.to_json()),
                    unread=",".join(reading.unread),
                )
            )
            await gathered_counts.store(tx, reading.account_id, before, after)


async def _delete(tx: Transaction, account_id: int) -> None:
    """Delete what was read of an account; of one that its owner proved, a bare row stays."""
    of_account = claim.c.account_id == account_id
    proved = select(claim.c.account_id).where(of_account, claim.c.proved_at.is_not(None))
    await erase_readings(tx, [account_id])
    await withdraw_account(tx, account_id)
    await tx.execute(delete(claim).where(of_account, claim.c.proved_at.is_(None)))
    await tx.execute(
        update(account).where(account.c.id == account_id).values(name="", **_NOT_COUNTED)
    )
    await tx.execute(delete(account).where(account.c.id == account_id, account.c.id.not_in(proved)))


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
