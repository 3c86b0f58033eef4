"""The ways in which a message leaves, with Telegram's refusals handled."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Final

from telegram import (
    CallbackQuery,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResult,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    Message,
    Update,
)
from telegram.constants import ChatAction
from telegram.error import BadRequest, TelegramError

from delivery.send_errors import SendError, classify, is_late, is_unchanged
from handlers.context import Context
from handlers.incoming.requests import Interaction
from handlers.outgoing.delivery_tracking import under_way
from scoring.reading.handles import NOTHING, Request
from views import OutgoingMessage, prompts
from views.prompts import Question
from views.remarks import not_used
from views.scores.inline_results import guest_message

_log = logging.getLogger(__name__)

_PATIENCE: Final = 0.4
"""Seconds after which a user should see that work goes on."""

_FRESH: Final = 10
"""Seconds for which Telegram may cache inline results; they may miss a newer reading or hide."""

_COURTESY: Final = 3.0
"""Seconds that an answer waits for a spinner to stop."""

_ACTION_LASTS: Final = 4.0
"""Seconds between two chat actions; Telegram shows each for five."""


async def say(message: Message, reply: OutgoingMessage) -> Message:
    """Reply to a message: quoted in groups, in its topic; return what was sent."""
    return await message.reply_text(reply.html, reply_markup=reply.markup)


async def prompt(
    to: Interaction, question: Question, known: str = "", *, request: Request = NOTHING
) -> None:
    """Ask the writer of the message for what is missing.

    `handlers.incoming.prompt_replies` handles the reply.

    Args:
        known: what the question names: a handle without `@`, or a number.
        request: what the user wrote; the parts not understood are named first.
    """
    asked = prompts.ask(to.wording, question, known, private=to.private)
    await say(to.message, prompts.again(asked, not_used(request, to.wording)))


async def toast(query: CallbackQuery, text: str | None = None, *, alert: bool = False) -> None:
    """Stop a button's spinner, with or without a text; a late answer is no error.

    Without a text it is a courtesy: the answer neither waits for it nor fails with it.
    """
    try:
        with _too_late_is_no_error():
            if text:
                await query.answer(text, show_alert=alert)
            else:
                await query.answer(read_timeout=_COURTESY)
    except TelegramError:
        if text:
            raise
    if arrival := under_way():
        arrival.toasted = True


async def offer(
    query: InlineQuery,
    results: Sequence[InlineQueryResult],
    button: InlineQueryResultsButton | None,
) -> None:
    """Answer an inline query with results; a refusal is no error: the person types on."""
    try:
        await query.answer(results, cache_time=_FRESH, is_personal=True, button=button)
    except BadRequest as error:
        if classify(error) is SendError.WAIT:
            raise
        _log.warning("Telegram refused inline results", extra={"error": str(error)})


async def answer_guest(message: Message, result: InlineQueryResultArticle) -> None:
    """Answer in guest mode; a late answer is no error."""
    with _too_late_is_no_error():
        await message.answer_guest_query(result)


async def tell(update: Update, text: str) -> None:
    """Send a short text, by the way in which the user reached the bot."""
    query, arrival = update.callback_query, under_way()
    if query and not (arrival and arrival.toasted):
        await query.answer(text, show_alert=True)
    elif message := update.guest_message:
        await answer_guest(message, guest_message(text))
    elif isinstance(message := update.effective_message, Message):
        await message.reply_text(text)


async def replace(query: CallbackQuery, reply: OutgoingMessage) -> None:
    """Replace the text of the message under the button; an unchanged text is no error.

    The text is sent below instead if the message is a picture or a file (a forged button), is gone,
    or can no longer be changed.
    """
    if isinstance(query.message, Message) and query.message.text is None:
        await say(query.message, reply)
        return
    keyboard = reply.markup if isinstance(reply.markup, InlineKeyboardMarkup) else None
    try:
        with _the_same_is_no_error():
            await query.edit_message_text(reply.html, reply_markup=keyboard)
    except BadRequest as error:
        if classify(error) is not SendError.STALE or not isinstance(query.message, Message):
            raise
        await say(query.message, reply)


async def replace_buttons(query: CallbackQuery, keyboard: InlineKeyboardMarkup) -> None:
    """Replace the buttons of a message; unchanged buttons are no error."""
    with _the_same_is_no_error():
        await query.edit_message_reply_markup(keyboard)


@contextmanager
def _the_same_is_no_error() -> Iterator[None]:
    try:
        yield
    except BadRequest as error:
        if not is_unchanged(error):
            raise


@contextmanager
def _too_late_is_no_error() -> Iterator[None]:
    try:
        yield
    except BadRequest as error:
        if not is_late(error):
            raise


@asynccontextmanager
async def working(on: Interaction, context: Context) -> AsyncIterator[None]:
    """Show "typing…" in the chat or topic while the body runs."""
    done = asyncio.Event()
    context.application.create_task(_typing(on.message, done), update=on.update, name="typing")
    try:
        yield
    finally:
        done.set()


async def _typing(message: Message, done: asyncio.Event) -> None:
    # An event ends it, not a cancellation: a library may swallow one, as `wait_for` does before
    # Python 3.12, and an answer must not wait for a courtesy.
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
