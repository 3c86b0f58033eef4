"""Wrappers that measure requests, sources, updates, log lines and the event loop."""

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

from operations.observability.metrics import Metrics
from operations.transport.envelope import opened
from scoring.reading.errors import (
    AccountUnreadable,
    CreditsDepleted,
    ItemRefused,
    RateLimited,
    SourceError,
    SourceUnreachable,
    TokenRefused,
)
from scoring.reading.sources import Found, MentionWindow, PostWindow, Profile, Source

_FETCH: Final = "getUpdates"
_FILE: Final = "file"


class MeasuredRequest(HTTPXRequest):
    """PTB's transport, which counts each request by its method and outcome.

    An answer that is not Telegram's raises an error of its own (`operations.transport.envelope`).
    """

    def __init__(self, metrics: Metrics, **given: Any) -> None:
        super().__init__(**given)
        self._metrics = metrics

    async def do_request(self, url: str, method: str, *args: Any, **given: Any) -> Any:
        """Make a request to the Bot API, and count it.

        Raises:
            delivery.send_errors.NotTelegramError: another server answered.
        """
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
        if name == _FILE:
            return answer
        read = opened(*answer)
        if name == _FETCH and outcome == "ok":
            self._metrics.hear()
        return read


def _method(url: str) -> str:
    """Return the Bot API's method, the last part of the path; never a file's name."""
    *before, name = urlsplit(url).path.split("/")
    return _FILE if "file" in before or not name.isalpha() else name


def _outcome(status: int) -> str:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return "too_many_requests"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "failed"
    return "refused" if status >= HTTPStatus.BAD_REQUEST else "ok"


class MeasuredSource:
    """A source that counts requests to X by their page and outcome."""

    def __init__(self, source: Source, metrics: Metrics) -> None:
        self._source = source
        self._metrics = metrics

    async def profiles(self, handles: Sequence[str]) -> Mapping[str, Found]:
        """Read profiles by handle, and count the request."""
        with self._measured("profiles"):
            found = await self._source.profiles(handles)
        odd = sum(isinstance(each, AccountUnreadable) for each in found.values())
        self._metrics.x_odd_items.labels("profiles").inc(odd)
        return found

    async def profile_by_id(self, account_id: int) -> Profile | None:
        """Read a profile by the account's number, and count the request."""
        with self._measured("profile_by_id"):
            return await self._source.profile_by_id(account_id)

    async def recent_posts(
        self, profile: Profile, now: datetime, since: datetime | None = None
    ) -> PostWindow:
        """Read an account's recent posts, and count the request."""
        with self._measured("posts"):
            window = await self._source.recent_posts(profile, now, since)
        self._metrics.x_odd_items.labels("posts").inc(window.left_out)
        return window

    async def mentions(self, profile: Profile) -> MentionWindow:
        """Read an account's mentions, and count the request."""
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
            self._metrics.x_failures.labels(page, _reason(error)).inc()
            raise
        finally:
            self._metrics.x_requests.labels(page, outcome).inc()
            self._metrics.x_seconds.labels(page).observe(time.perf_counter() - begun)


_FAILURES: Final[dict[type[SourceError], str]] = {
    RateLimited: "too_many_requests",
    CreditsDepleted: "no_credits",
    TokenRefused: "token_refused",
    ItemRefused: "item_refused",
    AccountUnreadable: "unreadable",
    SourceUnreachable: "unreachable",
}


def _reason(error: SourceError) -> str:
    """Return why a request to X failed; it splits the outcome "unreachable" further."""
    if isinstance(error, TokenRefused):
        return "unauthorized" if error.status == HTTPStatus.UNAUTHORIZED else "forbidden"
    if not isinstance(error, SourceUnreachable):
        return _FAILURES.get(type(error), "other")
    if error.status is None:
        return "no_answer"
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "server_error"
    return _STATUSES.get(error.status, "other")


_STATUSES: Final[dict[int, str]] = {
    HTTPStatus.OK: "malformed",
    HTTPStatus.BAD_REQUEST: "bad_request",
    HTTPStatus.NOT_FOUND: "not_found",
}


class Answering:
    """Times each update, and binds its number to the lines logged meanwhile."""

    def __init__(self, metrics: Metrics, clock: Callable[[], datetime]) -> None:
        self._metrics = metrics
        self._clock = clock

    @contextmanager
    def __call__(self, update: Update) -> Iterator[None]:
        """Wrap the answering of one update."""
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
    """Counts log lines of level warning and above."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__(logging.WARNING)
        self._metrics = metrics

    def emit(self, record: logging.LogRecord) -> None:
        """Count a line by its level; the text is not read."""
        self._metrics.log_lines.labels(record.levelname.lower()).inc()


class Lag:
    """Measures how late the event loop wakes a sleeping task.

    Args:
        pause: how long the task sleeps, in seconds.

    Attributes:
        newest: the last measurement, in seconds.
    """

    def __init__(self, metrics: Metrics, pause: float = 0.5) -> None:
        self._metrics = metrics
        self._pause = pause
        self.newest = 0.0

    async def measure(self) -> None:
        """Measure until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + self._pause
            await asyncio.sleep(self._pause)
            self.newest = max(loop.time() - due, 0)
            self._metrics.loop_lag_seconds.observe(self.newest)
