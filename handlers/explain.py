"""`/why` and `/receipt`: the reasons behind a score, and the file that re-computes it."""

from telegram import Message, Update

from handlers import klout
from handlers.context import Context
from handlers.replies import say
from handlers.views import pages, receipts, scores
from scoring import handles
from scoring.reader import Reading


async def why(update: Update, context: Context) -> None:
    """Explain one score, and what changed since it was last read."""
    if found := await _reading(update, context):
        message, reading = found
        change = await context.services.reader.change(reading)
        wording = await context.wording(update)
        await say(message, scores.why(reading, change, context.services.clock(), wording))


async def receipt(update: Update, context: Context) -> None:
    """Send a score's receipt as a file."""
    if found := await _reading(update, context):
        message, reading = found
        file = receipts.receipt(reading, await context.wording(update))
        await message.reply_document(file.content, caption=file.caption, filename=file.name)


async def _reading(update: Update, context: Context) -> tuple[Message, Reading] | None:
    """The first account that the command names; when there is none to show, that is said here."""
    message = update.effective_message
    if message is None:
        return None
    wording = await context.wording(update)
    text = await klout.named(update, context)
    request = handles.parse(text)
    if not request.handles:
        if request.rejected:
            await klout.answer(update, context, message, text)
        else:
            private = message.chat.type == message.chat.PRIVATE
            await say(message, pages.which_handle(wording, private=private))
        return None
    (answer,) = await klout.answers(update, context, request.handles[:1])
    if isinstance(answer, Reading):
        return message, answer
    await say(message, scores.apology(answer, wording))
    return None
