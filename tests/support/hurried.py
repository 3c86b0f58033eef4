"""The command `bot.py run` in faster time; leases, terms, timeouts and pacing keep proportion.

The event loop and the clock of the process run faster, so that the tested code is unchanged:
`python -m tests.support.hurried 5`.
"""

import asyncio
import selectors
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from delivery.tick import TICK
from operations import process
from operations.observability import logs
from operations.settings import Settings, load

_FIXED: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""The moment at which all hurried clocks agree with the real one."""


def hurried(speed: float) -> Callable[[], datetime]:
    """Return a clock that runs `speed` times as fast; all clocks of one speed agree."""

    def now() -> datetime:
        gone = (datetime.now(UTC) - _FIXED) / timedelta(microseconds=1)
        return _FIXED + timedelta(microseconds=gone * speed)

    return now


class _Selector(selectors.DefaultSelector):
    """A selector that turns a loop's shorter seconds into real time."""

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
        """Return the loop's time in its shorter seconds."""
        return super().time() * self._speed


def main() -> None:
    """Run the bot until it is told to stop."""
    speed = float(sys.argv[1])
    settings = load(Settings)
    logs.configure(settings.log_level, settings.secrets, settings.log_format)
    with asyncio.Runner(loop_factory=lambda: HurriedLoop(speed)) as runner:
        # the scheduler uses the computer's clock, not the loop's time
        runner.run(process.run(settings, clock=hurried(speed), tick=TICK / speed))


if __name__ == "__main__":
    main()
