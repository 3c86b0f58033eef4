"""`/prove` and `/hide`: an account is shown to be somebody's own, and kept from strangers."""

from telegram import Message, Update

from handlers import klout
from handlers.asking import asker
from handlers.context import Context
from handlers.replies import replace, say, toast, working
from handlers.views import Reply, owners, pages
from handlers.views.buttons import understand
from handlers.views.scores import apology
from handlers.wording import Wording
from scoring import handles
from scoring.errors import ScoringError
from storage.claims import NoCodeError

_OFF = frozenset(("off", "no", "non"))


async def prove(update: Update, context: Context) -> None:
    """`/prove @h`: give the code that its bio has to show for a moment."""
    message, person = update.effective_message, update.effective_user
    if message is None or person is None:
        return
    wording = await context.wording(update)
    handle = await _handle(update, context)
    if message.sender_chat:
        await say(message, pages.nobody_in_particular(wording))
    elif not handle:
        await say(message, owners.how_to_prove(wording))
    else:
        try:
            who = asker(update, "prove")
            async with working(update, context):
                reading, code = await context.services.groups.code(person.id, handle, who)
        except ScoringError as error:
            await say(message, apology(error, wording))
        else:
            await say(message, owners.show_code(reading.handle, code, wording))


async def press_prove(update: Update, context: Context) -> None:
    """Look at the bio, once in a while: each look costs the operator."""
    query = update.callback_query
    press = understand(query.data) if query else None
    if query is None or press is None:
        return
    wording = await context.wording(update)
    if not handles.is_handle(press.argument):
        await toast(query, pages.old_button(wording), alert=True)
        return
    try:
        who = asker(update, "prove")
        proved = await context.services.groups.prove(query.from_user.id, press.argument, who)
    except NoCodeError:
        await toast(query, owners.no_code(press.argument, wording), alert=True)
        return
    except ScoringError as error:
        await toast(query)
        if isinstance(query.message, Message):
            await say(query.message, apology(error, wording))
        return
    if proved:
        await toast(query)
        await replace(query, owners.proved(press.argument, wording))
    else:
        await toast(query, owners.not_proved(wording, looked=proved is False), alert=True)


async def hide(update: Update, context: Context) -> None:
    """`/hide @h`, and `/hide @h off`: only for whoever proved that it is theirs."""
    message, person = update.effective_message, update.effective_user
    if message is None or person is None:
        return
    wording = await context.wording(update)
    handle = await _handle(update, context)
    hidden = not (_OFF & {word.lower() for word in context.args or ()})
    if message.sender_chat:
        await say(message, pages.nobody_in_particular(wording))
    elif not handle:
        await say(message, owners.how_to_hide(wording))
    else:
        done = await context.services.groups.hide(person.id, handle, hidden=hidden)
        await say(message, _told(handle, done, hidden, wording))


def _told(handle: str, done: bool, hidden: bool, wording: Wording) -> Reply:
    if not done:
        return owners.prove_first(handle, wording)
    return owners.hidden(handle, wording) if hidden else owners.shown_again(handle, wording)


async def _handle(update: Update, context: Context) -> str:
    """The handle of the command; without one, the person's own, or ""."""
    words = [word for word in context.args or () if word.lower() not in _OFF]
    request = handles.parse(" ".join(words))
    return request.handles[0] if request.handles else await klout.own_handle(update, context)
