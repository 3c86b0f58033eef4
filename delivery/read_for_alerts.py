"""Reads accounts that alerts wait for and nothing else reads: once a week, within the budget."""

import logging
from collections.abc import Callable
from datetime import datetime

from scoring.reading.reader import Reader
from scoring.reading.requester import Requester
from services.batch_read import read_batch
from storage.accounts.alerts import Alerts

_log = logging.getLogger(__name__)

_WHO = Requester("alert")
"""The requester: these reads count against no person's quota, as many chats may share one."""


class AlertReader:
    """Reads accounts for their alerts."""

    def __init__(self, alerts: Alerts, reader: Reader, clock: Callable[[], datetime]) -> None:
        self._alerts = alerts
        self._reader = reader
        self._clock = clock

    async def read(self) -> None:
        """Read the accounts that nothing has read for a week.

        They are marked first: a crash costs a week's look at them, and never a second payment.
        """
        now = self._clock()
        names = await self._alerts.unread(now)
        if not names:
            return
        await self._alerts.looked_at(names, now)
        collected = await read_batch(self._reader, names, _WHO)
        if collected.problems:
            unread = {"accounts": len(names), "not_read": len(collected.problems)}
            _log.info("not every account with an alert could be read", extra=unread)
