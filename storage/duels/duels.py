"""Duels: two accounts side by side in one message, which is edited as people vote.

    state      meaning                                   transitions that lead away
    ---------  ----------------------------------------  ------------------------------------
    open       people vote                               close (enough votes, or a day); withdraw
    closed     revealed: votes, scores, what was claimed withdraw
    withdrawn  an account may not be shown any more      none: the end

`storage.duels.votes` closes a duel with the vote that makes it enough. Each transition makes the
message fall behind, and `storage.duels.duel_edits` has who brings it up to date.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, exists, func, insert, not_, or_, select, update

from storage.chats.places import Place, at
from storage.duels.duel_rows import DUELS, LEFT, RIGHT, NewDuel, StoredDuel, stored
from storage.engine.database import Database
from storage.engine.schema import claim, duel, handle, member, player, vote
from storage.engine.transaction import Lock, Transaction

UNVOTED: Final = timedelta(days=90)
"""How long a duel without a vote is kept, so that a chat does not see the same pair again."""

_SWEEP: Final = 100
"""Duels that one sweep changes or edits at most."""


class Duels:
    """Stores duels."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, new: NewDuel, most: int) -> int | None:
        """Store a duel, open; return its number.

        Args:
            new: the duel.
            most: how many may be open in its place; None is returned when there are as many.
        """
        is_open = (duel.c.state == "open", duel.c.closes_at > new.made_at)
        count = select(func.count()).select_from(duel).where(at(duel, new.place), *is_open)
        async with self._database.transaction() as tx:
            await tx.lock(Lock.CHAT, new.place.chat_id)
            if (await tx.scalar(count) or 0) >= most:
                return None
            number = await tx.scalar(insert(duel).values(new.row()).returning(duel.c.id))
        assert isinstance(number, int)  # noqa: S101 - the primary key
        return number

    async def get(self, number: int) -> StoredDuel | None:
        """Return a duel with its accounts as they are now; None when there is none."""
        async with self._database.reading() as connection:
            row = (await connection.execute(DUELS.where(duel.c.id == number))).one_or_none()
        return stored(row) if row else None

    async def open_in(self, place: Place, now: datetime) -> list[StoredDuel]:
        """Return the open duels of a place, oldest first."""
        waiting = (duel.c.state == "open", duel.c.closes_at > now)
        async with self._database.reading() as connection:
            rows = await connection.execute(
                DUELS.where(at(duel, place), *waiting).order_by(duel.c.id)
            )
            return [stored(row) for row in rows]

    async def begun(self, chat_id: int, since: datetime) -> int:
        """Return how many duels began in a chat since a moment."""
        async with self._database.reading() as connection:
            found = select(func.count()).where(duel.c.chat_id == chat_id, duel.c.made_at > since)
            return await connection.scalar(found) or 0

    async def put_in(self, number: int, message_id: int) -> None:
        """Note the message that shows a duel."""
        async with self._database.transaction() as tx:
            await tx.execute(update(duel).where(duel.c.id == number).values(message_id=message_id))

    async def close_due(self, now: datetime) -> None:
        """From open to closed, for duels whose time is over."""
        over = (duel.c.state == "open", duel.c.closes_at <= now)
        async with self._database.transaction() as tx:
            ids = await locked(tx, *over)
            await tx.execute(
                update(duel)
                .where(duel.c.id.in_(ids))
                .values(state="closed", closed_at=now, version=duel.c.version + 1)
            )

    async def withdraw_gone(self) -> None:
        """From open to withdrawn, for duels of an account that may not be shown any more.

        It is hidden, protected or gone, or it is a member's who left the game or the board.
        """
        async with self._database.reading() as connection:
            ids = list(await connection.scalars(_GONE.limit(_SWEEP)))
        if ids:
            async with self._database.transaction() as tx:
                still = await locked(tx, duel.c.id.in_(ids), duel.c.state == "open")
                await withdraw(tx, still)


async def withdraw_account(tx: Transaction, account_id: int) -> None:
    """Withdraw every duel of an account that asks not to be shown: nothing read of it stays."""
    about = or_(duel.c.left_id == account_id, duel.c.right_id == account_id)
    while ids := await locked(tx, about, duel.c.state != "withdrawn"):
        await withdraw(tx, ids)


async def locked(tx: Transaction, *where: Any) -> list[int]:
    """Return the numbers of the duels that match, locked by ascending number: no deadlock."""
    found = select(duel.c.id).where(*where).order_by(duel.c.id).limit(_SWEEP).with_for_update()
    return list(await tx.scalars(found))


async def withdraw(tx: Transaction, ids: Sequence[int]) -> None:
    """From open or closed to withdrawn; what people said of the pair goes, as do its receipts."""
    await tx.execute(delete(vote).where(vote.c.duel_id.in_(ids)))
    await tx.execute(
        update(duel)
        .where(duel.c.id.in_(ids))
        .values(
            state="withdrawn",
            votes=0,
            left_receipt="",
            right_receipt="",
            version=duel.c.version + 1,
        )
    )


_PLAYS = (
    exists()
    .where(player.c.chat_id == duel.c.chat_id, member.c.chat_id == player.c.chat_id)
    .where(member.c.person_id == player.c.person_id, handle.c.key == member.c.key)
    .where(claim.c.account_id == handle.c.account_id, claim.c.person_id == player.c.person_id)
    .where(claim.c.proved_at.is_not(None))
)
_GONE = (
    select(duel.c.id)
    .outerjoin(LEFT, LEFT.c.id == duel.c.left_id)
    .outerjoin(RIGHT, RIGHT.c.id == duel.c.right_id)
    .where(
        duel.c.state == "open",
        or_(
            *(one.c.id.is_(None) for one in (LEFT, RIGHT)),
            *(one.c.hidden_by.is_not(None) for one in (LEFT, RIGHT)),
            *(one.c.protected for one in (LEFT, RIGHT)),
            *(
                duel.c.of_members & not_(_PLAYS.where(handle.c.account_id == side))
                for side in (duel.c.left_id, duel.c.right_id)
            ),
        ),
    )
    .order_by(duel.c.id)
)
