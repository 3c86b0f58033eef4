"""Health checks of the process, for a supervisor and a load balancer."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from handlers import KloutApplication
from operations.observability.instrumentation import Lag
from operations.observability.metrics import Metrics

_MOST_LAG: Final = 2.0
"""The most lag in seconds; an answer would take longer still."""

_TICK_STALE: Final = timedelta(minutes=2)
"""Eight ticks; another process that locks the database may delay one."""

_SILENCE: Final = timedelta(minutes=1)
"""The longest silence; Telegram answers a fetch every ten seconds, even without updates."""

_PATIENCE: Final = 5.0
"""Seconds for the database's answer, which in a flood competes with many reads."""


class Health:
    """The health checks, each under its name.

    Args:
        polls: True for polling, False for the webhook.
        machine: seconds that only ever grow, also where the clock is set or moved.
    """

    def __init__(
        self,
        application: KloutApplication,
        metrics: Metrics,
        lag: Lag,
        clock: Callable[[], datetime],
        *,
        polls: bool,
        machine: Callable[[], float] = monotonic,
    ) -> None:
        self._application = application
        self._metrics = metrics
        self._lag = lag
        self._clock = clock
        self._polls = polls
        self._machine = machine
        self._last_tick: tuple[datetime | None, float] = (None, machine())

    def alive(self) -> dict[str, bool]:
        """Return the checks whose failure a restart mends; the database is not among them."""
        first = self._application.delivery.looked_at is None
        return {
            "loop": self._lag.newest < _MOST_LAG,
            "tick": first or self._ticks(),
        }

    async def ready(self) -> dict[str, bool]:
        """Return the checks of whether users are answered now."""
        checks = {
            "started": self._application.running,
            "database": await self._database_answers(),
            "tick": self._ticks(),
        }
        if self._polls:
            checks["updates"] = self._within(self._metrics.heard_at, _SILENCE)
        return checks

    def _ticks(self) -> bool:
        """Return whether the tick made progress lately; a clock that was moved says nothing."""
        looked_at = self._application.delivery.looked_at
        if looked_at != self._last_tick[0]:
            self._last_tick = (looked_at, self._machine())
        elapsed = self._machine() - self._last_tick[1]
        moved = looked_at is not None and elapsed < _TICK_STALE.total_seconds()
        return moved or self._within(looked_at, _TICK_STALE)

    def _within(self, moment: datetime | None, span: timedelta) -> bool:
        return moment is not None and self._clock() - moment < span

    async def _database_answers(self) -> bool:
        try:
            async with (
                asyncio.timeout(_PATIENCE),
                self._application.services.stores.database.reading() as connection,
            ):
                await connection.execute(select(1))
        except (OSError, SQLAlchemyError, TimeoutError):
            return False
        return True
