"""`/history`, and the pictures of one account: its card, and its last weeks."""

from datetime import timedelta

from telegram import Message, Update

from handlers import explain, pictures
from handlers.context import Context
from handlers.replies import toast
from handlers.views import illustrations, pages
from handlers.views.buttons import Action, understand
from handlers.views.illustrations import Illustration
from handlers.views.prompts import Question
from handlers.wording import Wording, wording_for
from scoring.progress import WEEKS
from scoring.reading import Reading


async def history(update: Update, context: Context) -> None:
    """`/history @h`: its last weeks, in words and as a picture."""
    await show_history(update, context, " ".join(context.args or ()))


async def show_history(update: Update, context: Context, text: str) -> None:
    """Show the last weeks of the account that a text names."""
    if found := await explain.reading_of(update, context, text, Question.HISTORY):
        message, reading = found
        wording = await context.wording(update)
        shown = await _illustration(context, Action.HISTORY, reading, wording)
        await pictures.send(update, context, message, shown, wording)


async def press_picture(update: Update, context: Context) -> None:
    """Send the card or the history of an account, or turn it to the other theme, in place.

    What is stored is shown; nothing is read for it.
    """
    query = update.callback_query
    press = understand(query.data) if query else None
    if query is None or press is None:
        return
    handle, _, word = press.argument.partition("/")
    theme = pictures.theme_of(word)
    reading = await context.services.reader.stored(handle)
    visible = reading is not None and reading.hidden_by in {None, query.from_user.id}
    if reading is None or not visible or not isinstance(query.message, Message):
        await toast(query, pages.old_button(await context.wording(update)), alert=True)
    elif theme:
        wording = wording_for(press.language)
        shown = await _illustration(context, press.action, reading, wording)
        await pictures.turn(query, context, shown, wording, theme)
    else:
        await toast(query)
        wording = await context.wording(update)
        shown = await _illustration(context, press.action, reading, wording)
        await pictures.send(update, context, query.message, shown, wording)


async def _illustration(
    context: Context, action: Action, reading: Reading, wording: Wording
) -> Illustration:
    now = context.services.clock()
    points = await context.services.reader.history(reading, now - timedelta(weeks=WEEKS + 1))
    make = illustrations.card if action is Action.CARD else illustrations.history
    return make(reading, points, now, wording)
