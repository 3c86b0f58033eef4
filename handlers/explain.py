"""`/why`, `/receipt`, `/goal` and `/method`: a score explained, handed out, wished for."""

import re
from typing import Final

from telegram import Message, Update

from handlers import klout
from handlers.context import Context
from handlers.replies import say
from handlers.views import goals, pages, receipts, scores
from scoring import handles
from scoring.goal import goal
from scoring.reader import Reading

_WISHED: Final = re.compile(r"\d{1,3}(?:[.,]\d)?", re.ASCII)
_MOST: Final = 100


async def why(update: Update, context: Context) -> None:
    """Explain one score, and what changed since it was last read."""
    if found := await _reading(update, context, await klout.named(update, context)):
        message, reading = found
        change = await context.services.reader.change(reading)
        wording = await context.wording(update)
        await say(message, scores.why(reading, change, context.services.clock(), wording))


async def receipt(update: Update, context: Context) -> None:
    """Send a score's receipt as a file."""
    if found := await _reading(update, context, await klout.named(update, context)):
        message, reading = found
        file = receipts.receipt(reading, await context.wording(update))
        await message.reply_document(file.content, caption=file.caption, filename=file.name)


async def aim(update: Update, context: Context) -> None:
    """`/goal 35`, `/goal @h 35`: how far, what would help, what would not."""
    message, words = update.effective_message, context.args or []
    numbers = [word for word in words if _WISHED.fullmatch(word)]
    wanted = float(numbers[0].replace(",", ".")) if numbers else -1.0
    if message and not 0 <= wanted <= _MOST:
        await say(message, goals.which_goal(await context.wording(update)))
        return
    others = " ".join(word for word in words if word not in numbers)
    text = others or await klout.own_handle(update, context)
    if found := await _reading(update, context, text):
        message, reading = found
        told = goal(reading.score, wanted)
        await say(message, goals.goal(reading, told, await context.wording(update)))


async def method(update: Update, context: Context) -> None:
    """Say how a score is made, and where all of it is written down."""
    if message := update.effective_message:
        await say(message, pages.method(await context.wording(update)))


async def _reading(update: Update, context: Context, text: str) -> tuple[Message, Reading] | None:
    """The first account in a text; when there is none to show, that is said here."""
    message = update.effective_message
    if message is None:
        return None
    wording = await context.wording(update)
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
