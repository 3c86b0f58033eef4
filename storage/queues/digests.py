"""Digests: which are due, what each says, one for each place and ISO week (the idempotency key)."""

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    bindparam,
    exists,
    func,
    not_,
    select,
    update,
)

from storage.accounts.alerts import Alert, alert_of
from storage.accounts.follows import Followed, Follows
from storage.accounts.present_handles import present, with_account
from storage.chats.places import Place, at
from storage.chats.tellings import Telling, telling_of
from storage.engine.database import Database
from storage.engine.dialects import upsert
from storage.engine.portions import PORTION
from storage.engine.schema import alert, digest, follow, outbox, schedule, telling
from storage.engine.transaction import Lock, Transaction
from storage.queues.messages import NOT_LEFT
from storage.queues.schedules import Run, Schedule, schedule_of

_log = logging.getLogger(__name__)

AT_ONCE: Final = 100
"""Digests built together: one transaction reads their input, one writes their output."""


@dataclass(frozen=True, slots=True)
class Due:
    """A digest that is to be built.

    Attributes:
        follows: the accounts that the place follows now.
        schedule: None when the place has none any more.
        told: what the place was last told, by the account's number, without digests that still
            wait: the new one takes their place.
        alerts: the place's alerts, by key.
    """

    id: int
    place: Place
    due_at: datetime
    attempt: int
    follows: tuple[Followed, ...]
    schedule: Schedule | None
    told: Mapping[int, Telling]
    alerts: Mapping[str, Alert]


@dataclass(frozen=True, slots=True)
class Content:
    """The contents of a digest.

    Attributes:
        contents: JSON, from which the digest can be shown again.
        offered: keys of handles, each with the moment of the reading that the digest shows.
    """

    contents: Any
    offered: Sequence[tuple[str, datetime]]


