"""Whether the process does what it is there for: what a supervisor and a balancer ask."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from handlers import KloutApplication
from operations.measuring import Lag
from operations.metrics import Metrics

_MOST_LAG: Final = 2.0
"""Seconds; an answer would take longer still."""

_TICK_STALE: Final = timedelta(minutes=2)
"""Eight ticks; a database that another process has locked may hold up one of them."""

_SILENCE: Final = timedelta(minutes=1)
"""Telegram answers a fetch every ten seconds, also when there is nothing to say."""

_PATIENCE: Final = 5.0
"""Seconds for the database; in a flood of questions this is one of many that read."""


class Health:
    """The checks, each by its name.

    Args:
        polls: whether updates are fetched; otherwise Telegram brings them.
    """

    def __init__(
        self,
        application: KloutApplication,
        metrics: Metrics,
        lag: Lag,
        clock: Callable[[], datetime],
        *,
        polls: bool,
    ) -> None:
        self._application = application
        self._metrics = metrics
        self._lag = lag
        self._clock = clock
        self._polls = polls

    def alive(self) -> dict[str, bool]:
        """What only a restart would mend; nothing that is another's fault, the database's say."""
        looked_at = self._application.delivery.looked_at
        return {
            "loop": self._lag.newest < _MOST_LAG,
            "tick": looked_at is None or self._within(looked_at, _TICK_STALE),
        }

    async def ready(self) -> dict[str, bool]:
        """Whether people who ask now are answered."""
        checks = {
            "started": self._application.running,
            "database": await self._database_answers(),
            "tick": self._within(self._application.delivery.looked_at, _TICK_STALE),
        }
        if self._polls:
            checks["updates"] = self._within(self._metrics.heard_at, _SILENCE)
        return checks

    def _within(self, moment: datetime | None, span: timedelta) -> bool:
        return moment is not None and self._clock() - moment < span

    async def _database_answers(self) -> bool:
        try:
            async with (
                asyncio.timeout(_PATIENCE),
                self._application.services.database.reading() as connection,
            ):
                await connection.execute(select(1))
        except (OSError, SQLAlchemyError, TimeoutError):
            return False
        return True
