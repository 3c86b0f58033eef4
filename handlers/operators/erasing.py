"""`/erase`: what is kept of one account is deleted, as its holder or the network may ask."""

from handlers.context import Context
from handlers.incoming.requests import Command, Press
from handlers.outgoing.replies import replace, say, toast
from scoring.reading import handles
from views import pages
from views.operators import erasing_messages
from views.remarks import not_used, with_remarks


async def erase(command: Command, context: Context) -> None:
    """Ask whether what is kept of an account shall be deleted."""
    wording = command.wording
    request = handles.parse(command.text)
    if len(request.handles) > 1:
        await say(command.message, pages.one_at_a_time(wording))
        return
    outcome = erasing_messages.how(wording)
    for handle in request.handles:
        stored = await context.services.reader.stored(handle)
        if stored is None:
            outcome = erasing_messages.nothing(handle, wording)
        else:
            outcome = erasing_messages.question(stored.handle, wording)
    await say(command.message, with_remarks(outcome, not_used(request, wording)))


async def press_erase(press: Press[str], context: Context) -> None:
    """Delete what is kept of the account of the button."""
    await toast(press.query)
    stored = await context.services.reader.stored(press.argument)
    if stored is None:
        await replace(press.query, erasing_messages.nothing(press.argument, press.wording))
        return
    await context.services.stores.readings.erase(stored.account_id)
    await replace(press.query, erasing_messages.erased(stored.handle, press.wording))
