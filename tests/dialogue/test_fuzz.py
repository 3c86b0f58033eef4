"""Any text to the whole application: one answer, and nothing that Telegram refuses."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from handlers import _COMMANDS
from playground.telegram.text import clean
from tests.dialogue.conftest import Talk
from tests.hostile import many, no_error_of_ours, texts

pytestmark = pytest.mark.usefixtures("hurried")

COMMANDS = sorted(_COMMANDS)


@many
@given(text=texts())
async def test_any_text_in_private_gets_one_answer(
    talk: Talk, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    assume(clean(text).strip())
    with no_error_of_ours(caplog):
        answers = await talk.say(talk.ada, talk.private, text)
    assert len(answers) == 1, answers


@many
@given(command=st.sampled_from(COMMANDS), text=texts())
async def test_any_argument_of_any_command_gets_one_answer(
    talk: Talk, caplog: pytest.LogCaptureFixture, command: str, text: str
) -> None:
    with no_error_of_ours(caplog):
        answers = await talk.say(talk.ada, talk.private, f"/{command} {text}")
    assert len(answers) == 1, answers
