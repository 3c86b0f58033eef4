"""How a request leaves: noted first where it answers somebody, and again after a flood limit."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from delivery.verdicts import wait_of
from handlers.arrival import Arrival, Fate, creates, under_way

_TRIES: Final = 3

_IN_PLACE: Final = timedelta(seconds=5)
"""Whoever has to wait for longer, and was told nothing yet, waits in the inbox: a crowd in one
flooded chat would take everybody's place.
"""

_LEAVING: Final = 16
"""Answers whose request is under way: as many are uncertain after a crash, at most. Others wait for
a moment, in which nothing of theirs has left.
"""


class Patience(BaseRateLimiter[int]):
    """Repeats a request that Telegram puts off, after the time it names.

    Nothing is paced, since answers to people are few; and one chat's limit delays nobody else,
    which PTB's own limiter would do. What answers an update is noted in its arrival before it
    leaves, here because no request goes another way.
    """

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(_LEAVING)

    async def process_request(  # noqa: PLR0917 - PTB's signature
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],  # noqa: ARG002
        rate_limit_args: int | None,
    ) -> Any:
        """Make the request, up to `_TRIES` times, or as often as `rate_limit_args` says.

        Raises:
            telegram.error.RetryAfter: it was put off that often.
            handlers.arrival.Withheld: it answers an update that somebody else answers now.
        """
        arrival = under_way()
        for left in range((rate_limit_args or _TRIES) - 1, -1, -1):
            try:
                if arrival is None:
                    return await callback(*args, **kwargs)
                async with self._answering(arrival, endpoint):
                    return await callback(*args, **kwargs)
            except RetryAfter as error:
                wait = wait_of(error)
                if not left or (wait > _IN_PLACE and arrival and arrival.fate is Fate.AGAIN):
                    raise
                await asyncio.sleep(wait.total_seconds())
        raise AssertionError("there is always a first try")

    @asynccontextmanager
    async def _answering(self, arrival: Arrival, endpoint: str) -> AsyncIterator[None]:
        """Around one try; an answer is noted only once there is room for it to leave."""
        if not creates(endpoint):
            with arrival.changing(endpoint):
                yield
            return
        async with self._room:
            await arrival.announce()
            with arrival.leaving():
                yield

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""
