"""The dispatcher: stores each update in the inbox, takes it under a lease, and has it answered.

Updates come from polling, from the webhook and from dead processes whose leases ran out: all are
rows of `storage.queues.inbox`, which deduplicates them by their number (the idempotency key).
Inline queries are not stored, since they are worthless when old.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from functools import partial
from typing import Final

from sqlalchemy.exc import SQLAlchemyError
from telegram import Update

from handlers import KloutApplication
from handlers.outgoing.delivery_tracking import (
    Arrival,
    Fate,
    dealing_with,
    lane_of,
    place_of_update,
)
from operations.transport import flood_notice
from operations.transport.updates import understood
from storage.queues.inbox import LEASE
from storage.queues.lanes import Incoming, Taken

_log = logging.getLogger(__name__)

IN_HAND: Final = 64
"""The most updates that a process answers at the same time; all others stay rows. More would make
each of them slower, and leave more of them unfinished when the process dies.
"""

MOST_WAITING: Final = 100_000
"""Backpressure: with more rows waiting, Telegram is asked to keep further updates."""

_LOOK: Final = 1.0
"""Seconds between two looks for updates that other processes left."""

_CARE: Final = LEASE.total_seconds() / 3
_PAUSE: Final = 1.0
"""Seconds before the database is tried again."""

STORE_FAILS: Final = (SQLAlchemyError, OSError)
"""Errors of a database that cannot be used now."""


class Dispatcher:
    """One process's part in answering the inbox.

    Args:
        around: entered while an update is answered.
    """

    def __init__(
        self,
        application: KloutApplication,
        around: Callable[[Update], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self._application = application
        self._around = around
        self._inbox = application.services.inbox
        self._clock = application.services.clock
        self._in_hand: dict[asyncio.Task[None], int] = {}  # numbers of updates
        self._typing: dict[int, asyncio.Task[None]] = {}
        self._loops: list[asyncio.Task[None]] = []
        self._wake = asyncio.Event()
        self._taking = asyncio.Lock()
        self._waiting = 0  # an estimate
        self._closed = False

    @property
    def crowded(self) -> bool:
        """Backpressure: whether so many updates wait that no more should be stored."""
        return self._waiting > MOST_WAITING

    def start(self) -> None:
        """Start to take waiting updates."""
        self._loops = [
            asyncio.create_task(self._take_all(), name="take"),
            asyncio.create_task(self._care(), name="leases"),
        ]

    async def accept(self, came: Sequence[tuple[Update, str]]) -> None:
        """Store updates, each with its JSON; once this returns, each of them will be answered.

        An update that Telegram sends twice is stored once (deduplicated by its number).

        Raises:
            sqlalchemy.exc.SQLAlchemyError, OSError: they could not be stored.
        """
        stored = {one.update_id: one for one, _ in came if one.inline_query is None}
        incoming = [
            Incoming(one.update_id, lane_of(one), place_of_update(one), body)
            for one, body in came
            if one.update_id in stored
        ]
        if incoming:
            taken = await self._inbox.store(incoming, IN_HAND - len(self._in_hand))
            for mine in taken:
                self._begin(mine, stored[mine.update_id])
            if len(taken) < len(incoming):
                self._waiting += 1  # an estimate
                self._wake.set()
        for one, _ in came:
            if one.inline_query is not None:
                self._replace(one)

    async def drained(self) -> None:
        """Wait until no update is left to answer."""
        busy = True
        while busy:
            async with self._taking:
                busy = bool(self._in_hand)  # an update that ends meanwhile makes room for others
                busy |= await self._take_some() > 0
            if self._in_hand:
                await asyncio.wait(self._in_hand)

    async def close(self, patience: float) -> None:
        """Shut down gracefully: answers get `patience` seconds; other leases are released."""
        self._closed = True
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        if self._in_hand:
            await asyncio.wait(self._in_hand, timeout=patience)
        for task in self._in_hand:
            task.cancel()
        if self._in_hand:
            await asyncio.wait(self._in_hand)
        await self._inbox.release()

    async def _take_all(self) -> None:
        while True:
            try:
                if self._waiting or await self._look():
                    while await self._take():
                        pass
                    await self._look()
            except STORE_FAILS as error:
                _log.warning("the inbox cannot be read", extra={"error": str(error)})
                await asyncio.sleep(_PAUSE)
            try:
                async with asyncio.timeout(_LOOK):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()

    async def _look(self) -> bool:
        self._waiting = await self._inbox.waiting()
        return self._waiting > 0

    async def _take(self) -> int:
        """Take as many updates as there is room for; return their number."""
        async with self._taking:
            return await self._take_some()

    async def _take_some(self) -> int:
        room = IN_HAND - len(self._in_hand)
        taken = await self._inbox.take(room) if room > 0 else []
        for one in taken:
            self._begin(one, _parsed(one, self._application))
        return len(taken)

    async def _care(self) -> None:
        """Renew this process's leases, and reap leases that ran out."""
        while True:
            try:
                await self._inbox.renew(set(self._in_hand.values()))
                await self._inbox.reap(set(self._in_hand.values()))
            except STORE_FAILS as error:
                _log.warning("leases cannot be renewed", extra={"error": str(error)})
            await asyncio.sleep(_CARE)

    def _begin(self, taken: Taken, update: Update | None) -> None:
        task = asyncio.create_task(self._deal_with(taken, update), name="update")
        self._keep(task, taken.update_id)

    def _replace(self, update: Update) -> None:
        """Answer an inline query, and cancel the same user's earlier one, now obsolete."""
        person = lane_of(update)
        if earlier := self._typing.get(person):
            earlier.cancel()
        task = asyncio.create_task(self._process(update), name="inline")
        self._typing[person] = task
        self._keep(task, update.update_id)

        def forget(ended: asyncio.Task[None]) -> None:
            if self._typing.get(person) is ended:
                del self._typing[person]

        task.add_done_callback(forget)

    def _keep(self, task: asyncio.Task[None], number: int) -> None:
        self._in_hand[task] = number
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        del self._in_hand[task]
        if not task.cancelled() and (error := task.exception()):
            _log.error("an update could not be dealt with", exc_info=error)
        if self._waiting:
            self._wake.set()

    async def _deal_with(self, taken: Taken, update: Update | None) -> None:
        arrival = Arrival(partial(self._arm, taken.update_id))
        try:
            if update is not None:
                with dealing_with(arrival):
                    await self._answer(taken, update)
        except asyncio.CancelledError:  # the process is about to end
            arrival.cut()
        await self._settle(taken, update, arrival)

    async def _answer(self, taken: Taken, update: Update) -> None:
        if taken.overflow:
            await flood_notice.send_flood_notice(update, self._application)
        else:
            await self._process(update)

    async def _process(self, update: Update) -> None:
        with self._around(update):
            await self._application.process_update(update)

    async def _arm(self, update_id: int, arrival: Arrival) -> bool:
        try:
            return await self._inbox.arm(update_id)
        except STORE_FAILS as error:
            _log.warning(
                "an update cannot be answered now",
                extra={"update_id": update_id, "error": str(error)},
            )
            arrival.cut()
            return False

    async def _settle(self, taken: Taken, update: Update | None, arrival: Arrival) -> None:
        """Store the outcome of an update, and retry while the database is unavailable."""
        while True:
            try:
                await self._note(taken, update, arrival)
            except STORE_FAILS as error:
                _log.warning(
                    "an update cannot be settled yet",
                    extra={"update_id": taken.update_id, "error": str(error)},
                )
                if self._closed:
                    return  # its lease runs out
                await asyncio.sleep(_PAUSE)
            else:
                return

    async def _note(self, taken: Taken, update: Update | None, arrival: Arrival) -> None:
        match arrival.fate:
            case Fate.DONE:
                await self._inbox.finish(taken.update_id)
            case Fate.UNCERTAIN:
                await self._inbox.doubt(taken.update_id)
                if update and (place := place_of_update(update)):
                    self._application.delivery.doubted.add(place)
            case Fate.AGAIN:
                wait = arrival.wait or timedelta(seconds=2**taken.attempt)
                until = self._clock() + (timedelta() if self._closed else wait)
                await self._inbox.put_back(taken.update_id, until)


def with_bodies(updates: Iterable[Update]) -> list[tuple[Update, str]]:
    """Add the JSON to updates that have none."""
    return [(update, update.to_json()) for update in updates]


def _parsed(taken: Taken, application: KloutApplication) -> Update | None:
    """Parse a stored update; None if it is unreadable, as one of another version may be."""
    try:
        given = json.loads(taken.body)
    except (ValueError, RecursionError):
        given = {"update_id": taken.update_id}  # it would be unreadable the next time too
    return understood(given, application.bot)
