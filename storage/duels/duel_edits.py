"""Edits of duels' messages: one process at a time, at a pace, and the last state wins.

A message is behind while `shown < version`. A process takes the lease of an edit, and shows the
newest version. An edit does no harm when it is made twice (at-least-once): after a crash the lease
runs out, and the next tick edits again.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import case, literal, or_, select, update

from storage.duels.duel_rows import DUELS, StoredDuel, stored
from storage.engine.database import Database
from storage.engine.schema import Moment, duel

EDIT_LEASE: Final = timedelta(seconds=60)
EDIT_TIMEOUT: Final = timedelta(seconds=20)
"""How long an edit may take; well below the lease, so that no late edit overtakes a newer one."""

_LONGEST: Final = timedelta(hours=1)
"""The longest that Telegram asks an edit to wait; a later moment is a clock's mistake."""

_SWEEP: Final = 100
"""Messages that one tick edits at most."""


class DuelEdits:
    """Stores which message shows what, and who edits it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(
        self, number: int, now: datetime, private_pace: timedelta, group_pace: timedelta
    ) -> StoredDuel | timedelta | None:
        """Take the lease of an edit.

        Args:
            private_pace, group_pace: the least time between two edits of one message.

        Returns:
            The duel to show now; how long to wait for the throttle or another process's lease; None
            when the message shows the newest version, or nothing is known of a message.
        """
        async with self._database.transaction() as tx:
            taken = await tx.execute(
                update(duel)
                .where(
                    duel.c.id == number,
                    duel.c.shown < duel.c.version,
                    duel.c.message_id.is_not(None),
                    # a moment that lies further ahead was set before the clock was set back
                    or_(duel.c.edit_after <= now, duel.c.edit_after > now + _LONGEST),
                    or_(
                        duel.c.edit_until.is_(None),
                        duel.c.edit_until <= now,
                        duel.c.edit_until > now + 2 * EDIT_LEASE,
                    ),
                )
                .values(
                    edit_until=now + EDIT_LEASE,
                    edit_after=case(
                        (duel.c.chat_id > 0, literal(now + private_pace, Moment)),
                        else_=literal(now + group_pace, Moment),
                    ),
                )
            )
            chosen = duel.c.id == number
            if taken.rowcount:
                return stored((await tx.execute(DUELS.where(chosen))).one())
            behind = (duel.c.shown < duel.c.version, duel.c.message_id.is_not(None))
            row = (
                await tx.execute(
                    select(duel.c.edit_after, duel.c.edit_until).where(chosen, *behind)
                )
            ).one_or_none()
        if row is None:
            return None
        allowed: datetime = max(row.edit_after, row.edit_until or row.edit_after)
        return allowed - now

    async def showed(self, number: int, version: int) -> None:
        """Note that the message shows a version, and give back the lease."""
        async with self._database.transaction() as tx:
            await tx.execute(
                update(duel)
                .where(duel.c.id == number, duel.c.shown < version)
                .values(shown=version, edit_until=None)
            )

    async def put_off(self, number: int, until: datetime) -> None:
        """Give back the lease: the message is edited no sooner than at a moment."""
        async with self._database.transaction() as tx:
            await tx.execute(
                update(duel).where(duel.c.id == number).values(edit_until=None, edit_after=until)
            )

    async def unshown(self, now: datetime) -> list[int]:
        """Return duels whose messages are behind and may be edited now, oldest first."""
        async with self._database.reading() as connection:
            rows = await connection.scalars(
                select(duel.c.id)
                .where(
                    duel.c.shown < duel.c.version,
                    duel.c.message_id.is_not(None),
                    or_(duel.c.edit_after <= now, duel.c.edit_after > now + _LONGEST),
                )
                .order_by(duel.c.id)
                .limit(_SWEEP)
            )
            return list(rows)
