"""`/alert`: to be told at once when a score crosses a line, or has moved."""

import re
from typing import Final

from telegram import Message, Update

from handlers import klout
from handlers.asking import asker
from handlers.context import Context
from handlers.replies import say, toast, working
from handlers.rights import allowed, place_of
from handlers.views import alerts as views
from handlers.views import pages, scores
from handlers.views.buttons import understand
from scoring import handles
from scoring.errors import ScoringError

_NUMBER: Final = re.compile(r"(?:(±|\+-|\+/-) ?)?(\d{1,3}(?:[.,]\d)?)", re.ASCII)
_OFF: Final = frozenset(("off", "stop", "none", "non"))
_MOST: Final = 100


async def alert(update: Update, context: Context) -> None:
    """`/alert @h 35`, `/alert @h ±5`, `/alert @h off`, `/alert 35`; bare, what is set."""
    message, words = update.effective_message, list(context.args or ())
    if message is None:
        return
    wording = await context.wording(update)
    if _wish(" ".join(words)) and (own := await klout.own_handle(update, context)):
        words.insert(0, f"@{own}")
    request = handles.parse(" ".join(words[:1]))
    wish = " ".join(words[1:])
    if not words:
        await _overview(update, context, message)
    elif len(request.handles) != 1 or not (_OFF & {wish.lower()} or _wish(wish)):
        await say(message, views.hint(wording, context.services.example))
    elif await allowed(update, context):
        handle = request.handles[0]
        if wish.lower() in _OFF:
            place = place_of(message)
            removed = await context.services.subscriptions.remove_alert(place, handle)
            await say(message, views.off(handle, wording, removed=removed))
        else:
            await _set(update, context, message, handle, wish)


async def press_alerts(update: Update, context: Context) -> None:
    """Show what is set."""
    query = update.callback_query
    if query is None:
        return
    await toast(query)
    if isinstance(query.message, Message):
        await _overview(update, context, query.message)


async def press_off(update: Update, context: Context) -> None:
    """No more alerts about the account of the button."""
    query = update.callback_query
    press = understand(query.data) if query else None
    if query is None or press is None or not isinstance(query.message, Message):
        return
    wording = await context.wording(update)
    if not handles.is_handle(press.argument):
        await toast(query, pages.old_button(wording), alert=True)
    elif await allowed(update, context):
        place = place_of(query.message)
        removed = await context.services.subscriptions.remove_alert(place, press.argument)
        await toast(query, views.off_toast(press.argument, wording, removed=removed))


async def _overview(update: Update, context: Context, message: Message) -> None:
    alerts = await context.services.subscriptions.alerts(place_of(message))
    wording = await context.wording(update)
    await say(message, views.overview(alerts, wording, context.services.example))


async def _set(update: Update, context: Context, message: Message, handle: str, wish: str) -> None:
    wording = await context.wording(update)
    parsed = _wish(wish)
    assert parsed is not None  # noqa: S101 - it was just looked at
    step, value = parsed
    subscriptions = context.services.subscriptions
    before = await subscriptions.alerts(place_of(message))
    try:
        async with working(update, context):
            reading = await subscriptions.set_alert(
                place_of(message),
                handle,
                asker(update, "alert"),
                threshold=None if step else value,
                step=value if step else None,
            )
    except ScoringError as error:
        await say(message, scores.apology(error, wording))
    else:
        await context.services.chats.note_spoken(message.chat_id, wording.language)
        if reading is None:
            await say(message, views.too_many(wording))
            return
        replaced = any(handles.key(old.handle) == handles.key(reading.handle) for old in before)
        told = views.set_for(reading, value, wording, step=step, replaced=replaced)
        await say(message, told)


def _wish(text: str) -> tuple[bool, float] | None:
    """Whether it is a step, and the number; None for what makes no sense."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    value = float(match[2].replace(",", "."))
    return (bool(match[1]), value) if 0 < value <= _MOST else None
