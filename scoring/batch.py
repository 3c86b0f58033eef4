"""Profile look-ups that arrive together share one request."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from scoring.budget import Ledger, paid
from scoring.errors import AccountError, BudgetSpent, SourceError
from scoring.handles import key
from scoring.sources import MAX_PROFILES, Profile, Source

_MOST_WINDOWS: Final = 5


class ProfileBatch:
    """Collects handles for a moment, then looks them all up in requests of `MAX_PROFILES`.

    Args:
        window: how long a handle waits for another one, in seconds. While more keep coming the
            round stays open, for at most `_MOST_WINDOWS` times as long.
    """

    def __init__(
        self, source: Source, ledger: Ledger, clock: Callable[[], datetime], window: float
    ) -> None:
        self._source = source
        self._ledger = ledger
        self._clock = clock
        self._window = window
        self._waiting: dict[str, tuple[str, asyncio.Future[Profile | AccountError]]] = {}
        self._rounds: set[asyncio.Task[None]] = set()

    async def get(self, handle: str) -> Profile:
        """The profile behind a valid handle.

        Raises:
            AccountError: there is no such account, or X suspended it.
            SourceError: the look-up failed or cannot be afforded.
        """
        if not self._waiting:
            self._start_round()
        _, future = self._waiting.setdefault(
            key(handle), (handle, asyncio.get_running_loop().create_future())
        )
        result = await asyncio.shield(future)
        if isinstance(result, AccountError):
            raise result
        return result

    async def close(self) -> None:
        """Give up what is under way."""
        for task in self._rounds:
            task.cancel()
        await asyncio.gather(*self._rounds, return_exceptions=True)
        for _, future in self._waiting.values():
            future.cancel()
        self._waiting.clear()

    def _start_round(self) -> None:
        task = asyncio.create_task(self._round(), name="profile batch")
        self._rounds.add(task)
        task.add_done_callback(self._rounds.discard)

    async def _round(self) -> None:
        seen = len(self._waiting)
        for _ in range(_MOST_WINDOWS):
            await asyncio.sleep(self._window)
            if seen == len(self._waiting) or len(self._waiting) >= MAX_PROFILES:
                break
            seen = len(self._waiting)
        waiting, self._waiting = list(self._waiting.values()), {}
        try:
            for start in range(0, len(waiting), MAX_PROFILES):
                await self._look_up(dict(waiting[start : start + MAX_PROFILES]))
        finally:
            for _, future in waiting:
                future.cancel()  # only reached undone when this round itself was given up

    async def _look_up(self, waiting: Mapping[str, asyncio.Future[Profile | AccountError]]) -> None:
        """Answer every future; where the budget is short, those that came first are served."""
        handles = list(waiting)
        try:
            found = await paid(
                self._ledger, "user", len(handles), self._clock(), lambda: self._request(handles)
            )
        except BudgetSpent as error:
            if len(handles) > 1:
                half = len(handles) // 2
                for some in (handles[:half], handles[half:]):
                    await self._look_up({handle: waiting[handle] for handle in some})
            else:
                _fail(waiting, error)
        except Exception as error:  # noqa: BLE001 - whoever waits is told, whatever it was
            _fail(waiting, error)
        else:
            for handle, future in waiting.items():
                if not future.done():
                    future.set_result(found[key(handle)])

    async def _request(
        self, handles: list[str]
    ) -> tuple[Mapping[str, Profile | AccountError], int]:
        found = await self._source.profiles(handles)
        return found, sum(isinstance(result, Profile) for result in found.values())


def _fail(waiting: Mapping[str, asyncio.Future[Profile | AccountError]], error: Exception) -> None:
    for future in waiting.values():
        if not future.done():
            future.set_exception(error)
            future.exception()  # a waiter may have left; then nobody would fetch it
    if not isinstance(error, SourceError):
        raise error
