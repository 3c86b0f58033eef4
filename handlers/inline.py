"""Inline mode, `@bot nasa` in any chat: what is stored, and never a read while somebody types."""

from collections.abc import Sequence
from typing import Final

from telegram import InlineQuery, Update

from handlers.context import Context
from handlers.replies import offer, replace, toast
from handlers.views import inline as views
from handlers.views import pages
from handlers.views.buttons import Action, understand
from handlers.wording import wording_for
from scoring import handles
from scoring.reading import Reading

_MOST: Final = 10
"""Results: as many as a phone shows without much scrolling."""


async def inline(update: Update, context: Context) -> None:
    """Offer the accounts whose handles begin with what is typed; for nothing, one's own."""
    query = update.inline_query
    if query is None:
        return
    named = _named(query.query)
    if named:
        exact = await _stored([named], query, context)
        others = await context.services.reader.starting_with(named, query.from_user.id, _MOST)
        found, missing = _distinct([*exact, *others]), [] if exact else [named]
    else:
        own = await context.services.chats.linked_handles(query.from_user.id)
        found = await _stored([*own, context.services.example], query, context)
        missing = [] if found else own or [context.services.example]
    wording = await context.wording(update)
    now, bot_name = context.services.clock(), context.bot.username
    results = [views.result(each, now, wording, bot_name) for each in found]
    await offer(query, results, views.ask_in_private(missing[0], wording) if missing else None)


async def press_why(update: Update, context: Context) -> None:
    """Unfold or fold the reasons under a score that stands in somebody else's conversation."""
    query = update.callback_query
    press = understand(query.data) if query else None
    if query is None or press is None:
        return
    reading = await context.services.reader.stored(press.argument)
    if reading is None or reading.hidden_by is not None:  # others read along
        await toast(query, pages.old_button(await context.wording(update)), alert=True)
        return
    await toast(query)
    now, bot_name = context.services.clock(), context.bot.username
    as_written = wording_for(press.language)
    if press.action is Action.INLINE_LESS:
        await replace(query, views.folded(reading, now, as_written, bot_name))
    else:
        change = await context.services.reader.change(reading)
        await replace(query, views.unfolded(reading, change, now, as_written, bot_name))


async def _stored(names: Sequence[str], query: InlineQuery, context: Context) -> list[Reading]:
    """What is stored of these, and not hidden from the person who types."""
    found = [await context.services.reader.stored(name) for name in names]
    viewers = {None, query.from_user.id}
    return _distinct([each for each in found if each and each.hidden_by in viewers])


def _named(text: str) -> str:
    """The handle, or the beginning of one, that somebody has typed so far; "" for none."""
    typed = text.strip().removeprefix("@")
    if handles.is_handle(typed):
        return typed
    return "".join(handles.parse(text).handles[:1])


def _distinct(readings: list[Reading]) -> list[Reading]:
    """Each account once: a former handle leads to the same one."""
    return list({each.account_id: each for each in reversed(readings)}.values())[::-1][:_MOST]
