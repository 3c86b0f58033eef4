"""Pictures drawn beside the event loop, by a process of their own.

resvg holds the interpreter's lock while it draws: from a thread it would stop everybody's answers
for a tenth of a second a picture.
"""

import asyncio
import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from threading import Thread
from typing import Final

from handlers.views.pictures import Picture, Theme, draw
from handlers.wording import wording_for

_PATIENCE: Final = 8.0
"""Seconds after which nobody wants to wait for a picture any more."""


class Drawing:
    """One process that draws, started with the first picture.

    It is spawned, not forked: a fork would inherit sockets, and locks that nobody opens again.

    Args:
        patience: for how long a picture is waited for, in seconds.
    """

    def __init__(self, patience: float = _PATIENCE) -> None:
        self._patience = patience
        self._pool: ProcessPoolExecutor | None = None
        # Its own queue breaks on those who left it (Python 3.11): one at a time is handed over.
        self._turn = asyncio.Lock()
        self._progress = 0.0
        """When a picture was last finished, or a process begun."""

    async def draw(self, picture: Picture, language: str, theme: Theme) -> bytes:
        """Draw a picture: see `handlers.views.pictures.draw`.

        Raises:
            TimeoutError: it takes too long.
            BrokenProcessPool: the process was killed; the next picture gets a new one.
        """
        loop = asyncio.get_running_loop()
        asked = loop.time()
        try:
            async with asyncio.timeout(self._patience), self._turn:
                if self._pool is None:
                    context = multiprocessing.get_context("spawn")
                    self._pool = ProcessPoolExecutor(1, context, _begin)
                    self._progress = loop.time()
                # Whoever loses patience leaves the pool's future alone: cancelled, it would end
                # the pool's own thread (Python 3.11).
                drawn = loop.run_in_executor(self._pool, _draw, picture, language, theme)
                drawn.add_done_callback(_noted)  # perhaps nobody else asks how it ended
                png = await asyncio.shield(drawn)
        except TimeoutError:
            # A queue may be long; but when nothing at all was finished meanwhile, it is stuck.
            if self._progress <= asked:
                self.close()
            raise
        except BrokenProcessPool:
            self.close()
            raise
        self._progress = loop.time()
        return png

    def close(self) -> None:
        """End the process at once, whatever it draws: nothing waits for it, not even an exit."""
        pool, self._pool = self._pool, None
        if pool is not None:
            for process in list(pool._processes.values()):  # noqa: SLF001 - Python 3.14: kill_workers
                process.kill()
            pool.shutdown(wait=False)  # whoever waits is told that the pool is broken


def _noted(drawn: "asyncio.Future[bytes]") -> None:
    if not drawn.cancelled():
        drawn.exception()


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the bot, which then closes this
    Thread(target=_end_with_the_bot, daemon=True).start()


def _end_with_the_bot() -> None:
    """A bot that was killed could not say that it needs no pictures any more."""
    if bot := multiprocessing.parent_process():
        bot.join()
        os._exit(0)


def _draw(picture: Picture, language: str, theme: Theme) -> bytes:
    return draw(picture, wording_for(language), theme)
