"""Edits the messages of duels: paced, the last state wins, and a crash loses no edit.

A vote wakes the editor of its process, which edits at once, or once the throttle allows it. Votes
that come meanwhile share the next edit (coalescing). The lease of an edit is a row, so that of
several processes one edits a message at a time; what a crash leaves is edited by the next tick.
"""

import asyncio
import logging
from collections.abc import Callable
from contextvars import Context
from datetime import datetime, timedelta
from typing import Any, Final

from telegram import Bot, InlineKeyboardMarkup
from telegram.error import TelegramError

from delivery.operator_notices import OperatorNotices
from delivery.send_errors import SendError, classify, is_unchanged, wait_of
from services.duels.duel_game import DuelGame
from storage.duels.duel_edits import EDIT_TIMEOUT
from storage.duels.duel_rows import StoredDuel
from storage.stores import Stores
from views import OutgoingMessage
from views.duels import duel_messages
from views.wording import wording_for

_log = logging.getLogger(__name__)

GROUP_PACE: Final = timedelta(seconds=6)
"""Least time between two edits of a message: those of two open duels stay within the twenty
requests a minute that Telegram allows in a group."""

PRIVATE_PACE: Final = timedelta(seconds=1)

_TRIES: Final = 3
"""Times that one wake waits for the throttle or for another process; then the tick takes over."""

_SOON: Final = timedelta(seconds=15)


class DuelEditor:
    """Brings the messages of duels up to date.

    Args:
        bot: edits the messages; its rate limiter is told not to repeat an edit.
    """

    def __init__(
        self,
        bot: Bot,
        stores: Stores,
        game: DuelGame,
        notices: OperatorNotices,
        clock: Callable[[], datetime],
    ) -> None:
        self._bot = bot
        self._duels = stores.duels
        self._edits = stores.duel_edits
        self._game = game
        self._notices = notices
        self._clock = clock
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._woken: set[int] = set()
        self._closed = False

    def wake(self, duel_id: int) -> None:
        """Edit a duel's message soon, unless this process is about to."""
        self._woken.add(duel_id)
        if duel_id in self._tasks or self._closed:
            return
        # a context of its own: an edit is no part of the answer to the update that woke it
        work = self._keep_up(duel_id)
        task = asyncio.get_running_loop().create_task(
            work, name=f"edit duel {duel_id}", context=Context()
        )
        self._tasks[duel_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(duel_id, None))

    async def sweep(self) -> None:
        """Close what is due, withdraw what may not be shown, and edit what is behind."""
        now = self._clock()
        await self._duels.close_due(now)
        await self._duels.withdraw_gone()
        for duel_id in await self._edits.unshown(now):
            await self._try(duel_id)

    async def close(self, patience: float) -> None:
        """Wait `patience` seconds for edits under way; begin no more."""
        self._closed = True
        if self._tasks:
            _, left = await asyncio.wait(self._tasks.values(), timeout=patience)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    async def _keep_up(self, duel_id: int) -> None:
        waited = 0
        while waited < _TRIES:
            self._woken.discard(duel_id)
            wait = await self._try(duel_id)
            if wait is None and duel_id not in self._woken:
                return
            if wait:
                waited += 1
                await asyncio.sleep(wait.total_seconds())
            else:
                waited = 0

    async def _try(self, duel_id: int) -> timedelta | None:
        """Edit until the message shows the newest version; return how long to wait, if at all."""
        try:
            return await self._edit(duel_id)
        except Exception as error:  # noqa: BLE001 - its lease runs out; the tick edits again
            _log.exception("a duel could not be shown", extra={"duel_id": duel_id})
            await self._notices.failed(error)
            return None

    async def _edit(self, duel_id: int) -> timedelta | None:
        stored = await self._edits.take(duel_id, self._clock(), PRIVATE_PACE, GROUP_PACE)
        if not isinstance(stored, StoredDuel):
            return stored
        duel = await self._game.seen(stored)
        wording = wording_for(stored.language)
        shown = duel_messages.duel(duel, wording) if duel else duel_messages.off(wording)
        try:
            await self._request(stored, shown)
        except (TelegramError, TimeoutError) as error:
            return await self._settle(stored, error)
        await self._edits.showed(stored.id, stored.version)
        return timedelta(0)  # perhaps there is a newer version by now

    async def _request(self, stored: StoredDuel, shown: OutgoingMessage) -> None:
        keyboard = shown.markup if isinstance(shown.markup, InlineKeyboardMarkup) else None
        async with asyncio.timeout(EDIT_TIMEOUT.total_seconds()):
            await self._bot.edit_message_text(
                shown.html,
                chat_id=stored.place.chat_id,
                message_id=stored.message_id,
                reply_markup=keyboard,
                read_timeout=EDIT_TIMEOUT.total_seconds(),
                **_ONCE,
            )

    async def _settle(self, stored: StoredDuel, error: Exception) -> timedelta | None:
        """Do what an error calls for; an edit that may have arrived is made again."""
        verdict, now = classify(error), self._clock()
        match verdict:
            case SendError.WAIT | SendError.OURSELVES:
                wait = wait_of(error) if verdict is SendError.WAIT else _SOON
                await self._edits.put_off(stored.id, now + wait)
                return wait
            case SendError.NOT_SENT | SendError.UNKNOWN:
                await self._edits.put_off(stored.id, now + _SOON)
                return None
            case SendError.MALFORMED | SendError.REFUSED:
                await self._notices.failed(error)
        # the message is gone, cannot be changed, or shows this already
        if not is_unchanged(error):
            _log.info("a duel's message is not edited", extra={"error": str(error)})
        await self._edits.showed(stored.id, stored.version)
        return None


_ONCE: Final[dict[str, Any]] = {"rate_limit_args": 1}
"""One attempt only, for `operations.transport.rate_limiter`."""
