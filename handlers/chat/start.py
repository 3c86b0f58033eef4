"""`/start` without a link, and `/help`."""

from handlers.context import Context
from handlers.incoming.requests import Command, Interaction, Press
from handlers.outgoing.replies import say, toast
from views import pages


async def welcome(command: Command, context: Context) -> None:
    """Welcome a user or a group."""
    page = pages.start(
        command.wording,
        context.services.example,
        context.bot.username,
        private=command.private,
    )
    await say(command.message, page)


async def show_help(to: Interaction, context: Context) -> None:
    """Show the list of commands."""
    page = pages.help_page(to.wording, context.services.example, context.bot.username)
    await say(to.message, page)


async def press_help(press: Press[None], context: Context) -> None:
    """Show the list of commands, when a button asks for it."""
    await toast(press.query)
    await show_help(press, context)
