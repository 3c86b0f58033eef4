"""The registry is true: each command and button needs the permission that it declares."""

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from typing import Final

import pytest

from handlers.incoming.permissions import Permission
from handlers.registry import BUTTONS, COMMANDS, Button, Entry
from operations.settings import Settings
from playground.telegram.server.local import LocalTelegram
from playground.telegram.server.world import Chat, Person
from tests.dialogue.conftest import Talk
from views import pages
from views.buttons import Action
from views.wording import wording_for

pytestmark = pytest.mark.usefixtures("hurried")

UNKNOWN: Final = "Sorry, I did not understand."
OLD: Final = "This button is old."
REFUSAL: Final = "Only the administrators of this group can change that."

CHANGES: Final = {
    "board": "off",
    "follow": "@nasa",
    "schedule": "monday 9:00",
    "alert": "@nasa 35",
    "unfollow": "@nasa",
    "language": "fr",
}
"""What changes a chat, behind each command that everyone may use to look."""

PRESSED_CHANGES: Final = {
    Action.ZONE: "Europe/Paris",
    Action.LANGUAGE: "fr",
    Action.TELL: "nasa/s5",
}
"""The same, for buttons."""

LOOKS: Final = {Action.TELL: "nasa"}
"""What such a button carries that only looks, where that is not nothing."""

OLD_BUTTON: Final = "This button is old. Please send the command again."

CARRIED: Final = (
    "",
    "nasa",
    "0",
    "1_0",
    "0930",
    "growth",
    "on",
    "send/1",
    "left/1",
    "spend",
    "keep",
    "year",
    "no",
)
"""What buttons carry: the parser of each takes one of these."""


@pytest.fixture
def settings(operated: Settings) -> Settings:
    return operated


@pytest.fixture
def _the_same_again_is_no_violation(telegram: LocalTelegram) -> Iterator[None]:
    """A button under another message than its own may change nothing there."""
    yield
    violations = telegram.world.violations
    violations[:] = [each for each in violations if "message is not modified" not in each]


def commands(permission: Permission) -> list[Entry]:
    return [entry for entry in COMMANDS if entry.permission is permission]


def presses(permission: Permission) -> list[tuple[Action, str]]:
    """Every press that needs a permission, with something that its button could carry."""
    return [
        (action, PRESSED_CHANGES.get(action) or _carried(button))
        for button in BUTTONS
        if isinstance(button, Button) and button.permission is permission
        for action in button.actions
    ]


def _carried(button: Button) -> str:
    for text in CARRIED:
        try:
            button.argument(text)
        except Exception:  # noqa: BLE001, S112 - then another
            continue
        return text
    raise AssertionError(f"nothing fits {button.actions}")


def test_every_action_is_declared_once() -> None:
    declared = Counter(action for button in BUTTONS for action in button.actions)
    assert declared == Counter(Action)
    assert max(Counter(entry.name for entry in COMMANDS).values()) == 1


def test_the_examples_are_those_of_the_registry() -> None:
    assert {entry.name for entry in commands(Permission.CHANGES)} == set(CHANGES)
    assert {action for action, _ in presses(Permission.CHANGES)} == set(PRESSED_CHANGES)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_help_names_each_command_of_the_menu(language: str) -> None:
    page = pages.help_page(wording_for(language), "nasa", "klout_bot").html
    public = [
        entry.name for entry in COMMANDS if entry.menu and entry.permission not in _NOT_PUBLIC
    ]
    assert len(public) > 20
    assert [name for name in public if f"/{name}" not in page] == ["help"]


_NOT_PUBLIC: Final = {Permission.OPERATORS}


@pytest.mark.usefixtures("_the_same_again_is_no_violation")
async def test_a_member_is_refused_what_administrators_may(talk: Talk) -> None:
    for entry in commands(Permission.ADMINISTRATORS):
        assert await _texts(talk, talk.bob, talk.group, f"/{entry.name}") == [REFUSAL], entry
        assert REFUSAL not in await _texts(talk, talk.ada, talk.group, f"/{entry.name}"), entry
    for action, carried in presses(Permission.ADMINISTRATORS):
        assert await press(talk, talk.bob, talk.group, action, carried) == REFUSAL, action
        assert await press(talk, talk.ada, talk.group, action, carried) not in {REFUSAL, OLD}, (
            action
        )


async def test_a_member_may_look_where_administrators_may_change(talk: Talk) -> None:
    for name, change in CHANGES.items():
        assert REFUSAL not in await _texts(talk, talk.bob, talk.group, f"/{name}"), name
        assert await _texts(talk, talk.bob, talk.group, f"/{name} {change}") == [REFUSAL], name
    for action, change in PRESSED_CHANGES.items():
        looked = await press(talk, talk.bob, talk.group, action, LOOKS.get(action, ""))
        assert looked in {"", OLD_BUTTON}, action
        assert await press(talk, talk.bob, talk.group, action, change) == REFUSAL, action


async def test_a_member_is_refused_nothing_that_everyone_may(talk: Talk) -> None:
    for entry in commands(Permission.EVERYONE):
        for text in (f"/{entry.name}", f"/{entry.name} @nasa"):
            answers = await _texts(talk, talk.bob, talk.group, text)
            assert answers, text
            assert not {REFUSAL, UNKNOWN} & set(answers), text
    for action, carried in presses(Permission.EVERYONE):
        assert await press(talk, talk.bob, talk.group, action, carried) != REFUSAL, action


async def test_what_is_for_operators_does_not_exist_for_others(
    talk: Talk, operator: Person
) -> None:
    office = talk.telegram.private_chat(operator)
    for entry in commands(Permission.OPERATORS):
        (answer,) = await _texts(talk, talk.ada, talk.private, f"/{entry.name}")
        assert answer.startswith(UNKNOWN), entry
        (answer,) = await _texts(talk, operator, office, f"/{entry.name}")
        assert not answer.startswith(UNKNOWN), entry
    for action, carried in presses(Permission.OPERATORS):
        assert (await press(talk, talk.ada, talk.private, action, carried)).startswith(OLD), action


async def test_a_button_that_carries_something_else_is_old(talk: Talk) -> None:
    for action in Action:
        toast = await press(talk, talk.ada, talk.private, action, "../no/such+thing")
        assert toast.startswith(OLD), action
    said = [each.get("text", "") for each in talk.telegram.history(talk.private)]
    assert len(said) == 2 * len(Action)  # the greetings, and what asked for them


async def press(talk: Talk, person: Person, chat: Chat, action: Action, carried: str) -> str:
    """Press a button with these data under a new message; the toast."""
    (message,) = await talk.say(talk.ada, chat, "/start")
    update = deepcopy(talk.telegram.press(person, message, "Help"))
    update["callback_query"]["data"] = f"1|{action}|{carried}"
    await talk.feed(chat, update)
    return str(talk.toast().get("text", ""))


async def _texts(talk: Talk, person: Person, chat: Chat, text: str) -> list[str]:
    answers = await talk.say(person, chat, text)
    return [str(each.get("text") or each.get("caption")) for each in answers]
