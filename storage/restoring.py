"""A database as it was some time ago: what it still had to send may have been sent since."""

from datetime import datetime

from sqlalchemy import true, update

from storage.database import Database
from storage.dialects import alone
from storage.outbox import cancel
from storage.schema import alert, broadcast, digest, inbox


async def give_up_waiting(database: Database, now: datetime) -> None:
    """Send and answer nothing that waits or is due; alerts start from what they see next.

    What was being sent is left to its lease, which makes it uncertain.
    """
    async with database.transaction() as connection:
        await alone(connection, "delivery")
        await cancel(connection, true(), now)
        await connection.execute(
            update(digest).where(digest.c.state == "due").values(state="skipped", reason="restored")
        )
        # a draft may have been sent, too, and whoever was told later be told again
        await connection.execute(
            update(broadcast)
            .where(broadcast.c.state.in_(("draft", "sending")))
            .values(state="stopped")
        )
        # whoever asked may have been answered since
        await connection.execute(
            update(inbox).where(inbox.c.state != "uncertain").values(state="uncertain", body=None)
        )
        await connection.execute(update(alert).values(above=None, base=None))
