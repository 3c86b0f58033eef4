"""Players: members of a group's board whose accounts may be in the group's duels."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, delete, exists, select

from storage.accounts.present_handles import present, with_account
from storage.engine.database import Database
from storage.engine.dialects import upsert
from storage.engine.schema import account, claim, member, player
from storage.engine.schema import handle as handle_


class NoMemberError(Exception):
    """The person does not stand on the group's board."""


class NotProvedError(Exception):
    """The person has not proved that the account is theirs.

    Attributes:
        handle: the account.
    """

    def __init__(self, handle: str) -> None:
        super().__init__(handle)
        self.handle = handle


class Player(NamedTuple):
    """The account with which a person plays."""

    handle: str
    account_id: int


class DuelPlayers:
    """Stores who joined the game, in each group."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def join(self, chat_id: int, person_id: int, now: datetime) -> None:
        """Put a member of the group's board into the game, with the account they stand there with.

        Raises:
            NoMemberError: the person does not stand on the board.
            NotProvedError: the person has not proved that the account is theirs.
        """
        mine = (member.c.chat_id == chat_id, member.c.person_id == person_id)
        named = select(present(member), handle_.c.account_id).select_from(with_account(member))
        async with self._database.transaction() as tx:
            row = (await tx.execute(named.where(*mine))).one_or_none()
            if row is None:
                raise NoMemberError
            proof = (claim.c.person_id == person_id, claim.c.account_id == row.account_id)
            if not await tx.scalar(select(exists().where(*proof, claim.c.proved_at.is_not(None)))):
                raise NotProvedError(row.handle)
            await tx.execute(
                upsert(tx, player)
                .values(chat_id=chat_id, person_id=person_id, joined_at=now)
                .on_conflict_do_nothing()
            )

    async def leave(self, chat_id: int, person_id: int) -> bool:
        """Take a person out of the game; False when they were not in it."""
        async with self._database.transaction() as tx:
            gone = await tx.execute(
                delete(player).where(player.c.chat_id == chat_id, player.c.person_id == person_id)
            )
            return gone.rowcount > 0

    async def of(self, chat_id: int) -> dict[int, Player]:
        """Return a group's players by person, without hidden accounts."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(player.c.person_id, account.c.handle, account.c.id)
                .join(
                    member,
                    and_(
                        member.c.chat_id == player.c.chat_id,
                        member.c.person_id == player.c.person_id,
                    ),
                )
                .join(handle_, handle_.c.key == member.c.key)
                .join(account, account.c.id == handle_.c.account_id)
                .where(player.c.chat_id == chat_id, account.c.hidden_by.is_(None))
            )
            return {row.person_id: Player(row.handle, row.id) for row in rows}
