"""A score that is sent into a conversation which the bot is no part of: inline, and as a guest."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
)

from handlers.views import Reply, scores
from handlers.views.buttons import Action, button
from handlers.views.markup import one_line
from handlers.views.scores import Answer
from handlers.wording import Wording
from scoring.change import Change
from scoring.handles import Request
from scoring.reading import Reading
from scoring.score import whole

_GUEST: Final = "guest"


def result(
    reading: Reading, now: datetime, wording: Wording, bot_name: str
) -> InlineQueryResultArticle:
    """One account on offer: a line of plain text, and the card that it becomes when chosen."""
    margin = max(1, whole(reading.score.margin))
    shown = folded(reading, now, wording, bot_name)
    return InlineQueryResultArticle(
        str(reading.account_id),
        f"@{reading.handle} · {whole(reading.score.score)}/100 ± {margin}",
        InputTextMessageContent(shown.html),
        reply_markup=_keyboard(reading.handle, wording, bot_name),
        description=one_line(reading.name) or None,
    )


def folded(reading: Reading, now: datetime, wording: Wording, bot_name: str) -> Reply:
    """The card."""
    markup = _keyboard(reading.handle, wording, bot_name)
    return Reply(scores.card(reading, now, wording), markup)


def unfolded(
    reading: Reading, change: Change | None, now: datetime, wording: Wording, bot_name: str
) -> Reply:
    """The card with its reasons."""
    markup = _keyboard(reading.handle, wording, bot_name, unfolded=True)
    return Reply(scores.why(reading, change, now, wording).html, markup)


def ask_in_private(handle: str, wording: Wording) -> InlineQueryResultsButton:
    """The button above the results: to have an account read that is not known yet."""
    text = wording.gettext("Score @{handle} in a private chat").format(handle=handle)
    return InlineQueryResultsButton(text, start_parameter=f"k_{handle}")


def guest_answer(
    request: Request, answers: Sequence[Answer], now: datetime, wording: Wording, bot_name: str
) -> InlineQueryResultArticle:
    """The one message of a guest: what came of each handle that it was asked for."""
    shown = scores.answer(request, answers, now, wording, ask_whose=False)
    readings = [each for each in answers if isinstance(each, Reading)]
    if len(readings) == len(request.handles) == 1:
        markup = _keyboard(readings[0].handle, wording, bot_name)
    else:
        markup = InlineKeyboardMarkup([[_private(request.handles[0], wording, bot_name)]])
    return guest_message(shown.html, markup)


def how_to_ask(wording: Wording, example: str, bot_name: str) -> InlineQueryResultArticle:
    """A guest was called, and for nothing that it understands."""
    text = wording.gettext("Name an account on X after my name: <code>@{bot} @{example}</code>")
    markup = InlineKeyboardMarkup([[_private(example, wording, bot_name)]])
    return guest_message(text.format(bot=bot_name, example=example), markup)


def guest_message(
    html: str, markup: InlineKeyboardMarkup | None = None
) -> InlineQueryResultArticle:
    """A text as what a guest may answer with."""
    return InlineQueryResultArticle(
        _GUEST, _GUEST, InputTextMessageContent(html), reply_markup=markup
    )


def _keyboard(
    handle: str, wording: Wording, bot_name: str, *, unfolded: bool = False
) -> InlineKeyboardMarkup:
    """Only what works where the bot cannot write: edits in place, and a way to its own chat."""
    gettext, language = wording.gettext, wording.language
    fold = (
        button(gettext("Hide"), Action.INLINE_LESS, handle, language=language)
        if unfolded
        else button(gettext("Why?"), Action.INLINE_WHY, handle, language=language)
    )
    return InlineKeyboardMarkup([[fold, _private(handle, wording, bot_name)]])


def _private(handle: str, wording: Wording, bot_name: str) -> InlineKeyboardButton:
    url = f"https://t.me/{bot_name}?start=k_{handle}"
    return InlineKeyboardButton(wording.gettext("Ask in private"), url=url)
