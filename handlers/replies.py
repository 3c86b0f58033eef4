"""Saying it: the few ways in which a message leaves, with what Telegram makes of them."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Final

from telegram import (
    CallbackQuery,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    Message,
    Update,
)
from telegram.constants import ChatAction
from telegram.error import BadRequest, TelegramError

from handlers.context import Context
from handlers.views import Reply
from handlers.views.inline import guest_message

_PATIENCE: Final = 0.4
"""Seconds after which a person should see that work goes on."""

_FRESH: Final = 10
"""Seconds for which Telegram may repeat an offer; what is hidden or read since is not in it."""

_ACTION_LASTS: Final = 4.0
"""Telegram shows a chat action for five seconds."""


async def say(message: Message, reply: Reply) -> None:
    """Answer a message: quoted in groups, in its topic."""
    await message.reply_text(reply.html, reply_markup=reply.markup)


async def toast(query: CallbackQuery, text: str | None = None, *, alert: bool = False) -> None:
    """Stop a button's spinner, with a word or without; too late is no error."""
    with _too_late_is_no_error():
        await query.answer(text, show_alert=alert)


async def offer(
    query: InlineQuery,
    results: Sequence[InlineQueryResultArticle],
    button: InlineQueryResultsButton | None,
) -> None:
    """Offer results to whoever types; too late is no error."""
    with _too_late_is_no_error():
        await query.answer(results, cache_time=_FRESH, is_personal=True, button=button)


async def answer_guest(message: Message, result: InlineQueryResultArticle) -> None:
    """Answer where the bot is a guest; too late is no error."""
    with _too_late_is_no_error():
        await message.answer_guest_query(result)


async def tell(update: Update, text: str) -> None:
    """Say something short, however somebody spoke to the bot."""
    if query := update.callback_query:
        await query.answer(text, show_alert=True)
    elif message := update.guest_message:
        await answer_guest(message, guest_message(text))
    elif message := update.effective_message:
        await message.reply_text(text)


async def replace(query: CallbackQuery, reply: Reply) -> None:
    """Put another text in the place of the message under the button; the same one is fine.

    A picture or a file stays, and the text comes below: only by a forged button.
    """
    if isinstance(query.message, Message) and query.message.text is None:
        await say(query.message, reply)
        return
    keyboard = reply.markup if isinstance(reply.markup, InlineKeyboardMarkup) else None
    with _the_same_is_no_error():
        await query.edit_message_text(reply.html, reply_markup=keyboard)


async def replace_buttons(query: CallbackQuery, keyboard: InlineKeyboardMarkup) -> None:
    """Put other buttons under the message of the button; the same ones are fine."""
    with _the_same_is_no_error():
        await query.edit_message_reply_markup(keyboard)


@contextmanager
def _the_same_is_no_error() -> Iterator[None]:
    try:
        yield
    except BadRequest as error:
        if "message is not modified" not in str(error).lower():
            raise


@contextmanager
def _too_late_is_no_error() -> Iterator[None]:
    try:
        yield
    except BadRequest as error:
        if "query is too old" not in str(error).lower():
            raise


@asynccontextmanager
async def working(update: Update, context: Context) -> AsyncIterator[None]:
    """Show "typing…" in the chat, or topic, while the body takes its time."""
    done = asyncio.Event()
    if message := update.effective_message:
        context.application.create_task(_typing(message, done), update=update, name="typing")
    try:
        yield
    finally:
        done.set()


async def _typing(message: Message, done: asyncio.Event) -> None:
    # It is asked to end, not cancelled: a library may swallow a cancellation, as `wait_for` does
    # before Python 3.12, and an answer must not wait for a courtesy.
    thread = message.message_thread_id if message.is_topic_message else None
    pause = _PATIENCE
    with suppress(TelegramError):
        while not await _within(pause, done):
            await message.get_bot().send_chat_action(
                message.chat_id, ChatAction.TYPING, message_thread_id=thread
            )
            pause = _ACTION_LASTS


async def _within(seconds: float, event: asyncio.Event) -> bool:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
