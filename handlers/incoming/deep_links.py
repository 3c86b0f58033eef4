"""Deep links `t.me/bot?start=k_handle`: each is run as the command that it names."""

import re
from collections.abc import Mapping
from typing import Final

from handlers.chat import start
from handlers.context import Context
from handlers.following import follow
from handlers.incoming.requests import Command, RunCommand
from handlers.scores import compare, klout
from services.revival import revive
from views.buttons import started

_LINK: Final = re.compile(r"(k|f|cmp)_(\w{1,15}(?:-\w{1,15})*)", re.ASCII)
"""`k_nasa`: score; `f_nasa`: follow; `cmp_nasa-esa`: compare. No handle has a dash."""

_COMMANDS: Final[Mapping[str, RunCommand]] = {
    "k": klout.klout,
    "f": follow.follow,
    "cmp": compare.compare,
}


async def open_link(command: Command, context: Context) -> None:
    """Answer `/start`: do what a deep link says, or welcome the user."""
    services = context.services
    await revive(services.lives, services.subscriptions, command.message.chat_id)
    parameter = command.words[0] if command.words else ""
    link = _LINK.fullmatch(parameter)
    if handle := started(parameter):
        await klout.klout(command.with_text(f"@{handle}"), context)
    elif link:
        names = " ".join(f"@{name}" for name in link[2].split("-"))
        await _COMMANDS[link[1]](command.with_text(names), context)
    else:
        await start.welcome(command, context)
