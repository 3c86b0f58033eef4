"""Pictures that Telegram has already: what they show, and the id by which it sends one again."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select

from storage.database import Database
from storage.dialects import upsert
from storage.schema import picture

KEPT: Final = timedelta(days=90)
"""After that nobody is likely to ask for quite the same one again."""


class Pictures:
    """Ids of pictures, by a digest of what they show; nothing of who asked for them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, key: str) -> str | None:
        """Telegram's id of a picture; None when it was never sent."""
        async with self._database.reading() as connection:
            found: str | None = await connection.scalar(
                select(picture.c.file_id).where(picture.c.key == key)
            )
        return found

    async def keep(self, key: str, file_id: str, now: datetime) -> None:
        """Remember a picture that was sent, and forget those that are old."""
        async with self._database.transaction() as connection:
            await connection.execute(delete(picture).where(picture.c.sent_at < now - KEPT))
            await connection.execute(
                upsert(connection, picture)
                .values(key=key, file_id=file_id, sent_at=now)
                .on_conflict_do_update(
                    index_elements=["key"], set_={"file_id": file_id, "sent_at": now}
                )
            )

    async def forget(self, key: str) -> None:
        """Telegram does not know it any more."""
        async with self._database.transaction() as connection:
            await connection.execute(delete(picture).where(picture.c.key == key))
