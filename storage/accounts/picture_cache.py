"""Cache of pictures that Telegram has: a hash of their content, and the file id to resend."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import delete, func, select

from storage.engine.database import Database
from storage.engine.dialects import upsert
from storage.engine.schema import picture
from storage.engine.transaction import Transaction

KEPT: Final = timedelta(days=90)
"""After that a request for exactly the same picture is unlikely."""


class Kept(NamedTuple):
    """A picture that Telegram has.

    Attributes:
        handles: whom it shows, without `@`.
        caption: one line of HTML that travels with it.
        chat_id: the group whose board it shows; None for any other picture.
    """

    file_id: str
    handles: tuple[str, ...]
    caption: str
    chat_id: int | None


class PictureCache:
    """Stores file ids by a hash of the picture's content; requesters are not stored."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, key: str) -> str | None:
        """Return Telegram's file id of a picture; None when it was never sent."""
        async with self._database.reading() as connection:
            found: str | None = await connection.scalar(
                select(picture.c.file_id).where(picture.c.key == key)
            )
        return found

    async def behind(self, beginning: str) -> Kept | None:
        """Return the picture whose key begins so; None for none, or one without a caption.

        Args:
            beginning: hexadecimal digits in lower case.
        """
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(picture.c.file_id, picture.c.handles, picture.c.caption, picture.c.chat_id)
                .where(picture.c.key >= beginning, picture.c.key < beginning + "g")
                .limit(1)
            )
            row = rows.one_or_none()
        if row is None or not row.handles or not row.caption:
            return None
        return Kept(row.file_id, tuple(row.handles.split()), row.caption, row.chat_id)

    async def keep(
        self,
        key: str,
        file_id: str,
        now: datetime,
        *,
        handles: Iterable[str] = (),
        caption: str = "",
        chat_id: int | None = None,
    ) -> None:
        """Store the file id of a picture that was sent.

        Args:
            handles, caption, chat_id: as in `Kept`; without them the picture is not shared.
        """
        values = {
            "file_id": file_id,
            "sent_at": now,
            "handles": " ".join(handles),
            "caption": caption,
            "chat_id": chat_id,
        }
        async with self._database.transaction() as tx:
            await tx.execute(
                upsert(tx, picture)
                .values(key=key, **values)
                .on_conflict_do_update(index_elements=["key"], set_=values)
            )

    async def forget(self, key: str) -> None:
        """Delete a picture that Telegram does not know any more."""
        async with self._database.transaction() as tx:
            await tx.execute(delete(picture).where(picture.c.key == key))


async def forget_accounts(tx: Transaction, names: Sequence[str]) -> None:
    """Delete the pictures that show accounts which are erased, or lost a handle to another one.

    Args:
        tx: the transaction in which that happens.
        names: the handles that the accounts had, in lower case.
    """
    for name in names:
        padded = func.lower(" " + picture.c.handles + " ")
        await tx.execute(delete(picture).where(padded.contains(f" {name} ", autoescape=True)))
