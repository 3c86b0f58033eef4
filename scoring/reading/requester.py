"""The requester: for whom a read is made, and against whose quota it counts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Requester:
    """For whom, where and by which command a read is made.

    Attributes:
        command: the command, as in the command menu: `klout`, `compare`, `digest`.
        chat_id: the chat; None where the bot is a guest, and for a read that serves many chats.
        person_id: the user; None for background work.
    """

    command: str
    chat_id: int | None = None
    person_id: int | None = None


class Quotas(Protocol):
    """How many accounts one person, or one chat, may have read."""

    async def take(self, asker: Requester, now: datetime) -> None:
        """Count one account that is about to be read, and paid for.

        Raises:
            scoring.reading.errors.QuotaSpent: the quota is used up; nothing was counted.
        """

    async def give_back(self, asker: Requester, now: datetime) -> None:
        """Undo `take`, as the account could not be read."""
