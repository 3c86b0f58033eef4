"""The rate limiter: middleware that sees every request to Telegram on its way out.

It repeats a request after a flood limit, and has an answer noted before the answer leaves.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final

from telegram.error import ChatMigrated, TelegramError
from telegram.ext import BaseRateLimiter

from delivery.send_errors import SendError, classify, is_about_reply, wait_of
from handlers.outgoing.delivery_tracking import Arrival, Fate, creates, is_passing, under_way
from handlers.outgoing.unparsed import readable

_TRIES: Final = 3

_IN_PLACE: Final = timedelta(seconds=5)
"""A longer wait, with nothing sent yet, is spent in the inbox: many users in one flooded chat would
otherwise take the place of all others.
"""

_UNSUPPORTED: Final = re.compile(r"unsupported start tag \"?([a-z-]+)", re.IGNORECASE)
"""The error of a server that is older than one of the bot's tags."""


class RetryingRateLimiter(BaseRateLimiter[int]):
    """Repeats a request that certainly did not arrive and may arrive now.

    It repeats a request that Telegram puts off (429), after the time it names; one to a group that
    has a new number; one with a tag that an older server does not know, without the tag; and one
    that replies to a deleted message, without the reply.

    It does not throttle, since answers to users are few. One chat's limit delays no other chat, as
    PTB's own limiter would. As middleware for every request, it has each answer noted in its
    `Arrival` before the answer leaves (at-most-once).

    Args:
        limit: the most answers whose request is under way, and so the most that are uncertain
            after a crash. Other answers wait for a moment, and have not left meanwhile.
    """

    def __init__(self, limit: int = 16) -> None:
        self._room = asyncio.Semaphore(limit)
        self._unsupported: set[str] = set()

    async def process_request(  # noqa: PLR0917 - PTB's signature
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Any:
        """Make the request, up to `_TRIES` times, or as often as `rate_limit_args` says.

        Returns:
            What Telegram answered, in a form that PTB can read.

        Raises:
            telegram.error.RetryAfter: Telegram put it off that many times.
            handlers.outgoing.delivery_tracking.Withheld: another process answers the update.
        """
        arrival = under_way()
        left = rate_limit_args or (1 if is_passing(endpoint, data) else _TRIES)
        while True:
            self._without_unsupported(data)
            try:
                async with self._answering(arrival, endpoint, data):
                    return readable(endpoint, data, await callback(*args, **kwargs))
            except TelegramError as error:
                if self._mended(error, data, arrival):
                    continue
                left -= 1
                wait = wait_of(error)
                put_off = classify(error) is SendError.WAIT and left > 0
                if not put_off or (wait > _IN_PLACE and arrival and arrival.fate is Fate.AGAIN):
                    raise
            await asyncio.sleep(wait.total_seconds())

    def _mended(self, error: TelegramError, data: dict[str, Any], arrival: Arrival | None) -> bool:
        """Change `data` so that the request can be repeated at once; return whether that worked."""
        if isinstance(error, ChatMigrated) and arrival:  # the sender moves the chat's rows
            moved = data.get("chat_id") != error.new_chat_id
            data["chat_id"] = error.new_chat_id
            return moved
        if classify(error) is SendError.STALE and is_about_reply(error):
            return data.pop("reply_parameters", None) is not None
        found = _UNSUPPORTED.search(str(error))
        if found and classify(error) is SendError.MALFORMED:
            self._unsupported.add(found[1])
            return self._without_unsupported(data)
        return False

    def _without_unsupported(self, data: dict[str, Any]) -> bool:
        """Remove unsupported tags, but not their text; return whether there were any."""
        changed = False
        for tag in self._unsupported:
            for field in ("text", "caption"):
                before = data.get(field)
                if isinstance(before, str) and f"<{tag}" in before:
                    data[field] = re.sub(rf"</?{tag}\b[^>]*>", "", before)
                    changed = True
        return changed

    @asynccontextmanager
    async def _answering(
        self, arrival: Arrival | None, endpoint: str, data: dict[str, Any]
    ) -> AsyncIterator[None]:
        """Wrap one try; an answer is noted only once there is room for it to leave."""
        if arrival is None:
            yield
            return
        if not creates(endpoint):
            with arrival.changing(passing=is_passing(endpoint, data)):
                yield
            return
        async with self._room:
            await arrival.before_send()
            with arrival.leaving():
                yield

    async def initialize(self) -> None:
        """Do nothing; PTB requires the method."""

    async def shutdown(self) -> None:
        """Do nothing; PTB requires the method."""
