"""Data in, a message out: pure functions without Telegram calls or any other I/O."""

from dataclasses import dataclass

from telegram import ForceReply, InlineKeyboardMarkup


@dataclass(frozen=True, slots=True)
class Reply:
    """One message: Telegram HTML, and the buttons or the prompt under it."""

    html: str
    markup: InlineKeyboardMarkup | ForceReply | None = None
