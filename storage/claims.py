"""Whose an account is, where its owner proved it; and whether strangers may look it up."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, exists, or_, select, update

from storage.database import Database
from storage.dialects import alone, upsert
from storage.schema import account, claim, handle, member

BETWEEN_LOOKS: Final = timedelta(minutes=2)
"""Each look at a bio costs the operator a cent."""


class NoCodeError(Exception):
    """The person never asked for a code for this account, or somebody else has proved it since."""


class Claims:
    """Proofs of every person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(self, person_id: int, account_id: int, code: str) -> str:
        """The code that the account's bio has to show; the one that was given before stays."""
        async with self._database.transaction() as connection:
            await connection.execute(
                upsert(connection, claim)
                .values(person_id=person_id, account_id=account_id, code=code)
                .on_conflict_do_nothing()
            )
            rows = await connection.execute(
                select(claim.c.code).where(
                    claim.c.person_id == person_id, claim.c.account_id == account_id
                )
            )
            return str(rows.scalar_one())

    async def look(self, person_id: int, account_id: int, now: datetime) -> str | None:
        """The code to look for in the bio; None when it is too soon.

        Raises:
            NoCodeError: there is none.
        """
        async with self._database.transaction() as connection:
            rows = await connection.execute(
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
            if found is None and not await connection.scalar(select(exists().where(whose))):
                raise NoCodeError
        return found

    async def prove(self, person_id: int, account_id: int, now: datetime) -> None:
        """The code was seen: the account is this person's, and nobody else's any more.

        Whoever else stands with it on a board loses it there.

        Raises:
            NoCodeError: somebody else was faster.
        """
        names = select(handle.c.key).where(handle.c.account_id == account_id)
        async with self._database.transaction() as connection:
            await alone(connection, f"account {account_id}")
            mine = await connection.execute(
                update(claim)
                .where(claim.c.person_id == person_id, claim.c.account_id == account_id)
                .values(proved_at=now)
            )
            if not mine.rowcount:
                raise NoCodeError
            await connection.execute(
                delete(member).where(member.c.key.in_(names), member.c.person_id != person_id)
            )
            await connection.execute(
                delete(claim).where(
                    claim.c.account_id == account_id, claim.c.person_id != person_id
                )
            )
            await connection.execute(
                update(account)
                .where(account.c.id == account_id, account.c.hidden_by != person_id)
                .values(hidden_by=None)
            )

    async def owner(self, account_id: int) -> int | None:
        """The person who proved that an account is theirs."""
        async with self._database.reading() as connection:
            found: int | None = await connection.scalar(
                select(claim.c.person_id).where(
                    claim.c.account_id == account_id, claim.c.proved_at.is_not(None)
                )
            )
        return found

    async def hide(self, person_id: int, account_id: int, *, hidden: bool) -> None:
        """Keep an account from strangers, or show it again."""
        async with self._database.transaction() as connection:
            await connection.execute(
                update(account)
                .where(account.c.id == account_id)
                .values(hidden_by=person_id if hidden else None)
            )
