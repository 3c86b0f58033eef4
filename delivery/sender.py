"""Sends the outbox at most once, with pacing, and records which messages are uncertain.

The throttle is passed before a message is armed, so that no lease runs out in a queue. One elected
process sends; answers to people do not pass through it.
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
from telegram import Bot, InlineKeyboardMarkup, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated

from delivery.digest_pictures import DigestPictures, PictureFile
from delivery.operator_notices import OperatorNotices
from delivery.send_errors import SendError, classify, is_muted, muted_kind, wait_of
from storage.queues.messages import Outgoing
from storage.queues.outbox import SEND_TIMEOUT
from storage.stores import Stores

_log = logging.getLogger(__name__)

A_SECOND: Final = 25
"""Messages a second; Telegram allows about thirty, and answers to people need some of them."""

MOST_UNDER_WAY: Final = 30
_MOST_ATTEMPTS: Final = 5
_MOST_LOST: Final = 5
"""Unconfirmed messages in a row before sending pauses."""

_MOST_NOTES: Final = 3
"""Attempts to record a delivery, each as long as a transaction may wait."""

_BREAK: Final = timedelta(minutes=1)
_SOON: Final = timedelta(seconds=15)
_CONNECT: Final = 10.0


class Sender:
    """Empties the outbox.

    Args:
        bot: sends the messages; its rate limiter is told not to repeat them.
        pace: messages a second.
    """

    def __init__(
        self,
        bot: Bot,
        stores: Stores,
        pictures: DigestPictures,
        notices: OperatorNotices,
        clock: Callable[[], datetime],
        *,
        pace: float = A_SECOND,
    ) -> None:
        self._bot = bot
        self._pictures = pictures
        self._outbox = stores.outbox
        self._leader = stores.leader
        self._lifecycle = stores.lifecycle
        self._notices = notices
        self._clock = clock
        self._pace = AsyncLimiter(1, 1 / pace)
        self._under_way: set[asyncio.Task[None]] = set()
        self._lost = 0
        self._stopped = False

    async def send_all(self) -> None:
        """Send until no message may be sent now, or Telegram asks to wait."""
        self._stopped = False
        while not await self._halted():
            # after a pause a single message probes whether Telegram answers again
            most = MOST_UNDER_WAY if self._lost < _MOST_LOST else 1
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
        """Lease no more, wait `patience` seconds for requests, release what was not armed."""
        self._stopped = True
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=patience)
        await self._outbox.release()

    async def _try(self, message: Outgoing) -> None:
        try:
            await self._send(message)
        except Exception as error:  # noqa: BLE001 - its lease runs out; other messages go on
            _log.exception("a message could not be settled")
            await self._notices.failed(error)

    async def _halted(self) -> bool:
        return self._stopped or await self._leader.paused_until(self._clock()) is not None

    async def _send(self, message: Outgoing) -> None:
        bind_contextvars(outbox_id=message.id)  # for the log lines of this task
        # drawn before the message is armed: no lease runs out, and no message becomes uncertain
        file = await self._pictures.file(message.picture) if message.picture else None
        async with self._pace:
            if self._stopped or not await self._outbox.arm(message):
                return  # its lease is released, or belongs to another process
        try:
            sent = await self._request(message, file)
        except Exception as error:  # noqa: BLE001 - `classify` knows every error
            if file is None or not await self._without(message, file, error):
                await self._settle(message, error)
        else:
            self._lost = 0
            await self._note(message, sent.message_id)
            if file and isinstance(file.content, bytes) and sent.photo:
                await self._pictures.keep(file, sent.photo[-1].file_id)

    async def _without(self, message: Outgoing, file: PictureFile, error: Exception) -> bool:
        """Put a message off whose picture Telegram certainly refused; return whether it did.

        A file id that Telegram does not know any more is forgotten, and the picture drawn again;
        where the picture itself is refused, the text goes alone.
        """
        if not _is_about_picture(error):
            return False
        again = isinstance(file.content, str)
        if again:
            await self._pictures.forget(file)
        _log.warning("sent again without this picture", extra={"error": str(error)})
        await self._outbox.put_off(
            message, self._clock(), error=str(error), free=True, without_picture=not again
        )
        return True

    async def _note(self, message: Outgoing, sent: int) -> None:
        """Record that a message arrived; a freeze or a long lock may need several attempts."""
        for attempt in range(_MOST_NOTES, 0, -1):
            try:
                await self._outbox.deliver(message, sent)
            except (OSError, SQLAlchemyError) as error:
                if attempt == 1:
                    raise  # its lease runs out, and the message becomes uncertain
                _log.warning("arrived, but cannot be noted yet", extra={"error": str(error)})
            else:
                return

    async def _request(
        self, message: Outgoing, file: PictureFile | None = None, *, plainly: bool = False
    ) -> Message:
        """Make one request, without a retry; return the sent message."""
        text = _plain(message.html) if plainly else message.html
        how: dict[str, Any] = {
            "parse_mode": None if plainly else ParseMode.HTML,
            "message_thread_id": message.place.topic_id or None,
            "reply_markup": InlineKeyboardMarkup.de_json(message.markup, self._bot)
            if message.markup
            else None,
            "disable_notification": message.silent,
            "connect_timeout": _CONNECT,
            "read_timeout": SEND_TIMEOUT.total_seconds(),
            **_ONCE,
        }
        chat_id = message.place.chat_id
        async with asyncio.timeout(SEND_TIMEOUT.total_seconds()):
            if file is None:
                return await self._bot.send_message(chat_id, text, **how)
            return await self._bot.send_photo(chat_id, file.content, caption=text, **how)

    async def _settle(self, message: Outgoing, error: Exception) -> None:
        """Make the transition that an error calls for."""
        verdict, now = classify(error), self._clock()
        level = _LEVELS.get(verdict, logging.WARNING)
        _log.log(level, "not sent", extra={"verdict": verdict.name, "error": str(error)})
        if verdict in {SendError.UNKNOWN, SendError.NOT_SENT}:
            await self._lose(now)
        else:
            self._lost = 0
        match verdict:
            case SendError.UNKNOWN:
                await self._outbox.doubt(message, str(error))
            case SendError.WAIT | SendError.OURSELVES:
                span = wait_of(error) if verdict is SendError.WAIT else _BREAK
                await self._wait(message, span, error)
            case SendError.MOVED:
                assert isinstance(error, ChatMigrated)  # noqa: S101 - `classify` returned MOVED
                await self._lifecycle.move(message.place.chat_id, error.new_chat_id)
                await self._outbox.put_off(message, now, error=str(error), free=True)
            case SendError.GONE | SendError.TOPIC_GONE:
                await self._outbox.refuse(message, str(error))
                place = message.place
                where = place if verdict is SendError.TOPIC_GONE else place.chat_id
                await self._lifecycle.mark_unreachable(where, verdict.name, now)
            case SendError.MALFORMED:
                await self._notices.failed(error)
                await self._send_plainly(message)
            case _:
                await self._again(message, error, free=verdict is SendError.NOT_SENT)

    async def _send_plainly(self, message: Outgoing) -> None:
        """Send again as plain text: Telegram refused our HTML, so nothing arrived before."""
        try:
            sent = await self._request(message, plainly=True)
        except Exception as error:  # noqa: BLE001 - `classify` knows every error
            if classify(error) is SendError.UNKNOWN:
                await self._outbox.doubt(message, str(error))
            else:
                await self._again(message, error, free=False)
        else:
            await self._note(message, sent.message_id)

    async def _again(self, message: Outgoing, error: Exception, *, free: bool) -> None:
        if not free and message.attempt + 1 >= _MOST_ATTEMPTS:
            await self._outbox.refuse(message, str(error))
        else:
            later = self._clock() + _SOON * 2**message.attempt
            await self._outbox.put_off(message, later, error=str(error), free=free)

    async def _wait(self, message: Outgoing, span: timedelta, error: Exception) -> None:
        """Pause sending for all processes; this message is first afterwards."""
        self._stopped = True
        until = self._clock() + span + timedelta(seconds=random.random())  # noqa: S311 - jitter
        await self._leader.pause(until)
        await self._outbox.put_off(message, until, error=str(error), free=True)

    async def _lose(self, now: datetime) -> None:
        """Count an unconfirmed message; too many in a row pause sending, so that fewer are lost."""
        self._lost += 1
        if self._lost >= _MOST_LOST:
            self._stopped = True
            await self._leader.pause(now + _BREAK)


_ONCE: Final[dict[str, Any]] = {"rate_limit_args": 1}
"""One attempt only, for `operations.transport.rate_limiter`."""

_LEVELS: Final = dict.fromkeys(
    (SendError.GONE, SendError.TOPIC_GONE, SendError.MOVED), logging.INFO
)


def _is_about_picture(error: Exception) -> bool:
    """Return whether Telegram took nothing because of the picture, or may have."""
    if is_muted(error):
        return muted_kind(error) != ""
    return isinstance(error, BadRequest) and classify(error) is SendError.REFUSED


def _plain(text: str) -> str:
    """Return the text of HTML without its tags."""
    return html.unescape(re.sub(r"<[^>]*>", "", text))
