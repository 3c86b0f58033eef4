"""The traces of a process, while it runs and when it ends: memory, open files, errors."""

import gc
import logging
import os
import statistics
from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from telegram.error import TelegramError

from benchmarks.stage import resident

_WARM: Final = 0.25
"""The share of first samples that are left out, as caches still fill."""


class Halves(NamedTuple):
    """The medians of the first and of the second half of samples."""

    first: float
    second: float

    @property
    def ratio(self) -> float:
        """The second median divided by the first."""
        return self.second / self.first


class Memory:
    """Samples of this process: resident MiB, and objects alive."""

    def __init__(self) -> None:
        self._samples: list[tuple[float, int]] = []

    def look(self) -> None:
        """Collect garbage, then take a sample."""
        gc.collect()
        self._samples.append((resident(os.getpid()), len(gc.get_objects())))

    @property
    def resident(self) -> Halves:
        """Resident memory in MiB."""
        return _halves([mebibytes for mebibytes, _ in self._samples])

    @property
    def objects(self) -> Halves:
        """The number of objects that the garbage collector tracks."""
        return _halves([alive for _, alive in self._samples])


class Errors(logging.Handler):
    """Collects logged errors: those caused by scripted faults of Telegram, and the others."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.scripted: Counter[str] = Counter()
        self.unexpected: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Sort a log record into one of the two kinds."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, TelegramError) and "not modified" not in str(error):
            self.scripted[type(error).__name__] += 1
        else:
            self.unexpected.append(f"{record.name}: {record.getMessage()} {error!r}")


def open_files() -> int:
    """Return the number of open files and sockets of this process (Linux)."""
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - the listing itself opens one


def _halves(samples: Sequence[float]) -> Halves:
    warm = samples[int(len(samples) * _WARM) :]
    middle = len(warm) // 2
    return Halves(statistics.median(warm[:middle] or warm), statistics.median(warm[middle:]))
