"""What a chat chose (language, time zone, news), and which handles its people linked."""

from typing import Final

from async_lru import alru_cache
from sqlalchemy import bindparam, delete, func, select

from storage.accounts.present_handles import present, with_account
from storage.engine.database import Database
from storage.engine.dialects import upsert
from storage.engine.schema import chat, link

_CACHED: Final = 10_000
"""Chats whose language is cached: about a kilobyte each."""

_LANGUAGE = select(chat.c.language).where(chat.c.id == bindparam("chat_id"))


class ChatChoices:
    """Stores chats' choices and people's linked handles."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # read for each message and hardly ever changed: a minute's delay is acceptable
        self._language = alru_cache(maxsize=_CACHED, ttl=60)(self._stored_language)

    async def language(self, chat_id: int) -> str | None:
        """Return the language chosen for a chat; None when none was chosen."""
        return await self._language(chat_id)

    async def letter_language(self, chat_id: int) -> str | None:
        """Return the language of background messages: chosen, or else last answered in."""
        async with self._database.reading() as connection:
            found: str | None = await connection.scalar(
                select(func.coalesce(chat.c.language, chat.c.spoken)).where(chat.c.id == chat_id)
            )
        return found

    async def note_spoken(self, chat_id: int, language: str) -> None:
        """Store the language in which a person in the chat was last answered."""
        async with self._database.transaction() as tx:
            await tx.execute(
                upsert(tx, chat)
                .values(id=chat_id, spoken=language)
                .on_conflict_do_update(index_elements=["id"], set_={"spoken": language})
            )

    async def _stored_language(self, chat_id: int) -> str | None:
        async with self._database.reading() as connection:
            found: str | None = await connection.scalar(_LANGUAGE, {"chat_id": chat_id})
        return found

    async def choose_language(self, chat_id: int, language: str) -> None:
        """Store a chat's language."""
        async with self._database.transaction() as tx:
            await tx.execute(
                upsert(tx, chat)
                .values(id=chat_id, language=language)
                .on_conflict_do_update(index_elements=["id"], set_={"language": language})
            )
        self._language.cache_invalidate(chat_id)

    async def zone(self, chat_id: int) -> str | None:
        """Return the time zone chosen for a chat; None when none was chosen."""
        async with self._database.reading() as connection:
            found: str | None = await connection.scalar(
                select(chat.c.zone).where(chat.c.id == chat_id)
            )
        return found

    async def choose_zone(self, chat_id: int, zone: str) -> None:
        """Store a chat's time zone."""
        async with self._database.transaction() as tx:
            await tx.execute(
                upsert(tx, chat)
                .values(id=chat_id, zone=zone)
                .on_conflict_do_update(index_elements=["id"], set_={"zone": zone})
            )

    async def news(self, chat_id: int) -> bool:
        """Return whether a chat wants news from the operator, which is the default."""
        async with self._database.reading() as connection:
            found: bool | None = await connection.scalar(
                select(chat.c.news).where(chat.c.id == chat_id)
            )
        return found is not False

    async def choose_news(self, chat_id: int, *, wanted: bool) -> None:
        """Store whether a chat wants news from the operator."""
        async with self._database.transaction() as tx:
            await tx.execute(
                upsert(tx, chat)
                .values(id=chat_id, news=wanted)
                .on_conflict_do_update(index_elements=["id"], set_={"news": wanted})
            )

    async def linked_handle(self, chat_id: int, person_id: int) -> str | None:
        """Return the present handle of the account that a person linked in this chat, or None."""
        async with self._database.reading() as connection:
            found: str | None = await connection.scalar(
                select(present(link))
                .select_from(with_account(link))
                .where(link.c.chat_id == chat_id, link.c.person_id == person_id)
            )
        return found

    async def linked_handles(self, person_id: int) -> list[str]:
        """Return the present handles of the accounts that a person linked, in any chat."""
        named = present(link)
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(func.min(named.element).label("handle"))
                .select_from(with_account(link))
                .where(link.c.person_id == person_id)
                .group_by(func.lower(named.element))
            )
            return [row.handle for row in rows]

    async def link(self, chat_id: int, person_id: int, handle: str) -> None:
        """Store a person's own handle in this chat, in place of an earlier one."""
        async with self._database.transaction() as tx:
            await tx.execute(upsert(tx, chat).values(id=chat_id).on_conflict_do_nothing())
            await tx.execute(
                upsert(tx, link)
                .values(chat_id=chat_id, person_id=person_id, handle=handle)
                .on_conflict_do_update(
                    index_elements=["chat_id", "person_id"], set_={"handle": handle}
                )
            )

    def forgotten(self, chat_id: int) -> None:
        """Drop an erased chat from the cache."""
        self._language.cache_invalidate(chat_id)

    async def unlink(self, person_id: int) -> int:
        """Delete a person's linked handle in every chat.

        Returns:
            In how many chats there was one.
        """
        async with self._database.transaction() as tx:
            result = await tx.execute(delete(link).where(link.c.person_id == person_id))
            return result.rowcount
