"""The outbox: messages that the bot sends by itself, with at-most-once delivery.

    state      meaning                                  transitions that lead away
    ---------  ---------------------------------------  ------------------------------------------
    pending    to be sent once `not_before` is past     lease, expire, cancel, hide
    leased     one sender has it; nothing has left      arm, cancel, hide; release or reap:
                                                        -> pending; failed, when it cannot
                                                        be understood
    sending    its request may have left                deliver, put_off, refuse; doubt or reap
    uncertain  it may have arrived: never sent again    deliver (the answer came late)
    sent · failed · expired · cancelled                 none: the end

Each transition is one method and one transaction, or a part of the caller's. A transition that
settles digests, too, holds `Lock.DELIVERY`, since other transactions lock the same rows in another
order, which would be a deadlock. `sending` is committed before the request leaves: a crash while
leased repeats the message, a crash while sending leaves it `uncertain`. A process whose lease has
run out gets False from its transition. A message that `failed` is a dead letter, kept with its
error.

`storage.accounts.hiding` takes back a message about an account that its owner has hidden since, and
makes its digest due again.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy import ColumnElement, Update, and_, delete, exists, or_, select, update

from storage.chats.places import Place
from storage.chats.tellings import Tellings
from storage.engine.database import Database
from storage.engine.dialects import upsert
from storage.engine.portions import PORTION, in_portions
from storage.engine.schema import digest, outbox
from storage.engine.transaction import Lock, Transaction
from storage.queues.digests import Digests
from storage.queues.messages import NOT_LEFT, OutboxMessage, Outgoing, names_in, outgoing
from storage.queues.pacing import busy, crowded_groups

LEASE: Final = timedelta(seconds=60)
SEND_TIMEOUT: Final = timedelta(seconds=20)
"""How long a request may take; `arm` refuses a lease that ends sooner."""

_SPAN: Final = 1.0
"""Seconds that each sweep of expired leases and expired messages may take before sending starts."""

KEPT: Final = timedelta(days=30)
"""How long a settled message is kept, so that its outcome can be looked up."""

"""The states in which a message can be taken back."""

_ARRIVED: Final = ("sent", "uncertain")
"""The states of a message that has arrived, or may have."""

_ENDED: Final = (outbox.c.digest_id, outbox.c.key)
"""What is settled together with a message: its digest, and its tellings by its key."""


class Outbox:
    """The transitions of a message.

    Args:
        owner: a name that no other sender has, nor an earlier run of this one.
    """

    def __init__(
        self,
        database: Database,
        digests: Digests,
        tellings: Tellings,
        clock: Callable[[], datetime],
        owner: str,
    ) -> None:
        self._database = database
        self._digests = digests
        self._tellings = tellings
        self._clock = clock
        self._owner = owner

    async def post(self, tx: Transaction, messages: Sequence[OutboxMessage]) -> None:
        """Store messages as pending; one with a known key changes nothing."""
        now = self._clock()
        if rows := [message.row(now) for message in messages]:
            await tx.execute(upsert(tx, outbox).on_conflict_do_nothing(), rows)

    async def cancel(self, tx: Transaction, where: ColumnElement[bool]) -> None:
        """From pending or leased to cancelled, and their digests with them."""
        await tx.lock(Lock.DELIVERY)
        rows = await tx.execute(
            update(outbox)
            .where(where, outbox.c.state.in_(NOT_LEFT))
            .values(state="cancelled", settled_at=self._clock())
            .returning(*_ENDED)
        )
        await self._end(tx, "cancelled", rows.all())

    async def supersede(self, tx: Transaction, digests: Mapping[int, Place]) -> None:
        """Cancel the waiting digests of some places, since newer ones, by number, are ready."""
        chats = outbox.c.chat_id.in_({place.chat_id for place in digests.values()})
        newer = exists().where(
            digest.c.id.in_(digests),
            digest.c.chat_id == outbox.c.chat_id,
            digest.c.topic_id == outbox.c.topic_id,
        )
        await self.cancel(tx, chats & outbox.c.digest_id.is_not(None) & newer)

    async def take_back(self, tx: Transaction, names: Set[str], owner: int) -> list[int]:
        """Delete digests and alerts that have not left and tell of an account.

        Args:
            names: the account's handles, in lower case.
            owner: the person whose own messages stay.

        Returns:
            The numbers of the digests that were deleted.
        """
        await tx.lock(Lock.DELIVERY)
        waiting = await tx.execute(
            select(outbox.c.id, outbox.c.html).where(
                outbox.c.state.in_(NOT_LEFT),
                outbox.c.chat_id != owner,
                or_(outbox.c.digest_id.is_not(None), outbox.c.key.startswith("alert:")),
            )
        )
        telling = [row.id for row in waiting if names & names_in(row.html)]
        taken = await tx.execute(
            delete(outbox)
            .where(outbox.c.id.in_(telling), outbox.c.state.in_(NOT_LEFT))
            .returning(*_ENDED)
        )
        rows = taken.all()
        await self._tellings.settle(tx, [row.key for row in rows], told=False)
        return [row.digest_id for row in rows if row.digest_id]

    async def lease(self, most: int) -> list[Outgoing]:
        """From pending to leased: the oldest message of each chat that may get one now."""
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
        async with self._database.transaction() as tx:
            # Two statements: PostgreSQL may evaluate a subquery with a limit more than once.
            ids = (await tx.scalars(free)).all()
            rows = await tx.execute(
                update(outbox)
                .where(outbox.c.id.in_(ids))
                .values(state="leased", owner=self._owner, lease_until=now + LEASE)
                .returning(outbox)
            )
            leased = sorted(rows.all(), key=lambda row: row.id)
        messages = [message for row in leased if (message := outgoing(row))]
        if len(messages) < len(leased):
            await self._give_up({row.id for row in leased} - {one.id for one in messages})
        return messages

    async def _give_up(self, ids: Set[int]) -> None:
        """From leased to failed: a damaged message must not stop the others."""
        ours = and_(outbox.c.owner == self._owner, outbox.c.state == "leased")
        failed = {"state": "failed", "settled_at": self._clock(), "error": "not understood"}
        async with self._database.transaction() as tx:
            await tx.lock(Lock.DELIVERY)
            rows = await tx.execute(
                update(outbox)
                .where(outbox.c.id.in_(ids), ours)
                .values(lease_until=None, **failed)
                .returning(*_ENDED)
            )
            await self._end(tx, "failed", rows.all())

    async def arm(self, message: Outgoing) -> bool:
        """From leased to sending, if this process holds a lease long enough for a request."""
        now = self._clock()
        return await self._move(
            self._mine(message, "leased")
            .where(outbox.c.lease_until > now + SEND_TIMEOUT)
            .values(state="sending", attempt=outbox.c.attempt + 1, lease_until=now + LEASE)
        )

    async def deliver(self, message: Outgoing, message_id: int) -> bool:
        """From sending or uncertain to sent; the readings in a digest count as told."""
        return await self._settle(message, "sent", message_id=message_id, error=None)

    async def put_off(
        self,
        message: Outgoing,
        until: datetime,
        *,
        error: str,
        free: bool,
        without_picture: bool = False,
    ) -> bool:
        """From sending to pending: Telegram certainly did not take the message.

        Args:
            free: the attempt does not count, as when Telegram only asks to wait.
            without_picture: the text goes alone from now on.
        """
        less = {"picture": None} if without_picture else {}
        return await self._move(
            self._mine(message, "sending").values(
                state="pending",
                not_before=until,
                attempt=outbox.c.attempt - int(free),
                owner=None,
                lease_until=None,
                error=error,
                **less,
            )
        )

    async def refuse(self, message: Outgoing, error: str) -> bool:
        """From sending to failed: Telegram will never take it."""
        return await self._settle(message, "failed", error=error)

    async def doubt(self, message: Outgoing, error: str) -> bool:
        """From sending to uncertain: it is unknown whether the message arrived."""
        return await self._settle(message, "uncertain", error=error)

    async def release(self) -> None:
        """From leased to pending, for all messages of this process: a graceful shutdown."""
        await self._move(
            update(outbox)
            .where(outbox.c.owner == self._owner, outbox.c.state == "leased")
            .values(state="pending", owner=None, lease_until=None)
        )

    async def reap(self) -> None:
        """Expired leases: leased -> pending, sending -> uncertain.

        A lease that ends later than a new one would was taken before the clock was set back. A
        message whose sender ended goes on without its picture, which may have been the cause.
        """
        now = self._clock()
        over = or_(outbox.c.lease_until < now, outbox.c.lease_until > now + 2 * LEASE)
        again = {"state": "pending", "owner": None, "lease_until": None, "picture": None}
        lost = {"state": "uncertain", "settled_at": now, "error": "the sender ended"}
        await self._sweep(and_(outbox.c.state == "leased", over), again)
        await self._sweep(and_(outbox.c.state == "sending", over), lost)

    async def expire(self) -> None:
        """From pending to expired, in portions, for messages past their time of use."""
        now = self._clock()
        late = and_(outbox.c.state == "pending", outbox.c.useful_until <= now)
        await self._sweep(late, {"state": "expired", "settled_at": now})

    def _mine(self, message: Outgoing, *states: str) -> Update:
        return update(outbox).where(
            outbox.c.id == message.id,
            outbox.c.owner == self._owner,
            outbox.c.state.in_(states),
        )

    async def _sweep(self, where: ColumnElement[bool], values: dict[str, Any]) -> None:
        """Update all messages that match, in portions, within `_SPAN`."""
        await in_portions(partial(self._sweep_some, where, values), _SPAN)

    async def _sweep_some(self, where: ColumnElement[bool], values: dict[str, Any]) -> int:
        async with self._database.reading() as connection:
            found = select(outbox.c.id).where(where).limit(PORTION)
            ids = (await connection.scalars(found)).all()
        if ids:
            async with self._database.transaction() as tx:
                await tx.lock(Lock.DELIVERY)
                rows = await tx.execute(
                    update(outbox)
                    .where(outbox.c.id.in_(ids), where)
                    .values(values)
                    .returning(*_ENDED)
                )
                ended = rows.all()
                if "settled_at" in values:
                    await self._end(tx, values["state"], ended)
        return len(ids)

    async def _move(self, arrow: Update) -> bool:
        async with self._database.transaction() as tx:
            return (await tx.execute(arrow)).rowcount > 0

    async def _settle(self, message: Outgoing, state: str, **values: object) -> bool:
        arrow = self._mine(message, "sending", *(["uncertain"] if state == "sent" else []))
        async with self._database.transaction() as tx:
            await tx.lock(Lock.DELIVERY)
            moved = await tx.execute(
                arrow.values(
                    state=state, settled_at=self._clock(), lease_until=None, **values
                ).returning(*_ENDED)
            )
            ended = moved.all()
            await self._end(tx, state, ended)
            return bool(ended)

    async def _end(self, tx: Transaction, state: str, ended: Sequence[Any]) -> None:
        """Settle the digests and the tellings of messages that reached a state."""
        await self._digests.settle(tx, state, [row.digest_id for row in ended])
        keys = [row.key for row in ended]
        for first in range(0, len(keys), PORTION):  # engines limit the parameters
            some = keys[first : first + PORTION]
            await self._tellings.settle(tx, some, told=state in _ARRIVED)
