"""Fetching updates, for as long as Telegram can be reached, and saying so when it cannot.

PTB's own loop ends for good, without a word to whoever started it, when Telegram once answers
that it does not know the token; and it confirms updates that only memory holds.
"""

import asyncio
import logging
from typing import Any, Final

from telegram.error import InvalidToken, TelegramError
from telegram.ext import ExtBot

from operations.reaching import (
    ALLOWED_UPDATES,
    LONGEST_PAUSE,
    SHORTEST_PAUSE,
    patiently,
    pause_after,
    unknown_token,
)
from operations.receiving import STORE_FAILS, Receiving, with_bodies

_log = logging.getLogger(__name__)

_LONG_POLL: Final = 10
"""Seconds that Telegram holds a request while there is nothing to say."""

_MOST_REFUSALS: Final = 3
"""Refusals of the token in a row that are believed; one may be a hiccup on the way."""


async def prepare(bot: ExtBot[Any]) -> None:
    """Take back a webhook that is set, or polling is refused."""

    async def delete() -> None:
        if (await bot.get_webhook_info()).url:
            await bot.delete_webhook()

    await patiently(delete)


async def poll(bot: ExtBot[Any], receiving: Receiving) -> None:
    """Store every update, page by page; ends only by an exception.

    A page is confirmed by asking for the next one, once it is stored.

    Raises:
        SettingsError: Telegram no longer knows the token.
    """
    pause, refusals, following = SHORTEST_PAUSE, 0, None
    while True:
        try:
            updates = await bot.get_updates(
                offset=following, timeout=_LONG_POLL, allowed_updates=ALLOWED_UPDATES
            )
            await receiving.accept(with_bodies(updates))
        except (TelegramError, *STORE_FAILS) as error:
            refusals = refusals + 1 if isinstance(error, InvalidToken) else 0
            if refusals == _MOST_REFUSALS:
                raise unknown_token() from None
            _log.warning(
                "no updates could be had", extra={"error": str(error), "again_in_seconds": pause}
            )
            await asyncio.sleep(pause_after(error, pause))
            pause = min(2 * pause, LONGEST_PAUSE)
            continue
        pause, refusals = SHORTEST_PAUSE, 0
        if updates:
            following = updates[-1].update_id + 1
        while receiving.crowded:  # noqa: ASYNC110 - the others wait at Telegram, for up to a day
            await asyncio.sleep(SHORTEST_PAUSE)
