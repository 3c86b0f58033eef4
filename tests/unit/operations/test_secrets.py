"""Secrets stay where they are: in no repr, no sentence for the operator, no library's log."""

import logging
import traceback
from pathlib import Path
from typing import Any

import pytest

from operations.observability import logs
from operations.settings import Settings, SettingsError, load, readable_by_others
from scoring.reading.errors import ScoringError
from scoring.reading.sources.x import XSource
from tests.conftest import Clock

TOKEN = "123456:AAabcdefghijklmnopqrstuvwxyz0123456789"
BEARER = "AAAAbearer%2Fof-the-tests"
PASSWORD = "correct-horse-battery"
WEBHOOK = "webhook-secret-of-the-tests-0123456789"
GIVEN: dict[str, Any] = {
    "telegram_bot_token": TOKEN,
    "x_bearer_token": BEARER,
    "database_url": f"postgresql://klout:{PASSWORD}@localhost/klout",
    "webhook_url": "https://bot.example.org",
    "webhook_secret": WEBHOOK,
}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # no .env of the developer


def test_settings_show_no_secret() -> None:
    settings = load(Settings, **GIVEN)
    for shown in (repr(settings), str(settings), f"{settings.telegram_bot_token}"):
        assert not [secret for secret in settings.secrets if secret in shown]
    assert set(settings.secrets) == {TOKEN, BEARER, PASSWORD, WEBHOOK, settings.webhook_path}


@pytest.mark.parametrize(
    "bad",
    [
        {"telegram_bot_token": f"{TOKEN} "},
        {"x_bearer_token": f"{BEARER} {BEARER}"},
        {"database_url": f"mysql://klout:{PASSWORD}@localhost/klout"},
        {"log_level": TOKEN},
    ],
)
def test_a_bad_secret_is_not_repeated(bad: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as raised:
        load(Settings, **(GIVEN | bad))
    told = "".join(traceback.format_exception(raised.value))
    assert not [secret for secret in (TOKEN, BEARER, PASSWORD) if secret in told]


async def test_at_debug_the_libraries_write_no_header(
    x_url: str, clock: Clock, capfd: pytest.CaptureFixture[str]
) -> None:
    """Tweepy writes the Authorization header at DEBUG, httpx the token in every address."""
    logs.configure("DEBUG", [])
    source = XSource(BEARER, x_url, clock)
    try:
        with pytest.raises(ScoringError):
            await source.profiles(["nasa"])
    finally:
        await source.close()
    written = capfd.readouterr()
    assert BEARER not in written.err + written.out
    assert "Authorization" not in written.err
    for name in ("tweepy", "httpx", "httpcore", "aiohttp"):
        assert not logging.getLogger(f"{name}.client").isEnabledFor(logging.INFO), name


@pytest.mark.parametrize(("mode", "open_to_others"), [(0o600, False), (0o640, True), (0o604, True)])
def test_a_file_that_others_can_read(tmp_path: Path, mode: int, open_to_others: bool) -> None:
    path = tmp_path / ".env"
    assert not readable_by_others(path)
    path.touch()
    path.chmod(mode)
    assert readable_by_others(path) is open_to_others
