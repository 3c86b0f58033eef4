"""Messages that nobody waits for, and the one table of what may become of each.

    state      meaning                                  arrows that lead away
    ---------  ---------------------------------------  ------------------------------------------
    pending    to be sent once `not_before` is past     lease, expire, cancel
    leased     one sender has it; nothing has left      arm; release or reap -> pending; cancel
    sending    its request may have left                deliver, put_off, refuse; doubt or reap
    uncertain  it may have arrived: never sent again    deliver (the answer came late)
    sent · failed · expired · cancelled                 none: the end

An arrow is one method and one transaction; one that settles digests, too, is `alone` with
"delivery", since others lock the same rows in another order. `sending` is committed before the
request leaves: a crash while leased repeats the message, a crash while sending leaves it
`uncertain`. Whoever wakes up with an outdated lease finds that its arrow no longer fits, and that
the method says False.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Update, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.dialects import alone, upsert
from storage.pacing import busy, crowded_groups
from storage.places import Place, at
from storage.schema import digest, follow, outbox

LEASE: Final = timedelta(seconds=60)
SEND_TIMEOUT: Final = timedelta(seconds=20)
"""What a request may take; a lease that is nearer to its end is too short to begin one."""

KEPT: Final = timedelta(days=30)
"""How long a settled message is kept, so that it can be told what became of it."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way.

    Attributes:
        html: what Telegram gets, as HTML.
        markup: its buttons as the Bot API's JSON; None without.
        attempt: how often its request left, or may have.
    """

    id: int
    place: Place
    html: str
    markup: dict[str, Any] | None
    silent: bool
    attempt: int


async def post(
    connection: AsyncConnection,
    key: str,
    place: Place,
    html: str,
    *,
    now: datetime,
    useful: timedelta,
    markup: dict[str, Any] | None = None,
    silent: bool = False,
    digest_id: int | None = None,
    broadcast_id: int | None = None,
) -> None:
    """Put a message in, within the caller's transaction; a key that is known changes nothing.

    Args:
        key: what makes it this message: nothing with the same key is ever sent twice.
        useful: for how long it is worth sending.
    """
    await connection.execute(
        upsert(connection, outbox)
        .values(
            key=key,
            digest_id=digest_id,
            broadcast_id=broadcast_id,
            chat_id=place.chat_id,
            topic_id=place.topic_id,
            html=html,
            markup=None if markup is None else json.dumps(markup),
            silent=silent,
            state="pending",
            not_before=now,
            useful_until=now + useful,
            attempt=0,
        )
        .on_conflict_do_nothing()
    )


class Outbox:
    """The arrows.

    Args:
        owner: a name that no other sender has, nor an earlier run of this one.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime], owner: str) -> None:
        self._database = database
        self._clock = clock
        self._owner = owner

    async def lease(self, most: int) -> list[Outgoing]:
        """From pending to leased: the oldest, one a chat, to chats that may get one now."""
        now = self._clock()
        free = (
            select(outbox.c.id)
            .where(
                outbox.c.state == "pending",
                outbox.c.not_before <= now,
                outbox.c.useful_until > now,
                ~busy(now),
                outbox.c.chat_id.not_in(crowded_groups(now)),
            )
            .order_by(outbox.c.not_before, outbox.c.id)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        async with self._database.transaction() as connection:
            # Two statements: PostgreSQL may evaluate a subquery with a limit more than once.
            ids = (await connection.scalars(free)).all()
            rows = await connection.execute(
                update(outbox)
                .where(outbox.c.id.in_(ids))
                .values(state="leased", owner=self._owner, lease_until=now + LEASE)
                .returning(outbox)
            )
            return [_outgoing(row) for row in sorted(rows.all(), key=lambda row: row.id)]

    async def arm(self, message: Outgoing) -> bool:
        """From leased to sending, if the lease is still ours and long enough for a request."""
        now = self._clock()
        return await self._move(
            self._mine(message, "leased")
            .where(outbox.c.lease_until > now + SEND_TIMEOUT)
            .values(state="sending", attempt=outbox.c.attempt + 1, lease_until=now + LEASE)
        )

    async def deliver(self, message: Outgoing, message_id: int) -> bool:
        """From sending or uncertain to sent; what a digest told is told."""
        return await self._settle(message, "sent", message_id=message_id, error=None)

    async def put_off(self, message: Outgoing, until: datetime, *, error: str, free: bool) -> bool:
        """From sending to pending: Telegram did not take it, for certain.

        Args:
            free: the attempt does not count, as when Telegram only asks to wait.
        """
        return await self._move(
            self._mine(message, "sending").values(
                state="pending",
                not_before=until,
                attempt=outbox.c.attempt - int(free),
                owner=None,
                lease_until=None,
                error=error,
            )
        )

    async def refuse(self, message: Outgoing, error: str) -> bool:
        """From sending to failed: Telegram will never take it."""
        return await self._settle(message, "failed", error=error)

    async def doubt(self, message: Outgoing, error: str) -> bool:
        """From sending to uncertain: nobody can know whether it arrived."""
        return await self._settle(message, "uncertain", error=error)

    async def release(self) -> None:
        """From leased to pending, for all that is ours: we are about to end."""
        await self._move(
            update(outbox)
            .where(outbox.c.owner == self._owner, outbox.c.state == "leased")
            .values(state="pending", owner=None, lease_until=None)
        )

    async def reap(self) -> None:
        """Of every lease that ran out: leased -> pending, sending -> uncertain.

        A lease that ends later than a new one would was taken before the clock was set back.
        """
        now = self._clock()
        over = or_(outbox.c.lease_until < now, outbox.c.lease_until > now + 2 * LEASE)
        async with self._database.transaction() as connection:
            await alone(connection, "delivery")
            await connection.execute(
                update(outbox)
                .where(outbox.c.state == "leased", over)
                .values(state="pending", owner=None, lease_until=None)
            )
            lost = await connection.execute(
                update(outbox)
                .where(outbox.c.state == "sending", over)
                .values(state="uncertain", settled_at=now, error="the sender ended")
                .returning(outbox.c.digest_id)
            )
            await _end_digests(connection, "uncertain", [row.digest_id for row in lost.all()])

    async def expire(self) -> None:
        """From pending to expired: too late to be of use."""
        now = self._clock()
        async with self._database.transaction() as connection:
            await alone(connection, "delivery")
            late = await connection.execute(
                update(outbox)
                .where(outbox.c.state == "pending", outbox.c.useful_until <= now)
                .values(state="expired", settled_at=now)
                .returning(outbox.c.digest_id)
            )
            await _end_digests(connection, "expired", [row.digest_id for row in late.all()])

    async def prune(self) -> None:
        """Forget what was settled long ago."""
        now = self._clock()
        async with self._database.transaction() as connection:
            await alone(connection, "delivery")
            await connection.execute(delete(outbox).where(outbox.c.settled_at < now - KEPT))
            spoken = select(outbox.c.digest_id).where(outbox.c.digest_id.is_not(None))
            await connection.execute(
                delete(digest).where(
                    digest.c.due_at < now - 2 * KEPT,
                    digest.c.state != "due",
                    digest.c.id.not_in(spoken),
                )
            )

    async def uncertain(self) -> set[Place]:
        """Where a message may not have arrived, which nobody there was told yet."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(outbox.c.chat_id, outbox.c.topic_id)
                .where(outbox.c.state == "uncertain", outbox.c.mentioned_at.is_(None))
                .distinct()
            )
            return {Place(row.chat_id, row.topic_id) for row in rows}

    async def mention(self, place: Place) -> list[int | None]:
        """Note that a place was told.

        Returns:
            The digests that may be lost, None for any other message; empty when somebody else was
            faster.
        """
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                update(outbox)
                .where(
                    at(outbox, place),
                    outbox.c.state == "uncertain",
                    outbox.c.mentioned_at.is_(None),
                )
                .values(mentioned_at=self._clock())
                .returning(outbox.c.digest_id)
            )
            return [row.digest_id for row in rows]

    def _mine(self, message: Outgoing, *states: str) -> Update:
        return update(outbox).where(
            outbox.c.id == message.id,
            outbox.c.owner == self._owner,
            outbox.c.state.in_(states),
        )

    async def _move(self, arrow: Update) -> bool:
        async with self._database.transaction() as connection:
            return (await connection.execute(arrow)).rowcount > 0

    async def _settle(self, message: Outgoing, state: str, **values: object) -> bool:
        arrow = self._mine(message, "sending", *(["uncertain"] if state == "sent" else []))
        async with self._database.transaction() as connection:
            await alone(connection, "delivery")
            moved = await connection.execute(
                arrow.values(
                    state=state, settled_at=self._clock(), lease_until=None, **values
                ).returning(outbox.c.digest_id)
            )
            ended = [row.digest_id for row in moved.all()]
            await _end_digests(connection, state, ended)
            return bool(ended)


async def cancel(connection: AsyncConnection, where: ColumnElement[bool], now: datetime) -> None:
    """From pending or leased to cancelled, and their digests.

    Within the caller's transaction, which is `alone` with "delivery".
    """
    rows = await connection.execute(
        update(outbox)
        .where(where, outbox.c.state.in_(("pending", "leased")))
        .values(state="cancelled", settled_at=now)
        .returning(outbox.c.digest_id)
    )
    await _end_digests(connection, "cancelled", [row.digest_id for row in rows.all()])


async def _end_digests(connection: AsyncConnection, state: str, ids: Sequence[int | None]) -> None:
    """What becomes of a digest when its message is settled."""
    ended = [number for number in ids if number is not None]
    if not ended:
        return
    await connection.execute(update(digest).where(digest.c.id.in_(ended)).values(state=state))
    if state in {"sent", "uncertain"}:
        places = select(digest.c.chat_id, digest.c.topic_id).where(digest.c.id.in_(ended))
        for place in (await connection.execute(places)).all():
            await connection.execute(
                update(follow)
                .where(at(follow, Place(*place)), follow.c.offered_at.is_not(None))
                .values(told_at=follow.c.offered_at, offered_at=None)
            )


def _outgoing(row: Any) -> Outgoing:
    return Outgoing(
        id=row.id,
        place=Place(row.chat_id, row.topic_id),
        html=row.html,
        markup=None if row.markup is None else json.loads(row.markup),
        silent=row.silent,
        attempt=row.attempt,
    )
