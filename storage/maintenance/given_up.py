"""Gives up waiting work in a restored database, since it may have been sent after the backup."""

from sqlalchemy import true, update

from storage.engine.schema import alert, broadcast, digest, inbox
from storage.engine.transaction import Lock
from storage.stores import Stores


async def give_up_waiting(stores: Stores) -> None:
    """Cancel all waiting and due work; alerts start from the next reading.

    A message that was being sent is left to its lease, which makes it uncertain.
    """
    async with stores.transaction() as tx:
        await tx.lock(Lock.DELIVERY)
        await stores.outbox.cancel(tx, true())
        await tx.execute(
            update(digest).where(digest.c.state == "due").values(state="skipped", reason="restored")
        )
        # a draft may have been sent later, and its chats would be told again
        await tx.execute(
            update(broadcast)
            .where(broadcast.c.state.in_(("draft", "sending")))
            .values(state="stopped")
        )
        # these questions may have been answered since
        await tx.execute(
            update(inbox).where(inbox.c.state != "uncertain").values(state="uncertain", body=None)
        )
        await tx.execute(update(alert).values(above=None, base=None))