class Digests:
    """Stores the digests of all places and weeks, and their transitions."""

    def __init__(self, database: Database, follows: Follows) -> None:
        self._database = database
        self._follows = follows

    async def plan(self, tx: Transaction, runs: Sequence[Run], now: datetime) -> None:
        """Store runs as due digests; a week that its place has already changes nothing."""
        rows = [{**run.place._asdict(), "period": run.period, "due_at": run.due_at} for run in runs]
        if rows:
            due = upsert(tx, digest).values(state="due", attempt=0, not_before=now)
            await tx.execute(due.on_conflict_do_nothing(), rows)

    async def due(self, now: datetime) -> list[Due]:
        """Return the digests to build now, the longest due first, at most `AT_ONCE`."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(digest)
                .where(digest.c.state == "due", digest.c.not_before <= now)
                .order_by(digest.c.not_before, digest.c.id)
                .limit(AT_ONCE)
            )
            digests = rows.all()
            ids = [row.id for row in digests]
            follows = await connection.execute(_followed(ids).order_by(digest.c.id, follow.c.key))
            followed: dict[int, list[Followed]] = {}
            for row in follows:
                followed.setdefault(row.digest_id, []).append(
                    Followed(row.handle, row.told_at, row.key)
                )
            schedules = await connection.execute(_of_their_places(schedule, ids))
            scheduled = {row.digest_id: schedule_of(row) for row in schedules}
            alerted: dict[int, dict[str, Alert]] = {}
            for row in await connection.execute(_of_their_places(alert, ids)):
                alerted.setdefault(row.digest_id, {})[row.key] = alert_of(row)
            told: dict[int, dict[int, Telling]] = {}
            tellings = _of_their_places(telling, ids).where(not_(_superseded()))
            for row in await connection.execute(tellings.order_by(telling.c.id)):
                told.setdefault(row.digest_id, {})[row.account_id] = telling_of(row)
        return [
            Due(
                row.id,
                Place(row.chat_id, row.topic_id),
                row.due_at,
                row.attempt,
                tuple(followed.get(row.id, ())),
                scheduled.get(row.id),
                told.get(row.id, {}),
                alerted.get(row.id, {}),
            )
            for row in digests
        ]

    async def wanted(self, now: datetime) -> list[str]:
        """Return the handles in all due digests, the most followed first."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(func.min(present(follow).element).label("handle"))
                .select_from(
                    with_account(follow).join(
                        digest,
                        (digest.c.chat_id == follow.c.chat_id)
                        & (digest.c.topic_id == follow.c.topic_id),
                    )
                )
                .where(digest.c.state == "due", digest.c.not_before <= now)
                .group_by(follow.c.key)
                .order_by(func.count().desc(), follow.c.key)
            )
            return [row.handle for row in rows]

    async def postpone(self, ids: Iterable[int], until: datetime) -> None:
        """Postpone due digests until a moment."""
        async with self._database.transaction() as tx:
            await tx.execute(
                update(digest)
                .where(digest.c.id.in_(list(ids)), digest.c.state == "due")
                .values(not_before=until)
            )

    async def fail(self, number: int, until: datetime, *, last: bool) -> None:
        """Count a failed build: try again at `until`, or fail the digest for good if `last`."""
        async with self._database.transaction() as tx:
            await tx.execute(
                update(digest)
                .where(digest.c.id == number, digest.c.state == "due")
                .values(
                    attempt=digest.c.attempt + 1,
                    not_before=until,
                    **({"state": "failed", "reason": "building"} if last else {}),
                )
            )

    async def skip(self, number: int, reason: str) -> None:
        """Mark a digest as skipped, for a reason such as "quiet"."""
        async with self._database.transaction() as tx:
            await tx.execute(
                update(digest)
                .where(digest.c.id == number, digest.c.state == "due")
                .values(state="skipped", reason=reason)
            )

    async def ready(self, tx: Transaction, told: Mapping[int, Content]) -> dict[int, Place]:
        """From due to ready; the caller's transaction also posts their messages.

        Returns:
            The places of the digests that are ready now, by number; others were built elsewhere,
            or their place is gone.
        """
        await tx.lock(Lock.DELIVERY)
        rows = await tx.execute(
            select(digest)
            .where(digest.c.id.in_(told), digest.c.state == "due")
            .order_by(digest.c.id)
            .with_for_update()
        )
        due = {row.id: Place(row.chat_id, row.topic_id) for row in rows}
        if due:
            await tx.execute(
                _READY, [{"number": n, "said": json.dumps(told[n].contents)} for n in due]
            )
            await self._follows.offer(tx, {place: told[n].offered for n, place in due.items()})
        return due

    async def settle(self, tx: Transaction, state: str, ids: Sequence[int | None]) -> None:
        """Set the state of digests whose messages are settled.

        Args:
            ids: of the messages' digests; None for a message of another kind.
        """
        assert tx.holds(Lock.DELIVERY)  # noqa: S101 - other transactions lock the same rows
        ended = sorted(number for number in ids if number is not None)
        for first in range(0, len(ended), PORTION):  # engines limit the parameters
            some = digest.c.id.in_(ended[first : first + PORTION])
            await tx.execute(update(digest).where(some).values(state=state))
            if state in {"sent", "uncertain"}:
                rows = await tx.execute(select(digest.c.chat_id, digest.c.topic_id).where(some))
                await self._follows.told(tx, [Place(*row) for row in rows])

    async def reopen(self, tx: Transaction, ids: Sequence[int]) -> None:
        """Make digests due again whose messages were taken back, or are to be built again."""
        await tx.execute(update(digest).where(digest.c.id.in_(ids)).values(state="due"))

    async def contents(self, number: int, place: Place) -> Any:
        """Return a digest's contents; None when it is another place's, damaged or deleted."""
        async with self._database.reading() as connection:
            found = await connection.scalar(
                select(digest.c.contents).where(digest.c.id == number, at(digest, place))
            )
        try:
            return None if found is None else json.loads(found)
        except ValueError:
            _log.warning("a stored digest cannot be understood", extra={"digest_id": number})
            return None


_READY = (
    update(digest)
    .where(digest.c.id == bindparam("number"))
    .values(state="ready", contents=bindparam("said"))
)


def _followed(ids: Sequence[int]) -> Select[Any]:
    """Select what the places of some digests follow, by present handles."""
    place = (digest.c.chat_id == follow.c.chat_id) & (digest.c.topic_id == follow.c.topic_id)
    source = with_account(follow).join(digest, place)
    columns = (digest.c.id.label("digest_id"), present(follow), follow.c.told_at, follow.c.key)
    return select(*columns).select_from(source).where(digest.c.id.in_(ids))


def _superseded() -> ColumnElement[bool]:
    """Return the condition that a telling is of a digest that a newer one takes the place of."""
    return exists().where(
        outbox.c.key == telling.c.outbox_key,
        outbox.c.digest_id.is_not(None),
        outbox.c.state.in_(NOT_LEFT),
    )


def _of_their_places(table: Table, ids: Sequence[int]) -> Select[Any]:
    """Select the rows of a table that belong to the places of some digests."""
    same_chat, same_topic = (digest.c[name] == table.c[name] for name in ("chat_id", "topic_id"))
    return (
        select(digest.c.id.label("digest_id"), table)
        .join(table, same_chat & same_topic)
        .where(digest.c.id.in_(ids))
    )
