"""Group commit: calls that come while a transaction is under way share the next one.

A transaction of one row costs nearly as much as one of fifty, above all where it ends on a disk.
No call waits longer for it: when no transaction is under way, the call starts one at once.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class GroupCommit(Generic[Item, Result]):
    """Gathers items into batches, one batch at a time.

    Args:
        work: processes a batch of at most `most` items; returns results in their order. An
            exception is raised to each caller of the batch.
    """

    def __init__(
        self, work: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]], most: int
    ) -> None:
        self._work = work
        self._most = most
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._running: asyncio.Task[None] | None = None

    async def __call__(self, item: Item) -> Result:
        """Process one item in the next batch; cancelling the caller does not cancel the batch."""
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._running is None:
            self._running = asyncio.create_task(self._run(), name="together")
        return await done

    async def _run(self) -> None:
        try:
            while self._waiting:
                most = min(self._most, len(self._waiting))
                await self._settle([self._waiting.popleft() for _ in range(most)])
        finally:
            self._running = None

    async def _settle(self, batch: Sequence[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            results = await self._work([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001 - it is raised to the callers
            for _, done in batch:
                if not done.done():
                    done.set_exception(error)
            return
        for (_, done), result in zip(batch, results, strict=True):
            if not done.done():  # the caller may have been cancelled
                done.set_result(result)
