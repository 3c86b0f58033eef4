"""Metrics of the whole bot from the database, the same from every process."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final, NamedTuple

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from storage.maintenance.row_counts import Backlog, RowCounts
from storage.money.spending import SpendingLedger
from storage.money.usage import Usage

_log = logging.getLogger(__name__)

_FRESH: Final = 5.0
"""Seconds for which figures are cached, so that several scrapers cost one read."""

_PATIENCE: Final = 8.0
"""Seconds for a read in a flood of queries. Prometheus waits for ten."""

_MICRO: Final = 1_000_000


class _Found(NamedTuple):
    now: datetime
    backlog: Backlog
    today: int
    month: int
    served: int


class DatabaseMetrics(Collector):
    """Counts and sums from the database; only `klout_database_up` when it is unreachable.

    Processes on one database report the same figures, so a dashboard takes their maximum.
    """

    def __init__(
        self,
        counting: RowCounts,
        spending: SpendingLedger,
        usage: Usage,
        clock: Callable[[], datetime],
    ) -> None:
        self._counting = counting
        self._spending = spending
        self._usage = usage
        self._clock = clock
        self._turn = asyncio.Lock()
        self._found: _Found | None = None
        self._read_at = float("-inf")

    async def refresh(self) -> None:
        """Read the figures, unless the cached ones are fresh."""
        now = asyncio.get_running_loop().time
        async with self._turn:
            if now() - self._read_at < _FRESH:
                return
            try:
                async with asyncio.timeout(_PATIENCE):
                    self._found = await self._read()
            except (OSError, SQLAlchemyError, TimeoutError) as error:
                _log.warning("figures could not be read", extra={"error": repr(error)})
                self._found = None
            self._read_at = now()

    def collect(self) -> Iterator[Metric]:
        """Yield the figures that were read last."""
        yield _gauge("database_up", "Whether the database answers", self._found is not None)
        if self._found is None:
            return
        now, backlog, today, month, served = self._found
        yield _gauge(
            "x_spent_today_dollars", "Paid or set aside for X this UTC day", today / _MICRO
        )
        yield _gauge("x_spent_month_dollars", "The same, this UTC month", month / _MICRO)
        yield _gauge("x_budget_dollars", "X_BUDGET_USD_MONTH", self._spending.cap / _MICRO)
        yield _gauge(
            "reads_saved_month", "Answers this UTC month for which nothing had to be read", served
        )
        yield _by_state("inbox_updates", "Updates that are not answered", backlog.updates)
        yield _gauge(
            "inbox_oldest_seconds",
            "For how long the oldest update that is not answered has been here",
            _since(backlog.oldest_update, now),
        )
        yield _by_state("outbox_messages", "Messages of the last 30 days", backlog.messages)
        yield _by_state("digests", "Digests that were due in the last 7 days", backlog.digests)
        yield _gauge(
            "outbox_oldest_seconds",
            "For how long the oldest message that waits could have been sent",
            _since(backlog.oldest_message, now),
        )
        yield _gauge(
            "digests_oldest_seconds",
            "For how long the oldest digest that is not built has been due",
            _since(backlog.oldest_digest, now),
        )
        yield _gauge("sender_elected", "Whether some process is elected to send", backlog.elected)

    async def _read(self) -> _Found:
        now = self._clock()
        today = now.date()
        bought = await self._spending.by_resource(today, today)
        return _Found(
            now=now,
            backlog=await self._counting.backlog(now),
            today=sum(one.spent + one.reserved for one in bought.values()),
            month=await self._spending.spent_in_month(now),
            served=(await self._usage.total(today.replace(day=1), today)).served,
        )


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"klout_{name}", meaning, value)


def _by_state(name: str, meaning: str, counts: dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"klout_{name}", meaning, labels=("state",))
    for state, count in counts.items():
        family.add_metric((state,), count)
    return family


def _since(moment: datetime | None, now: datetime) -> float:
    return max((now - moment).total_seconds(), 0) if moment else 0
