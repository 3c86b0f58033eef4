"""Broadcasts: what operators tell every chat, from draft to the last chat.

    state      meaning                                   transitions that lead away
    ---------  ----------------------------------------  ------------------------------
    draft      shown to its operator only                begin -> sending; discard
    sending    put in the outbox, some chats at a time   stop; done, after the last chat
    done · stopped                                       none: the end

Each chat is told once: `cursor` moves in the transaction that posts, and the chat is part of every
message's idempotency key, so that neither a crash nor a second process sends a message twice. A
group that gets another number keeps its message; a group without one moves the cursor back to
before its new number.
"""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    union,
    update,
)

from storage.chats.places import Place
from storage.engine.database import Database
from storage.engine.schema import (
    alert,
    board,
    broadcast,
    chat,
    follow,
    link,
    member,
    outbox,
    schedule,
)
from storage.engine.transaction import Connection, Lock, Transaction
from storage.queues.messages import OutboxMessage
from storage.queues.outbox import Outbox

AT_ONCE: Final = 300
"""Chats put in the outbox at a time: about twelve seconds of sending, so that a digest waits no
longer than that."""

_KNOWN: Final = (schedule, follow, alert, member, board, link)
"""Tables that make a chat known which has no row of its own."""

DRAFTS: Final = timedelta(days=1)
"""How long a draft is kept."""


class Audience(NamedTuple):
    """A chat that is to be told.

    Attributes:
        language: the language that it chose, or was last answered in; None when there is none.
    """

    chat_id: int
    language: str | None


class Progress(NamedTuple):
    """How far a broadcast has come, in chats.

    Attributes:
        state: draft, sending, done or stopped.
        ahead: not in the outbox yet.
        waiting: in the outbox.
        sent, failed: settled; `failed` includes messages that may not have arrived.
    """

    state: str
    ahead: int
    waiting: int
    sent: int
    failed: int


class Broadcasts:
    """Stores the broadcasts of all operators."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    async def draft(self, by: int, html: str, now: datetime) -> int:
        """Store a draft; return its number."""
        async with self._database.transaction() as tx:
            new = insert(broadcast).values(by=by, html=html, state="draft", made_at=now)
            number: int = (await tx.scalars(new.returning(broadcast.c.id))).one()
            return number

    async def begin(self, number: int, by: int) -> bool:
        """From draft to sending; False when it is no draft of this operator's."""
        async with self._database.transaction() as tx:
            return await _move(tx, number, by, "draft", "sending")

    async def discard(self, number: int, by: int) -> bool:
        """Delete a draft; False when it is no draft of this operator's."""
        async with self._database.transaction() as tx:
            gone = await tx.execute(
                delete(broadcast).where(
                    broadcast.c.id == number, broadcast.c.by == by, broadcast.c.state == "draft"
                )
            )
            return gone.rowcount > 0

    async def stop(self, number: int, by: int) -> bool:
        """From sending to stopped; messages that have not left are cancelled."""
        async with self._database.transaction() as tx:
            await tx.lock(Lock.DELIVERY)
            stopped = await _move(tx, number, by, "sending", "stopped")
            if stopped:
                await self._outbox.cancel(tx, _messages(number))
            return stopped

    async def audience(self) -> int:
        """Return how many chats a broadcast would reach."""
        async with self._database.reading() as connection:
            everybody = _to_tell(None, None).subquery()
            return int(await connection.scalar(select(func.count()).select_from(everybody)) or 0)

    async def progress(self, number: int, by: int) -> Progress | None:
        """Return a broadcast's progress; None when this operator has no such broadcast."""
        async with self._database.reading() as connection:
            found = await connection.execute(
                select(broadcast.c.state, broadcast.c.cursor).where(
                    broadcast.c.id == number, broadcast.c.by == by
                )
            )
            row = found.one_or_none()
            if row is None:
                return None
            rest = _to_tell(number, row.cursor).subquery()
            ahead = await connection.scalar(select(func.count()).select_from(rest))
            waiting = outbox.c.state.in_(("pending", "leased", "sending"))
            counts = await connection.execute(
                select(
                    func.count(case((waiting, 1))),
                    func.count(case((outbox.c.state == "sent", 1))),
                    func.count(case((outbox.c.state.in_(("failed", "uncertain", "expired")), 1))),
                ).where(_messages(number))
            )
        going_on = row.state in {"draft", "sending"}
        return Progress(row.state, int(ahead or 0) if going_on else 0, *counts.one())

    async def under_way(self) -> tuple[int, str] | None:
        """Return number and HTML of the oldest broadcast under way, if no message of it waits."""
        async with self._database.reading() as connection:
            found = await connection.execute(
                select(broadcast.c.id, broadcast.c.html)
                .where(broadcast.c.state == "sending")
                .order_by(broadcast.c.id)
                .limit(1)
            )
            row = found.one_or_none()
            if row is None or await connection.scalar(
                select(outbox.c.id)
                .where(_messages(row.id), outbox.c.state.in_(("pending", "leased")))
                .limit(1)
            ):
                return None
            return row.id, row.html

    async def next_chats(self, number: int) -> list[Audience]:
        """Return the next chats to tell; an empty list when all are told."""
        async with self._database.reading() as connection:
            return await _next(connection, number)

    async def post(self, number: int, messages: list[tuple[int, str]]) -> None:
        """Post messages by chat and advance the cursor; an empty list ends the broadcast.

        Nothing is posted when the next chats are others by now, since chats move, leave and
        unsubscribe meanwhile. A stopped broadcast stays stopped.
        """
        async with self._database.transaction() as tx:
            await tx.lock(Lock.DELIVERY)
            following = [each.chat_id for each in await _next(tx, number)]
            if following != [chat_id for chat_id, _ in messages]:
                return
            last = following[-1] if following else None
            moved = await tx.execute(
                update(broadcast)
                .where(broadcast.c.id == number, broadcast.c.state == "sending")
                .values({"state": "done"} if last is None else {"cursor": last})
            )
            if moved.rowcount:
                await self._outbox.post(
                    tx,
                    [
                        OutboxMessage(
                            key=f"broadcast:{number}:{chat_id}",
                            place=Place(chat_id),
                            html=html,
                            broadcast_id=number,
                        )
                        for chat_id, html in messages
                    ],
                )

    async def move(self, tx: Transaction, new: int) -> None:
        """Give a broadcast under way a chat's new number, which its cursor may have passed."""
        await tx.execute(
            update(broadcast)
            .where(broadcast.c.state == "sending", broadcast.c.cursor >= new)
            .values(cursor=new - 1)
        )


