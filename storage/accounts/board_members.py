"""Members of groups' boards, who joined by their own command."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import and_, delete, exists, func, not_, or_, select, update

from scoring.reading.handles import key
from storage.accounts.present_handles import names_of
from storage.engine.database import Database
from storage.engine.dialects import upsert
from storage.engine.schema import account, board, claim, member
from storage.engine.schema import handle as handle_
from storage.engine.transaction import Lock

MOST_MEMBERS: Final = 30
"""Members of one board: as many lines as fit on a phone's screen and in a message."""


KEPT: Final = timedelta(days=1)
"""How long the members of a board that was switched off are kept, so that it can be undone."""


class HandleHeldError(Exception):
    """Another member of the group has joined with this handle."""


class BoardFullError(Exception):
    """The board already has `MOST_MEMBERS` members."""


class Member(NamedTuple):
    """A member of a board.

    Attributes:
        handle: the handle that the person joined with.
        name: the person's first name on Telegram: foreign text; may be empty.
        proved: whether the person has proved that the account is theirs.
    """

    handle: str
    name: str
    proved: bool


@dataclass(frozen=True, slots=True)
class BoardSettings:
    """What a group's administrators chose.

    Attributes:
        closed: the group has no board.
        weekly: the board comes with the group's digest.
    """

    closed: bool = False
    weekly: bool = False


class BoardMembers:
    """Stores the boards of all groups."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def join(
        self, chat_id: int, person_id: int, name: str, handle: str, *, proved: bool
    ) -> None:
        """Put a person on a group's board with one handle, in place of an earlier one.

        Args:
            name: the person's first name on Telegram.
            proved: the person has proved the handle; another member who has it here loses it.

        Raises:
            HandleHeldError: another member has it here.
            BoardFullError: there is no room.
        """
        async with self._database.transaction() as tx:
            await tx.lock(Lock.CHAT, chat_id)
            # an account belongs to one person, whichever of its handles was used
            account_id = select(handle_.c.account_id).where(handle_.c.key == key(handle))
            names = select(handle_.c.key).where(
                handle_.c.account_id == account_id.scalar_subquery()
            )
            same = or_(member.c.key == key(handle), member.c.key.in_(names))
            others = and_(member.c.chat_id == chat_id, member.c.person_id != person_id)
            if proved:
                await tx.execute(delete(member).where(others, same))
            elif await tx.scalar(select(exists().where(others, same))):
                raise HandleHeldError(handle)
            count = select(func.count()).select_from(member).where(others)
            if (await tx.scalar(count) or 0) >= MOST_MEMBERS:
                raise BoardFullError
            new = {"key": key(handle), "handle": handle, "name": name}
            await tx.execute(
                upsert(tx, member)
                .values(chat_id=chat_id, person_id=person_id, **new)
                .on_conflict_do_update(index_elements=["chat_id", "person_id"], set_=new)
            )

    async def leave(self, chat_id: int, person_id: int) -> str | None:
        """Take a person off a group's board; return the handle they had there, or None."""
        return await self._remove(chat_id, member.c.person_id == person_id)

    async def remove(self, chat_id: int, handle: str) -> str | None:
        """Take a handle off a group's board; return it as it was typed, or None when not there."""
        return await self._remove(chat_id, names_of(member, [handle]))

    async def note_name(self, chat_id: int, person_id: int, name: str) -> None:
        """Store a member's present first name; a person who is no member is not stored."""
        theirs = and_(member.c.chat_id == chat_id, member.c.person_id == person_id)
        other = or_(member.c.name.is_(None), member.c.name != name)
        async with self._database.reading() as connection:
            if not await connection.scalar(select(exists().where(theirs, other))):
                return
        async with self._database.transaction() as tx:
            await tx.execute(update(member).where(theirs).values(name=name))

    async def members(self, chat_id: int) -> dict[int, Member]:
        """Return the members of a group's board by person number, without hidden accounts.

        A board that is switched off has none, though they are kept for a while.
        """
        off = exists().where(board.c.chat_id == chat_id, board.c.closed)
        whose = and_(
            claim.c.account_id == account.c.id,
            claim.c.person_id == member.c.person_id,
            claim.c.proved_at.is_not(None),
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(
                    member.c.person_id,
                    func.coalesce(account.c.handle, member.c.handle).label("handle"),
                    member.c.name,
                    claim.c.proved_at,
                )
                .outerjoin(handle_, handle_.c.key == member.c.key)
                .outerjoin(account, account.c.id == handle_.c.account_id)
                .outerjoin(claim, whose)
                .where(member.c.chat_id == chat_id, account.c.hidden_by.is_(None), not_(off))
                .order_by(member.c.key)
            )
            return {
                row.person_id: Member(row.handle, row.name or "", row.proved_at is not None)
                for row in rows
            }

    async def settings(self, chat_id: int) -> BoardSettings:
        """Return what the administrators chose."""
        async with self._database.reading() as connection:
            row = (
                await connection.execute(
                    select(board.c.closed, board.c.weekly).where(board.c.chat_id == chat_id)
                )
            ).one_or_none()
        return BoardSettings(row.closed, row.weekly) if row else BoardSettings()

    async def close(self, chat_id: int, now: datetime) -> None:
        """Switch a board off; its members are deleted later (`storage.maintenance.upkeep`)."""
        off = {"closed": True, "weekly": False, "closed_at": now}
        async with self._database.transaction() as tx:
            await tx.execute(
                upsert(tx, board)
                .values(chat_id=chat_id, **off)
                .on_conflict_do_update(index_elements=["chat_id"], set_=off)
            )

    async def open(
        self, chat_id: int, kept_since: datetime, *, weekly: bool | None = None
    ) -> BoardSettings:
        """Switch a board on.

        Args:
            kept_since: members of a board that was switched off before are deleted now.
            weekly: whether it comes with the digest; None keeps the choice.
        """
        new = {"closed": False, "closed_at": None} | ({} if weekly is None else {"weekly": weekly})
        long_off = exists().where(board.c.chat_id == chat_id, board.c.closed_at <= kept_since)
        async with self._database.transaction() as tx:
            await tx.lock(Lock.CHAT, chat_id)
            await tx.execute(delete(member).where(member.c.chat_id == chat_id, long_off))
            await tx.execute(
                upsert(tx, board)
                .values(chat_id=chat_id, closed=False, weekly=bool(weekly))
                .on_conflict_do_update(index_elements=["chat_id"], set_=new)
            )
        return await self.settings(chat_id)

    async def _remove(self, chat_id: int, whom: object) -> str | None:
        async with self._database.transaction() as tx:
            handle: str | None = await tx.scalar(
                delete(member)
                .where(member.c.chat_id == chat_id, whom)  # type: ignore[arg-type]
                .returning(member.c.handle)
            )
        return handle
