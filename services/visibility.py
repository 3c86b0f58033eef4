"""Decides who sees a hidden account: only its owner, in their private chat with the bot.

Every surface asks here. Views take a `Visible`, which only this module makes, so that the type
checker refuses a view that shows a reading without asking.
"""

from dataclasses import dataclass
from typing import Final, NewType, Self

from scoring.reading.account import Reading
from scoring.reading.errors import AccountHidden

Visible = NewType("Visible", Reading)
"""A reading that its audience may see."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who reads a message.

    Attributes:
        person_id: the only person who reads it; None where others read along.
    """

    person_id: int | None

    @classmethod
    def of_chat(cls, chat_id: int) -> Self:
        """Return the audience of a chat that the bot is a member of.

        A private chat has its person's number, which is positive; other numbers are negative.
        """
        return cls(chat_id if chat_id > 0 else None)

    def sees(self, hidden_by: int | None) -> bool:
        """Return whether the audience sees an account hidden by a person; None: not hidden."""
        return hidden_by is None or hidden_by == self.person_id


EVERYBODY: Final = Audience(None)
"""The audience of a group, a channel, or a conversation that the bot is not a member of."""


def shown(reading: Reading, audience: Audience, asked: str = "") -> Visible:
    """Return a reading, if its audience may see it.

    Args:
        asked: the handle that was asked for, which a refusal names. The account may have another
            handle by now, and that one is hidden too.

    Raises:
        AccountHidden: the account is hidden, and its owner is not the only reader.
    """
    if not audience.sees(reading.hidden_by):
        raise AccountHidden(asked or reading.handle)
    return Visible(reading)


def seen(reading: Reading | None, audience: Audience) -> Visible | None:
    """Return a reading that its audience may see; None when there is none or it is hidden."""
    try:
        return None if reading is None else shown(reading, audience)
    except AccountHidden:
        return None
