"""Reaching Telegram at start with backoff, and deciding when a refused token is believed."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

from telegram import Update
from telegram.error import InvalidToken, TelegramError
from telegram.ext import ExtBot

from delivery.send_errors import SendError, classify, wait_of
from handlers.outgoing.unparsed import ask
from operations.settings import SettingsError

_log = logging.getLogger(__name__)

ALLOWED_UPDATES: Final = (
    Update.MESSAGE,
    Update.CALLBACK_QUERY,
    Update.INLINE_QUERY,
    Update.GUEST_MESSAGE,
    Update.MY_CHAT_MEMBER,
)
"""Listed explicitly, since Telegram remembers the list of an earlier run."""

SHORTEST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 30.0
"""The longest pause of the backoff between attempts, in seconds; each pause doubles."""

NEW_TOKEN: Final = timedelta(seconds=15)
KNOWN_TOKEN: Final = timedelta(minutes=5)
"""How long Telegram has to refuse a token before that is believed: a token that never worked, and
one that did. Telegram's own servers have refused good tokens for seconds.
"""

_FEWEST: Final = 4
"""The fewest refusals by `getMe` within that time."""


class Token:
    """Whether Telegram knows the bot's token, judged from its answers over time.

    Args:
        bot: asks `getMe` when another method was refused.
        worked: whether the token ever worked, in this run or an earlier one.
        clock: a monotonic clock, in seconds.
    """

    def __init__(
        self, bot: ExtBot[Any], *, worked: bool, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._bot = bot
        self._clock = clock
        self._patience = KNOWN_TOKEN if worked else NEW_TOKEN
        self._since: float | None = None
        self._refusals = 0

    def works(self) -> None:
        """Note that Telegram accepted the token."""
        self._patience, self._since, self._refusals = KNOWN_TOKEN, None, 0

    async def refused(self) -> None:
        """Note that Telegram refused the token, and check the refusal with `getMe`.

        Raises:
            SettingsError: `getMe` has refused it for long enough.
        """
        if self._since is None:
            self._since = self._clock()
        try:
            await ask(self._bot, "getMe")  # unparsed, so PTB's knowledge of the bot stays
        except InvalidToken:
            self._refusals += 1
        except Exception as error:  # noqa: BLE001 - any other error is no refusal
            _log.warning("getMe says nothing", extra={"error": named(error)})
            return
        else:
            self.works()
            return
        lasted = self._clock() - self._since >= self._patience.total_seconds()
        if lasted and self._refusals >= _FEWEST:
            raise SettingsError("TELEGRAM_BOT_TOKEN is not usable: Telegram does not know it.")


def fingerprint(token: str) -> str:
    """Return a hash that tells tokens apart and does not reveal them."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]


async def patiently(token: Token, step: Callable[[], Awaitable[None]]) -> None:
    """Repeat a step of the start, with backoff, until Telegram accepts it.

    Raises:
        SettingsError: Telegram does not know the token.
    """
    pause = SHORTEST_PAUSE
    while True:
        try:
            await step()
        except Exception as error:  # noqa: BLE001 - any error may pass
            _log.warning(
                "Telegram is not reachable",
                extra={"error": named(error), "again_in_seconds": pause_after(error, pause)},
            )
            if isinstance(error, InvalidToken):
                await token.refused()
            await asyncio.sleep(pause_after(error, pause))
            pause = min(2 * pause, LONGEST_PAUSE)
        else:
            token.works()
            return


def pause_after(error: Exception, pause: float) -> float:
    """Return the seconds until the next attempt: Telegram's own figure, else `pause`."""
    return wait_of(error).total_seconds() if classify(error) is SendError.WAIT else pause


def named(error: Exception) -> str:
    """Describe an error for the log: Telegram's own words, or only the type of another error.

    A refusal of the token has the token in its words; an error in reading an answer may have the
    answer.
    """
    said = isinstance(error, TelegramError) and not isinstance(error, InvalidToken)
    return str(error) if said else type(error).__name__
