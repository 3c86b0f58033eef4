"""The seams at which the bot is measured: what is wrapped there knows nothing of it."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from structlog.contextvars import bound_contextvars
from telegram import Update
from telegram.error import TelegramError, TimedOut
from telegram.request import HTTPXRequest

from operations.metrics import Metrics
from scoring.errors import (
    AccountError,
    CreditsDepleted,
    RateLimited,
    SourceError,
    SourceUnreachable,
    TokenRefused,
)
from scoring.sources import MentionWindow, PostWindow, Profile, Source

_FETCH: Final = "getUpdates"


class MeasuredRequest(HTTPXRequest):
    """PTB's transport; each request is counted by its method and by what became of it."""

    def __init__(self, metrics: Metrics, **given: Any) -> None:
        super().__init__(**given)
        self._metrics = metrics

    async def do_request(self, url: str, method: str, *args: Any, **given: Any) -> Any:
        """See `HTTPXRequest.do_request`."""
        name, outcome = _method(url), "cancelled"
        begun = time.perf_counter()
        try:
            answer = await super().do_request(url, method, *args, **given)
            outcome = _outcome(answer[0])
        except TelegramError as error:
            outcome = "timeout" if isinstance(error, TimedOut) else "unreachable"
            raise
        finally:
            self._metrics.telegram_requests.labels(name, outcome).inc()
            if name != _FETCH:
                self._metrics.telegram_seconds.labels(name).observe(time.perf_counter() - begun)
        if name == _FETCH and outcome == "ok":
            self._metrics.hear()
        return answer


def _method(url: str) -> str:
    """The Bot API's method, which comes last in the path; never a file's name."""
    *before, name = urlsplit(url).path.split("/")
    return "file" if "file" in before or not name.isalpha() else name


def _outcome(status: int) -> str:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return "too_many_requests"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "failed"
    return "refused" if status >= HTTPStatus.BAD_REQUEST else "ok"


class MeasuredSource:
    """A `scoring.sources.Source`; each request is counted by its page and what became of it."""

    def __init__(self, source: Source, metrics: Metrics) -> None:
        self._source = source
        self._metrics = metrics

    async def profiles(self, handles: Sequence[str]) -> Mapping[str, Profile | AccountError]:
        """See `Source.profiles`."""
        with self._measured("profiles"):
            return await self._source.profiles(handles)

    async def profile_by_id(self, account_id: int) -> Profile | None:
        """See `Source.profile_by_id`."""
        with self._measured("profile_by_id"):
            return await self._source.profile_by_id(account_id)

    async def recent_posts(self, profile: Profile, now: datetime) -> PostWindow:
        """See `Source.recent_posts`."""
        with self._measured("posts"):
            return await self._source.recent_posts(profile, now)

    async def mentions(self, profile: Profile) -> MentionWindow:
        """See `Source.mentions`."""
        with self._measured("mentions"):
            return await self._source.mentions(profile)

    @contextmanager
    def _measured(self, page: str) -> Iterator[None]:
        outcome = "cancelled"
        begun = time.perf_counter()
        try:
            yield
            outcome = "ok"
        except SourceError as error:
            outcome = _FAILURES.get(type(error), "failed")
            raise
        finally:
            self._metrics.x_requests.labels(page, outcome).inc()
            self._metrics.x_seconds.labels(page).observe(time.perf_counter() - begun)


_FAILURES: Final[dict[type[SourceError], str]] = {
    RateLimited: "too_many_requests",
    CreditsDepleted: "no_credits",
    TokenRefused: "token_refused",
    SourceUnreachable: "unreachable",
}


class Answering:
    """Times what an update takes; its number is bound to every line that is logged meanwhile."""

    def __init__(self, metrics: Metrics, clock: Callable[[], datetime]) -> None:
        self._metrics = metrics
        self._clock = clock

    @contextmanager
    def __call__(self, update: Update) -> Iterator[None]:
        """Around one update."""
        metrics = self._metrics
        if update.message:
            age = (self._clock() - update.message.date).total_seconds()
            metrics.update_age_seconds.observe(max(age, 0))
        with (
            bound_contextvars(update_id=update.update_id),
            metrics.updates_in_flight.track_inprogress(),
            metrics.answer_seconds.labels(_kind(update)).time(),
        ):
            yield


def _kind(update: Update) -> str:
    return next((kind for kind in _KINDS if getattr(update, kind, None)), "other")


_KINDS: Final = (
    Update.MESSAGE,
    Update.CALLBACK_QUERY,
    Update.INLINE_QUERY,
    Update.GUEST_MESSAGE,
    Update.MY_CHAT_MEMBER,
)


class LineCounter(logging.Handler):
    """Counts warnings and worse."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__(logging.WARNING)
        self._metrics = metrics

    def emit(self, record: logging.LogRecord) -> None:
        """Count a line; what it says is none of ours."""
        self._metrics.log_lines.labels(record.levelname.lower()).inc()


class Lag:
    """How late the event loop wakes up who slept.

    Attributes:
        newest: seconds, as measured last.
    """

    _PAUSE: Final = 0.5

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self.newest = 0.0

    async def measure(self) -> None:
        """Measure until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + self._PAUSE
            await asyncio.sleep(self._PAUSE)
            self.newest = max(loop.time() - due, 0)
            self._metrics.loop_lag_seconds.observe(self.newest)
