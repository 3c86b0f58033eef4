"""Logging that redacts secrets in every line, from any logger and in any field.

Every package writes to the standard library's loggers: a short event, and its figures as `extra`
fields. structlog renders all lines, third parties' too, as text or as JSON. Ids bound to the
context (`update_id`, `outbox_id`) join the lines of one update or message. Redaction comes last,
in the finished text.
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
"""A header and a URL's password; the text before the secret is kept."""

_SHORTEST: Final = 8
"""The shortest secret; a shorter one would blot out ordinary words."""

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
    """Renders a record with its fields and traceback, then redacts the secrets.

    Args:
        secrets: redacted as they are, and as JSON, `repr` or a URL spells them.
        log_format: lines for a terminal, or one JSON object per line.
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
        """Format the record as one text without any secret."""
        text = super().format(record)
        if self._exact:
            text = self._exact.sub("[secret]", text)
        text = _HEADER.sub(r"\1[secret]", text)
        text = _PASSWORD.sub(r"\1[secret]", text)
        return _LOOKS_SECRET.sub("[secret]", text)


def _spellings(secret: str) -> Iterator[str]:
    """Yield every spelling of a secret; a bot token's second half counts as a secret too."""
    for part in (secret, secret.partition(":")[2]):
        if len(part) >= _SHORTEST:
            yield part
            yield quote(part, safe="")
            yield json.dumps(part)[1:-1]
            yield json.dumps(part, ensure_ascii=False)[1:-1]
            yield repr(part)[1:-1]


class _Handler(logging.StreamHandler[Any]):
    """Writes to standard error; reports a line that cannot be rendered, without its values."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Report where the line came from; logging's default would print the arguments."""
        where = f"{record.name} ({record.pathname}:{record.lineno})"
        print(f"a line of {where} could not be written", file=sys.stderr)  # noqa: T201


def configure(level: str, secrets: Iterable[str], log_format: LogFormat = "text") -> None:
    """Send everything to standard error, at `level`, redacted, uncaught exceptions too."""
    handler = _Handler()
    handler.setFormatter(RedactingFormatter(secrets, log_format))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
    # A tick may take longer than the pause between two ticks.
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
