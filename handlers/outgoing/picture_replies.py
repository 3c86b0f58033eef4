"""Answers with a picture: drawn once, then sent again by Telegram's file id."""

import logging
from collections.abc import Awaitable, Callable
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, Final, NamedTuple

from telegram import InlineKeyboardMarkup, InputMediaPhoto, Message
from telegram.constants import MessageLimit
from telegram.error import BadRequest, Forbidden, TelegramError

from delivery.drawing import picture_key
from delivery.send_errors import SendError, classify, is_unchanged
from handlers.context import Context
from handlers.incoming.button_arguments import Pictured
from handlers.incoming.requests import Interaction, Press
from handlers.outgoing.replies import say, toast, working
from views import OutgoingMessage, pages
from views.buttons import Action, shared_query
from views.markup import shown_length
from views.pictures import Picture
from views.pictures.illustrations import Illustration
from views.pictures.sheet import Theme
from views.wording import Wording

_log = logging.getLogger(__name__)


_Send = Callable[[str | bytes], Awaitable[Message | bool]]
"""Sends a picture, given Telegram's file id or the bytes to upload."""


async def press(press: Press[Pictured[Any]], context: Context, picture: Illustration) -> None:
    """Answer a press: turn the picture to the theme that the button names, or send it.

    In a group it takes the place of the message under which the button was pressed.
    """
    theme = press.argument.theme
    if theme:
        await _turn(press, context, picture, theme)
    elif press.private or not await _in_place(press, context, picture):
        await toast(press.query)
        await send(press, context, picture)


def wording_of(press: Press[Pictured[Any]]) -> Wording:
    """Return the wording of the picture: turned, it stays in its message's language."""
    return press.as_written if press.argument.theme else press.wording


async def send(to: Interaction, context: Context, picture: Illustration) -> None:
    """Answer with a picture and its caption; with the text alone when no picture can be had."""
    message, wording = to.message, to.wording
    caption = _caption(to, picture)
    fits = _fits(caption)
    shown = _Shown(picture, wording, "light", context, to)

    async def photo(file: str | bytes) -> Message:
        return await message.reply_photo(
            file,
            caption=caption if fits else None,
            reply_markup=shown.keyboard if fits else None,
        )

    sent = await _show(context, shown.drawn, photo, drawing=working(to, context))
    if not sent or not fits:
        await say(message, OutgoingMessage(picture.html, picture.keyboard(wording, None, share="")))


async def illustrated(
    to: Interaction, context: Context, picture: Picture, reply: OutgoingMessage
) -> None:
    """Answer with a text under a picture; with the text alone when no picture can be had."""
    keyboard = reply.markup if isinstance(reply.markup, InlineKeyboardMarkup) else None

    async def photo(file: str | bytes) -> Message:
        return await to.message.reply_photo(file, caption=reply.html, reply_markup=keyboard)

    drawn = _Drawn(picture, to.wording.language, "light")
    fits = _fits(reply.html)
    if not fits or not await _show(context, drawn, photo, drawing=working(to, context)):
        await say(to.message, reply)


async def _turn(
    press: Press[Pictured[Any]], context: Context, picture: Illustration, theme: Theme
) -> None:
    """Replace the picture under the button by the same one in another theme."""
    query, wording = press.query, press.as_written
    edited = await _edit(press, context, _Shown(picture, wording, theme, context, press))
    if edited is None:
        await toast(query, pages.no_picture(wording), alert=True)
    else:
        await toast(query, None if edited else pages.old_message(wording), alert=not edited)


async def _in_place(press: Press[Pictured[Any]], context: Context, picture: Illustration) -> bool:
    """Put the picture in place of the message under the button; return whether that worked."""
    shown = _Shown(picture, press.wording, "light", context, press)
    edited = await _edit(press, context, shown)
    if edited:
        await toast(press.query)
    return bool(edited)


