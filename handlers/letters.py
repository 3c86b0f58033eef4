"""Putting what nobody waits for into words: a `delivery.preparing.Writer`."""

from datetime import datetime

from delivery.digest import Digest
from delivery.preparing import Written
from handlers.views import Reply, digests
from handlers.wording import Wording, wording_for
from scoring.reading import Reading
from storage.chats import Chats
from storage.places import Place


class Letters:
    """Writes in the language that a chat chose, or else its people last spoke to the bot in."""

    def __init__(self, chats: Chats) -> None:
        self._chats = chats

    async def digest(self, place: Place, digest: Digest, now: datetime) -> Written:
        """One message, its first page."""
        return _written(digests.digest(digest, 0, now, await self._wording(place)))

    async def crossed(
        self, place: Place, reading: Reading, threshold: float, *, above: bool
    ) -> Written:
        """A score is surely above, or below, a threshold now, and was not before."""
        wording = await self._wording(place)
        return _written(digests.crossed(reading, threshold, wording, above=above))

    async def moved(self, place: Place, reading: Reading, base: float) -> Written:
        """A score has moved from where it was."""
        return _written(digests.moved(reading, base, await self._wording(place)))

    async def _wording(self, place: Place) -> Wording:
        return wording_for(await self._chats.letter_language(place.chat_id))


def _written(reply: Reply) -> Written:
    return Written(reply.html, reply.markup.to_dict() if reply.markup else None)
