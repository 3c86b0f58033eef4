"""The lifecycle of chats: unreachable, back, moved to another number."""

from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import (
    Table,
    UniqueConstraint,
    and_,
    delete,
    exists,
    false,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from storage.chats.places import Place, at
from storage.engine.database import Database
from storage.engine.portions import PORTION, in_portions
from storage.engine.schema import (
    alert,
    board,
    chat,
    digest,
    duel,
    follow,
    inbox,
    link,
    member,
    outbox,
    picture,
    player,
    schedule,
    telling,
    usage,
)
from storage.engine.transaction import Lock, Transaction
from storage.queues.broadcasts import Broadcasts
from storage.queues.outbox import Outbox

_OF_A_CHAT: Final = (
    *(link, follow, schedule, digest, outbox, inbox, alert, member, board, usage),
    *(duel, player),
    picture,
    telling,
)
"""Tables with a `chat_id`."""

_ATTEMPTS: Final = 3

_SPAN: Final = 20.0
"""Seconds in which many rows of a chat are changed in portions."""


class ChatLifecycle:
    """Changes everything that is stored of a chat."""

    def __init__(self, database: Database, outbox: Outbox, broadcasts: Broadcasts) -> None:
        self._database = database
        self._outbox = outbox
        self._broadcasts = broadcasts

    async def mark_unreachable(self, where: Place | int, reason: str, now: datetime) -> None:
        """Mark a place or chat as unreachable: stop its schedule, skip and cancel what waits.

        A schedule that its people paused stays paused, and theirs to resume.

        Args:
            where: a place, or a chat with all its topics.
        """
        async with self._database.transaction() as tx:
            await tx.lock(Lock.DELIVERY)
            await tx.execute(
                update(schedule)
                .where(_within(schedule, where), schedule.c.state == "active")
                .values(state="dead", reason=reason, next_run_at=None)
            )
            await tx.execute(
                update(digest)
                .where(_within(digest, where), digest.c.state == "due")
                .values(state="skipped", reason=reason)
            )
            await self._outbox.cancel(tx, _within(outbox, where))
            if not isinstance(where, Place):  # a chat of which nothing is stored stays unknown
                await tx.execute(update(chat).where(chat.c.id == where).values(gone_at=now))

    async def returned(self, chat_id: int) -> None:
        """Mark a chat as reachable again."""
        async with self._database.transaction() as tx:
            await tx.execute(
                update(chat)
                .where(chat.c.id == chat_id, chat.c.gone_at.is_not(None))
                .values(gone_at=None)
            )

    async def dead(self, chat_id: int) -> list[Place]:
        """Return the places of a chat whose schedule stopped because they were unreachable."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(schedule.c.chat_id, schedule.c.topic_id).where(
                    schedule.c.chat_id == chat_id, schedule.c.state == "dead"
                )
            )
            return [Place(*row) for row in rows]

    async def move(self, old: int, new: int) -> None:
        """Move everything from a group's old number to its new one, as a supergroup.

        Where the new chat has the same row already, that one stays and the old one is deleted.
        """
        await in_portions(partial(self._move_some, old, new), _SPAN)
        for attempt in range(_ATTEMPTS, 0, -1):
            try:
                await self._move(old, new)
            except IntegrityError:  # a member of the new chat stored the same row meanwhile
                if attempt == 1:
                    raise
            else:
                return

    async def _move_some(self, old: int, new: int) -> int:
        """Move a portion of the settled messages, of which a chat may have many."""
        settled = and_(outbox.c.chat_id == old, outbox.c.settled_at.is_not(None))
        async with self._database.reading() as connection:
            found = await connection.scalars(select(outbox.c.id).where(settled).limit(PORTION))
            ids = found.all()
        if ids:
            async with self._database.transaction() as tx:
                await tx.lock(Lock.DELIVERY)
                theirs = and_(outbox.c.id.in_(ids), settled)
                await tx.execute(update(outbox).where(theirs).values(chat_id=new))
        return len(ids)

    async def _move(self, old: int, new: int) -> None:
        async with self._database.transaction() as tx:
            for chat_id in sorted((old, new)):  # so that neither exceeds its limits meanwhile
                await tx.lock(Lock.CHAT, chat_id)
            await tx.lock(Lock.DELIVERY)
            if await tx.scalar(select(chat.c.id).where(chat.c.id == new)):
                for column in ("language", "spoken", "zone", "news"):
                    value = select(chat.c[column]).where(chat.c.id == old).scalar_subquery()
                    await tx.execute(
                        update(chat)
                        .where(chat.c.id == new, chat.c[column].is_(None))
                        .values({column: value})
                    )
            else:
                row = (await tx.execute(select(chat).where(chat.c.id == old))).one_or_none()
                if row is not None:
                    await tx.execute(
                        chat.insert().values(**{**row._mapping, "id": new})  # noqa: SLF001 - its name
                    )
            # in a supergroup the same number belongs to another message
            await tx.execute(update(duel).where(duel.c.chat_id == old).values(message_id=None))
            for table in _OF_A_CHAT:
                await _move(tx, table, old, new)
            await tx.execute(delete(chat).where(chat.c.id == old))
            await self._broadcasts.move(tx, new)


async def _move(tx: Transaction, table: Table, old: int, new: int) -> None:
    """Give rows another chat, except rows that the new chat has already."""
    twin = table.alias()
    taken = [
        exists().where(twin.c.chat_id == new, *(twin.c[name] == table.c[name] for name in columns))
        for columns in _unique(table)
    ]
    await tx.execute(
        update(table).where(table.c.chat_id == old, not_(or_(false(), *taken))).values(chat_id=new)
    )
    if table is digest:
        left = select(digest.c.id).where(digest.c.chat_id == old)
        of_digests = outbox.c.digest_id.in_(left)
        keys = (await tx.scalars(select(outbox.c.key).where(of_digests))).all()
        never_sent = telling.c.outbox_key.in_(keys)  # a settled message's has no key any more
        await tx.execute(delete(telling).where(never_sent))
        await tx.execute(delete(outbox).where(of_digests))
    await tx.execute(delete(table).where(table.c.chat_id == old))


def _unique(table: Table) -> list[list[str]]:
    """Return the columns, besides the chat, of each unique constraint of a table."""
    promises = [set(table.primary_key.columns.keys())] + [
        set(constraint.columns.keys())
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint)
    ]
    return [sorted(names - {"chat_id"}) for names in promises if "chat_id" in names]


def _within(table: Table, where: Place | int) -> Any:
    return at(table, where) if isinstance(where, Place) else table.c.chat_id == where