async def _next(connection: Connection, number: int) -> list[Audience]:
    cursor = await connection.scalar(select(broadcast.c.cursor).where(broadcast.c.id == number))
    rows = await connection.execute(_to_tell(number, cursor, AT_ONCE))
    return [Audience(*row) for row in rows.all()]


async def _move(tx: Transaction, number: int, by: int, old: str, new: str) -> bool:
    moved = await tx.execute(
        update(broadcast)
        .where(broadcast.c.id == number, broadcast.c.by == by, broadcast.c.state == old)
        .values(state=new)
    )
    return moved.rowcount > 0


def _to_tell(
    number: int | None, cursor: int | None, most: int | None = None
) -> Select[int, str | None]:
    """Select known chats, without those that left or unsubscribed.

    Args:
        number: of a broadcast; chats that it was told to, also under another number, are left out.
        cursor: only chats behind it.
        most: how many, by number. It bounds the rows that are looked at, not only the result.
    """
    columns = [chat.c.id, *(table.c.chat_id for table in _KNOWN)]
    arms = [select(column.label("id")).distinct() for column in columns]
    if most is not None:  # the first of each table, found in order and no further
        arms = [
            arm.where(*_wanting(column, number, cursor)).order_by(column).limit(most)
            for arm, column in zip(arms, columns, strict=True)
        ]
    known = union(*(select(arm.subquery()) for arm in arms)).subquery()
    found = (
        select(known.c.id, func.coalesce(chat.c.language, chat.c.spoken))
        .outerjoin(chat, chat.c.id == known.c.id)
        .order_by(known.c.id)
    )
    if most is None:
        return found.where(*_wanting(known.c.id, number, cursor))
    return found.limit(most)


def _wanting(
    chat_id: ColumnElement[int], number: int | None, cursor: int | None
) -> list[ColumnElement[bool]]:
    """Return the conditions for a chat that is to be told."""
    own, plan, message = chat.alias(), schedule.alias(), outbox.alias()
    refusing = select(own.c.id).where(
        own.c.id == chat_id, or_(~own.c.news, own.c.gone_at.is_not(None))
    )
    gone = select(plan.c.chat_id).where(
        plan.c.chat_id == chat_id, plan.c.state == "dead", plan.c.reason == "GONE"
    )
    told = select(message.c.id).where(
        message.c.broadcast_id == number, message.c.chat_id == chat_id
    )
    conditions = [_empty(refusing), _empty(gone)]
    if cursor is not None:
        conditions.append(chat_id > cursor)
    if number is not None:
        conditions.append(_empty(told))
    return conditions


def _empty(some: Select[int]) -> ColumnElement[bool]:
    """Return the condition of an empty result; NOT EXISTS would join whole tables on PostgreSQL."""
    return some.limit(1).scalar_subquery().is_(None)


def _messages(number: int) -> ColumnElement[bool]:
    return outbox.c.broadcast_id == number
