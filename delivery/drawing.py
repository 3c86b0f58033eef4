"""A separate process that draws pictures.

resvg holds the interpreter's lock while it draws: in a thread it would block every answer for a
tenth of a second per picture.
"""

import asyncio
import hashlib
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Final

from views.pictures import VERSION, Picture, Theme, drawing_worker

_PATIENCE: Final = 8.0
"""Seconds after which a picture is no longer worth waiting for."""


START_METHOD: Final = "spawn"
"""Not `fork`, which would inherit sockets, and locks held for ever."""


def picture_key(
    picture: Picture, language: str, theme: Theme, bot: str = "", chat_id: int | None = None
) -> str:
    """Return a key for a picture: a digest of all that is drawn, and how.

    Args:
        picture: what is drawn.
        language: of its words.
        theme: its colours.
        bot: the bot's name on it; "" for none.
        chat_id: the one chat that the picture belongs to; None for any.
    """
    drawn = repr((VERSION, language, theme, bot, picture, chat_id))
    return hashlib.sha256(drawn.encode("utf-8", "surrogatepass")).hexdigest()


class DrawingProcess:
    """One drawing process, started with the first picture.

    Args:
        patience: how long a picture may take, in seconds.
    """

    def __init__(self, patience: float = _PATIENCE) -> None:
        self._patience = patience
        self._pool: ProcessPoolExecutor | None = None
        # The pool's queue breaks on a caller that left (Python 3.11): hand over one at a time.
        self._turn = asyncio.Lock()
        self._progress = 0.0
        """When a picture was last finished, or a process started."""

    async def draw(
        self,
        picture: Picture,
        language: str,
        theme: Theme,
        bot: str = "",
        *,
        patience: float | None = None,
    ) -> bytes:
        """Draw a picture with `views.pictures.draw` in the drawing process.

        Args:
            patience: how long it may take, in seconds; None where a person waits for it.

        Returns:
            The PNG's bytes.

        Raises:
            TimeoutError: it takes too long.
            BrokenProcessPool: the process was killed; the next picture gets a new one.
        """
        loop = asyncio.get_running_loop()
        asked = loop.time()
        try:
            async with asyncio.timeout(patience or self._patience), self._turn:
                if self._pool is None:
                    context = multiprocessing.get_context(START_METHOD)
                    self._pool = ProcessPoolExecutor(1, context, drawing_worker.begin)
                    self._progress = loop.time()
                # A caller that times out leaves the pool's future alone: cancelling it would end
                # the pool's own thread (Python 3.11).
                drawn = loop.run_in_executor(
                    self._pool, drawing_worker.work, picture, language, theme, bot
                )
                drawn.add_done_callback(_noted)  # the caller may have timed out
                png = await asyncio.shield(drawn)
        except TimeoutError:
            # A queue may be long; if no picture was finished meanwhile, the process is stuck.
            if self._progress <= asked:
                self.close()
            raise
        except BrokenProcessPool:
            self.close()
            raise
        self._progress = loop.time()
        return png

    def close(self) -> None:
        """Kill the process at once, even while it draws, so that the exit waits for nothing."""
        pool, self._pool = self._pool, None
        if pool is not None:
            for process in list(pool._processes.values()):  # noqa: SLF001 - Python 3.14: kill_workers
                process.kill()
            pool.shutdown(wait=False)  # waiting callers get BrokenProcessPool


def _noted(drawn: "asyncio.Future[bytes]") -> None:
    if not drawn.cancelled():
        drawn.exception()
