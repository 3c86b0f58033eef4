"""The metrics of one process, in a registry of its own.

Names follow Prometheus' conventions. No label is a chat, a user or a handle, so that the number of
series is bounded and none reveals personal data. `docs/operating.md` explains each.
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
    "item_refused",
    "unreadable",
    "unreachable",
    "failed",
    "cancelled",
)


_X_REASONS: Final = (
    "bad_request",
    "unauthorized",
    "forbidden",
    "not_found",
    "too_many_requests",
    "no_credits",
    "server_error",
    "malformed",
    "no_answer",
    "item_refused",
    "unreadable",
    "other",
)


class Metrics:
    """The instruments of one process.

    Args:
        clock: returns the time, aware, in UTC.

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
        self.x_failures = Counter(
            "klout_x_failures",
            "Requests to X that brought nothing, by why",
            ("page", "reason"),
            registry=registry,
        )
        self.x_odd_items = Counter(
            "klout_x_odd_items",
            "Accounts and posts in X's answers that could not be read, beside others that could",
            ("page",),
            registry=registry,
        )
        self.x_seconds = Histogram(
            "klout_x_request_seconds",
            "How long X takes to answer",
            ("page",),
            buckets=_ANSWER_SECONDS,
            registry=registry,
        )
        self.network_requests = Counter(
            "klout_network_requests",
            "Requests to the networks without a key",
            ("network", "page", "outcome"),
            registry=registry,
        )
        self.network_seconds = Histogram(
            "klout_network_request_seconds",
            "How long the networks without a key take to answer",
            ("network", "page"),
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
        # Start the series at 0: the first failure must show as growth.
        for level in ("warning", "error", "critical"):
            self.log_lines.labels(level)
        for page in _X_PAGES:
            for outcome in _X_OUTCOMES:
                self.x_requests.labels(page, outcome)
            for reason in _X_REASONS:
                self.x_failures.labels(page, reason)
            self.x_odd_items.labels(page)
        heard = Gauge(
            "klout_updates_heard_timestamp_seconds",
            "When Telegram last answered a fetch of updates; 0 before, and with a webhook",
            registry=registry,
        )
        heard.set_function(lambda: self.heard_at.timestamp() if self.heard_at else 0.0)

    def hear(self) -> None:
        """Note that Telegram has just answered a fetch of updates."""
        self.heard_at = self._clock()
