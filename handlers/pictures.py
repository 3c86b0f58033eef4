"""Pictures that leave: drawn once, sent again by Telegram's own id, never waited for in vain."""

import hashlib
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import get_args

from telegram import CallbackQuery, InputMediaPhoto, Message, Update
from telegram.constants import MessageLimit
from telegram.error import BadRequest, Forbidden, TelegramError

from handlers.context import Context
from handlers.replies import say, toast, working
from handlers.views import Reply, pages
from handlers.views.illustrations import Illustration
from handlers.views.markup import shown_length
from handlers.views.pictures import VERSION, Picture
from handlers.views.pictures.sheet import Theme
from handlers.wording import Wording

_log = logging.getLogger(__name__)


_Send = Callable[[str | bytes], Awaitable[Message | bool]]
"""Sends a picture, by Telegram's id of it or as an upload."""


async def send(
    update: Update, context: Context, message: Message, shown: Illustration, wording: Wording
) -> None:
    """Answer with a picture and its words; with the words alone where no picture can be had."""
    share = context.bot.supports_inline_queries
    fits = _fits(shown.html)

    async def photo(what: str | bytes) -> Message:
        return await message.reply_photo(
            what,
            caption=shown.html if fits else None,
            reply_markup=shown.keyboard(wording, "light", share=share) if fits else None,
        )

    drawing = working(update, context)
    if (
        not await _show(context, shown.picture, wording, "light", photo, drawing=drawing)
        or not fits
    ):
        await say(message, Reply(shown.html, shown.keyboard(wording, None, share=share)))


async def turn(
    query: CallbackQuery, context: Context, shown: Illustration, wording: Wording, theme: Theme
) -> None:
    """Put the same in another theme in the place of the picture under the button."""
    keyboard = shown.keyboard(wording, theme, share=context.bot.supports_inline_queries)

    async def photo(what: str | bytes) -> Message | bool:
        try:
            media = InputMediaPhoto(what, caption=shown.html)
            # the default parse mode is the caption's; PTB would give it to the request as well
            return await query.edit_message_media(
                media, reply_markup=keyboard, api_kwargs={"parse_mode": None}
            )
        except BadRequest as error:
            if "message is not modified" not in str(error).lower():
                raise
            return True

    fits = _fits(shown.html)
    if fits and await _show(context, shown.picture, wording, theme, photo, drawing=nullcontext()):
        await toast(query)
    else:
        await toast(query, pages.no_picture(wording), alert=True)


def theme_of(word: str) -> Theme | None:
    """The theme that a button names; None when it names none."""
    return next((theme for theme in get_args(Theme) if theme == word), None)


async def _show(
    context: Context,
    picture: Picture,
    wording: Wording,
    theme: Theme,
    send: _Send,
    *,
    drawing: AbstractAsyncContextManager[None],
) -> bool:
    """Whether the picture was sent: as the one that Telegram has, or else drawn.

    Args:
        drawing: entered for as long as it is drawn.
    """
    services, key = context.services, _digest(picture, wording.language, theme)
    try:
        file_id = await services.pictures.find(key)
        if file_id and await _sent_again(file_id, send):
            return True
        async with drawing:
            png = await services.drawing.draw(picture, wording.language, theme)
        sent = await send(png)
    except Forbidden:
        raise
    except (TelegramError, TimeoutError, BrokenProcessPool) as error:
        _log.warning("no picture, but words", extra={"error": repr(error)})
        return False
    except Exception:  # noqa: BLE001 - logged, and the words are worth sending all the same
        _log.exception("a picture could not be drawn")
        return False
    if isinstance(sent, Message) and sent.photo:
        await services.pictures.keep(key, sent.photo[-1].file_id, services.clock())
    return True


async def _sent_again(file_id: str, send: _Send) -> bool:
    """False when Telegram does not know that picture any more; it is then drawn anew."""
    try:
        await send(file_id)
    except BadRequest as error:
        if "file" not in str(error).lower():  # "wrong file identifier", "FILE_REFERENCE_EXPIRED"
            raise
        return False
    return True


def _digest(picture: Picture, language: str, theme: Theme) -> str:
    """What tells pictures apart: all that is drawn, and how."""
    shown = repr((VERSION, language, theme, picture))
    return hashlib.sha256(shown.encode("utf-8", "surrogatepass")).hexdigest()


def _fits(text: str) -> bool:
    """Whether a caption has room for a text."""
    return shown_length(text) <= MessageLimit.CAPTION_LENGTH
