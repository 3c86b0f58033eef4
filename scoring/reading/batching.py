"""The batch: calls that arrive within a moment share one request."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, NamedTuple, TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_MOST_WINDOWS: Final = 5


class _Waiting(NamedTuple, Generic[_Item, _Result]):
    """One item that waits for its result."""

    item: _Item
    future: asyncio.Future[_Result]


class Batch(Generic[_Item, _Result]):
    """Collects items for a moment, then loads them together.

    Args:
        load: returns the result of each item that it is given, in their order. What it raises, all
            of these items raise.
        most: items in one call of `load`.
        window: how long an item waits for another one, in seconds. While more keep coming the
            round stays open, for at most `_MOST_WINDOWS` times as long.
        name: of the tasks, for logs.
    """

    def __init__(
        self,
        load: Callable[[Sequence[_Item]], Awaitable[Sequence[_Result]]],
        most: int,
        window: float,
        name: str,
    ) -> None:
        self._load = load
        self._most = most
        self._window = window
        self._name = name
        self._waiting: dict[str, _Waiting[_Item, _Result]] = {}
        self._rounds: set[asyncio.Task[None]] = set()

    async def get(self, key: str, item: _Item) -> _Result:
        """Return the result of an item.

        Args:
            key: tells items apart: of several with one key the first is loaded.
            item: what to load.

        Raises:
            Exception: what `load` raised.
        """
        if not self._waiting:
            self._start_round()
        new: _Waiting[_Item, _Result] = _Waiting(item, asyncio.get_running_loop().create_future())
        waiting = self._waiting.setdefault(key, new)
        return await asyncio.shield(waiting.future)

    async def close(self) -> None:
        """Cancel what is under way."""
        for task in self._rounds:
            task.cancel()
        await asyncio.gather(*self._rounds, return_exceptions=True)
        for waiting in self._waiting.values():
            waiting.future.cancel()
        self._waiting.clear()

    def _start_round(self) -> None:
        task = asyncio.create_task(self._round(), name=self._name)
        self._rounds.add(task)
        task.add_done_callback(self._rounds.discard)

    async def _round(self) -> None:
        seen = len(self._waiting)
        for _ in range(_MOST_WINDOWS):
            await asyncio.sleep(self._window)
            if seen == len(self._waiting) or len(self._waiting) >= self._most:
                break
            seen = len(self._waiting)
        waiting, self._waiting = list(self._waiting.values()), {}
        try:
            for start in range(0, len(waiting), self._most):
                await self._settle(waiting[start : start + self._most])
        finally:
            for each in waiting:
                each.future.cancel()  # still undone only when this round itself was cancelled

    async def _settle(self, waiting: Sequence[_Waiting[_Item, _Result]]) -> None:
        try:
            results = await self._load([each.item for each in waiting])
        except Exception as error:  # noqa: BLE001 - passed on to those who wait
            for each in waiting:
                each.future.set_exception(error)
                each.future.exception()  # marks it as retrieved: the waiting task may be gone
        else:
            for each, result in zip(waiting, results, strict=True):
                each.future.set_result(result)
