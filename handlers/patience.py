"""How a request leaves: noted first where it answers somebody, and again after a flood limit."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import nullcontext
from typing import Any, Final

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from delivery.verdicts import wait_of
from handlers.arrival import under_way

_TRIES: Final = 3


class Patience(BaseRateLimiter[int]):
    """Repeats a request that Telegram puts off, after the time it names.

    Nothing is paced, since answers to people are few; and one chat's limit delays nobody else,
    which PTB's own limiter would do. What answers an update is noted in its arrival before it
    leaves, here because no request goes another way.
    """

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
        if arrival is not None:
            await arrival.announce(endpoint)
        for left in range((rate_limit_args or _TRIES) - 1, -1, -1):
            try:
                with arrival.leaving(endpoint) if arrival else nullcontext():
                    return await callback(*args, **kwargs)
            except RetryAfter as error:
                if not left:
                    raise
                await asyncio.sleep(wait_of(error).total_seconds())
        raise AssertionError("there is always a first try")

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""
