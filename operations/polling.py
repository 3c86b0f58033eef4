"""Fetching updates, for as long as Telegram can be reached, and saying so when it cannot.

PTB's own loop ends for good, without a word to whoever started it, when Telegram once answers
that it does not know the token; and it confirms updates that only memory holds.
"""

import asyncio
import logging
from typing import Any, Final

from telegram import Update
from telegram.error import InvalidToken, RetryAfter, TelegramError
from telegram.ext import ExtBot

from delivery.verdicts import wait_of
from handlers import KloutApplication
from operations.receiving import STORE_FAILS, Receiving, with_bodies
from operations.settings import SettingsError

_log = logging.getLogger(__name__)

ALLOWED_UPDATES: Final = [
    Update.MESSAGE,
    Update.CALLBACK_QUERY,
    Update.INLINE_QUERY,
    Update.GUEST_MESSAGE,
    Update.MY_CHAT_MEMBER,
]
"""Said explicitly: Telegram remembers the list of an earlier run."""

_LONG_POLL: Final = 10
"""Seconds that Telegram holds a request while there is nothing to say."""

_SHORTEST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 30.0
"""Seconds between attempts to reach Telegram, doubled each time."""

_MOST_REFUSALS: Final = 3
"""Refusals of the token in a row that are believed; one may be a hiccup on the way."""


async def reach(application: KloutApplication) -> None:
    """Initialise the application, however long Telegram takes to answer.

    Raises:
        SettingsError: Telegram does not know the token.
    """
    pause = _SHORTEST_PAUSE
    while True:
        try:
            await application.initialize()
            if (await application.bot.get_webhook_info()).url:
                await application.bot.delete_webhook()  # or polling is refused
        except InvalidToken:
            raise _unknown_token() from None
        except Exception as error:  # noqa: BLE001 - whatever it answers, it may answer better later
            _log.warning("Telegram is not reachable (%s); next attempt in %g s", error, pause)
            await asyncio.sleep(_wait(error, pause))
            pause = min(2 * pause, _LONGEST_PAUSE)
        else:
            return


async def poll(bot: ExtBot[Any], receiving: Receiving) -> None:
    """Store every update, page by page; ends only by an exception.

    A page is confirmed by asking for the next one, once it is stored.

    Raises:
        SettingsError: Telegram no longer knows the token.
    """
    pause, refusals, following = _SHORTEST_PAUSE, 0, None
    while True:
        try:
            updates = await bot.get_updates(
                offset=following, timeout=_LONG_POLL, allowed_updates=ALLOWED_UPDATES
            )
            await receiving.accept(with_bodies(updates))
        except (TelegramError, *STORE_FAILS) as error:
            refusals = refusals + 1 if isinstance(error, InvalidToken) else 0
            if refusals == _MOST_REFUSALS:
                raise _unknown_token() from None
            _log.warning("no updates could be had (%s); next attempt in %g s", error, pause)
            await asyncio.sleep(_wait(error, pause))
            pause = min(2 * pause, _LONGEST_PAUSE)
            continue
        pause, refusals = _SHORTEST_PAUSE, 0
        if updates:
            following = updates[-1].update_id + 1
        while receiving.crowded:  # noqa: ASYNC110 - the others wait at Telegram, for up to a day
            await asyncio.sleep(_SHORTEST_PAUSE)


def _wait(error: Exception, pause: float) -> float:
    return wait_of(error).total_seconds() if isinstance(error, RetryAfter) else pause


def _unknown_token() -> SettingsError:
    return SettingsError("TELEGRAM_BOT_TOKEN is not usable: Telegram does not know it.")
