"""`/start` and `/help`, and the buttons that no one else understands."""

import re
from typing import Final

from telegram import Message, Update

from handlers import klout, membership
from handlers.context import Context
from handlers.replies import say, toast
from handlers.views import pages

_DEEP_LINK: Final = re.compile(r"k_([A-Za-z0-9_]{1,15})", re.ASCII)


async def start(update: Update, context: Context) -> None:
    """Welcome, or, from a link `t.me/bot?start=k_handle`, answer for that handle at once."""
    message = update.effective_message
    if message is None:
        return
    await membership.revive(context, message.chat_id)
    link = _DEEP_LINK.fullmatch((context.args or [""])[0])
    if link:
        await klout.answer(update, context, message, f"@{link.group(1)}")
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
