"""What a chat chose, and who its people said they are."""

from typing import Final

from async_lru import alru_cache
from sqlalchemy import delete, func, select

from storage.database import Database
from storage.dialects import upsert
from storage.schema import chat, link

_CACHED: Final = 10_000
"""Chats whose language is held in memory: about a kilobyte each."""


class Chats:
    """Languages of chats and linked handles of people."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # Asked for with every message, and hardly ever changed: a minute old is new enough.
        self._language = alru_cache(maxsize=_CACHED, ttl=60)(self._stored_language)

    async def language(self, chat_id: int) -> str | None:
        """The language chosen for a chat; None when nobody chose."""
        return await self._language(chat_id)

    async def letter_language(self, chat_id: int) -> str | None:
        """The language for what nobody is there to ask for: chosen, or else last spoken."""
        async with self._database.reading() as connection:
            found: str | None = await connection.scalar(
                select(func.coalesce(chat.c.language, chat.c.spoken)).where(chat.c.id == chat_id)
            )
        return found

    async def note_spoken(self, chat_id: int, language: str) -> None:
        """Remember the language in which somebody there was last answered."""
        async with self._database.transaction() as connection:
            await connection.execute(
                upsert(connection, chat)
                .values(id=chat_id, spoken=language)
                .on_conflict_do_update(index_elements=["id"], set_={"spoken": language})
            )

    async def _stored_language(self, chat_id: int) -> str | None:
        async with self._database.reading() as connection:
            found: str | None = await connection.scalar(
                select(chat.c.language).where(chat.c.id == chat_id)
            )
        return found

    async def choose_language(self, chat_id: int, language: str) -> None:
        """Remember a chat's language."""
        async with self._database.transaction() as connection:
            await connection.execute(
                upsert(connection, chat)
                .values(id=chat_id, language=language)
                .on_conflict_do_update(index_elements=["id"], set_={"language": language})
            )
        self._language.cache_invalidate(chat_id)

    async def zone(self, chat_id: int) -> str | None:
        """The time zone that a chat's people named; None when nobody did."""
        async with self._database.reading() as connection:
            found: str | None = await connection.scalar(
                select(chat.c.zone).where(chat.c.id == chat_id)
            )
        return found

    async def choose_zone(self, chat_id: int, zone: str) -> None:
        """Remember a chat's time zone."""
        async with self._database.transaction() as connection:
            await connection.execute(
                upsert(connection, chat)
                .values(id=chat_id, zone=zone)
                .on_conflict_do_update(index_elements=["id"], set_={"zone": zone})
            )

    async def news(self, chat_id: int) -> bool:
        """Whether a chat wants to hear from the operator; it does until it says no."""
        async with self._database.reading() as connection:
            found: bool | None = await connection.scalar(
                select(chat.c.news).where(chat.c.id == chat_id)
            )
        return found is not False

    async def choose_news(self, chat_id: int, *, wanted: bool) -> None:
        """Hear from the operator, or not."""
        async with self._database.transaction() as connection:
            await connection.execute(
                upsert(connection, chat)
                .values(id=chat_id, news=wanted)
                .on_conflict_do_update(index_elements=["id"], set_={"news": wanted})
            )

    async def linked_handle(self, chat_id: int, person_id: int) -> str | None:
        """The handle that a person said is theirs in this chat."""
        async with self._database.reading() as connection:
            found: str | None = await connection.scalar(
                select(link.c.handle).where(
                    link.c.chat_id == chat_id, link.c.person_id == person_id
                )
            )
        return found

    async def linked_handles(self, person_id: int) -> list[str]:
        """The handles that a person said are theirs, in any chat."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(func.min(link.c.handle).label("handle"))
                .where(link.c.person_id == person_id)
                .group_by(func.lower(link.c.handle))
            )
            return [row.handle for row in rows]

    async def link(self, chat_id: int, person_id: int, handle: str) -> None:
        """Remember a person's own handle in this chat, instead of any earlier one."""
        async with self._database.transaction() as connection:
            await connection.execute(
                upsert(connection, chat).values(id=chat_id).on_conflict_do_nothing()
            )
            await connection.execute(
                upsert(connection, link)
                .values(chat_id=chat_id, person_id=person_id, handle=handle)
                .on_conflict_do_update(
                    index_elements=["chat_id", "person_id"], set_={"handle": handle}
                )
            )

    def forgotten(self, chat_id: int) -> None:
        """A chat was erased: hold nothing of it in memory."""
        self._language.cache_invalidate(chat_id)

    async def unlink(self, person_id: int) -> int:
        """Forget a person's handle everywhere.

        Returns:
            In how many chats one was known.
        """
        async with self._database.transaction() as connection:
            result = await connection.execute(delete(link).where(link.c.person_id == person_id))
            return result.rowcount
