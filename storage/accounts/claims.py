"""Claims of ownership: who proved that an account is theirs."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import and_, delete, exists, func, or_, select, update

from scoring.reading.fetching import ProvedBy
from scoring.reading.handles import key
from scoring.reading.names import network_of
from storage.accounts import account_refusals
from storage.engine.database import Database
from storage.engine.dialects import upsert
from storage.engine.schema import account, claim, handle, member
from storage.engine.transaction import Lock, Transaction

BETWEEN_LOOKS: Final = timedelta(minutes=2)
"""Pause between two looks at a bio, since each costs the operator a cent."""


class NoCodeError(Exception):
    """The person has no code for this account, or another person has proved it since."""


class Claimed(NamedTuple):
    """An account that a person claims.

    Attributes:
        account_id: our number of it.
        handle: its newest handle.
        proved: whether the person proved that it is theirs.
    """

    account_id: int
    handle: str
    proved: bool


class Claims:
    """Stores people's claims to accounts and their proofs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(
        self, person_id: int, account_id: int, code: str, unread: ProvedBy | None = None
    ) -> str:
        """Return the code that the account's bio must show; an earlier code stays valid.

        Args:
            person_id: who claims the account.
            account_id: our number of it.
            code: a new code.
            unread: an account of which nothing may be stored but its name, until it is proved.
        """
        async with self._database.transaction() as tx:
            if unread is not None:
                await tx.lock(Lock.ACCOUNT, account_id)
                await tx.execute(
                    upsert(tx, account)
                    .values(
                        id=account_id,
                        network=network_of(unread.handle),
                        external_id=unread.external_id,
                        handle=unread.handle,
                        name="",
                        protected=False,
                    )
                    .on_conflict_do_nothing()
                )
            await tx.execute(
                upsert(tx, claim)
                .values(person_id=person_id, account_id=account_id, code=code)
                .on_conflict_do_nothing()
            )
            rows = await tx.execute(
                select(claim.c.code).where(
                    claim.c.person_id == person_id, claim.c.account_id == account_id
                )
            )
            return str(rows.scalar_one())

    async def of(self, person_id: int, name: str) -> Claimed | None:
        """Return the account of a present or former handle that a person claims, or None."""
        led = select(handle.c.account_id).where(handle.c.key == key(name))
        async with self._database.reading() as connection:
            found = await connection.execute(
                select(account.c.id, account.c.handle, claim.c.proved_at)
                .join(claim)
                .where(
                    claim.c.person_id == person_id,
                    or_(account.c.id.in_(led), func.lower(account.c.handle) == key(name)),
                )
                .order_by(account.c.id.in_(led).desc())
                .limit(1)
            )
            row = found.one_or_none()
        return None if row is None else Claimed(row.id, row.handle, row.proved_at is not None)

    async def look(self, person_id: int, account_id: int, now: datetime) -> str | None:
        """Return the code to look for in the bio; None when it is too soon.

        Raises:
            NoCodeError: there is none.
        """
        async with self._database.transaction() as tx:
            rows = await tx.execute(
                update(claim)
                .where(
                    claim.c.person_id == person_id,
                    claim.c.account_id == account_id,
                    or_(claim.c.looked_at.is_(None), claim.c.looked_at <= now - BETWEEN_LOOKS),
                )
                .values(looked_at=now)
                .returning(claim.c.code)
            )
            found: str | None = rows.scalar_one_or_none()
            whose = (claim.c.person_id == person_id) & (claim.c.account_id == account_id)
            if found is None and not await tx.scalar(select(exists().where(whose))):
                raise NoCodeError
        return found

    async def prove(self, person_id: int, account_id: int, now: datetime) -> bool:
        """Note that the code was seen: the account is this person's, and no other person's.

        Another person who joined a board with the account is taken off it. An account that asks
        not to be shown to others is hidden from them by its owner from now on.

        Returns:
            Whether it is hidden for that reason.

        Raises:
            NoCodeError: another person proved it first.
        """
        names = select(handle.c.key).where(handle.c.account_id == account_id)
        async with self._database.transaction() as tx:
            await tx.lock(Lock.ACCOUNT, account_id)
            kept = await _is_kept_from_others(tx, person_id, account_id)
            mine = await tx.execute(
                update(claim)
                .where(claim.c.person_id == person_id, claim.c.account_id == account_id)
                .values(proved_at=now)
            )
            if not mine.rowcount:
                raise NoCodeError
            await tx.execute(
                delete(member).where(member.c.key.in_(names), member.c.person_id != person_id)
            )
            await tx.execute(
                delete(claim).where(
                    claim.c.account_id == account_id, claim.c.person_id != person_id
                )
            )
            await tx.execute(
                update(account)
                .where(account.c.id == account_id, account.c.hidden_by != person_id)
                .values(hidden_by=None)
            )
            opted_out = await account_refusals.withdraw(tx, account_id, now) or kept
            if opted_out:
                await tx.lock(Lock.DELIVERY)
                await tx.execute(
                    update(account).where(account.c.id == account_id).values(hidden_by=person_id)
                )
        return opted_out

    async def owned(self, person_id: int) -> list[str]:
        """Return the handles of the accounts that a person proved, the first proof first."""
        async with self._database.reading() as connection:
            found = await connection.scalars(
                select(account.c.handle)
                .join(claim)
                .where(claim.c.person_id == person_id, claim.c.proved_at.is_not(None))
                .order_by(claim.c.proved_at, account.c.id)
            )
            return list(found)

    async def owner(self, account_id: int) -> int | None:
        """Return the person who proved that an account is theirs, or None."""
        async with self._database.reading() as connection:
            found: int | None = await connection.scalar(
                select(claim.c.person_id).where(
                    claim.c.account_id == account_id, claim.c.proved_at.is_not(None)
                )
            )
        return found


async def _is_kept_from_others(tx: Transaction, person_id: int, account_id: int) -> bool:
    """Return whether another owner decided on an account of a free network, which may opt out.

    What they decided is not the new owner's word: the account is hidden until that one speaks.
    """
    others = and_(
        claim.c.account_id == account.c.id,
        claim.c.person_id != person_id,
        claim.c.proved_at.is_not(None),
    )
    decided = or_(account.c.hidden_by == claim.c.person_id, claim.c.shown_at.is_not(None))
    found = await tx.scalar(
        select(account.c.id)
        .join(claim, others)
        .where(account.c.id == account_id, account.c.network != "x", decided)
    )
    return found is not None
