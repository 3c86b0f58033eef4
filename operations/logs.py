"""Logging that cannot leak a token, whoever logs and whatever they put into it.

Every room writes to the standard library's loggers: a short event, and its figures as `extra`
fields. structlog renders them all, third parties' too, as text or as JSON lines; what is bound to
the context (`update_id`, `outbox_id`) joins the lines of one update or message. The secrets are
blotted out last, in the finished text.
"""

import faulthandler
import json
import logging
import re
import sys
import threading
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any, Final, Literal
from urllib.parse import quote

import structlog
from structlog.typing import Processor

_log = logging.getLogger(__name__)

_LOOKS_SECRET: Final = re.compile(
    r"\d{6,}:[A-Za-z0-9_-]{30,}"  # a Telegram bot token
    r"|(?<=Bearer )[^\s'\"\\]+"
)

_HEADER: Final = re.compile(
    r"((?:authorization|x-telegram-bot-api-secret-token)(?:\W|b(?=['\"])){1,8}"
    r"(?:(?:bearer|basic) )?)[^\s'\",}\]\\]+",
    re.IGNORECASE,
)
_PASSWORD: Final = re.compile(r"(://[^\s/:@]*:)[^\s/@]+(?=@)")
"""A header and a URL's password: what stands before the secret is kept."""

_SHORTEST: Final = 8
"""Anything shorter is no secret, and would be blotted out of ordinary words."""

_CHATTY: Final = (
    "apscheduler",
    "httpx",
    "httpcore",
    "tweepy",
    "aiohttp",
    "asyncio",
    "aiosqlite",
    "alembic",
)
"""Loggers that write URLs, headers or every statement below WARNING."""

LogFormat = Literal["text", "json"]


class RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """Renders a record, fields and traceback included, then blots the secrets out.

    Args:
        secrets: what must not be written, as it is or as JSON, `repr` or a URL would spell it.
        log_format: lines for a terminal, or one JSON object a line.
    """

    def __init__(self, secrets: Iterable[str], log_format: LogFormat = "text") -> None:
        render: list[Processor] = (
            [
                # tracebacks as text, never with the values of variables
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(sort_keys=True, ensure_ascii=False),
            ]
            if log_format == "json"
            else [
                structlog.dev.ConsoleRenderer(
                    colors=False,
                    pad_event_to=0,
                    pad_level=False,
                    exception_formatter=structlog.dev.plain_traceback,
                )
            ]
        )
        super().__init__(
            foreign_pre_chain=[
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(),
                structlog.processors.TimeStamper("iso"),
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render],
        )
        spellings = {text for secret in secrets for text in _spellings(secret)}
        longest_first = sorted(spellings, key=len, reverse=True)
        exact = "|".join(map(re.escape, longest_first))
        self._exact = re.compile(exact) if exact else None

    def format(self, record: logging.LogRecord) -> str:
        """The record as one text without any secret."""
        text = super().format(record)
        if self._exact:
            text = self._exact.sub("[secret]", text)
        text = _HEADER.sub(r"\1[secret]", text)
        text = _PASSWORD.sub(r"\1[secret]", text)
        return _LOOKS_SECRET.sub("[secret]", text)


def _spellings(secret: str) -> Iterator[str]:
    """A secret in every way in which it may come; a bot token's second half is one by itself."""
    for part in (secret, secret.partition(":")[2]):
        if len(part) >= _SHORTEST:
            yield part
            yield quote(part, safe="")
            yield json.dumps(part)[1:-1]
            yield json.dumps(part, ensure_ascii=False)[1:-1]
            yield repr(part)[1:-1]


class _Handler(logging.StreamHandler[Any]):
    """Writes to standard error; a line that cannot be rendered is told of without its values."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Say which line it was: logging's own way would print the arguments as they are."""
        where = f"{record.name} ({record.pathname}:{record.lineno})"
        print(f"a line of {where} could not be written", file=sys.stderr)  # noqa: T201


def configure(level: str, secrets: Iterable[str], log_format: LogFormat = "text") -> None:
    """Send everything to standard error, at `level`, redacted; also what nobody caught."""
    handler = _Handler()
    handler.setFormatter(RedactingFormatter(secrets, log_format))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
    # A tick that takes longer than the pause between two is no trouble.
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable
    faulthandler.enable()  # names of functions, never values


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        _log.critical("uncaught exception", exc_info=(kind, error, trace))


def _uncaught_in_thread(given: threading.ExceptHookArgs) -> None:
    if given.exc_value is not None and not isinstance(given.exc_value, SystemExit):
        error = given.exc_value
        _log.critical("uncaught exception in a thread", exc_info=error)


def _unraisable(given: "sys.UnraisableHookArgs") -> None:
    _log.error("exception that could not be raised", exc_info=given.exc_value)
