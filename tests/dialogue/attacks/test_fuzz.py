"""Any text to the whole application: one answer, and nothing that Telegram refuses."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from handlers.registry import COMMANDS
from playground.telegram.methods.text import clean
from playground.telegram.server.world import Chat
from storage.engine.schema import alert, board, chat, follow, schedule
from tests.dialogue.conftest import Talk
from tests.support.hostile import no_error_of_ours, texts

pytestmark = pytest.mark.usefixtures("hurried")

NAMES = sorted(entry.name for entry in COMMANDS)
WORDLESS = {entry.name for entry in COMMANDS if not entry.takes_words}


@given(text=texts())
async def test_any_text_in_private_gets_one_answer(
    talk: Talk, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    assume(clean(text).strip())
    with no_error_of_ours(caplog):
        answers = await talk.say(talk.ada, talk.private, text)
    assert len(answers) == 1, answers


@given(command=st.sampled_from(NAMES), text=texts())
async def test_any_argument_of_any_command_gets_one_answer(
    talk: Talk, caplog: pytest.LogCaptureFixture, command: str, text: str
) -> None:
    with no_error_of_ours(caplog):
        answers = await talk.say(talk.ada, talk.private, f"/{command} {text}")
    asides = [
        each for each in answers if each.get("text", "").startswith(f"/{command} stands alone")
    ]
    assert len(answers) - len(asides) == 1, answers
    assert not asides or command in WORDLESS


@given(payload=st.from_regex(r"\A(k_|f_|cmp_|)[A-Za-z0-9_-]{0,60}\Z"))
async def test_any_deep_link_gets_one_answer(
    talk: Talk, caplog: pytest.LogCaptureFixture, payload: str
) -> None:
    with no_error_of_ours(caplog):
        answers = await talk.say(talk.ada, talk.private, f"/start {payload}")
    assert len(answers) == 1, answers


@given(text=texts(), which=st.integers(0, 99))
async def test_any_reply_to_a_question_gets_one_answer(
    talk: Talk, caplog: pytest.LogCaptureFixture, text: str, which: int
) -> None:
    assume(clean(text).strip())
    questions = ("/klout", "/why", "/goal", "/goal @nasa", "/follow", "/history", "/compare @nasa")
    (asked,) = await talk.say(talk.ada, talk.private, questions[which % len(questions)])
    with no_error_of_ours(caplog):
        answers = await talk.say(talk.ada, talk.private, text, reply_to=asked)
    assert len(answers) == 1, answers


@given(text=texts())
async def test_any_query_typed_inline_is_answered_once(
    talk: Talk, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    before = len(talk.telegram.sent("answerInlineQuery"))
    update = talk.telegram.type_inline(talk.ada, talk.private, text[:256])
    with no_error_of_ours(caplog):
        await talk.feed(talk.private, update)
    assert len(talk.telegram.sent("answerInlineQuery")) == before + 1


@given(text=texts())
async def test_any_call_as_a_guest_is_answered_once(
    talk: Talk, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    outside = _outside(talk)
    before = len(talk.telegram.sent("answerGuestQuery"))
    update = talk.telegram.say(talk.ada, outside, f"@klout_bot {text}")
    assume(update)
    with no_error_of_ours(caplog):
        await talk.feed(outside, update)
    assert len(talk.telegram.sent("answerGuestQuery")) == before + 1


@given(command=st.sampled_from(NAMES), text=texts())
async def test_a_member_changes_nothing_of_a_group_by_any_command(
    talk: Talk, caplog: pytest.LogCaptureFixture, command: str, text: str
) -> None:
    if not talk.telegram.history(talk.group):
        for set_up in ("/follow @lea", "/alert @lea 35", "/language en", "/board weekly"):
            await talk.say(talk.ada, talk.group, set_up)
    before = await _governed(talk)
    with no_error_of_ours(caplog):
        await talk.say(talk.bob, talk.group, f"/{command} {text}")
    assert await _governed(talk) == before


async def _governed(talk: Talk) -> list[object]:
    """What only administrators change; the language last spoken is not chosen."""
    chosen = [(row["language"], row["zone"]) for row in await talk.rows(chat)]
    return [chosen, *[await talk.rows(table) for table in (follow, schedule, alert, board)]]


def _outside(talk: Talk) -> Chat:
    """A group without the bot, the same for all examples."""
    groups = [chat for chat in talk.telegram.world.chats.values() if chat.title == "Outside"]
    return groups[0] if groups else talk.telegram.group("Outside", [talk.ada], with_bot=False)
