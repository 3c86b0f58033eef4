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

from handlers.views.pictures import Picture, Theme, draw
from handlers.wording import wording_for


class Drawing:
    """One process that draws, started with the first picture.

    It is spawned, not forked: a fork would inherit sockets, and locks that nobody opens again.
    """

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    async def draw(self, picture: Picture, language: str, theme: Theme) -> bytes:
        """Draw a picture: see `handlers.views.pictures.draw`.

        Raises:
            BrokenProcessPool: the process was killed; the next picture gets a new one.
        """
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(1, context, _begin)
        pool = self._pool
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(pool, _draw, picture, language, theme)
        except BrokenProcessPool:
            if self._pool is pool:
                self._pool = None
            raise

    def close(self) -> None:
        """Forget what waits to be drawn; the process ends after the picture it is at."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


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
