"""Putting what nobody waits for into words: a `delivery.writing.Writer`."""

from datetime import datetime

from delivery.digest import Digest
from delivery.notices import Failure
from delivery.writing import Written
from handlers.views import Reply, broadcasts, digests, notices
from handlers.wording import Wording, wording_for
from scoring.reading import Reading
from storage.chats import Chats
from storage.outages import Outage
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

    async def budget(
        self, chat_id: int, percent: int, spent: int, cap: int, until: datetime
    ) -> Written:
        """So much of the month's cap is spent, in micro-dollars."""
        wording = await self._wording(Place(chat_id))
        return Written(notices.budget(percent, spent, cap, until, wording), None)

    async def refused(self, chat_id: int, outage: Outage) -> Written:
        """X refuses to be read."""
        return Written(notices.refused(outage, await self._wording(Place(chat_id))), None)

    async def answers_again(self, chat_id: int, outage: Outage) -> Written:
        """It does no longer."""
        return Written(notices.answers_again(outage, await self._wording(Place(chat_id))), None)

    async def failed(self, chat_id: int, failure: Failure) -> Written:
        """Something nobody expected."""
        return Written(notices.failed(failure, await self._wording(Place(chat_id))), None)

    def news(self, html: str, language: str | None) -> str:
        """An operator's news, with a word on how to refuse them."""
        return broadcasts.news(html, wording_for(language))

    async def _wording(self, place: Place) -> Wording:
        return wording_for(await self._chats.letter_language(place.chat_id))


def _written(reply: Reply) -> Written:
    return Written(reply.html, reply.markup.to_dict() if reply.markup else None)
