"""Who asks, so that it is known what a read was for and nobody spends what is everybody's."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Asker:
    """What a read is for.

    Attributes:
        command: what was asked, as in the command menu: `klout`, `compare`, `digest`.
        chat_id: where; None where the bot is a guest, and for what is read for many chats.
        person_id: who; None for what nobody is there to ask for.
    """

    command: str
    chat_id: int | None = None
    person_id: int | None = None


class Quotas(Protocol):
    """How much one person, or one chat, may have read afresh."""

    async def take(self, asker: Asker, now: datetime) -> None:
        """Count one account that is about to be read, and paid for.

        Raises:
            scoring.errors.QuotaSpent: not yet again; nothing was counted.
        """

    async def give_back(self, asker: Asker, now: datetime) -> None:
        """The account could not be read after all."""
