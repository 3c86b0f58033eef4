"""PTB's handlers, which parse an update into a request and check the permission."""

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from telegram import CallbackQuery, ChatMemberUpdated, InlineQuery, Message, Update
from telegram.ext import Application, BaseHandler, ExtBot

from handlers.context import Context
from handlers.incoming.commands import arguments, command_of, is_for, without_name
from handlers.incoming.permissions import permitted
from handlers.incoming.requests import Command, Done, InlinePress, OldButton, Press, RunCommand
from handlers.outgoing.asides import say_aside
from handlers.outgoing.replies import toast
from handlers.registry import Button, Entry, InlineButton
from scoring.reading.handles import CODE
from scoring.reading.networks.typed_names import is_name
from views import pages
from views.buttons import ButtonData, understand
from views.remarks import no_words
from views.wording import Wording

_PTB = Application[Any, Context, Any, Any, Any, Any]


def on_message(run: RunCommand) -> Callable[[Update, Context], Done]:
    """Return PTB's callback that runs a handler with the words of a message."""

    async def callback(update: Update, context: Context) -> None:
        if message := update.effective_message:
            text = without_name(message.text or "", context.bot.username)
            wording = await context.wording(update)
            await run(Command(update=update, message=message, wording=wording, text=text), context)

    return callback


def on_inline_query(
    run: Callable[[InlineQuery, Wording, Context], Done],
) -> Callable[[Update, Context], Done]:
    """Return PTB's callback that runs a handler of inline queries."""

    async def callback(update: Update, context: Context) -> None:
        if query := update.inline_query:
            await run(query, await context.wording(update), context)

    return callback


def on_membership(
    run: Callable[[ChatMemberUpdated, Wording, Context], Done],
) -> Callable[[Update, Context], Done]:
    """Return PTB's callback that runs a handler of changes of the bot's own membership."""

    async def callback(update: Update, context: Context) -> None:
        if change := update.my_chat_member:
            await run(change, await context.wording(update), context)

    return callback


async def _nothing(_update: Update, _context: Context) -> None:
    """Placeholder for the callback that PTB requires; an adapter finds its own by the update."""


class _Match(NamedTuple):
    entry: Entry
    message: Message
    text: str


class CommandAdapter(BaseHandler[Update, Context, None]):
    """Runs the command with which a new message begins, if it is this bot's.

    Args:
        entries: the commands.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        super().__init__(_nothing)
        self._entries: Final = {entry.name: entry for entry in entries}

    def check_update(self, update: object) -> _Match | None:
        """Return the entry to run; None without a command for this bot."""
        message = update.message if isinstance(update, Update) else None
        if message is None:
            return None
        bot = message.get_bot()
        assert isinstance(bot, ExtBot)  # noqa: S101 - the application's own
        command = command_of(message, bot.username)
        entry = self._entries.get(command.name) if command else None
        if command is None or entry is None or not is_for(command, message, bot):
            return None
        return _Match(entry, message, " ".join(arguments(command.rest)))

    async def handle_update(
        self, update: Update, application: _PTB, check_result: object, context: Context
    ) -> None:
        """Run the command, if the user has the permission."""
        del application
        assert isinstance(check_result, _Match)  # noqa: S101 - from `check_update`
        entry, message, text = check_result
        wording = await context.wording(update)
        command = Command(update=update, message=message, wording=wording, text=text)
        if await permitted(entry.permission, command, context):
            await entry.run(command, context)
            if text and not entry.takes_words:
                await say_aside(command, context, no_words(entry.name, text, wording))


class ButtonAdapter(BaseHandler[Update, Context, None]):
    """Does what a pressed button declares; answers an old or forged button without doing anything.

    Args:
        buttons: the buttons, each with its actions.
    """

    def __init__(self, buttons: Iterable[Button | InlineButton]) -> None:
        super().__init__(_nothing)
        self._buttons: Final = {action: each for each in buttons for action in each.actions}

    def check_update(self, update: object) -> bool:
        """Whether the update is a press."""
        return isinstance(update, Update) and update.callback_query is not None

    async def handle_update(
        self, update: Update, application: _PTB, check_result: object, context: Context
    ) -> None:
        """Run the button's handler, if the user has the permission."""
        del application, check_result
        query = update.callback_query
        assert query is not None  # noqa: S101 - from `check_update`
        try:
            data = understand(query.data)
            button = self._buttons.get(data.action) if data else None
            if data is None or button is None:
                raise OldButton  # noqa: TRY301 - one answer for all
            data = data._replace(argument=await _spelled_out(data.argument, context))
            if isinstance(button, InlineButton):
                await button.run(_inline_press(query, data), context)
            else:
                await self._run(button, update, query, data, context)
        except OldButton:
            await toast(query, pages.old_button(await context.wording(update)), alert=True)

    async def _run(
        self,
        button: Button,
        update: Update,
        query: CallbackQuery,
        data: ButtonData,
        context: Context,
    ) -> None:
        if not isinstance(query.message, Message):  # it is in another conversation
            raise OldButton
        press = Press(
            update=update,
            message=query.message,
            wording=await context.wording(update),
            query=query,
            action=data.action,
            argument=button.argument(data.argument),
            language=data.language,
        )
        if await permitted(button.permission, press, context):
            await button.run(press, context)


async def _spelled_out(argument: str, context: Context) -> str:
    """Return what a button carries, with the handle in place of a code that stands for it."""
    carried, slash, rest = argument.partition("/")
    if not carried.startswith(CODE):
        return argument
    handle = await context.services.stores.readings.handle_behind(carried)
    if handle is None:
        raise OldButton
    return f"{handle}{slash}{rest}"


def _inline_press(query: CallbackQuery, data: ButtonData) -> InlinePress:
    there = query.inline_message_id is not None or isinstance(query.message, Message)
    if not there or not is_name(data.argument):
        raise OldButton
    return InlinePress(
        query=query, action=data.action, handle=data.argument, language=data.language
    )
