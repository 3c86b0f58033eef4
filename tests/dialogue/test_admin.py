"""What operators may ask, and nobody else."""

import pytest

from operations.settings import Settings
from playground.telegram.local import LocalTelegram
from tests.dialogue.conftest import Talk


@pytest.fixture
def settings(settings: Settings, telegram: LocalTelegram) -> Settings:
    """Ada, the first person of this Telegram, operates the bot."""
    first = telegram.person("Operator", "en")
    return settings.model_copy(update={"admin_ids": f"{first.id}, 7"})


async def test_an_operator_sees_what_was_spent(talk: Talk) -> None:
    operator = next(p for p in talk.telegram.world.people.values() if p.first_name == "Operator")
    chat = talk.telegram.private_chat(operator)
    await talk.ask("/klout @nasa")
    (told,) = await talk.say(operator, chat, "/spend")
    assert "Today: $0.06." in told["text"]
    assert "This month: $0.06 of $10.00." in told["text"]
    assert "profiles: 1 · $0.01" in told["text"]
    (told,) = await talk.say(operator, chat, "/stats")
    assert "accounts known: 1" in told["text"]


@pytest.mark.parametrize("command", ["/spend", "/stats"])
async def test_nobody_else_does_nor_does_a_group(talk: Talk, command: str) -> None:
    assert "$" not in await talk.ask(command)
    operator = next(p for p in talk.telegram.world.people.values() if p.first_name == "Operator")
    group = talk.telegram.group("Operators", [operator])
    assert await talk.say(operator, group, command) == []
