"""What one test changes of the process is not there in the next."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import structlog

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)

_NEW: Final = {
    "level": logging.NOTSET,
    "propagate": True,
    "disabled": False,
    "handlers": [],
    "filters": [],
}
"""The state of a logger that nothing has been told."""


@contextmanager
def process() -> Iterator[None]:
    """Put back loggers, hooks, signal handlers, the environment and the working directory."""
    loggers = {logger: _state(logger) for logger in _loggers()}
    hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    handlers = {number: signal.getsignal(number) for number in _SIGNALS}
    environment, folder, configured = dict(os.environ), Path.cwd(), structlog.get_config()
    try:
        yield
    finally:
        _put_back(loggers)
        sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if dict(os.environ) != environment:
            os.environ.clear()
            os.environ.update(environment)
        os.chdir(folder)
        structlog.configure(**configured)
        structlog.contextvars.clear_contextvars()
        logging.captureWarnings(capture=False)


def _loggers() -> list[logging.Logger]:
    known = logging.root.manager.loggerDict.values()
    return [logging.root, *(logger for logger in known if isinstance(logger, logging.Logger))]


def _state(logger: logging.Logger) -> dict[str, Any]:
    return {
        "level": logger.level,
        "propagate": logger.propagate,
        "disabled": logger.disabled,
        "handlers": list(logger.handlers),
        "filters": list(logger.filters),
    }


def _put_back(loggers: dict[logging.Logger, dict[str, Any]]) -> None:
    """As they were; one that is new is as new ones are."""
    for logger in _loggers():
        before, now = loggers.get(logger, _NEW), _state(logger)
        if now == before:
            continue
        logger.setLevel(before["level"])
        logger.propagate, logger.disabled = before["propagate"], before["disabled"]
        logger.handlers[:], logger.filters[:] = before["handlers"], before["filters"]
