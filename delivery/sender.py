"""Sending what waits: paced, and honest about what may have arrived.

The pace is taken before a message is armed, so that no lease runs out in a queue. Only one sender
is elected at a time, and it answers nobody: people's questions go past it.
"""

import asyncio
import html
import logging
import random
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from aiolimiter import AsyncLimiter
from sqlalchemy.exc import SQLAlchemyError
from structlog.contextvars import bind_contextvars
from telegram import Bot, InlineKeyboardMarkup
from telegram.constants import ParseMode
from telegram.error import ChatMigrated, RetryAfter

from delivery.notices import Notices
from delivery.verdicts import Verdict, judge, wait_of
from storage.control import Control
from storage.lives import Lives
from storage.outbox import SEND_TIMEOUT, Outbox, Outgoing

_log = logging.getLogger(__name__)

A_SECOND: Final = 25
"""Messages; Telegram lets about thirty through, and answers to people need some."""

_UNDER_WAY: Final = 30
_MOST_ATTEMPTS: Final = 5
_MOST_LOST: Final = 5
"""Messages in a row that were not confirmed, before sending pauses."""

_MOST_NOTES: Final = 3
"""Tries to note a delivery, each as patient as a transaction is."""

_BREAK: Final = timedelta(minutes=1)
_SOON: Final = timedelta(seconds=15)
_CONNECT: Final = 10.0


