"""One tick: what is due is prepared, and what waits is sent, by one elected process.

All state is in the database: a tick may end anywhere, and the next one goes on from there.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from delivery.alerts import Watch
from delivery.broadcasting import Broadcasting
from delivery.notices import Notices
from delivery.preparing import Preparing
from delivery.sender import Sender
from storage.control import TERM, Control
from storage.inbox import Inbox
from storage.outbox import Outbox
from storage.places import Place
from storage.spending import Spending

_log = logging.getLogger(__name__)

TICK: Final = 15.0
"""Seconds from one tick to the next."""


class Doubts(NamedTuple):
    """What may not have reached a place.

    Attributes:
        messages: those that nobody asked for: the digest it was, None for any other.
        answer: whether a question there may not have been answered.
    """

    messages: list[int | None]
    answer: bool


class Delivery:
    """The run.

    Args:
        spending: what was only counted is written once a tick.
        prune: forget what is long past, once a tick.

    Attributes:
        doubted: places that should be told, at the next word, that a message may not have come.
        looked_at: when it last looked at what there is to do, or went on with it.
    """

    def __init__(
        self,
        *,
        preparing: Preparing,
        watch: Watch,
        outbox: Outbox,
        inbox: Inbox,
        sender: Sender,
        control: Control,
        notices: Notices,
        broadcasting: Broadcasting,
        spending: Spending,
        prune: Sequence[Callable[[datetime], Awaitable[None]]],
        clock: Callable[[], datetime],
        owner: str,
    ) -> None:
        self._preparing = preparing
        self._watch = watch
        self._outbox = outbox
        self._inbox = inbox
        self._sender = sender
        self._control = control
        self._notices = notices
        self._broadcasting = broadcasting
        self._spending = spending
        self._prune = prune
        self._clock = clock
        self._owner = owner
        self._closed = False
        self.doubted: set[Place] = set()
        self.looked_at: datetime | None = None

    async def tick(self) -> None:
        """Do all there is to do now, if this process is the elected one."""
        self.looked_at = self._clock()  # before anything that may fail: others' faults are theirs
        await self._spending.flush()
        await self._look_for_doubts()
        if not await self._elected():
            return
        work = asyncio.create_task(self._work(), name="delivery")
        try:
            while not work.done():
                await asyncio.wait((work,), timeout=TERM.total_seconds() / 3)
                self.looked_at = self._clock()
                if not work.done() and not await self._elected():
                    _log.warning("no longer elected to deliver")
                    return
            work.result()
        finally:
            work.cancel()
            await asyncio.wait((work,))
            await self._sender.finish(0)
            await self._look_for_doubts()

    async def mention(self, place: Place) -> Doubts:
        """What a place is to be told of, by the caller and now: see `Outbox.mention`."""
        self.doubted.discard(place)
        return Doubts(await self._outbox.mention(place), await self._inbox.mention(place))

    async def close(self, patience: float) -> None:
        """Send nothing more; what is under way has `patience` seconds to end."""
        self._closed = True
        await self._sender.finish(patience)
        await self._control.resign(self._owner)

    async def _elected(self) -> bool:
        """Whether this process may go on; one that is closed has resigned, and stays so."""
        return not self._closed and await self._control.elect(self._owner, self._clock())

    async def _look_for_doubts(self) -> None:
        self.doubted = await self._outbox.uncertain() | await self._inbox.uncertain()

    async def _work(self) -> None:
        await self._outbox.reap()
        await self._outbox.expire()
        await self._outbox.prune()
        for prune in self._prune:
            await prune(self._clock())
        preparing = asyncio.create_task(self._prepare(), name="prepare")
        try:
            while True:
                # what was ready before is not held up by reading X for the next
                done = preparing.done()
                if not self._closed:
                    await self._sender.send_all()
                if done:
                    break
                await asyncio.wait((preparing,), timeout=1)
            preparing.result()
        finally:
            preparing.cancel()

    async def _prepare(self) -> None:
        await self._notices.check()
        await self._preparing.prepare()
        await self._watch.check()
        await self._broadcasting.advance()
        await self._notices.check()  # of what came about in the meantime
