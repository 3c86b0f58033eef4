"""`/broadcast`: an operator tells every chat something, after having seen it."""

import re
from typing import Final

from telegram import Message, Update

from handlers.context import Context
from handlers.replies import replace, say, toast
from handlers.rights import is_operator
from handlers.start import unknown_command
from handlers.views import Reply, pages
from handlers.views import broadcasts as views
from handlers.views.buttons import understand
from handlers.wording import Wording

_COMMAND: Final = re.compile(r"/\w+(?:@\w+)?\s*")


async def broadcast(update: Update, context: Context) -> None:
    """`/broadcast news`, or as an answer to them: show them, and ask."""
    message, person = update.effective_message, update.effective_user
    if message is None or person is None:
        return
    if not is_operator(update, context):
        await unknown_command(update, context)
        return
    wording, text = await context.wording(update), _news(message)
    if not text:
        await say(message, views.how_to(wording))
    elif not views.fits(text):
        await say(message, views.too_long(wording))
    else:
        broadcasts = context.services.broadcasts
        chats = await broadcasts.audience()
        number = await broadcasts.draft(person.id, text, context.services.clock())
        await say(message, Reply(views.news(text, wording)))
        await say(message, views.question(number, chats, wording))


async def press_broadcast(update: Update, context: Context) -> None:
    """Send it, discard it, stop it, or tell how far it is."""
    query = update.callback_query
    press = understand(query.data) if query else None
    if query is None or press is None:
        return
    wording = await context.wording(update)
    word, _, digits = press.argument.partition("/")
    number = int(digits[:9]) if digits.isdecimal() else 0
    shown = None
    if is_operator(update, context):
        shown = await _do(context, word, number, query.from_user.id, wording)
    if shown is None:
        await toast(query, pages.old_button(wording), alert=True)
    else:
        await toast(query)
        await replace(query, shown)


async def _do(context: Context, word: str, number: int, by: int, wording: Wording) -> Reply | None:
    """What the button says, if it may still be done, and how things are then."""
    broadcasts = context.services.broadcasts
    match word:
        case "drop":
            gone = await broadcasts.discard(number, by)
            return views.discarded(wording) if gone else None
        case "send":
            await broadcasts.begin(number, by)  # a second press changes nothing
        case "stop":
            await broadcasts.stop(number, by, context.services.clock())
        case _:
            pass
    told = await broadcasts.progress(number, by)
    return views.progress(number, told, wording) if told and told.state != "draft" else None


def _news(message: Message) -> str:
    """The operator's words as HTML: behind the command, or of the message it answers."""
    text = _COMMAND.sub("", message.text_html or "", count=1).strip()
    replied = message.reply_to_message
    return text or (replied.text_html if replied and replied.text else "").strip()
