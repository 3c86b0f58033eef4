"""Broadcasts on their way into the outbox, some chats at a time."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from storage.broadcasts import Broadcasts


class NewsWriter(Protocol):
    """Puts an operator's news into the form in which a chat gets them."""

    def news(self, html: str, language: str | None) -> str:
        """With a word on how to refuse them, in the chat's language."""


class Broadcasting:
    """Moves the oldest broadcast on, once what it put in the outbox before has left."""

    def __init__(
        self, broadcasts: Broadcasts, writer: NewsWriter, clock: Callable[[], datetime]
    ) -> None:
        self._broadcasts = broadcasts
        self._writer = writer
        self._clock = clock

    async def advance(self) -> None:
        """Put the next chats' messages in the outbox, if it is time for that."""
        if found := await self._broadcasts.under_way():
            number, html = found
            chats = await self._broadcasts.next_chats(number)
            messages = [(each.chat_id, self._writer.news(html, each.language)) for each in chats]
            await self._broadcasts.post(number, messages, self._clock())
