"""Buttons that the bot never made, or made for another person, get an answer and have no effect.

What a button carries comes back from a stranger's program: any 64 bytes, under any message.
"""

from collections.abc import Iterator
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.telegram.people.acting import buttons
from playground.telegram.server.local import LocalTelegram
from playground.telegram.server.wire import Json
from playground.telegram.server.world import Chat, Person
from storage.engine.schema import (
    alert,
    board,
    broadcast,
    chat,
    digest,
    follow,
    member,
    outbox,
    schedule,
)
from tests.conftest import Clock
from tests.dialogue.conftest import Talk
from tests.support.hostile import no_error_of_ours
from views.buttons import Action, understand

pytestmark = pytest.mark.usefixtures("hurried")

GOVERNED = (chat, follow, schedule, alert, board, member, digest, outbox)
"""What only administrators change in a group."""

ARGUMENTS = st.sampled_from(
    (
        *("", "nasa", "lea", "never_seen", "nasa/0", "nasa/9999999999", "nasa/dark", "/light"),
        *("growth", "score", "new", "score/dark", "fr", "xx", "other", "UTC", "Europe/Paris"),
        *("Not/A_Zone", "../etc/passwd", "Etc/GMT+12", "0", "1", "3", "6", "7", "0930", "2400"),
        *("99999999999999999999999999999", "1_0", "1_9999", "9_0", "999999999999999999_0", "_"),
        *("1_-1", "-1", "+1", "a" * 40, "_" * 40, "0000000000000000000000000000000000000000"),
    )
) | st.text("abcdefghijklmnopqrstuvwxyzABZ0123456789_/+-", max_size=40)

TAILS = st.sampled_from(("", "|en", "|fr", "|xx", "|", "|EN", "|en|fr"))

OURS = st.builds("1|{}|{}{}".format, st.sampled_from(list(Action)), ARGUMENTS, TAILS)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """One of ours with something taken out, put in or doubled."""
    data = draw(OURS)
    at = draw(st.integers(0, len(data)))
    return (
        data[:at]
        + draw(st.text(st.characters(), max_size=4))
        + data[at + draw(st.integers(0, 3)) :]
    )


def fits(data: str) -> bool:
    return len(data.encode("utf-8", "surrogatepass")) <= 64


FORGED = (OURS | mutated() | st.text(st.characters(), max_size=64)).filter(fits)


@pytest.fixture(autouse=True)
def the_same_again_is_no_violation(telegram: LocalTelegram) -> Iterator[None]:
    """A second press makes the bot write what is there already."""
    yield
    there = telegram.world.violations
    there[:] = [each for each in there if "message is not modified" not in each]


@given(data=FORGED)
def test_any_data_is_understood_or_not(data: str) -> None:
    press = understand(data)
    assert press is None or press.action in Action


@given(data=FORGED, under=st.integers(0, 99), deleted=st.booleans())
async def test_in_private_any_press_is_answered(
    talk: Talk, caplog: pytest.LogCaptureFixture, data: str, under: int, deleted: bool
) -> None:
    there = await _furnished(talk, talk.private)
    with no_error_of_ours(caplog):
        assert await forge(talk, talk.ada, there[under % len(there)], data, deleted=deleted)


@given(data=FORGED, under=st.integers(0, 99), deleted=st.booleans())
async def test_a_member_changes_nothing_of_a_group_by_any_press(
    talk: Talk, caplog: pytest.LogCaptureFixture, data: str, under: int, deleted: bool
) -> None:
    there = await _furnished(talk, talk.group)
    before = {table.name: await talk.rows(table) for table in GOVERNED}
    with no_error_of_ours(caplog):
        assert await forge(talk, talk.bob, there[under % len(there)], data, deleted=deleted)
    assert {table.name: await talk.rows(table) for table in GOVERNED} == before


@pytest.mark.parametrize("data", [*map("1|{}|".format, Action), "", "1|k|nasa\n"])
async def test_a_press_in_another_conversation_is_answered(
    talk: Talk, caplog: pytest.LogCaptureFixture, data: str
) -> None:
    (message,) = await talk.say(talk.ada, talk.private, "/klout @nasa")
    update = deepcopy(talk.telegram.press(talk.ada, message, "Why?"))
    del update["callback_query"]["message"]
    update["callback_query"] |= {"inline_message_id": "of-another-bot", "data": data}
    with no_error_of_ours(caplog):
        await talk.feed(talk.private, update)
    assert talk.toast()["callback_query_id"] == update["callback_query"]["id"]


@pytest.mark.parametrize("word", ["send", "stop", "drop", "show", ""])
async def test_only_an_operator_moves_a_broadcast(talk: Talk, clock: Clock, word: str) -> None:
    number = await talk.application.services.broadcasts.draft(999, "news", clock())
    before = await talk.rows(broadcast)
    (message,) = await talk.say(talk.ada, talk.private, "/klout @nasa")
    assert await forge(talk, talk.ada, message, f"1|{Action.BROADCAST}|{word}/{number}")
    assert await talk.rows(broadcast) == before
    assert "This button is old." in talk.toast()["text"]
    assert not await talk.tick()


@pytest.mark.parametrize("number", [2**31, 2**63, 10**30])
async def test_a_number_that_no_database_has_is_an_old_button(
    talk: Talk, caplog: pytest.LogCaptureFixture, number: int
) -> None:
    (message,) = await talk.say(talk.ada, talk.private, "/klout @nasa")
    for data in (f"{Action.PAGE}|{number}_0", f"{Action.BROADCAST}|show/{number}"):
        with no_error_of_ours(caplog):
            assert await forge(talk, talk.ada, message, f"1|{data}")
        assert "This button is old." in talk.toast()["text"]


async def _furnished(talk: Talk, where: Chat) -> list[Json]:
    """Messages with buttons: a chat with a bit of everything, made by the first example."""
    if not talk.telegram.history(where):
        for text in (
            *("/follow @nasa @lea", "/schedule tuesday 8:00 Europe/Paris", "/alert @nasa 35"),
            *("/language en", "/join @nasa", "/board weekly", "/klout @nasa", "/digest"),
            *("/following", "/compare @nasa @lea", "/settings", "/alert", "/board", "/prove @nasa"),
        ):
            await talk.say(talk.ada, where, text)
    return [message for message in talk.telegram.history(where)[:60] if _buttons(message)]


async def forge(
    talk: Talk, person: Person, message: Json, data: str, *, deleted: bool = False
) -> bool:
    """Press with data of one's own making; whether the presser was answered."""
    update = deepcopy(talk.telegram.press(person, message, _buttons(message)[0]))
    update["callback_query"]["data"] = data
    if deleted:
        gone = {"message_id": message["message_id"], "chat": message["chat"], "date": 0}
        update["callback_query"]["message"] = gone
    await talk.feed(talk.telegram.world.chat(message["chat"]["id"]), update)
    return talk.telegram.world.queries[update["callback_query"]["id"]].answered


def _buttons(message: Json) -> list[str]:
    """What the buttons carry that ask the bot."""
    return [one["callback_data"] for one in buttons(message) if "callback_data" in one]
