"""Who stands on a group's board: those who said so there, and nobody else."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, delete, exists, func, or_, select, update

from scoring.handles import key
from storage.database import Database
from storage.dialects import alone, upsert
from storage.schema import account, board, member
from storage.schema import handle as handle_

MOST_MEMBERS: Final = 30
"""People on one board: as many lines as a phone's screen and a message hold."""


class HandleHeldError(Exception):
    """Somebody else in the group has joined with this handle."""


class BoardFullError(Exception):
    """There are `MOST_MEMBERS` already."""


@dataclass(frozen=True, slots=True)
class BoardSettings:
    """What a group's administrators chose.

    Attributes:
        closed: there is no board.
        weekly: it comes with the group's digest.
    """

    closed: bool = False
    weekly: bool = False


class Boards:
    """Boards of every group."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def join(self, chat_id: int, person_id: int, handle: str, *, proved: bool) -> None:
        """Put a person on a group's board, with one handle; an earlier one goes.

        Args:
            proved: the handle is theirs for certain: whoever else has it here loses it.

        Raises:
            HandleHeldError: somebody else has it here.
            BoardFullError: there is no room.
        """
        async with self._database.transaction() as connection:
            await alone(connection, f"chat {chat_id}")
            # an account is one person's, whichever of its handles it was joined with
            account_id = select(handle_.c.account_id).where(handle_.c.key == key(handle))
            names = select(handle_.c.key).where(
                handle_.c.account_id == account_id.scalar_subquery()
            )
            same = or_(member.c.key == key(handle), member.c.key.in_(names))
            others = and_(member.c.chat_id == chat_id, member.c.person_id != person_id)
            if proved:
                await connection.execute(delete(member).where(others, same))
            elif await connection.scalar(select(exists().where(others, same))):
                raise HandleHeldError(handle)
            count = select(func.count()).select_from(member).where(others)
            if (await connection.scalar(count) or 0) >= MOST_MEMBERS:
                raise BoardFullError
            new = {"key": key(handle), "handle": handle}
            await connection.execute(
                upsert(connection, member)
                .values(chat_id=chat_id, person_id=person_id, **new)
                .on_conflict_do_update(index_elements=["chat_id", "person_id"], set_=new)
            )

    async def leave(self, chat_id: int, person_id: int) -> str | None:
        """Take a person off a group's board; the handle they had there."""
        return await self._remove(chat_id, member.c.person_id == person_id)

    async def remove(self, chat_id: int, handle: str) -> str | None:
        """Take a handle off a group's board; as it was typed, or None when it was not there."""
        return await self._remove(chat_id, member.c.key == key(handle))

    async def members(self, chat_id: int) -> dict[int, str]:
        """Handles on a group's board, by person; whoever hides theirs is not shown there."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(member.c.person_id, member.c.handle)
                .outerjoin(handle_, handle_.c.key == member.c.key)
                .outerjoin(account, account.c.id == handle_.c.account_id)
                .where(member.c.chat_id == chat_id, account.c.hidden_by.is_(None))
                .order_by(member.c.key)
            )
            return {row.person_id: row.handle for row in rows}

    async def settings(self, chat_id: int) -> BoardSettings:
        """What the administrators chose."""
        async with self._database.reading() as connection:
            row = (
                await connection.execute(
                    select(board.c.closed, board.c.weekly).where(board.c.chat_id == chat_id)
                )
            ).one_or_none()
        return BoardSettings(row.closed, row.weekly) if row else BoardSettings()

    async def choose(
        self, chat_id: int, *, closed: bool | None = None, weekly: bool | None = None
    ) -> BoardSettings:
        """Change what is not None. Closing a board erases who stood on it."""
        changes = {"closed": closed, "weekly": weekly}
        new = {name: value for name, value in changes.items() if value is not None}
        async with self._database.transaction() as connection:
            await connection.execute(
                upsert(connection, board)
                .values(chat_id=chat_id, closed=False, weekly=False)
                .on_conflict_do_nothing()
            )
            await connection.execute(update(board).where(board.c.chat_id == chat_id).values(**new))
            if closed:
                await connection.execute(delete(member).where(member.c.chat_id == chat_id))
        return await self.settings(chat_id)

    async def _remove(self, chat_id: int, whom: object) -> str | None:
        async with self._database.transaction() as connection:
            handle: str | None = await connection.scalar(
                delete(member)
                .where(member.c.chat_id == chat_id, whom)  # type: ignore[arg-type]
                .returning(member.c.handle)
            )
        return handle
