"""`/broadcast`: an operator sends a message to every chat, after a preview."""

from telegram import Message

from handlers.context import Context
from handlers.incoming.button_arguments import Numbered
from handlers.incoming.commands import behind_command
from handlers.incoming.requests import Command, OldButton, Press
from handlers.outgoing.replies import replace, say, toast
from views import OutgoingMessage
from views.operators import broadcast_messages as views


async def broadcast(command: Command, context: Context) -> None:
    """Preview the news behind `/broadcast`, or of the message it replies to, and ask to confirm."""
    message, wording = command.message, command.wording
    text, broadcasts = _news(message, context.bot.username), context.services.broadcasts
    if not text:
        await say(message, views.how_to(wording))
    elif not views.fits(text):
        await say(message, views.too_long(wording))
    elif command.person:
        chats = await broadcasts.audience()
        number = await broadcasts.draft(command.person.id, text, context.services.clock())
        await say(message, OutgoingMessage(views.news(text, wording)))
        await say(message, views.question(number, chats, wording))


async def press_broadcast(press: Press[Numbered], context: Context) -> None:
    """Send, discard or stop a broadcast, or show its progress."""
    state = await _do(press, context)
    if state is None:
        raise OldButton
    await toast(press.query)
    await replace(press.query, state)


async def _do(press: Press[Numbered], context: Context) -> OutgoingMessage | None:
    """Do what the button says if it is still allowed; return the broadcast's state afterwards."""
    broadcasts, by, wording = context.services.broadcasts, press.query.from_user.id, press.wording
    word, number = press.argument
    match word:
        case "drop":
            gone = await broadcasts.discard(number, by)
            return views.discarded(wording) if gone else None
        case "send":
            await broadcasts.begin(number, by)  # a second press changes nothing
        case "stop":
            await broadcasts.stop(number, by)
        case _:
            pass
    progress = await broadcasts.progress(number, by)
    if progress is None or progress.state == "draft":
        return None
    return views.progress(number, progress, wording)


def _news(message: Message, own: str) -> str:
    """Return the operator's HTML: behind the command, or of the message that it replies to."""
    text = behind_command(message, own).strip()
    replied = message.reply_to_message
    return text or (replied.text_html if replied and replied.text else "").strip()
