"""When a refusal of the token is believed: never at once, and never while `getMe` disagrees."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import pytest
from telegram.error import InvalidToken, NetworkError
from telegram.ext import ExtBot

from delivery.send_errors import NotTelegramError
from operations.settings import SettingsError
from operations.startup import KNOWN_TOKEN, NEW_TOKEN, Token, fingerprint


@dataclass
class GetMe:
    """As much of a bot as a token asks, at a time of its own."""

    error: Exception | None = field(default_factory=InvalidToken)
    now: float = 0.0

    async def _post(self, method: str, _: object) -> None:
        assert method == "getMe"
        if self.error:
            raise self.error

    def token(self, *, worked: bool) -> Token:
        return Token(cast("ExtBot[Any]", self), worked=worked, clock=lambda: self.now)


async def refused_for(me: GetMe, token: Token, span: timedelta, tries: int = 20) -> None:
    """The token is refused again and again, the last time after that span."""
    begun = me.now
    for number in range(tries + 1):
        me.now = begun + number * span.total_seconds() / tries
        await token.refused()


async def test_a_new_token_is_given_up_after_seconds_of_refusals() -> None:
    me = GetMe()
    token = me.token(worked=False)
    await refused_for(me, token, NEW_TOKEN * 0.9)
    me.now = NEW_TOKEN.total_seconds()
    with pytest.raises(SettingsError, match="TELEGRAM_BOT_TOKEN is not usable"):
        await token.refused()


async def test_a_token_that_worked_is_given_up_after_minutes_of_refusals() -> None:
    me = GetMe()
    token = me.token(worked=True)
    await refused_for(me, token, KNOWN_TOKEN * 0.99)
    me.now = KNOWN_TOKEN.total_seconds()
    with pytest.raises(SettingsError):
        await token.refused()
    assert timedelta(minutes=2) < KNOWN_TOKEN


async def test_a_token_that_works_has_minutes_from_then_on() -> None:
    me = GetMe()
    token = me.token(worked=False)
    await refused_for(me, token, NEW_TOKEN * 0.9)
    token.works()
    me.now += 1
    await refused_for(me, token, KNOWN_TOKEN * 0.9)


async def test_a_few_refusals_are_not_enough_however_long_they_last() -> None:
    me = GetMe()
    token = me.token(worked=False)
    await refused_for(me, token, timedelta(days=1), tries=2)
    me.now += 1
    with pytest.raises(SettingsError):
        await token.refused()


@pytest.mark.parametrize(
    "error", [None, NetworkError("no route"), NotTelegramError(404), KeyError("first_name")]
)
async def test_only_a_refusal_of_getme_counts(error: Exception | None) -> None:
    me = GetMe(error)
    token = me.token(worked=False)
    await refused_for(me, token, timedelta(days=1))


async def test_a_getme_that_succeeds_resets_the_count_of_refusals() -> None:
    me = GetMe()
    token = me.token(worked=True)
    await refused_for(me, token, KNOWN_TOKEN * 0.9)
    me.error = None
    await token.refused()
    me.error = InvalidToken()
    await refused_for(me, token, KNOWN_TOKEN * 0.9)


def test_a_fingerprint_has_nothing_of_the_token() -> None:
    assert fingerprint("42:secret") != fingerprint("42:secret2")
    assert "secret" not in fingerprint("42:secret")
