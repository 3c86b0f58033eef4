"""No test can change the process for another one."""

import logging
import os
import signal
import sys
import threading
from pathlib import Path

import pytest
import structlog

from operations.observability import logs
from tests.support import untouched


def _all() -> object:
    names = ("", "aiohttp", "aiohttp.access", "apscheduler.scheduler", "httpx", "klout.new")
    loggers = [logging.getLogger(name) for name in names]
    return (
        [(one.level, one.propagate, one.disabled, one.handlers[:]) for one in loggers],
        (sys.excepthook, threading.excepthook, sys.unraisablehook),
        (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)),
        dict(os.environ),
        Path.cwd(),
        structlog.get_config(),
        structlog.contextvars.get_contextvars(),
    )


def test_what_the_product_sets_for_its_process_is_put_back(tmp_path: Path) -> None:
    before = _all()
    with untouched.process():
        logs.configure("WARNING", [])
        logging.getLogger("klout.new").setLevel(logging.ERROR)
        logging.getLogger("httpx").disabled = True
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.environ["TZ"] = "Pacific/Chatham"
        os.environ.pop("PATH")
        os.chdir(tmp_path)
        structlog.configure(processors=[])
        structlog.contextvars.bind_contextvars(update_id=1)
        assert _all() != before
    assert _all() == before


def test_what_a_logger_was_told_in_one_test_silences_it_in_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with untouched.process():
        logs.configure("CRITICAL", [])
    with caplog.at_level(logging.INFO):
        logging.getLogger("aiohttp.access").info("asked")
    assert [record.getMessage() for record in caplog.records] == ["asked"]
