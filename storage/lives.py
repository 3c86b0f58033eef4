"""What happens to chats: they go, come back, get another number, and ask to be forgotten."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
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
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import broadcasts
from storage.database import Database
from storage.dialects import alone
from storage.outbox import cancel
from storage.places import Place, at
from storage.schema import (
    account,
    alert,
    board,
    broadcast,
    chat,
    claim,
    digest,
    follow,
    inbox,
    link,
    member,
    outbox,
    quota,
    schedule,
    usage,
)

_OF_A_CHAT: Final = (link, follow, schedule, digest, outbox, inbox, alert, member, board, usage)
"""Tables with a `chat_id`."""

_ATTEMPTS: Final = 3


class Lives:
    """Chats as a whole."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def bury(self, where: Place | int, reason: str, now: datetime) -> None:
        """Telegram takes nothing there any more: stop its schedule and what waits.

        What its people had paused stays theirs to resume.

        Args:
            where: a place, or a chat with all its topics.
        """
        async with self._database.transaction() as connection:
            await alone(connection, "delivery")
            await connection.execute(
                update(schedule)
                .where(_within(schedule, where), schedule.c.state == "active")
                .values(state="dead", reason=reason, next_run_at=None)
            )
            await connection.execute(
                update(digest)
                .where(_within(digest, where), digest.c.state == "due")
                .values(state="skipped", reason=reason)
            )
            await cancel(connection, _within(outbox, where), now)
            if not isinstance(where, Place):  # a chat nothing is kept of stays unknown
                await connection.execute(update(chat).where(chat.c.id == where).values(gone_at=now))

    async def returned(self, chat_id: int) -> None:
        """It takes messages again."""
        async with self._database.transaction() as connection:
            await connection.execute(
                update(chat)
                .where(chat.c.id == chat_id, chat.c.gone_at.is_not(None))
                .values(gone_at=None)
            )

    async def dead(self, chat_id: int) -> list[Place]:
        """Places of a chat whose schedule was stopped because Telegram took nothing."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(schedule.c.chat_id, schedule.c.topic_id).where(
                    schedule.c.chat_id == chat_id, schedule.c.state == "dead"
                )
            )
            return [Place(*row) for row in rows]

    async def move(self, old: int, new: int) -> None:
        """A group became a supergroup: everything it had is the new one's.

        Where the new chat has the same thing already, that stays and the old one goes.
        """
        for attempt in range(_ATTEMPTS, 0, -1):
            try:
                await self._move(old, new)
            except IntegrityError:  # somebody there was choosing the same thing meanwhile
                if attempt == 1:
                    raise
            else:
                return

    async def _move(self, old: int, new: int) -> None:
        async with self._database.transaction() as connection:
            for chat_id in sorted((old, new)):  # nobody else adds to what each of them may have
                await alone(connection, f"chat {chat_id}")
            await alone(connection, "delivery")
            if await connection.scalar(select(chat.c.id).where(chat.c.id == new)):
                for column in ("language", "spoken", "zone", "news"):
                    value = select(chat.c[column]).where(chat.c.id == old).scalar_subquery()
                    await connection.execute(
                        update(chat)
                        .where(chat.c.id == new, chat.c[column].is_(None))
                        .values({column: value})
                    )
            else:
                row = (await connection.execute(select(chat).where(chat.c.id == old))).one_or_none()
                if row is not None:
                    await connection.execute(
                        chat.insert().values(**{**row._mapping, "id": new})  # noqa: SLF001 - its name
                    )
            for table in _OF_A_CHAT:
                await _move(connection, table, old, new)
            await connection.execute(delete(chat).where(chat.c.id == old))
            await broadcasts.move(connection, new)

    async def forget(self, person_id: int) -> list[str]:
        """Erase a person's handles everywhere and their private chat, with what waits for it.

        Their quota stays for the five hours that it lasts: forgetting would buy a new one.

        Returns:
            The handles that the private chat followed.
        """
        async with self._database.transaction() as connection:
            await alone(connection, "delivery")
            names = await connection.execute(
                select(follow.c.handle).where(follow.c.chat_id == person_id).distinct()
            )
            followed = [row.handle for row in names]
            for table in (link, member, claim):
                await connection.execute(delete(table).where(table.c.person_id == person_id))
            await connection.execute(
                update(account).where(account.c.hidden_by == person_id).values(hidden_by=None)
            )
            await connection.execute(delete(broadcast).where(broadcast.c.by == person_id))
            for table in (outbox, digest, schedule, follow, alert, link, usage):
                await connection.execute(delete(table).where(table.c.chat_id == person_id))
            # what else they wrote comes after this, and is dealt with, then gone
            await connection.execute(delete(inbox).where(_asked_by(person_id), _DOUBTED))
            await connection.execute(delete(chat).where(chat.c.id == person_id))
        return followed

    async def export(self, person_id: int) -> dict[str, Any]:
        """Everything kept of a person: of their private chat, and their handles in groups."""
        found: dict[str, Any] = {}
        async with self._database.reading() as connection:
            chats = await connection.execute(select(chat).where(chat.c.id == person_id))
            found["chat"] = [dict(row) for row in chats.mappings()]
            for table in (link, member, claim):
                rows = await connection.execute(select(table).where(table.c.person_id == person_id))
                found[table.name] = [dict(row) for row in rows.mappings()]
            for table, theirs in (
                (quota, _bucket(person_id)),
                (broadcast, broadcast.c.by == person_id),
            ):
                rows = await connection.execute(select(table).where(theirs))
                found[table.name] = [dict(row) for row in rows.mappings()]
            for table in (follow, schedule, alert, digest, outbox, usage):
                rows = await connection.execute(select(table).where(table.c.chat_id == person_id))
                found[table.name] = [dict(row) for row in rows.mappings()]
            rows = await connection.execute(select(inbox).where(_asked_by(person_id)))
            found[inbox.name] = [dict(row) for row in rows.mappings()]
        return found


_DOUBTED: Final = inbox.c.state == "uncertain"


def _asked_by(person_id: int) -> ColumnElement[bool]:
    return or_(inbox.c.lane == person_id, inbox.c.chat_id == person_id)


def _bucket(person_id: int) -> ColumnElement[bool]:
    return and_(quota.c.kind == "person", quota.c.id == person_id)


async def _move(connection: AsyncConnection, table: Table, old: int, new: int) -> None:
    """Give rows another chat, but for those that it has already."""
    twin = table.alias()
    taken = [
        exists().where(twin.c.chat_id == new, *(twin.c[name] == table.c[name] for name in columns))
        for columns in _unique(table)
    ]
    await connection.execute(
        update(table).where(table.c.chat_id == old, not_(or_(false(), *taken))).values(chat_id=new)
    )
    if table is digest:
        left = select(digest.c.id).where(digest.c.chat_id == old)
        await connection.execute(delete(outbox).where(outbox.c.digest_id.in_(left)))
    await connection.execute(delete(table).where(table.c.chat_id == old))


def _unique(table: Table) -> list[list[str]]:
    """Columns that tell a chat's rows apart, for each promise that no two are alike."""
    promises = [set(table.primary_key.columns.keys())] + [
        set(constraint.columns.keys())
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint)
    ]
    return [sorted(names - {"chat_id"}) for names in promises if "chat_id" in names]


def _within(table: Table, where: Place | int) -> Any:
    return at(table, where) if isinstance(where, Place) else table.c.chat_id == where
