"""Several people at once, each of them in order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any, Final
from weakref import WeakValueDictionary

from telegram import Update
from telegram.ext import BaseUpdateProcessor

_AT_ONCE: Final = 1_000_000
"""No limit to speak of: an update that waits for its person's turn already takes a place, and one
person's flood must not take everyone's."""


class PersonByPerson(BaseUpdateProcessor):
    """Runs updates of different people side by side, and one person's in the order sent.

    So a slow read holds up nobody else, and a double tap cannot race itself.
    """

    def __init__(self) -> None:
        super().__init__(_AT_ONCE)
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._running: set[asyncio.Task[Any]] = set()
        self._typing: dict[int, asyncio.Task[Any]] = {}

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Wait for the same person's earlier updates, then handle this one.

        An inline query waits for nothing, and replaces an earlier one: nobody looks at that any
        more.
        """
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - PTB makes one for each update
        self._running.add(task)
        try:
            async with self._turn(update, task):
                await coroutine
        finally:
            self._running.discard(task)
            if asyncio.iscoroutine(coroutine):
                coroutine.close()  # given up before its turn came; otherwise this does nothing

    @asynccontextmanager
    async def _turn(self, update: object, task: asyncio.Task[Any]) -> AsyncIterator[None]:
        person = _person(update)
        if not isinstance(update, Update) or update.inline_query is None:
            # asyncio.Lock is fair: those who wait get it in the order in which they came.
            async with self._locks.setdefault(person, asyncio.Lock()):
                yield
            return
        if earlier := self._typing.get(person):
            earlier.cancel()
        self._typing[person] = task
        try:
            yield
        finally:
            if self._typing.get(person) is task:
                del self._typing[person]

    def give_up(self) -> None:
        """Cancel whatever is still under way: the process is about to end."""
        for task in self._running:
            task.cancel()

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""


def _person(update: object) -> int:
    """Whose turn it is: the person; the chat for its anonymous administrators; else nobody."""
    if not isinstance(update, Update):
        return 0
    whose = update.effective_sender or update.effective_chat
    return whose.id if whose else 0
