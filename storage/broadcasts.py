"""What operators tell every chat: drafts, and how far each has come.

    state      meaning                                   arrows that lead away
    ---------  ----------------------------------------  ------------------------------
    draft      shown to its operator, sent to nobody     begin -> sending; discard
    sending    put in the outbox, some chats at a time   stop; done, after the last chat
    done · stopped                                       none: the end

A chat is told once: `cursor` moves in the transaction that posts, and every message's key names the
chat, so that neither a crash nor a second process tells anybody twice. A group that gets another
number takes its message along; one that has none yet brings the cursor back to before it.
"""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    union,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.dialects import alone
from storage.outbox import cancel, post
from storage.places import Place
from storage.schema import alert, board, broadcast, chat, follow, link, member, outbox, schedule

AT_ONCE: Final = 300
"""Chats that are put in the outbox at a time: what is sent in twelve seconds, so that a digest
waits no longer than that."""

_USEFUL: Final = timedelta(hours=48)
_DRAFTS: Final = timedelta(days=1)


class Audience(NamedTuple):
    """A chat that is to be told.

    Attributes:
        language: that it chose, or was last answered in; None when nobody knows.
    """

    chat_id: int
    language: str | None


class Progress(NamedTuple):
    """How far a broadcast has come, in chats.

    Attributes:
        state: see above.
        ahead: not in the outbox yet.
        waiting: in it.
        sent, failed: settled; `failed` counts whatever may not have arrived.
    """

    state: str
    ahead: int
    waiting: int
    sent: int
    failed: int


class Broadcasts:
    """Broadcasts of all operators."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def draft(self, by: int, html: str, now: datetime) -> int:
        """Keep what an operator is shown; the number of the draft."""
        async with self._database.transaction() as connection:
            await connection.execute(
                delete(broadcast).where(
                    broadcast.c.state == "draft", broadcast.c.made_at < now - _DRAFTS
                )
            )
            new = insert(broadcast).values(by=by, html=html, state="draft", made_at=now)
            number: int = (await connection.scalars(new.returning(broadcast.c.id))).one()
            return number

    async def begin(self, number: int, by: int) -> bool:
        """From draft to sending; False when it is no draft of theirs."""
        async with self._database.transaction() as connection:
            return await _move(connection, number, by, "draft", "sending")

    async def discard(self, number: int, by: int) -> bool:
        """Forget a draft."""
        async with self._database.transaction() as connection:
            gone = await connection.execute(
                delete(broadcast).where(
                    broadcast.c.id == number, broadcast.c.by == by, broadcast.c.state == "draft"
                )
            )
            return gone.rowcount > 0

    async def stop(self, number: int, by: int, now: datetime) -> bool:
        """From sending to stopped: what has not left does not leave."""
        async with self._database.transaction() as connection:
            await alone(connection, "delivery")
            stopped = await _move(connection, number, by, "sending", "stopped")
            if stopped:
                await cancel(connection, _messages(number), now)
            return stopped

    async def audience(self) -> int:
        """How many chats there are to tell."""
        async with self._database.reading() as connection:
            everybody = _audience().subquery()
            return int(await connection.scalar(select(func.count()).select_from(everybody)) or 0)

    async def progress(self, number: int, by: int) -> Progress | None:
        """How far one has come; None when there is no such broadcast of theirs."""
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
        """The oldest broadcast that goes on, if none of it waits to be sent: number, HTML."""
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
        """The next chats to tell; none when all are told."""
        async with self._database.reading() as connection:
            return await _next(connection, number)

    async def post(self, number: int, messages: list[tuple[int, str]], now: datetime) -> None:
        """Put messages in the outbox, by chat, and move on; without any, it is done.

        Nothing, should others be next by now: chats move, leave and refuse in the meantime. One
        that was stopped stays so.
        """
        async with self._database.transaction() as connection:
            await alone(connection, "delivery")
            following = [each.chat_id for each in await _next(connection, number)]
            if following != [chat_id for chat_id, _ in messages]:
                return
            last = following[-1] if following else None
            moved = await connection.execute(
                update(broadcast)
                .where(broadcast.c.id == number, broadcast.c.state == "sending")
                .values({"state": "done"} if last is None else {"cursor": last})
            )
            if moved.rowcount:
                for chat_id, html in messages:
                    key = f"broadcast:{number}:{chat_id}"
                    await post(
                        connection,
                        key,
                        Place(chat_id),
                        html,
                        now=now,
                        useful=_USEFUL,
                        broadcast_id=number,
                    )


async def move(connection: AsyncConnection, new: int) -> None:
    """A chat has another number, which what is under way may have passed."""
    await connection.execute(
        update(broadcast)
        .where(broadcast.c.state == "sending", broadcast.c.cursor >= new)
        .values(cursor=new - 1)
    )


async def _next(connection: AsyncConnection, number: int) -> list[Audience]:
    cursor = await connection.scalar(select(broadcast.c.cursor).where(broadcast.c.id == number))
    rows = await connection.execute(_to_tell(number, cursor).limit(AT_ONCE))
    return [Audience(*row) for row in rows.all()]


async def _move(connection: AsyncConnection, number: int, by: int, old: str, new: str) -> bool:
    moved = await connection.execute(
        update(broadcast)
        .where(broadcast.c.id == number, broadcast.c.by == by, broadcast.c.state == old)
        .values(state=new)
    )
    return moved.rowcount > 0


def _to_tell(number: int, cursor: int | None) -> Select[int, str | None]:
    """The audience behind the cursor, but for those that were told under another number."""
    chats = _audience()
    chat_id = chats.selected_columns[0]
    told = exists().where(outbox.c.chat_id == chat_id, _messages(number))
    rest = chats.where(~told)
    return rest if cursor is None else rest.where(chat_id > cursor)


def _audience() -> Select[int, str | None]:
    """Chats that something is kept of, but for those that left and those that want no news."""
    known = union(
        select(chat.c.id),
        *(select(table.c.chat_id) for table in (schedule, follow, alert, member, board, link)),
    ).subquery()
    dead = select(schedule.c.chat_id).where(schedule.c.state == "dead", schedule.c.reason == "GONE")
    return (
        select(known.c.id, func.coalesce(chat.c.language, chat.c.spoken))
        .outerjoin(chat, chat.c.id == known.c.id)
        .where(
            or_(chat.c.news.is_(None), chat.c.news),
            chat.c.gone_at.is_(None),
            known.c.id.not_in(dead),
        )
        .order_by(known.c.id)
    )


def _messages(number: int) -> ColumnElement[bool]:
    return outbox.c.broadcast_id == number
