"""Polling: fetches updates while Telegram can be reached, and logs when it cannot.

PTB's own loop ends silently when Telegram once refuses the token, it confirms updates that only
memory holds, and one unreadable update costs it the page.
"""

import asyncio
import logging
from typing import Any, Final

from telegram.error import Conflict, InvalidToken, TelegramError
from telegram.ext import ExtBot

from handlers.outgoing.unparsed import ask
from operations.startup import (
    ALLOWED_UPDATES,
    LONGEST_PAUSE,
    SHORTEST_PAUSE,
    Token,
    named,
    pause_after,
)
from operations.transport.dispatcher import STORE_FAILS, Dispatcher
from operations.transport.updates import OddUpdateError, page

_log = logging.getLogger(__name__)

_LONG_POLL: Final = 10
"""Seconds that Telegram holds a request while there are no updates."""

_READ_TIMEOUT: Final = 20.0

_STUCK_PAUSE: Final = 5.0
"""Longest pause while the only updates are odd ones that cannot be confirmed: readable ones may
come at any time, and Telegram drops odd ones after a day."""


class _Stuck(OddUpdateError):
    """A page of which nothing can be confirmed: it would come again at once."""


async def poll(bot: ExtBot[Any], token: Token, receiving: Dispatcher) -> None:
    """Store every update, page by page; ends only by an exception.

    A page is confirmed by asking for the next one, after it is stored. A webhook that is still set
    is removed when Telegram reports it. While the inbox is full, no page is fetched (backpressure).

    Raises:
        SettingsError: Telegram no longer knows the token.
    """
    pause, following = SHORTEST_PAUSE, None
    while True:
        try:
            next_one = await _fetch(bot, receiving, following)
        except Exception as error:  # noqa: BLE001 - polling must go on
            _log.warning(
                "no updates could be had",
                extra={"error": _told(error), "again_in_seconds": pause_after(error, pause)},
            )
            await _mend(bot, token, error)
            await asyncio.sleep(pause_after(error, pause))
            longest = _STUCK_PAUSE if isinstance(error, _Stuck) else LONGEST_PAUSE
            pause = min(2 * pause, longest)
            continue
        token.works()
        pause, following = SHORTEST_PAUSE, next_one
        while receiving.crowded:  # noqa: ASYNC110 - backpressure: Telegram keeps updates for a day
            await asyncio.sleep(SHORTEST_PAUSE)


async def _fetch(bot: ExtBot[Any], receiving: Dispatcher, following: int | None) -> int | None:
    """Store one page; return the `offset` of the next one.

    Raises:
        OddUpdateError: no page, or none of it can be confirmed.
    """
    given = await ask(
        bot,
        "getUpdates",
        read_timeout=_READ_TIMEOUT + _LONG_POLL,
        offset=following,
        timeout=_LONG_POLL,
        allowed_updates=ALLOWED_UPDATES,
    )
    came = page(given, bot, following)
    await receiving.accept(came.updates)
    if not given:
        return following
    if came.following is None or came.following == following:
        raise _Stuck("no update in the page has a number to go on from")
    return came.following


async def _mend(bot: ExtBot[Any], token: Token, error: Exception) -> None:
    """Handle an error beyond trying again: check the token, or remove a webhook."""
    if isinstance(error, InvalidToken):
        await token.refused()
    elif isinstance(error, Conflict) and "webhook" in str(error).lower():
        try:
            await bot.delete_webhook()
        except TelegramError as second:
            _log.warning("the webhook could not be taken back", extra={"error": named(second)})


def _told(error: Exception) -> str:
    """Describe an error for the log; words of the store and of a page have no user's data."""
    ours = isinstance(error, (OddUpdateError, *STORE_FAILS))
    return str(error) if ours else named(error)
