"""Scores in conversations without the bot: inline results and answers in guest mode."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultCachedPhoto,
    InlineQueryResultsButton,
    InputTextMessageContent,
)

from scoring.reading.account import Reading
from scoring.reading.handles import Request
from scoring.score import whole
from services.digests.spans import Explained
from services.visibility import Visible
from storage.accounts.picture_cache import Kept
from views import OutgoingMessage
from views.buttons import Action, button, start_parameter
from views.markup import one_line
from views.network_names import aside
from views.remarks import not_used
from views.scores import score_card, score_messages
from views.scores.score_messages import Answer
from views.wording import Wording

_GUEST: Final = "guest"
_PAIR: Final = 2


def result(
    reading: Visible, now: datetime, wording: Wording, bot_name: str
) -> InlineQueryResultArticle:
    """Return one inline result: a line of plain text, and the card that it sends."""
    margin = max(1, whole(reading.score.margin))
    shown = folded(reading, now, wording, bot_name)
    return InlineQueryResultArticle(
        str(reading.account_id),
        f"@{reading.handle} · {whole(reading.score.score)}/100 ± {margin}"
        + aside(reading.network, wording),
        InputTextMessageContent(shown.html),
        reply_markup=_keyboard(reading.handle, wording, bot_name),
        description=one_line(reading.name) or None,
    )


def picture(kept: Kept, wording: Wording, bot_name: str) -> InlineQueryResultCachedPhoto:
    """Return a picture that Telegram has as an inline result, with the way to the bot."""
    url = f"https://t.me/{bot_name}"
    own = InlineKeyboardButton(wording.gettext("Your own score"), url=url)
    return InlineQueryResultCachedPhoto(
        "picture",
        kept.file_id,
        title=", ".join(f"@{handle}" for handle in kept.handles[:_PAIR]),
        caption=f"{kept.caption}\n{url.removeprefix('https://')}",
        reply_markup=InlineKeyboardMarkup([[own]]),
    )


def folded(reading: Visible, now: datetime, wording: Wording, bot_name: str) -> OutgoingMessage:
    """Return the card alone."""
    markup = _keyboard(reading.handle, wording, bot_name)
    return OutgoingMessage(score_card.card(reading, now, wording), markup)


def unfolded(
    reading: Visible, explained: Explained, now: datetime, wording: Wording, bot_name: str
) -> OutgoingMessage:
    """Return the card with its reasons."""
    markup = _keyboard(reading.handle, wording, bot_name, unfolded=True)
    return OutgoingMessage(score_messages.why(reading, explained, now, wording).html, markup)


def ask_in_private(handle: str, wording: Wording) -> InlineQueryResultsButton:
    """Return the button above the results, to have a new account read in private."""
    text = wording.gettext("Score @{handle} in a private chat").format(handle=handle)
    return InlineQueryResultsButton(text, start_parameter=start_parameter(handle) or "help")


def guest_answer(
    request: Request, answers: Sequence[Answer], now: datetime, wording: Wording, bot_name: str
) -> InlineQueryResultArticle:
    """Return the one message of guest mode: the result for each requested handle."""
    shown = score_messages.answer(request, answers, now, wording, ask_whose=False)
    readings = [each for each in answers if isinstance(each, Reading)]
    if len(readings) == len(request.handles) == 1:
        markup = _keyboard(readings[0].handle, wording, bot_name)
    else:
        markup = InlineKeyboardMarkup([[_private(request.handles[0], wording, bot_name)]])
    return guest_message(shown.html, markup)


def how_to_ask(
    request: Request, wording: Wording, example: str, bot_name: str
) -> InlineQueryResultArticle:
    """Return a hint for a guest mention that is not understood, which it names first."""
    text = wording.gettext("Name an account after my name: <code>@{bot} @{example}</code>")
    markup = InlineKeyboardMarkup([[_private(example, wording, bot_name)]])
    how = text.format(bot=bot_name, example=example)
    return guest_message("\n".join([*not_used(request, wording), how]), markup)


def guest_message(
    html: str, markup: InlineKeyboardMarkup | None = None
) -> InlineQueryResultArticle:
    """Wrap a text as an answer in guest mode."""
    return InlineQueryResultArticle(
        _GUEST, _GUEST, InputTextMessageContent(html), reply_markup=markup
    )


def _keyboard(
    handle: str, wording: Wording, bot_name: str, *, unfolded: bool = False
) -> InlineKeyboardMarkup:
    """Return the buttons that work where the bot cannot write: edits, and a link to its chat."""
    gettext, language = wording.gettext, wording.language
    fold = (
        button(gettext("Show less"), Action.INLINE_LESS, handle, language=language)
        if unfolded
        else button(gettext("Why?"), Action.INLINE_WHY, handle, language=language)
    )
    return InlineKeyboardMarkup([[fold, _private(handle, wording, bot_name)]])


def _private(handle: str, wording: Wording, bot_name: str) -> InlineKeyboardButton:
    start = start_parameter(handle)
    url = f"https://t.me/{bot_name}" + (f"?start={start}" if start else "")
    return InlineKeyboardButton(wording.gettext("Ask in private"), url=url)
