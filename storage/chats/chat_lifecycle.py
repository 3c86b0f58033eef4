"""The lifecycle of chats: unreachable, back, moved to another number, erased, exported."""

from datetime import datetime
from functools import partial
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
    true,
    update,
)
from sqlalchemy.exc import IntegrityError

from storage.accounts.reading_deletion import erase_readings
from storage.chats.places import Place, at
from storage.duels import votes
from storage.duels.voters import VoterKey
from storage.engine.database import Database
from storage.engine.portions import PORTION, delete_some, in_portions
from storage.engine.schema import (
    account,
    alert,
    board,
    broadcast,
    chat,
    claim,
    digest,
    duel,
    follow,
    inbox,
    link,
    member,
    outbox,
    picture,
    player,
    quota,
    schedule,
    telling,
    usage,
    vote,
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

    def __init__(
        self, database: Database, outbox: Outbox, broadcasts: Broadcasts, voters: VoterKey
    ) -> None:
        self._database = database
        self._voters = voters
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

    async def forget(self, person_id: int) -> list[str]:
        """Erase a person's handles everywhere and their private chat, with what waits for it.

        Tables with many rows go first, in portions; the rest goes in one transaction. The quota
        stays for the five hours that it lasts, since otherwise erasing would buy a new one.

        Returns:
            The handles that the private chat followed.
        """
        referred_to = exists().where(outbox.c.digest_id == digest.c.id)
        for table, what in (
            (outbox, outbox.c.settled_at.is_not(None)),
            (digest, and_(digest.c.state != "due", not_(referred_to))),
            (usage, true()),
        ):
            theirs = and_(table.c.chat_id == person_id, what)
            await in_portions(partial(delete_some, self._database, table, theirs), _SPAN)
        async with self._database.transaction() as tx:
            await tx.lock(Lock.DELIVERY)
            names = await tx.execute(
                select(follow.c.handle).where(follow.c.chat_id == person_id).distinct()
            )
            followed = [row.handle for row in names]
            # Of a free network, an account may be stored because its owner asked for it.
            owned = (
                select(account.c.id)
                .join(claim)
                .where(
                    claim.c.person_id == person_id,
                    claim.c.proved_at.is_not(None),
                    account.c.network != "x",
                )
            )
            await erase_readings(tx, owned)
            for table in (link, member, claim, player):
                await tx.execute(delete(table).where(table.c.person_id == person_id))
            await votes.forget(tx, self._voters.voter(person_id))
            own = select(duel.c.id).where(duel.c.chat_id == person_id)
            await tx.execute(delete(vote).where(vote.c.duel_id.in_(own)))
            await tx.execute(delete(duel).where(duel.c.chat_id == person_id))
            await tx.execute(
                update(account).where(account.c.hidden_by == person_id).values(hidden_by=None)
            )
            await tx.execute(delete(broadcast).where(broadcast.c.by == person_id))
            for table in (outbox, digest, schedule, follow, alert, link, usage, telling):
                await tx.execute(delete(table).where(table.c.chat_id == person_id))
            # the person's later updates are answered after this one, and their rows deleted
            await tx.execute(delete(inbox).where(_asked_by(person_id), _DOUBTED))
            await tx.execute(delete(chat).where(chat.c.id == person_id))
        return followed

    async def export(self, person_id: int) -> dict[str, Any]:
        """Return everything stored of a person: their private chat, and their handles in groups."""
        found: dict[str, Any] = {}
        async with self._database.reading() as connection:
            chats = await connection.execute(select(chat).where(chat.c.id == person_id))
            found["chat"] = [dict(row) for row in chats.mappings()]
            for table in (link, member, claim, player):
                rows = await connection.execute(select(table).where(table.c.person_id == person_id))
                found[table.name] = [dict(row) for row in rows.mappings()]
            for table, theirs in (
                (quota, _bucket(person_id)),
                (broadcast, broadcast.c.by == person_id),
                (vote, vote.c.voter == self._voters.voter(person_id)),
            ):
                rows = await connection.execute(select(table).where(theirs))
                found[table.name] = [dict(row) for row in rows.mappings()]
            for table in (follow, schedule, alert, digest, outbox, usage, duel, telling):
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
        await tx.execute(delete(outbox).where(outbox.c.digest_id.in_(left)))
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
