"""`/why`, `/receipt`, `/goal` and `/method`: a score explained, handed out, wished for."""

import re
from typing import Final

from telegram import Message, Update

from handlers import klout
from handlers.context import Context
from handlers.replies import say
from handlers.views import goals, pages, receipts, scores
from handlers.views.prompts import Question
from scoring import handles
from scoring.goal import goal
from scoring.reading import Reading

_WISHED: Final = re.compile(r"\d{1,3}(?:[.,]\d+)?(?:/100)?")
_MOST: Final = 100


_COMMANDS: Final = {
    Question.WHY: "why",
    Question.RECEIPT: "receipt",
    Question.GOAL_OF: "goal",
    Question.HISTORY: "history",
}
"""What was asked, by what is asked back."""


async def why(update: Update, context: Context) -> None:
    """Explain one score, and what changed since it was last read."""
    await explain(update, context, " ".join(context.args or ()))


async def explain(update: Update, context: Context, text: str) -> None:
    """Explain the score of the account that a text names."""
    if found := await reading_of(update, context, text, Question.WHY):
        message, reading = found
        wording = await context.wording(update)
        await say(message, await klout.explained(update, context, reading, wording))


async def receipt(update: Update, context: Context) -> None:
    """Send a score's receipt as a file."""
    await hand_out(update, context, " ".join(context.args or ()))


async def hand_out(update: Update, context: Context, text: str) -> None:
    """Send the receipt of the account that a text names."""
    if found := await reading_of(update, context, text, Question.RECEIPT):
        message, reading = found
        file = receipts.receipt(reading, await context.wording(update))
        await message.reply_document(file.content, caption=file.caption, filename=file.name)


async def aim(update: Update, context: Context) -> None:
    """`/goal 35`, `/goal @h 35`: how far, what would help, what would not."""
    await measure(update, context, " ".join(context.args or ()))


async def measure(update: Update, context: Context, text: str, *, ask_whose: bool = False) -> None:
    """Hold the account that a text names against the score in it, or ask for what is missing.

    Args:
        ask_whose: offer a button by which the person says that the handle is theirs.
    """
    message, wording = update.effective_message, await context.wording(update)
    if message is None:
        return
    words = text.split()
    numbers = [word.removesuffix("/100") for word in words if _WISHED.fullmatch(word)]
    whose = " ".join(word for word in words if not _WISHED.fullmatch(word))
    if not numbers and (not whose or "@" in whose or "/" in whose):
        names = handles.parse(whose).handles or [await klout.own_handle(update, context)]
        question = Question.GOAL_FOR if names[0] else Question.GOAL
        await klout.ask(message, wording, question, names[0])
        return
    wanted = float(numbers[0].replace(",", ".")) if len(numbers) == 1 else -1.0
    if not 0 <= wanted <= _MOST:
        await say(message, goals.which_goal(wording))
        return
    given = wording.count("{n}", "{n}", wanted)
    if found := await reading_of(update, context, whose, Question.GOAL_OF, given):
        message, reading = found
        told = goal(reading.score, wanted)
        await say(message, goals.goal(reading, told, wording, ask_whose=ask_whose))


async def method(update: Update, context: Context) -> None:
    """Say how a score is made, and where all of it is written down."""
    if message := update.effective_message:
        await say(message, pages.method(await context.wording(update)))


async def reading_of(
    update: Update, context: Context, text: str, question: Question, given: str = ""
) -> tuple[Message, Reading] | None:
    """The one account in a text; when there is none to show, that is said here.

    Args:
        question: what to ask where the text names nobody, and the person's own is not known.
    """
    message, wording = update.effective_message, await context.wording(update)
    if message is None:
        return None
    request = handles.parse(await klout.named(update, context, text))
    if not request.handles and not request.rejected:
        await klout.ask(message, wording, question, given)
    elif not request.handles:
        await klout.answer(update, context, message, text)
    elif len(request.handles) > 1:
        await say(message, pages.one_at_a_time(wording))
    else:
        (answer,) = await klout.answers(update, context, request.handles, _COMMANDS[question])
        if isinstance(answer, Reading):
            return message, answer
        await say(message, scores.apology(answer, wording))
    return None
