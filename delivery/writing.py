"""The text of background messages: digests, alerts, notices to operators, news."""

from datetime import date, datetime
from typing import Any, NamedTuple

from services.digests.digest_contents import DigestContents
from services.digests.last_told import Step
from services.duels.people_agreement import Agreement
from services.failures import Failure
from storage.chats.chat_choices import ChatChoices
from storage.chats.places import Place
from storage.money.circuit_breaker import Outage
from views import OutgoingMessage
from views.following import alert_messages, digest_messages
from views.operators import broadcast_messages, notice_messages
from views.pictures import illustrations
from views.pictures.stored_cards import card_json
from views.wording import Wording, wording_for


class Written(NamedTuple):
    """The text and buttons of one message.

    Attributes:
        html: Telegram HTML, 4096 UTF-16 units at most once it is parsed.
        markup: its buttons, as JSON of the Bot API; None without.
        picture: what is drawn above the text, for `delivery.digest_pictures`; None without.
    """

    html: str
    markup: dict[str, Any] | None
    picture: dict[str, Any] | None = None


class MessageWriter:
    """Writes in the language that a chat chose, else in the one that it was last answered in."""

    def __init__(self, chats: ChatChoices) -> None:
        self._chats = chats

    async def digest(self, place: Place, digest: DigestContents, now: datetime) -> Written:
        """Return a digest, which is one message, with the picture of who moved most."""
        wording = await self._wording(place)
        card = illustrations.week(digest)
        captioned = digest_messages.captioned(digest, now, wording) if card else None
        if card is None or captioned is None:
            return _written(digest_messages.digest(digest, now, wording))
        picture = {"language": wording.language, "card": card_json(card)}
        return _written(captioned)._replace(picture=picture)

    async def crossed(
        self,
        place: Place,
        step: Step,
        threshold: float,
        today: date,
        *,
        above: bool,
    ) -> Written:
        """Return the alert that a score has certainly crossed a threshold, upwards if `above`."""
        wording = await self._wording(place)
        return _written(alert_messages.crossed(step, threshold, today, wording, above=above))

    async def moved(self, place: Place, step: Step) -> Written:
        """Return the alert that an account has moved."""
        return _written(alert_messages.moved(step, await self._wording(place)))

    async def budget(
        self, chat_id: int, percent: int, spent: int, cap: int, until: datetime
    ) -> Written:
        """Return the notice that `percent` of the month's cap is spent; sums in micro-dollars."""
        wording = await self._wording(Place(chat_id))
        return Written(notice_messages.budget(percent, spent, cap, until, wording), None)

    async def refused(self, chat_id: int, outage: Outage) -> Written:
        """Return the notice that X refuses requests."""
        return Written(notice_messages.refused(outage, await self._wording(Place(chat_id))), None)

    async def answers_again(self, chat_id: int, outage: Outage) -> Written:
        """Return the notice that X answers requests again."""
        return Written(
            notice_messages.answers_again(outage, await self._wording(Place(chat_id))), None
        )

    async def drifted(self, chat_id: int, told: Agreement) -> Written:
        """Return the notice that people do not agree as often as the formula claims."""
        return Written(notice_messages.drifted(told, await self._wording(Place(chat_id))), None)

    async def failed(self, chat_id: int, failure: Failure) -> Written:
        """Return the notice of an unexpected error."""
        return Written(notice_messages.failed(failure, await self._wording(Place(chat_id))), None)

    def news(self, html: str, language: str | None) -> str:
        """Return an operator's news as HTML, with a line on how to unsubscribe."""
        return broadcast_messages.news(html, wording_for(language))

    async def _wording(self, place: Place) -> Wording:
        return wording_for(await self._chats.letter_language(place.chat_id))


def _written(reply: OutgoingMessage) -> Written:
    return Written(reply.html, reply.markup.to_dict() if reply.markup else None)
