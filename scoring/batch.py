"""Profile look-ups that arrive together share one request."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from scoring.asking import Asker
from scoring.budget import Bill, Ledger, paid
from scoring.errors import AccountError, BudgetSpent, SourceError
from scoring.handles import key
from scoring.sources import MAX_PROFILES, Profile, Source

_MOST_WINDOWS: Final = 5


class _Waiting(NamedTuple):
    handle: str
    asker: Asker  # whoever came first
    future: asyncio.Future[Profile | AccountError]


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
        self._waiting: dict[str, _Waiting] = {}
        self._rounds: set[asyncio.Task[None]] = set()

    async def get(self, handle: str, asker: Asker) -> Profile:
        """The profile behind a valid handle; whoever asks for it first pays.

        Raises:
            AccountError: there is no such account, or X suspended it.
            SourceError: the look-up failed or cannot be afforded.
        """
        if not self._waiting:
            self._start_round()
        new = _Waiting(handle, asker, asyncio.get_running_loop().create_future())
        waiting = self._waiting.setdefault(key(handle), new)
        result = await asyncio.shield(waiting.future)
        if isinstance(result, AccountError):
            raise result
        return result

    async def close(self) -> None:
        """Give up what is under way."""
        for task in self._rounds:
            task.cancel()
        await asyncio.gather(*self._rounds, return_exceptions=True)
        for waiting in self._waiting.values():
            waiting.future.cancel()
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
                await self._look_up(waiting[start : start + MAX_PROFILES])
        finally:
            for each in waiting:
                each.future.cancel()  # only reached undone when this round itself was given up

    async def _look_up(self, waiting: Sequence[_Waiting]) -> None:
        """Answer every future; where the budget is short, those that came first are served."""
        wanted = Counter(each.asker for each in waiting)
        try:
            found = await paid(
                self._ledger, "user", wanted, self._clock(), lambda: self._request(waiting)
            )
        except BudgetSpent as error:
            if len(waiting) > 1:
                half = len(waiting) // 2
                for some in (waiting[:half], waiting[half:]):
                    await self._look_up(some)
            else:
                _fail(waiting, error)
        except Exception as error:  # noqa: BLE001 - whoever waits is told, whatever it was
            _fail(waiting, error)
        else:
            for each in waiting:
                if not each.future.done():
                    each.future.set_result(found[key(each.handle)])

    async def _request(
        self, waiting: Sequence[_Waiting]
    ) -> tuple[Mapping[str, Profile | AccountError], Bill]:
        found = await self._source.profiles([each.handle for each in waiting])
        there = [each for each in waiting if isinstance(found[key(each.handle)], Profile)]
        return found, Counter(each.asker for each in there)


def _fail(waiting: Sequence[_Waiting], error: Exception) -> None:
    for each in waiting:
        if not each.future.done():
            each.future.set_exception(error)
            each.future.exception()  # a waiter may have left; then nobody would fetch it
    if not isinstance(error, SourceError):
        raise error
