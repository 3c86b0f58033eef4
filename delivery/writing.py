"""What delivery wants to have written, by whoever knows its readers' languages."""

from datetime import datetime
from typing import Any, NamedTuple, Protocol

from delivery.digest import Digest
from scoring.reading import Reading
from storage.places import Place


class Written(NamedTuple):
    """A message in words.

    Attributes:
        html: Telegram HTML, 4096 UTF-16 units at most once it is parsed.
        markup: its buttons, as the Bot API's JSON.
    """

    html: str
    markup: dict[str, Any] | None


class Writer(Protocol):
    """Puts digests and alerts into words, in a place's language."""

    async def digest(self, place: Place, digest: Digest, now: datetime) -> Written:
        """One message, its first page."""

    async def crossed(
        self, place: Place, reading: Reading, threshold: float, *, above: bool
    ) -> Written:
        """A score is surely above, or below, a threshold now, and was not before."""

    async def moved(self, place: Place, reading: Reading, base: float) -> Written:
        """A score has moved from where it was."""
