"""Messages of the outbox that a place may not have got, and that its next word brings up."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import and_, or_, select, update

from storage.chats.places import Place, at
from storage.engine.database import Database
from storage.engine.schema import outbox

_ALERT: Final = "alert:"

_LOST: Final = and_(
    or_(
        outbox.c.state == "uncertain",
        and_(outbox.c.state == "expired", outbox.c.key.startswith(_ALERT)),
    ),
    outbox.c.mentioned_at.is_(None),
)


class Lost(NamedTuple):
    """What a place may not have got.

    Attributes:
        uncertain: for each uncertain message its digest's number, or None for another kind.
        expired: the handles, in lower case, of alerts that could not be sent in time.
    """

    uncertain: list[int | None]
    expired: list[str]


class LostMessages:
    """Finds them, and marks them as mentioned."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def places(self) -> set[Place]:
        """Return the places that have not been told yet of a lost message."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(outbox.c.chat_id, outbox.c.topic_id).where(_LOST).distinct()
            )
            return {Place(row.chat_id, row.topic_id) for row in rows}

    async def mention(self, place: Place) -> Lost:
        """Mark that the caller tells a place of its lost messages, and return them.

        Both lists are empty when another process was first.
        """
        async with self._database.transaction() as tx:
            rows = await tx.execute(
                update(outbox)
                .where(at(outbox, place), _LOST)
                .values(mentioned_at=self._clock())
                .returning(outbox.c.digest_id, outbox.c.state, outbox.c.key)
            )
            lost = rows.all()
        return Lost(
            [row.digest_id for row in lost if row.state == "uncertain"],
            [_handle(row.key) for row in lost if row.state == "expired"],
        )


def _handle(key: str) -> str:
    """Return the handle in an alert's idempotency key: `alert:chat:topic:handle:moment`."""
    return key.split(":", 3)[3].rpartition(":")[0]
