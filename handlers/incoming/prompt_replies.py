"""Replies to the bot's prompts: each is run as the command that asked the question."""

import logging

from telegram import Message
from telegram.error import TelegramError
from telegram.ext.filters import MessageFilter

from handlers.context import Context
from handlers.following import follow, schedule
from handlers.groups import joining
from handlers.incoming.requests import Command
from handlers.scores import compare, explain, history, klout
from views import prompts
from views.prompts import Question

_log = logging.getLogger(__name__)


class _ToTheBot(MessageFilter):
    """Matches a reply to a message of the bot's."""

    def filter(self, message: Message) -> bool:
        """Whether the message replies to the bot."""
        replied = message.reply_to_message
        sender = replied.from_user if replied else None
        return sender is not None and sender.id == message.get_bot().id


TO_THE_BOT = _ToTheBot()


async def reply(answer: Command, context: Context) -> None:
    """Handle a reply to one of the bot's prompts; in private, handle any other reply as words."""
    replied = answer.message.reply_to_message
    asked = prompts.asked(replied.text or "") if replied else None
    if asked and replied:
        await _answer(answer, context, *asked)
        if not answer.private:  # the question was for one person, and has its answer
            await _take_back(replied)
    elif answer.private:
        await klout.words(answer, context)


async def _take_back(question: Message) -> None:
    try:
        await question.delete()
    except TelegramError as error:
        _log.info("a question stays", extra={"error": str(error)})


async def _answer(  # noqa: C901 - one line a question
    reply: Command, context: Context, question: Question, known: str
) -> None:
    text = reply.text
    match question:
        case Question.SCORE | Question.OWN:
            await klout.answer(reply, context, text, ask_whose=True)
        case Question.COMPARE:
            await compare.take(reply, context, first=known)
        case Question.WHY:
            await explain.why(reply, context)
        case Question.HISTORY:
            await history.history(reply, context)
        case Question.RECEIPT:
            await explain.receipt(reply, context)
        case Question.GOAL_OF:
            await explain.aim(reply.with_text(f"{known} {text}"), context, ask_whose=True)
        case Question.GOAL_FOR:
            await explain.aim(reply.with_text(f"{text} @{known}"), context)
        case Question.GOAL:
            await explain.aim(reply, context)
        case Question.FOLLOW:
            await follow.follow(reply, context)
        case Question.JOIN:
            await joining.take_join(reply, context)
        case Question.MANY:
            await compare.take(reply, context)
        case Question.CITY:
            await schedule.find_zone(reply, context)
