"""A reply to one of our questions does what the question was asked for."""

from telegram import Message, Update

from handlers import board, compare, explain, follow, history, klout, schedule
from handlers.context import Context
from handlers.views import prompts
from handlers.views.prompts import Question


async def reply(update: Update, context: Context) -> None:
    """Take a reply to a question of ours as its answer; other replies are none of our business."""
    message = update.effective_message
    replied = message.reply_to_message if message else None
    if message is None or replied is None:
        return
    ours = replied.from_user is not None and replied.from_user.id == context.bot.id
    asked = prompts.asked(replied.text or "") if ours else None
    if asked:
        await _answer(update, context, message, *asked)
    elif message.chat.type == message.chat.PRIVATE:
        await klout.words(update, context)


async def _answer(  # noqa: C901 - one line a question
    update: Update, context: Context, message: Message, question: Question, given: str
) -> None:
    text = message.text or ""
    match question:
        case Question.SCORE:
            await klout.answer(update, context, message, text, ask_whose=True)
        case Question.COMPARE:
            await compare.take(update, context, message, f"@{given} @{text}")
        case Question.WHY:
            await explain.explain(update, context, text)
        case Question.HISTORY:
            await history.show_history(update, context, text)
        case Question.RECEIPT:
            await explain.hand_out(update, context, text)
        case Question.GOAL_OF:
            await explain.measure(update, context, f"{given} {text}", ask_whose=True)
        case Question.GOAL_FOR:
            await explain.measure(update, context, f"{text} @{given}")
        case Question.GOAL:
            await explain.measure(update, context, text)
        case Question.FOLLOW:
            await follow.take_follow(update, context, message, text)
        case Question.JOIN:
            await board.take_join(update, context, message, text)
        case Question.MANY:
            await compare.take(update, context, message, text)
        case Question.CITY:
            await schedule.find_zone(update, context, message)
