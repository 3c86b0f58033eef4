"""`bot.py run` where time runs faster; leases, terms, timeouts and pace keep their proportions.

The whole process is hurried from outside, by its event loop and its clock, so that what is tested
is the code as it is: `python -m benchmarks.hurried 5`.
"""

import asyncio
import selectors
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from delivery.run import TICK
from operations import logs, process
from operations.settings import Settings, load

_FIXED: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""Where every hurried clock agrees with the others."""


def hurried(speed: float) -> Callable[[], datetime]:
    """A clock that goes `speed` times as fast; all of one speed agree."""

    def now() -> datetime:
        gone = (datetime.now(UTC) - _FIXED) / timedelta(microseconds=1)
        return _FIXED + timedelta(microseconds=gone * speed)

    return now


class _Selector(selectors.DefaultSelector):
    """Waits in real time for a loop whose seconds are shorter."""

    speed = 1.0

    def select(self, timeout: float | None = None) -> Any:
        return super().select(timeout and timeout / self.speed)


class HurriedLoop(asyncio.SelectorEventLoop):
    """An event loop whose seconds are shorter."""

    def __init__(self, speed: float) -> None:
        selector = _Selector()
        selector.speed = self._speed = speed
        super().__init__(selector)

    def time(self) -> float:
        """Its seconds."""
        return super().time() * self._speed


def main() -> None:
    """Run the bot until it is told to stop."""
    speed = float(sys.argv[1])
    settings = load(Settings)
    logs.configure(settings.log_level, settings.secrets, settings.log_format)
    with asyncio.Runner(loop_factory=lambda: HurriedLoop(speed)) as runner:
        # the scheduler goes by the computer's clock, whatever the loop says
        runner.run(process.run(settings, clock=hurried(speed), tick=TICK / speed))


if __name__ == "__main__":
    main()
