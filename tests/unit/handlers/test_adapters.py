"""Adapters: which press reaches a handler, as what, and what becomes of the others."""

from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from telegram import CallbackQuery, Update
from telegram.ext import Application

from handlers.context import Context
from handlers.incoming import button_arguments as arguments
from handlers.incoming.adapters import ButtonAdapter
from handlers.incoming.permissions import Permission
from handlers.incoming.requests import InlinePress, OldButton, Press
from handlers.registry import Button, InlineButton
from views.buttons import Action
from views.wording import Wording, wording_for

MESSAGE = {
    "message_id": 7,
    "date": 1_773_800_000,
    "chat": {"id": 5, "type": "private", "first_name": "Ada"},
    "text": "a score",
}
ADA = {"id": 5, "is_bot": False, "first_name": "Ada"}


@dataclass
class Services:
    """What permissions ask for."""

    operators: frozenset[int] = frozenset()


class FakeContext(Context):
    """A context without an application."""

    def __init__(self) -> None:
        self._services = Services()

    @property
    def services(self) -> Any:
        return self._services

    async def wording(self, update: Update) -> Wording:
        del update
        return wording_for("en")


@dataclass
class FakeBot:
    """Notes how presses are answered."""

    answers: list[str] = field(default_factory=list)

    async def answer_callback_query(self, text: str | None = None, **_: object) -> bool:
        self.answers.append(text or "")
        return True


@dataclass
class Stage:
    """Two buttons and an inline one, with all that reaches their handlers."""

    bot: FakeBot = field(default_factory=FakeBot)
    presses: list[Press[Any] | InlinePress] = field(default_factory=list)
    gone: bool = False

    async def run(self, press: Press[Any] | InlinePress, _context: Context) -> None:
        if self.gone:
            raise OldButton
        self.presses.append(press)

    async def press(self, data: str | None, **content: Any) -> None:
        """Press a button with these data under a message, or where `content` says."""
        buttons = (
            Button(self.run, arguments.handle, (Action.SCORE,), Permission.EVERYONE),
            Button(self.run, arguments.number, (Action.QUIET,), Permission.OPERATORS),
            InlineButton(self.run, (Action.INLINE_WHY,)),
        )
        where = content or {"message": MESSAGE}
        query = {"id": "1", "from": ADA, "chat_instance": "x", "data": data} | where
        update = Update.de_json({"update_id": 1, "callback_query": query}, None)
        cast("CallbackQuery", update.callback_query).set_bot(cast("Any", self.bot))
        adapter = ButtonAdapter(buttons)
        check = adapter.check_update(update)
        assert check
        application = cast("Application[Any, Context, Any, Any, Any, Any]", None)
        await adapter.handle_update(update, application, check, FakeContext())


@pytest.fixture
def stage() -> Stage:
    return Stage()


OLD = "This button is old. Please send the command again."


async def test_a_press_reaches_its_handler_parsed(stage: Stage) -> None:
    await stage.press("1|k|nasa|fr")
    (press,) = stage.presses
    assert isinstance(press, Press)
    assert (press.action, press.argument, press.language) == (Action.SCORE, "nasa", "fr")
    assert press.as_written.language == "fr"
    assert press.wording.language == "en"
    assert press.requester("klout").person_id == ADA["id"]
    assert stage.bot.answers == []  # the handler's to give


@pytest.mark.parametrize(
    "data",
    [
        *(None, "", "1", "|||", "0|k|nasa", "2|k|nasa", "1|nope|nasa", "1|k"),
        *("1|k|nasa\n", "1|k|nasa|FR", "1|k|nasa|fr|fr", "1|k|<b>", "1|k|" + "a" * 41),
        *("1|help|", "1|k|", "1|k|not-a-handle", "1|k|nasa/0"),
    ],
)
async def test_an_old_forged_or_wrongly_typed_press_reaches_none(
    stage: Stage, data: str | None
) -> None:
    await stage.press(data)
    assert stage.presses == []
    assert stage.bot.answers == [OLD]


async def test_a_handler_says_that_its_button_is_old(stage: Stage) -> None:
    stage.gone = True
    await stage.press("1|k|nasa")
    assert stage.bot.answers == [OLD]


async def test_a_press_without_its_message_reaches_none(stage: Stage) -> None:
    await stage.press("1|k|nasa", inline_message_id="elsewhere")
    await stage.press("1|k|nasa", message=None)
    await stage.press("1|iwhy|nasa", message=None)
    assert stage.presses == []
    assert stage.bot.answers == [OLD] * 3


async def test_a_press_in_another_conversation_carries_a_handle(stage: Stage) -> None:
    await stage.press("1|iwhy|nasa|fr", inline_message_id="elsewhere")
    await stage.press("1|iwhy|not-a-handle", inline_message_id="elsewhere")
    (press,) = stage.presses
    assert isinstance(press, InlinePress)
    assert (press.handle, press.language) == ("nasa", "fr")
    assert stage.bot.answers == [OLD]


async def test_without_the_permission_the_handler_is_not_run(stage: Stage) -> None:
    await stage.press("1|quiet|3")
    assert stage.presses == []
    assert stage.bot.answers == [OLD]
