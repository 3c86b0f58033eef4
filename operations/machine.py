"""Prepares the process before any other import: time zone, locale, environment."""

import importlib.util
import os
import sys
from io import TextIOWrapper


def prepare() -> str | None:
    """Make the process independent of the machine's time zone and locale.

    Returns:
        Why the bot cannot be run here, as one sentence; None when it can.
    """
    # The bot computes in UTC; Babel fails at import on a zone that does not exist.
    os.environ["TZ"] = "UTC"
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if os.environ.get("SSLKEYLOGFILE"):  # aiohttp would open it when it is imported
        return "SSLKEYLOGFILE is not usable: it would lay open what is encrypted; unset it."
    _remember_what_is_missing("sniffio")
    return None


def _remember_what_is_missing(module: str) -> None:
    """Let imports of a module that is not installed fail at once.

    httpcore tries this one several times in each request; Python looks through every folder each
    time, as it remembers successful imports only. That was a tenth of what an answer cost.
    """
    if importlib.util.find_spec(module) is None:
        sys.modules[module] = None  # type: ignore[assignment]  # the documented way