class Sender:
    """Empties the outbox.

    Args:
        bot: sends; its rate limiter is told not to repeat anything by itself.
        pace: messages a second.
    """

    def __init__(
        self,
        bot: Bot,
        outbox: Outbox,
        control: Control,
        lives: Lives,
        clock: Callable[[], datetime],
        *,
        notices: Notices,
        pace: float = A_SECOND,
    ) -> None:
        self._bot = bot
        self._outbox = outbox
        self._control = control
        self._lives = lives
        self._notices = notices
        self._clock = clock
        self._pace = AsyncLimiter(1, 1 / pace)
        self._under_way: set[asyncio.Task[None]] = set()
        self._lost = 0
        self._stopped = False

    async def send_all(self) -> None:
        """Send until nothing waits that may be sent now, or somebody asks to wait."""
        self._stopped = False
        while not await self._halted():
            # after a pause one message shows whether it is over
            most = _UNDER_WAY if self._lost < _MOST_LOST else 1
            room = most - len(self._under_way)
            taken = await self._outbox.lease(room) if room > 0 else []
            for message in taken:
                task = asyncio.create_task(self._try(message), name=f"send {message.id}")
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)
            if not taken and not self._under_way:
                return
            if not taken:
                await asyncio.wait(self._under_way, timeout=1)
        await self.finish(SEND_TIMEOUT.total_seconds())

    async def finish(self, patience: float) -> None:
        """Lease nothing more, let what is under way end, and give back what was not begun."""
        self._stopped = True
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=patience)
        await self._outbox.release()

    async def _try(self, message: Outgoing) -> None:
        try:
            await self._send(message)
        except Exception as error:  # noqa: BLE001 - its lease runs out; it holds up no other
            _log.exception("a message could not be settled")
            await self._notices.failed(error)

    async def _halted(self) -> bool:
        return self._stopped or await self._control.paused_until(self._clock()) is not None

    async def _send(self, message: Outgoing) -> None:
        bind_contextvars(outbox_id=message.id)  # for the lines of this task
        async with self._pace:
            if self._stopped or not await self._outbox.arm(message):
                return  # its lease will be released, or is somebody else's
        try:
            sent = await self._request(message, plainly=False)
        except Exception as error:  # noqa: BLE001 - every error has a verdict
            await self._settle(message, error)
        else:
            self._lost = 0
            await self._note(message, sent)

    async def _note(self, message: Outgoing, sent: int) -> None:
        """Note that a message arrived; after a freeze or a long lock it takes more than one try."""
        for attempt in range(_MOST_NOTES, 0, -1):
            try:
                await self._outbox.deliver(message, sent)
            except (OSError, SQLAlchemyError) as error:
                if attempt == 1:
                    raise  # its lease runs out, and it stays uncertain
                _log.warning("arrived, but cannot be noted yet", extra={"error": str(error)})
            else:
                return

    async def _request(self, message: Outgoing, *, plainly: bool) -> int:
        """One request, made once; the number of the message it became."""
        text: dict[str, Any] = (
            {"text": _plain(message.html), "parse_mode": None}
            if plainly
            else {"text": message.html, "parse_mode": ParseMode.HTML}
        )
        async with asyncio.timeout(SEND_TIMEOUT.total_seconds()):
            sent = await self._bot.send_message(
                message.place.chat_id,
                **text,
                message_thread_id=message.place.topic_id or None,
                reply_markup=InlineKeyboardMarkup.de_json(message.markup, self._bot)
                if message.markup
                else None,
                disable_notification=message.silent,
                connect_timeout=_CONNECT,
                read_timeout=SEND_TIMEOUT.total_seconds(),
                **_ONCE,
            )
        return sent.message_id

    async def _settle(self, message: Outgoing, error: Exception) -> None:
        """Let a message end as its error says."""
        verdict, now = judge(error), self._clock()
        level = _LEVELS.get(verdict, logging.WARNING)
        _log.log(level, "not sent", extra={"verdict": verdict.name, "error": str(error)})
        if verdict in {Verdict.UNKNOWN, Verdict.NOT_SENT}:
            await self._lose(now)
        else:
            self._lost = 0
        match verdict:
            case Verdict.UNKNOWN:
                await self._outbox.doubt(message, str(error))
            case Verdict.WAIT | Verdict.OURSELVES:
                span = wait_of(error) if isinstance(error, RetryAfter) else _BREAK
                await self._wait(message, span, error)
            case Verdict.MOVED:
                assert isinstance(error, ChatMigrated)  # noqa: S101 - that is what the verdict says
                await self._lives.move(message.place.chat_id, error.new_chat_id)
                await self._outbox.put_off(message, now, error=str(error), free=True)
            case Verdict.GONE | Verdict.TOPIC_GONE:
                await self._outbox.refuse(message, str(error))
                place = message.place
                where = place if verdict is Verdict.TOPIC_GONE else place.chat_id
                await self._lives.bury(where, verdict.name, now)
            case Verdict.MALFORMED:
                await self._notices.failed(error)
                await self._send_plainly(message)
            case _:
                await self._again(message, error, free=verdict is Verdict.NOT_SENT)

    async def _send_plainly(self, message: Outgoing) -> None:
        """Our HTML was refused, so nothing arrived: once more without any."""
        try:
            sent = await self._request(message, plainly=True)
        except Exception as error:  # noqa: BLE001 - every error has a verdict
            if judge(error) is Verdict.UNKNOWN:
                await self._outbox.doubt(message, str(error))
            else:
                await self._again(message, error, free=False)
        else:
            await self._note(message, sent)

    async def _again(self, message: Outgoing, error: Exception, *, free: bool) -> None:
        if not free and message.attempt + 1 >= _MOST_ATTEMPTS:
            await self._outbox.refuse(message, str(error))
        else:
            later = self._clock() + _SOON * 2**message.attempt
            await self._outbox.put_off(message, later, error=str(error), free=free)

    async def _wait(self, message: Outgoing, span: timedelta, error: Exception) -> None:
        """Nobody sends for a while, and this message is first afterwards."""
        self._stopped = True
        until = self._clock() + span + timedelta(seconds=random.random())  # noqa: S311 - a spread
        await self._control.pause(until)
        await self._outbox.put_off(message, until, error=str(error), free=True)

    async def _lose(self, now: datetime) -> None:
        """Too many in a row that were not confirmed: pause, before more of them are lost."""
        self._lost += 1
        if self._lost >= _MOST_LOST:
            self._stopped = True
            await self._control.pause(now + _BREAK)


_ONCE: Final[dict[str, Any]] = {"rate_limit_args": 1}
"""For `handlers.patience`: one try."""

_LEVELS: Final = {Verdict.GONE: logging.INFO, Verdict.MOVED: logging.INFO}


def _plain(text: str) -> str:
    """What is left of HTML when its tags are taken out."""
    return html.unescape(re.sub(r"<[^>]*>", "", text))
