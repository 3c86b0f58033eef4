"""Reaching Telegram at the start, however long it takes to answer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from telegram import Update
from telegram.error import InvalidToken, RetryAfter

from delivery.verdicts import wait_of
from operations.settings import SettingsError

_log = logging.getLogger(__name__)

ALLOWED_UPDATES: Final = (
    Update.MESSAGE,
    Update.CALLBACK_QUERY,
    Update.INLINE_QUERY,
    Update.GUEST_MESSAGE,
    Update.MY_CHAT_MEMBER,
)
"""Said explicitly: Telegram remembers the list of an earlier run."""

SHORTEST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 30.0
"""Seconds between attempts to reach Telegram, doubled each time."""


async def patiently(step: Callable[[], Awaitable[None]]) -> None:
    """Take a step of the start until Telegram lets it.

    Raises:
        SettingsError: Telegram does not know the token.
    """
    pause = SHORTEST_PAUSE
    while True:
        try:
            await step()
        except InvalidToken:
            raise unknown_token() from None
        except Exception as error:  # noqa: BLE001 - whatever it answers, it may answer better later
            _log.warning(
                "Telegram is not reachable", extra={"error": str(error), "again_in_seconds": pause}
            )
            await asyncio.sleep(pause_after(error, pause))
            pause = min(2 * pause, LONGEST_PAUSE)
        else:
            return


def pause_after(error: Exception, pause: float) -> float:
    """Seconds until the next attempt: what Telegram asks for, else `pause`."""
    return wait_of(error).total_seconds() if isinstance(error, RetryAfter) else pause


def unknown_token() -> SettingsError:
    """What an operator reads when Telegram refuses the token."""
    return SettingsError("TELEGRAM_BOT_TOKEN is not usable: Telegram does not know it.")
