"""The answer to a command that does not exist for its writer."""

from handlers.context import Context
from handlers.incoming.commands import command_of, is_for_another
from handlers.incoming.requests import Command
from handlers.outgoing.replies import say
from views import pages


async def answer_unknown(request: Command, context: Context) -> None:
    """Answer an unknown command; in a group only when it names this bot; never another bot's."""
    own = context.bot.username
    command = command_of(request.message, own)
    if command is None or is_for_another(command, own):
        return
    if request.private or command.addressee == own.lower():
        hint = pages.not_understood(request.wording, context.services.example)
        await say(request.message, hint)
