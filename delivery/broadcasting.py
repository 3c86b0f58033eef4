"""Posts broadcasts to the outbox, a batch of chats at a time."""

from delivery.writing import MessageWriter
from storage.queues.broadcasts import Broadcasts


class Broadcasting:
    """Advances the oldest broadcast once its previous batch has left the outbox."""

    def __init__(self, broadcasts: Broadcasts, writer: MessageWriter) -> None:
        self._broadcasts = broadcasts
        self._writer = writer

    async def advance(self) -> None:
        """Put the next batch of messages in the outbox, if the previous batch has left it."""
        if found := await self._broadcasts.under_way():
            number, html = found
            chats = await self._broadcasts.next_chats(number)
            messages = [(each.chat_id, self._writer.news(html, each.language)) for each in chats]
            await self._broadcasts.post(number, messages)
