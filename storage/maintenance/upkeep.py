"""Deletes expired rows: what is kept of each table, and for how long."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import ColumnElement, Table, and_, exists, not_, select

from scoring.reading import gathering
from storage.accounts import account_refusals, board_members, picture_cache
from storage.chats import tellings
from storage.duels import duels
from storage.engine import schema as tables
from storage.engine.database import Database
from storage.engine.portions import delete_some, in_portions
from storage.money import booking, usage
from storage.queues import broadcasts, inbox, outbox

_log = logging.getLogger(__name__)

SPAN: Final = timedelta(seconds=10)
"""How long a run may take; the next begins no sooner than fifteen seconds after it began."""

_ENDED: Final = ("ready", "skipped", "sent", "uncertain", "failed", "expired", "cancelled")
"""The states of a digest that needs no more work."""


def past(now: datetime) -> Mapping[Table, ColumnElement[bool]]:
    """Return each table's expired rows; a digest outlives the messages that refer to it."""
    quota, absent, picture, broadcast = (
        *(tables.quota.c, tables.absent.c),
        *(tables.picture.c, tables.broadcast.c),
    )
    digest, update, duel = tables.digest.c, tables.inbox.c, tables.duel.c
    gathered = now - gathering.KEPT
    referred_to = exists().where(tables.outbox.c.digest_id == digest.id)
    return {
        tables.quota: quota.full_at <= now,
        tables.absent: absent.seen_at < now - account_refusals.ABSENT,
        tables.booking: tables.booking.c.day < (now - booking.KEPT).date(),
        tables.usage: tables.usage.c.day < (now - usage.KEPT).date(),
        tables.member: tables.member.c.chat_id.in_(
            select(tables.board.c.chat_id).where(
                tables.board.c.closed, tables.board.c.closed_at < now - board_members.KEPT
            )
        ),
        tables.picture: picture.sent_at < now - picture_cache.KEPT,
        tables.post: tables.post.c.created_at < gathered,
        tables.post_span: tables.post_span.c.ends < gathered,
        tables.mention_count: tables.mention_count.c.ends < gathered,
        # what people said stays; of a duel without a vote there is nothing to keep
        tables.duel: and_(
            duel.votes == 0, duel.closes_at < now - duels.UNVOTED, duel.state != "open"
        ),
        tables.broadcast: and_(
            broadcast.state == "draft", broadcast.made_at < now - broadcasts.DRAFTS
        ),
        tables.inbox: and_(update.state == "uncertain", update.received_at < now - inbox.KEPT),
        tables.received: tables.received.c.received_at < now - inbox.REMEMBERED,
        tables.telling: tellings.expired(now),
        tables.outbox: tables.outbox.c.settled_at < now - outbox.KEPT,
        tables.digest: and_(
            digest.state.in_(_ENDED), digest.due_at < now - 2 * outbox.KEPT, not_(referred_to)
        ),
    }


class Upkeep:
    """Deletes expired rows.

    Args:
        span: how long a run may take; each table gets one transaction at least.
    """

    def __init__(self, database: Database, span: timedelta = SPAN) -> None:
        self._database = database
        self._span = span.total_seconds()

    async def run(self, now: datetime) -> None:
        """Delete as many expired rows as there is time for, one table after the other.

        Raises:
            Exception: the first that a table raised, after the other tables were done.
        """
        time = asyncio.get_running_loop().time
        end = time() + self._span
        problem: Exception | None = None
        for table, what in past(now).items():
            try:
                step = partial(delete_some, self._database, table, what)
                await in_portions(step, end - time())
            except Exception as error:  # noqa: BLE001 - one table must not stop the others
                _log.warning("rows cannot be forgotten", extra={"table": table.name})
                problem = problem or error
        if problem is not None:
            raise problem
