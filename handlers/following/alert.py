"""`/alert`: a message at once when a score crosses a line, or has moved."""

from typing import Final

from handlers.context import Context
from handlers.incoming.button_arguments import Told
from handlers.incoming.permissions import allowed
from handlers.incoming.requests import Command, Interaction, OldButton, Press
from handlers.outgoing.replies import say, toast, working
from handlers.scores import lookup
from scoring.reading import handles
from scoring.reading.errors import ScoringError
from scoring.reading.handles import Request
from scoring.reading.typed import Number
from services.visibility import seen
from views.following import alert_messages as views
from views.remarks import not_used, with_remarks
from views.scores import score_messages

_OFF: Final = frozenset(("off", "stop", "none", "non"))
_MOST: Final = 100
_LEAST_LINE: Final = 10
"""Points below which a number is a step: no account that people follow crosses such a line."""

_SEVERAL: Final = 2
"""From this many numbers on it is unclear which one is meant."""


async def alert(command: Command, context: Context) -> None:
    """Set `/alert @h 35`, `@h ±5`, `@h off` or `35`; bare, show the alerts."""
    message, wording = command.message, command.wording
    request = handles.parse(command.text, bare=1, numbers=_SEVERAL, words=_OFF)
    wish = _wish(request)
    named = request.handles
    if wish and not named and (own := await lookup.own_handle(command, context)):
        named = (own,)
    if not command.text:
        await _overview(command, context)
    elif len(named) != 1 or request.unknown or not (wish or _is_off(request)):
        hint = views.hint(wording, context.services.example)
        await say(message, with_remarks(hint, not_used(request, wording)))
    elif await allowed(command, context):
        (handle,) = named
        if wish is None:
            subscriptions = context.services.subscriptions
            removed = await subscriptions.remove_alert(command.place, handle)
            await say(message, views.off(handle, wording, removed=removed))
        else:
            await _set(command, context, handle, wish)


async def press_alerts(press: Press[None], context: Context) -> None:
    """Show the chat's alerts."""
    await toast(press.query)
    await _overview(press, context)


async def press_tell(press: Press[Told], context: Context) -> None:
    """Set the alert that a button names; without one, offer some on the account."""
    handle, value, step = press.argument
    if value is None:
        stored = await context.services.reader.stored(handle)
        reading = seen(stored, press.audience)
        if reading is None:
            raise OldButton
        await toast(press.query)
        await say(press.message, views.offers(reading, press.wording))
    elif await allowed(press, context):
        await toast(press.query)
        await _set(press, context, handle, Number("", float(value), step=step))


async def press_off(press: Press[str], context: Context) -> None:
    """Remove the alert on the account of the button."""
    handle = press.argument
    removed = await context.services.subscriptions.remove_alert(press.place, handle)
    await toast(press.query, views.off_toast(handle, press.wording, removed=removed))


async def _overview(to: Interaction, context: Context) -> None:
    alerts = await context.services.subscriptions.alerts(to.place)
    now, example = context.services.clock(), context.services.example
    await say(to.message, views.overview(alerts, now, to.wording, example))


async def _set(command: Interaction, context: Context, handle: str, wish: Number) -> None:
    message, wording, place = command.message, command.wording, command.place
    step, value = wish.step or wish.value < _LEAST_LINE, wish.value
    subscriptions = context.services.subscriptions
    before = await subscriptions.alerts(place)
    try:
        async with working(command, context):
            reading = await subscriptions.set_alert(
                place,
                handle,
                command.requester("alert"),
                threshold=None if step else value,
                step=value if step else None,
            )
    except ScoringError as error:
        await say(message, score_messages.apology(error, wording))
    else:
        await context.services.chats.note_spoken(message.chat_id, wording.language)
        if reading is None:
            await say(message, views.too_many(wording))
            return
        replaced = any(handles.key(old.handle) == handles.key(reading.handle) for old in before)
        await say(message, views.set_for(reading, value, wording, step=step, replaced=replaced))


def _wish(request: Request) -> Number | None:
    """Return the one number asked for; None when a score cannot reach it, or there is none."""
    if len(request.numbers) != 1 or request.words:
        return None
    (number,) = request.numbers
    is_fine = round(number.value, 1) == number.value
    return number if is_fine and 0 < number.value <= _MOST else None


def _is_off(request: Request) -> bool:
    return len(request.words) == 1 and not request.numbers
