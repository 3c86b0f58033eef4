"""A local Telegram with two people, a group and a bot."""

import pytest
from telegram import Bot

from playground.telegram.server.local import LocalTelegram
from playground.telegram.server.world import Chat, Person
from tests.conftest import Clock


@pytest.fixture
def telegram(clock: Clock) -> LocalTelegram:
    return LocalTelegram("42:DEMO", "klout_demo_bot", clock)


@pytest.fixture
def bot(telegram: LocalTelegram) -> Bot:
    return Bot(telegram.token, request=telegram.request(), get_updates_request=telegram.request())


@pytest.fixture
def ada(telegram: LocalTelegram) -> Person:
    return telegram.person("Ada")


@pytest.fixture
def bob(telegram: LocalTelegram) -> Person:
    return telegram.person("Bob", language_code="fr", username="bob")


@pytest.fixture
def group(telegram: LocalTelegram, ada: Person, bob: Person) -> Chat:
    return telegram.group("Friends", [ada, bob])
