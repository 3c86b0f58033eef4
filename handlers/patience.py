"""Waiting out Telegram's flood limits, each request for itself."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from delivery.verdicts import wait_of

_TRIES: Final = 3


class Patience(BaseRateLimiter[int]):
    """Repeats a request that Telegram puts off, after the time it names.

    Nothing is paced, since answers to people are few; and one chat's limit delays nobody else,
    which PTB's own limiter would do.
    """

    async def process_request(  # noqa: PLR0917 - PTB's signature
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,  # noqa: ARG002
        data: dict[str, Any],  # noqa: ARG002
        rate_limit_args: int | None,
    ) -> Any:
        """Make the request, up to `_TRIES` times, or as often as `rate_limit_args` says.

        Raises:
            telegram.error.RetryAfter: it was put off that often.
        """
        for _ in range((rate_limit_args or _TRIES) - 1):
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                await asyncio.sleep(wait_of(error).total_seconds())
        return await callback(*args, **kwargs)

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""
