"""No log line carries a secret, whichever library wrote it and however."""

import asyncio
import io
import json
import logging
import subprocess
import sys
import textwrap
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from structlog.contextvars import bound_contextvars

from operations.observability.logs import LogFormat, RedactingFormatter
from storage.engine.database import Database

TOKEN = "123456:AAabcdefghijklmnopqrstuvwxyz0123456789"
BEARER = "AAAAbearer%2Fsecret"
PASSWORD = 'pass"wörd/42'
WEBHOOK = "webhook-secret-0123456789"
SECRETS: Final = [TOKEN, BEARER, PASSWORD, WEBHOOK]
ROOT: Final = Path(__file__).parents[3]


@pytest.fixture
def written() -> io.StringIO:
    return io.StringIO()


@pytest.fixture(params=["text", "json"])
def log(written: io.StringIO, request: pytest.FixtureRequest) -> Iterator[logging.Logger]:
    """The root logger at DEBUG, rendered as the bot does."""
    log_format: LogFormat = request.param
    logger = logging.getLogger()
    handler = logging.StreamHandler(written)
    handler.setFormatter(RedactingFormatter(SECRETS, log_format))
    level = logger.level
    logger.setLevel(logging.DEBUG)
    logger.addHandler(handler)
    yield logger
    logger.removeHandler(handler)
    logger.setLevel(level)


def _no_secret_in(log: str) -> None:
    assert "[secret]" in log
    for secret in SECRETS:
        assert secret not in log
        assert json.dumps(secret)[1:-1] not in log
    assert TOKEN.partition(":")[2] not in log


def _fail(*args: object) -> None:
    raise RuntimeError(*args)


def test_messages_arguments_and_tracebacks(log: logging.Logger, written: io.StringIO) -> None:
    log.info("POST https://api.telegram.org/bot%s/getMe", TOKEN)
    log.info("headers %r", {"Authorization": f"Bearer {BEARER}"})
    try:
        _fail(f"the token {TOKEN} was rejected", {"password": PASSWORD})
    except RuntimeError:
        log.exception("it failed")
    _no_secret_in(written.getvalue())
    assert written.getvalue().count("[secret]") >= 4
    assert "RuntimeError" in written.getvalue()


def test_extra_fields_and_what_is_bound(log: logging.Logger, written: io.StringIO) -> None:
    log.info("asked", extra={"url": f"/bot{TOKEN}/getMe", "deep": {"list": [PASSWORD, BEARER]}})
    with bound_contextvars(header=WEBHOOK):
        log.info("pushed")
    _no_secret_in(written.getvalue())


def test_a_token_in_two_halves(log: logging.Logger, written: io.StringIO) -> None:
    log.info("bot %s with %s", *TOKEN.split(":"))
    log.info("bot%s:%s", *TOKEN.split(":"))
    _no_secret_in(written.getvalue())


@pytest.mark.parametrize(
    "line",
    [
        "bot987654321:AAzyxwvutsrqponmlkjihgfedcba987654",
        "Bearer AAzyxw",
        "{'Authorization': 'Basic AAzyxw'}",
        "(b'authorization', b'Bearer AAzyxw')",
        '{"X-Telegram-Bot-Api-Secret-Token": "AAzyxw"}',
        "X-Telegram-Bot-Api-Secret-Token: AAzyxw",
        "postgresql://klout:AAzyxw@localhost/klout",
    ],
)
def test_tokens_that_are_not_in_the_settings_are_masked(
    log: logging.Logger, written: io.StringIO, line: str
) -> None:
    log.info("%s", line)
    log.info("in a field", extra={"line": line})
    assert "AAzyxw" not in written.getvalue()
    assert written.getvalue().count("[secret]") >= 2


async def test_third_parties_at_debug(log: logging.Logger, written: io.StringIO) -> None:
    logging.getLogger("httpx").debug("GET /bot%s/getUpdates", TOKEN)
    transport = httpx.MockTransport(lambda _: httpx.Response(200))
    async with httpx.AsyncClient(transport=transport) as client:
        await client.get(f"https://api.telegram.org/bot{TOKEN}/getMe")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.warn(f"{TOKEN} is deprecated", stacklevel=1)
    logging.getLogger("py.warnings").warning("%s", caught[0].message)
    asyncio.get_running_loop().call_exception_handler(
        {"message": f"lost {TOKEN}", "exception": ValueError(BEARER), "future": WEBHOOK}
    )
    del log
    _no_secret_in(written.getvalue())


async def test_an_error_of_the_database_says_nothing_that_people_wrote(database: Database) -> None:
    with pytest.raises(SQLAlchemyError) as failed:
        async with database.transaction() as connection:
            await connection.execute(text("INSERT INTO nowhere VALUES (:said)"), {"said": "hush"})
    assert "hush" not in str(failed.value)


def test_a_line_of_text_and_a_line_of_json() -> None:
    record = logging.LogRecord("room", logging.WARNING, "", 0, "moved", None, None)
    record.outbox_id = 7
    with bound_contextvars(update_id=42):
        line = RedactingFormatter([]).format(record)
        fields = json.loads(RedactingFormatter([], "json").format(record))
    assert "[warning] moved [room] outbox_id=7 update_id=42" in line
    del fields["timestamp"]
    assert fields == {
        "event": "moved",
        "level": "warning",
        "logger": "room",
        "outbox_id": 7,
        "update_id": 42,
    }


_WAYS: Final = {
    "main": "raise RuntimeError(TOKEN)",
    "thread": """
        def fail(): raise RuntimeError(TOKEN)
        thread = threading.Thread(target=fail); thread.start(); thread.join()""",
    "task": """
        async def fail(): raise RuntimeError(TOKEN)
        async def main(): asyncio.create_task(fail()); await asyncio.sleep(0); gc.collect()
        asyncio.run(main()); gc.collect()""",
    "unraisable": """
        class Odd:
            def __del__(self): raise RuntimeError(TOKEN)
        odd = Odd(); del odd""",
    "warning": "warnings.warn(TOKEN)",
    "bad line": "logging.getLogger('odd').info('%d', TOKEN)",
    "crash": "faulthandler._sigsegv()",
}


@pytest.mark.parametrize("way", _WAYS)
def test_an_uncaught_exception_is_logged_without_secrets(way: str) -> None:
    code = textwrap.dedent(
        """\
        import asyncio, faulthandler, gc, logging, sys, threading, warnings
        from operations.observability import logs
        TOKEN = sys.argv[1]
        logs.configure("DEBUG", [TOKEN])
        """
    ) + textwrap.dedent(_WAYS[way])
    done = subprocess.run(
        [sys.executable, "-c", code, TOKEN], cwd=ROOT, capture_output=True, text=True, check=False
    )
    written = done.stdout + done.stderr
    assert TOKEN not in written
    told = {"bad line": "could not be written", "crash": "Segmentation fault"}
    assert told.get(way, "[secret]") in written
