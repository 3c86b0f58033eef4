"""What is counted and timed while the bot runs, in a registry of its own.

Names follow Prometheus' conventions. No label is a chat, a person or a handle: what can be asked
of one bot is bounded, and says nothing about anybody. `docs/operating.md` explains each.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

_ANSWER_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_AGE_SECONDS: Final = (1, 2, 5, 10, 30, 60, 300, 3_600, 86_400)
_LAG_SECONDS: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)


_X_PAGES: Final = ("profiles", "profile_by_id", "posts", "mentions")
_X_OUTCOMES: Final = (
    "ok",
    "too_many_requests",
    "no_credits",
    "token_refused",
    "unreachable",
    "failed",
    "cancelled",
)


class Metrics:
    """The instruments of one process.

    Args:
        clock: the time, aware, UTC.

    Attributes:
        heard_at: when Telegram last answered a fetch of updates; None before the first time.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.heard_at: datetime | None = None
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self.telegram_requests = Counter(
            "klout_telegram_requests",
            "Requests to Telegram",
            ("method", "outcome"),
            registry=registry,
        )
        self.telegram_seconds = Histogram(
            "klout_telegram_request_seconds",
            "How long Telegram takes to answer, without fetching updates",
            ("method",),
            buckets=_ANSWER_SECONDS,
            registry=registry,
        )
        self.x_requests = Counter(
            "klout_x_requests", "Requests to X", ("page", "outcome"), registry=registry
        )
        self.x_seconds = Histogram(
            "klout_x_request_seconds",
            "How long X takes to answer",
            ("page",),
            buckets=_ANSWER_SECONDS,
            registry=registry,
        )
        self.answer_seconds = Histogram(
            "klout_answer_seconds",
            "From an update in hand to its last answer",
            ("kind",),
            buckets=_ANSWER_SECONDS,
            registry=registry,
        )
        self.update_age_seconds = Histogram(
            "klout_update_age_seconds",
            "How old a message was, by Telegram's own date, when it came into hand",
            buckets=_AGE_SECONDS,
            registry=registry,
        )
        self.updates_in_flight = Gauge(
            "klout_updates_in_flight", "Updates that are being answered", registry=registry
        )
        self.loop_lag_seconds = Histogram(
            "klout_event_loop_lag_seconds",
            "How late the event loop wakes up who slept",
            buckets=_LAG_SECONDS,
            registry=registry,
        )
        self.log_lines = Counter(
            "klout_log_lines", "Warnings and worse in the log", ("level",), registry=registry
        )
        # A series that begins with its first failure would not be seen to grow.
        for level in ("warning", "error", "critical"):
            self.log_lines.labels(level)
        for page in _X_PAGES:
            for outcome in _X_OUTCOMES:
                self.x_requests.labels(page, outcome)
        heard = Gauge(
            "klout_updates_heard_timestamp_seconds",
            "When Telegram last answered a fetch of updates; 0 before, and with a webhook",
            registry=registry,
        )
        heard.set_function(lambda: self.heard_at.timestamp() if self.heard_at else 0.0)

    def hear(self) -> None:
        """Note that Telegram has just answered a fetch of updates."""
        self.heard_at = self._clock()
