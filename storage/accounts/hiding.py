"""Hides accounts, also in messages that wait: a message about a hidden account is not sent."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, select, update

from scoring.reading.handles import key
from storage.accounts import account_refusals
from storage.engine.database import Database
from storage.engine.schema import account, claim, handle
from storage.engine.transaction import Lock, Transaction
from storage.queues.digests import Digests
from storage.queues.outbox import Outbox


class HiddenAccounts:
    """Stores who hides an account."""

    def __init__(self, database: Database, outbox: Outbox, digests: Digests) -> None:
        self._database = database
        self._outbox = outbox
        self._digests = digests

    async def hide(self, account_id: int, owner: int, now: datetime) -> bool:
        """Hide an account and take back waiting messages that tell other people of it.

        A digest that is taken back is due again, and then says that the account is hidden; an alert
        is dropped. A message that is being sent at this moment arrives.

        Returns:
            False when the account is not, or no longer, proved to be this person's.
        """
        async with self._database.transaction() as tx:
            await tx.lock(Lock.ACCOUNT, account_id)
            if not await tx.scalar(select(exists().where(_proved(account_id, owner)))):
                return False
            await self.retract(tx, account_id, owner)
            await account_refusals.withdraw(tx, account_id, now)
            await tx.execute(
                update(claim).where(claim.c.account_id == account_id).values(shown_at=None)
            )
            await tx.execute(
                update(account).where(account.c.id == account_id).values(hidden_by=owner)
            )
        return True

    async def show(self, account_id: int, owner: int, now: datetime) -> bool:
        """Show an account again, whatever its own profile says: its owner decides.

        Returns:
            False when the account is not, or no longer, proved to be this person's.
        """
        async with self._database.transaction() as tx:
            await tx.lock(Lock.ACCOUNT, account_id)
            if not await tx.scalar(select(exists().where(_proved(account_id, owner)))):
                return False
            await account_refusals.withdraw(tx, account_id, now)
            await tx.execute(update(claim).where(_proved(account_id, owner)).values(shown_at=now))
            await tx.execute(
                update(account).where(account.c.id == account_id).values(hidden_by=None)
            )
        return True

    async def retract(self, tx: Transaction, account_id: int, owner: int | None = None) -> None:
        """Take back waiting digests and alerts that tell of an account; digests are due again.

        Args:
            tx: the transaction in which the account is hidden or deleted.
            account_id: our number of the account.
            owner: the person whose own messages stay; None for none.
        """
        await tx.lock(Lock.DELIVERY)
        led = await tx.scalars(select(handle.c.key).where(handle.c.account_id == account_id))
        own = await tx.scalars(select(account.c.handle).where(account.c.id == account_id))
        names = {*led.all(), *map(key, own.all())}
        await self._digests.reopen(tx, await self._outbox.take_back(tx, names, owner or 0))

    async def owners(self, tx: Transaction, accounts: Iterable[int]) -> dict[int, int]:
        """Return, for those of some accounts that are hidden, the person who hides them.

        No account is hidden before the transaction ends.
        """
        await tx.lock(Lock.DELIVERY)
        rows = await tx.execute(
            select(account.c.id, account.c.hidden_by).where(
                account.c.id.in_(sorted(accounts)), account.c.hidden_by.is_not(None)
            )
        )
        return {row.id: row.hidden_by for row in rows}

    async def owner(self, tx: Transaction, name: str) -> int | None:
        """Return the person who hides the account of a handle, or None.

        It is not hidden before the transaction ends.
        """
        await tx.lock(Lock.DELIVERY)
        found: int | None = await tx.scalar(
            select(account.c.hidden_by)
            .join(handle, handle.c.account_id == account.c.id)
            .where(handle.c.key == key(name))
        )
        return found


def _proved(account_id: int, owner: int) -> ColumnElement[bool]:
    return and_(
        claim.c.account_id == account_id,
        claim.c.person_id == owner,
        claim.c.proved_at.is_not(None),
    )