class _Shown:
    """A picture as it is about to be shown: in a language and a theme, in a chat."""

    def __init__(
        self,
        illustration: Illustration,
        wording: Wording,
        theme: Theme,
        context: Context,
        to: Interaction,
    ) -> None:
        self.illustration: Final = illustration
        # a board is its group's: two groups may show the same one
        chat_id = to.message.chat_id if illustration.action is Action.STANDINGS else None
        line = illustration.line.partition("\n")[0]  # without remarks on a request
        bot = context.bot.username
        self.drawn = _Drawn(illustration.picture, wording.language, theme, bot, chat_id, line)
        inline = context.bot.supports_inline_queries
        self.keyboard = illustration.keyboard(
            wording, theme, share=shared_query(self.drawn.key) if inline else ""
        )


class _Drawn(NamedTuple):
    """What is drawn, and what is kept of it.

    Attributes:
        bot: the bot's name on it; "" for none.
        chat_id: the one chat that the picture belongs to; None for any.
        line: the caption by which it is shared.
    """

    picture: Picture
    language: str
    theme: Theme
    bot: str = ""
    chat_id: int | None = None
    line: str = ""

    @property
    def key(self) -> str:
        """Return the key under which Telegram's file id of the picture is kept."""
        return picture_key(self.picture, self.language, self.theme, self.bot, self.chat_id)


async def _edit(press: Press[Pictured[Any]], context: Context, shown: _Shown) -> bool | None:
    """Replace the message under the button by a picture.

    Returns:
        False where the message can no longer be changed; None where no picture can be had.
    """
    caption, stale = _caption(press, shown.illustration), False

    async def photo(file: str | bytes) -> Message | bool:
        nonlocal stale
        try:
            media = InputMediaPhoto(file, caption=caption)
            # the default parse mode is for the caption; PTB would add it to the request too
            return await press.query.edit_message_media(
                media, reply_markup=shown.keyboard, api_kwargs={"parse_mode": None}
            )
        except BadRequest as error:
            if classify(error) is not SendError.STALE:
                raise
            stale = not is_unchanged(error)
            return True

    done = _fits(caption) and await _show(context, shown.drawn, photo, drawing=nullcontext())
    return not stale if done else None


async def _show(
    context: Context,
    drawn: _Drawn,
    send: _Send,
    *,
    drawing: AbstractAsyncContextManager[None],
) -> bool:
    """Send a picture by its file id, else draw it; return whether it was sent.

    Args:
        context: of the update.
        drawn: the picture.
        send: sends it.
        drawing: entered while the picture is drawn.
    """
    services = context.services
    try:
        file_id = await services.pictures.find(drawn.key)
        if file_id and await _sent_again(file_id, send):
            return True
        async with drawing:
            png = await services.drawing.draw(drawn.picture, drawn.language, drawn.theme, drawn.bot)
        sent = await send(png)
    except Forbidden:
        raise
    except (TelegramError, TimeoutError, BrokenProcessPool) as error:
        _log.warning("no picture, but words", extra={"error": repr(error)})
        return False
    except Exception:  # noqa: BLE001 - logged; the text is still worth sending
        _log.exception("a picture could not be drawn")
        return False
    if isinstance(sent, Message) and sent.photo:
        await services.pictures.keep(
            drawn.key,
            sent.photo[-1].file_id,
            services.clock(),
            handles=drawn.picture.handles if drawn.line else (),
            caption=drawn.line,
            chat_id=drawn.chat_id,
        )
    return True


async def _sent_again(file_id: str, send: _Send) -> bool:
    """Send a picture by its file id; False when Telegram does not know the id any more."""
    try:
        await send(file_id)
    except BadRequest as error:
        if "file" not in str(error).lower():  # "wrong file identifier", "FILE_REFERENCE_EXPIRED"
            raise
        return False
    return True


def _caption(to: Interaction, picture: Illustration) -> str:
    """Return a picture's caption: everything in words in private, one line in a group."""
    return picture.html if to.private else picture.line


def _fits(text: str) -> bool:
    """Whether a text fits into a caption."""
    return shown_length(text) <= MessageLimit.CAPTION_LENGTH
