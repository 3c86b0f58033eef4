"""`/start` and `/help`, and the buttons that no one else understands."""

import re
from typing import Final

from telegram import Message, Update

from handlers import compare, follow, klout, membership
from handlers.context import Context
from handlers.replies import say, toast
from handlers.views import pages

_DEEP_LINK: Final = re.compile(r"(k|f|cmp)_(\w{1,15}(?:-\w{1,15})*)", re.ASCII)
"""`k_nasa`: its score; `f_nasa`: follow it; `cmp_nasa-esa`: compare them. No handle has a dash."""


async def start(update: Update, context: Context) -> None:
    """Welcome, or, from a link `t.me/bot?start=k_handle`, do at once what it says."""
    message = update.effective_message
    if message is None:
        return
    await membership.revive(context, message.chat_id)
    link = _DEEP_LINK.fullmatch((context.args or [""])[0])
    if link:
        text = " ".join(f"@{name}" for name in link[2].split("-"))
        match link[1]:
            case "k":
                await klout.answer(update, context, message, text)
            case "f":
                await follow.take_follow(update, context, message, text)
            case _:
                await compare.take(update, context, message, text)
        return
    wording = await context.wording(update)
    private = message.chat.type == message.chat.PRIVATE
    welcome = pages.start(wording, context.services.example, context.bot.username, private=private)
    await say(message, welcome)


async def show_help(update: Update, context: Context) -> None:
    """List what there is."""
    message = update.effective_message
    if message is None:
        return
    wording = await context.wording(update)
    await say(message, pages.help_page(wording, context.services.example, context.bot.username))


async def unknown_command(update: Update, context: Context) -> None:
    """A command that is none of ours: in a group only when it names us."""
    message = update.effective_message
    if message is None:
        return
    command = (message.text or "").split(maxsplit=1)[0].lower()
    if message.chat.type == message.chat.PRIVATE or command.endswith(
        f"@{context.bot.username.lower()}"
    ):
        wording = await context.wording(update)
        await say(message, pages.not_understood(wording, context.services.example))


async def press_help(update: Update, context: Context) -> None:
    """The same from a button."""
    query = update.callback_query
    if query is None:
        return
    await toast(query)
    if isinstance(query.message, Message):
        await show_help(update, context)


async def press_old(update: Update, context: Context) -> None:
    """A button of another version, or forged: say so, and do nothing."""
    if query := update.callback_query:
        await toast(query, pages.old_button(await context.wording(update)), alert=True)
