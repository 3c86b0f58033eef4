"""Logging that cannot leak a token, whoever logs and whatever they put into it."""

import logging
import re
from collections.abc import Iterable
from typing import Final

_LOOKS_SECRET: Final = re.compile(r"\d{6,}:[A-Za-z0-9_-]{30,}|(?<=Bearer )\S+")
"""A Telegram bot token, or what follows `Bearer`."""

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


class RedactingFormatter(logging.Formatter):
    """Formats a record, traceback included, then blots the secrets out."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        exact = "|".join(re.escape(secret) for secret in secrets if len(secret) >= _SHORTEST)
        self._exact = re.compile(exact) if exact else None

    def format(self, record: logging.LogRecord) -> str:
        """The record as one text without any secret."""
        text = super().format(record)
        if self._exact:
            text = self._exact.sub("[secret]", text)
        return _LOOKS_SECRET.sub("[secret]", text)


def configure(level: str, secrets: Iterable[str]) -> None:
    """Send everything to standard error, at `level`, redacted."""
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter(secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
    # A tick that takes longer than the pause between two is no trouble.
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
    logging.captureWarnings(capture=True)
