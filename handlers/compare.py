"""`/compare`: several accounts in an order that people would agree with."""

from telegram import Message, Update

from handlers import klout
from handlers.context import Context
from handlers.replies import say
from handlers.views import comparisons
from handlers.views.prompts import Question
from scoring import handles

_PAIR = 2


async def compare(update: Update, context: Context) -> None:
    """`/compare @a @b …`; bare, those on the board; as a reply, the other and oneself."""
    message = update.effective_message
    if message is None:
        return
    text = " ".join(context.args or ())
    if not text:
        text = await _of_the_board(update, context, message)
    await take(update, context, message, text)


async def take(update: Update, context: Context, message: Message, text: str) -> None:
    """Compare whoever a text names; one alone is asked a second for."""
    request = handles.parse(text, comparisons.MOST, bare=comparisons.MOST)
    wording = await context.wording(update)
    if not request.handles and not request.rejected:
        await klout.ask(message, wording, Question.MANY)
    elif len(request.handles) == 1 and not request.rejected:
        await klout.ask(message, wording, Question.COMPARE, request.handles[0])
    else:
        found = await klout.answers(update, context, request.handles)
        await say(message, comparisons.comparison(request, found, wording))


async def _of_the_board(update: Update, context: Context, message: Message) -> str:
    """Handles of people who joined the board: two, when one replies to the other; else all."""
    members = await context.services.groups.members(message.chat_id)
    replied = message.reply_to_message
    people = (update.effective_user, replied.from_user if replied else None)
    pair = [members[person.id] for person in people if person and person.id in members]
    chosen = pair if len(pair) == _PAIR else list(members.values())
    return " ".join(f"@{name}" for name in chosen) if len(chosen) >= _PAIR else ""
