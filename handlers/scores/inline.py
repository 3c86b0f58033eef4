"""Inline mode, `@bot nasa` in any chat: offers stored readings and never reads X."""

from collections.abc import Sequence
from typing import Final

from telegram import InlineQuery

from handlers.context import Context
from handlers.incoming.requests import InlinePress, OldButton
from handlers.outgoing.replies import offer, replace, toast
from scoring.reading import handles
from services.digests.spans import Span, explain
from services.visibility import EVERYBODY, Visible, seen
from storage.accounts.picture_cache import Kept
from views.buttons import Action, shared_key
from views.scores import inline_results as views
from views.wording import Wording, wording_for

_MOST: Final = 10
"""Most results: as many as a phone shows without much scrolling."""


async def inline(query: InlineQuery, wording: Wording, context: Context) -> None:
    """Offer accounts whose handles begin with the query; for an empty query, the user's own.

    The chosen result is posted where others read, so hidden accounts are never offered.
    """
    if key := shared_key(query.query):
        picture = await _picture(key, context)
        await offer(
            query, [views.picture(picture, wording, context.bot.username)] if picture else [], None
        )
        return
    named = _named(query.query)
    if named:
        exact = await _stored([named], context)
        others = await context.services.reader.starting_with(named, _MOST)
        visible = [one for each in others if (one := seen(each, EVERYBODY))]
        readings, missing = _distinct([*exact, *visible]), [] if exact else [named]
    else:
        own = await context.services.chats.linked_handles(query.from_user.id)
        readings = await _stored([*own, context.services.example], context)
        missing = [] if readings else own or [context.services.example]
    now, bot_name = context.services.clock(), context.bot.username
    results = [views.result(each, now, wording, bot_name) for each in readings]
    await offer(query, results, views.ask_in_private(missing[0], wording) if missing else None)


async def press_why(press: InlinePress, context: Context) -> None:
    """Unfold or fold the reasons under a score posted in another conversation."""
    reading = seen(await context.services.reader.stored(press.handle), EVERYBODY)
    if reading is None:
        raise OldButton
    await toast(press.query)
    now, bot_name = context.services.clock(), context.bot.username
    as_written = wording_for(press.language)
    if press.action is Action.INLINE_LESS:
        await replace(press.query, views.folded(reading, now, as_written, bot_name))
    else:
        explained = await explain(context.services.reader, reading, Span.WEEK, None)
        reasons = views.unfolded(reading, explained, now, as_written, bot_name)
        await replace(press.query, reasons)


async def _stored(names: Sequence[str], context: Context) -> list[Visible]:
    """Return the readings of these handles that may be offered, without hidden accounts."""
    readings = [seen(await context.services.reader.offered(name), EVERYBODY) for name in names]
    return _distinct([each for each in readings if each])


async def _picture(key: str, context: Context) -> Kept | None:
    """Return a kept picture, if everybody it shows may still be shown to others."""
    services = context.services
    kept = await services.pictures.behind(key)
    if kept is None:
        return None
    if kept.chat_id is not None:
        board = await services.groups.board(kept.chat_id)
        return kept if set(kept.handles) <= board.by_handle.keys() else None
    readings = [seen(await services.reader.stored(name), EVERYBODY) for name in kept.handles]
    return kept if all(readings) else None


def _named(text: str) -> str:
    """Return the handle, or its beginning, in the query so far; "" for none."""
    typed = text.strip().removeprefix("@")
    if handles.is_handle(typed):
        return typed
    return "".join(handles.parse(text).handles[:1])


def _distinct(readings: list[Visible]) -> list[Visible]:
    """Return each account once; a former handle leads to the same account."""
    return list({each.account_id: each for each in reversed(readings)}.values())[::-1][:_MOST]
