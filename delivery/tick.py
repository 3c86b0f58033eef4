"""One tick of the background work: the elected process prepares what is due and sends what waits.

All state is in the database: a tick may end anywhere, and the next one continues from there.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple

from delivery.broadcasting import Broadcasting
from delivery.build_digests import DigestBuilder
from delivery.check_alerts import AlertChecker
from delivery.edit_duels import DuelEditor
from delivery.operator_notices import OperatorNotices
from delivery.plan_digests import DigestPlanner
from delivery.read_for_alerts import AlertReader
from delivery.sender import Sender
from storage.chats.places import Place
from storage.queues.leader import TERM
from storage.stores import Stores

_log = logging.getLogger(__name__)

TICK: Final = 15.0
"""Seconds from one tick to the next."""


class Doubts(NamedTuple):
    """Messages and answers that may not have reached a place.

    Attributes:
        messages: for each uncertain message of the outbox its digest's number, or None.
        alerts: the handles of alerts that could not be sent in time.
        answer: whether a question there may not have been answered.
    """

    messages: list[int | None]
    alerts: list[str]
    answer: bool


class Steps(NamedTuple):
    """What prepares and edits messages, in the order of a tick."""

    planner: DigestPlanner
    digests: DigestBuilder
    alert_reads: AlertReader
    alerts: AlertChecker
    broadcasts: Broadcasting
    duels: DuelEditor


class Delivery:
    """Runs the ticks of one process.

    Attributes:
        steps: what prepares messages.
        doubted: places to tell, with the next answer, that a message may not have arrived.
        looked_at: when the tick last made progress, for the health check.
    """

    def __init__(
        self,
        stores: Stores,
        steps: Steps,
        sender: Sender,
        notices: OperatorNotices,
        clock: Callable[[], datetime],
    ) -> None:
        self._stores = stores
        self._outbox = stores.outbox
        self.steps = steps
        self._sender = sender
        self._notices = notices
        self._clock = clock
        self._closed = False
        self.doubted: set[Place] = set()
        self.looked_at: datetime | None = None

    async def tick(self) -> None:
        """Prepare and send everything that is due, if this process wins the leader election."""
        self.looked_at = self._clock()  # set first: a failure below is not a stalled tick
        await self._stores.spending.flush()
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
        """Note that the caller tells a place what is uncertain there; return what that is."""
        self.doubted.discard(place)
        lost = await self._stores.lost.mention(place)
        return Doubts(lost.uncertain, lost.expired, await self._stores.inbox.mention(place))

    async def close(self, patience: float) -> None:
        """Graceful shutdown: send no more, give requests `patience` seconds, give up the term."""
        self._closed = True
        await asyncio.gather(self._sender.finish(patience), self.steps.duels.close(patience))
        await self._stores.leader.resign(self._stores.owner)

    async def _elected(self) -> bool:
        """Return whether this process leads; a closed one has resigned and is not elected again."""
        if self._closed:
            return False
        return await self._stores.leader.elect(self._stores.owner, self._clock())

    async def _look_for_doubts(self) -> None:
        self.doubted = await self._stores.lost.places() | await self._stores.inbox.uncertain()

    async def _work(self) -> None:
        await self._outbox.reap()
        await self._outbox.expire()
        upkeep = asyncio.create_task(self._keep_up(), name="upkeep")
        preparing = asyncio.create_task(self._prepare(), name="prepare")
        try:
            while True:
                # messages that are ready do not wait until X is read for the next ones
                done = preparing.done()
                if not self._closed:
                    await self._sender.send_all()
                if done:
                    break
                await asyncio.wait((preparing,), timeout=1)
            preparing.result()
            await upkeep
        finally:
            preparing.cancel()
            upkeep.cancel()
            await asyncio.wait((upkeep,))

    async def _keep_up(self) -> None:
        try:
            await self._stores.upkeep.run(self._clock())
        except Exception as error:  # noqa: BLE001 - rows that stay too long delay no other work
            _log.exception("not everything that is past could be forgotten")
            await self._notices.failed(error)

    async def _prepare(self) -> None:
        await self._notices.check()
        await self.steps.planner.plan()
        await self.steps.digests.build()
        await self.steps.alert_reads.read()
        await self.steps.alerts.check()
        await self.steps.broadcasts.advance()
        await self.steps.duels.sweep()
        await self._notices.check()  # for errors and outages since the first check
