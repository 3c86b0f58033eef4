"""No log line carries a secret, whoever wrote it."""

import io
import logging

import pytest

from operations.logs import RedactingFormatter

TOKEN = "123456:AAabcdefghijklmnopqrstuvwxyz0123456789"
BEARER = "AAAAbearer%2Fsecret"


@pytest.fixture
def written() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def log(written: io.StringIO) -> logging.Logger:
    logger = logging.getLogger("redaction test")
    logger.setLevel(logging.DEBUG)
    handler = logging.StreamHandler(written)
    handler.setFormatter(RedactingFormatter([TOKEN, BEARER]))
    logger.addHandler(handler)
    return logger


def test_messages_arguments_and_tracebacks(log: logging.Logger, written: io.StringIO) -> None:
    log.info("POST https://api.telegram.org/bot%s/getMe", TOKEN)
    log.info("headers %r", {"Authorization": f"Bearer {BEARER}"})
    try:
        raise RuntimeError(f"the token {TOKEN} was rejected")  # noqa: TRY301 - it is there to be caught
    except RuntimeError:
        log.exception("it failed")
    text = written.getvalue()
    assert TOKEN not in text
    assert BEARER not in text
    assert text.count("[secret]") >= 3
    assert "RuntimeError" in text


def test_tokens_nobody_told_us_about(log: logging.Logger, written: io.StringIO) -> None:
    log.info("bot987654321:AAzyxwvutsrqponmlkjihgfedcba987654 and Bearer somebody-elses")
    assert "AAzyxw" not in written.getvalue()
    assert "somebody-elses" not in written.getvalue()
