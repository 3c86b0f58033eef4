"""Views: pure functions from data to messages and pictures, without Telegram calls or other I/O."""

from dataclasses import dataclass

from telegram import ForceReply, InlineKeyboardMarkup


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One message: Telegram HTML, and the buttons or the prompt under it."""

    html: str
    markup: InlineKeyboardMarkup | ForceReply | None = None
