"""Fetching updates, for as long as Telegram can be reached, and saying so when it cannot.

PTB's own loop ends for good, without a word to whoever started it, when Telegram once answers
that it does not know the token; and it fetches faster than updates are dealt with.
"""

import asyncio
import logging
from typing import Final

from telegram import Update
from telegram.error import InvalidToken, RetryAfter, TelegramError

from delivery.verdicts import wait_of
from handlers import KloutApplication
from operations.settings import SettingsError

_log = logging.getLogger(__name__)

_ALLOWED_UPDATES: Final = [
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

_MOST_WAITING: Final = 10_000
"""Updates held in memory; the others wait at Telegram, for up to a day."""

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
            await application.bot.delete_webhook()  # or polling is refused
        except InvalidToken:
            raise _unknown_token() from None
        except Exception as error:  # noqa: BLE001 - whatever it answers, it may answer better later
            _log.warning(
                "Telegram is not reachable", extra={"error": str(error), "again_in_seconds": pause}
            )
            await asyncio.sleep(_wait(error, pause))
            pause = min(2 * pause, _LONGEST_PAUSE)
        else:
            return


async def poll(application: KloutApplication) -> None:
    """Put every update in the application's queue; ends only by an exception.

    Raises:
        SettingsError: Telegram no longer knows the token.
    """
    pause, refusals = _SHORTEST_PAUSE, 0
    while True:
        try:
            updates = await _fetch(application, _LONG_POLL)
        except TelegramError as error:
            refusals = refusals + 1 if isinstance(error, InvalidToken) else 0
            if refusals == _MOST_REFUSALS:
                raise _unknown_token() from None
            _log.warning(
                "updates could not be fetched",
                extra={"error": str(error), "again_in_seconds": pause},
            )
            await asyncio.sleep(_wait(error, pause))
            pause = min(2 * pause, _LONGEST_PAUSE)
            continue
        pause, refusals = _SHORTEST_PAUSE, 0
        for update in updates:
            application.next_update = update.update_id + 1
            await application.update_queue.put(update)
        while _crowded(application):  # noqa: ASYNC110 - PTB has no event for it
            await asyncio.sleep(_SHORTEST_PAUSE)


async def confirm(application: KloutApplication) -> None:
    """Tell Telegram that what was fetched is dealt with; otherwise it would be sent again."""
    if application.next_update is not None:
        try:
            await _fetch(application, 0)
        except TelegramError as error:
            _log.warning("the last updates could not be confirmed", extra={"error": str(error)})


async def _fetch(application: KloutApplication, hold: int) -> tuple[Update, ...]:
    return await application.bot.get_updates(
        offset=application.next_update, timeout=hold, allowed_updates=_ALLOWED_UPDATES
    )


def _crowded(application: KloutApplication) -> bool:
    return application.update_processor.current_concurrent_updates >= _MOST_WAITING


def _wait(error: Exception, pause: float) -> float:
    return wait_of(error).total_seconds() if isinstance(error, RetryAfter) else pause


def _unknown_token() -> SettingsError:
    return SettingsError("TELEGRAM_BOT_TOKEN is not usable: Telegram does not know it.")
