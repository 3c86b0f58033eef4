"""Telegram's expected refusals, which are no bugs: the user is told what to do."""

import logging
from collections.abc import Awaitable, Callable

from telegram import Message, Update
from telegram.error import Forbidden, TelegramError

from delivery.send_errors import (
    SendError,
    classify,
    is_about_reply,
    is_late,
    is_muted,
    is_unchanged,
    is_upgraded,
    muted_kind,
)
from handlers.context import Context
from handlers.outgoing.delivery_tracking import under_way
from views import pages
from views.wording import Wording

_log = logging.getLogger(__name__)

_EXPECTED = (SendError.GONE, SendError.TOPIC_GONE, SendError.STALE, SendError.MOVED)


async def explain(error: Exception | None, update: object, context: Context) -> bool:
    """Handle an expected refusal by telling the user.

    Args:
        error: the error of a request.
        update: the update that was being answered.
        context: its context.

    Returns:
        False when it is no expected refusal: it is a bug, or its cause is unknown.
    """
    if not isinstance(error, TelegramError):
        return False
    expected = classify(error) in _EXPECTED or isinstance(error, Forbidden) or is_upgraded(error)
    if not expected:
        return False
    _log.info("Telegram refused an answer", extra={"error": str(error)})
    if isinstance(update, Update):
        chat = update.effective_chat
        private = chat is not None and chat.type == chat.PRIVATE
        text = _what_to_do(error, await context.wording(update), private=private)
        if text:
            await _tell(update, context, text, here=_may_speak(error))
    return True


def _what_to_do(error: Exception, wording: Wording, *, private: bool) -> str:
    """Return one sentence; "" when nothing can be done, or nothing is wrong."""
    match classify(error):
        case SendError.TOPIC_GONE:
            return pages.topic_closed(wording)
        case SendError.STALE if is_unchanged(error) or is_late(error) or is_about_reply(error):
            return ""
        case SendError.STALE:
            return pages.old_message(wording)
        case SendError.GONE if is_muted(error):
            if not muted_kind(error):
                return pages.muted(wording)
            return (pages.no_files_to_you if private else pages.no_files_here)(wording)
        case _:
            return ""


def _may_speak(error: Exception) -> bool:
    """Whether the bot may still write in the chat."""
    return classify(error) is SendError.STALE or bool(is_muted(error) and muted_kind(error))


async def _tell(update: Update, context: Context, text: str, *, here: bool) -> None:
    """Tell the user in the chat, in a toast, or in private: the first way that works."""
    ways: list[Callable[[], Awaitable[object]]] = []
    message, query, person = update.effective_message, update.callback_query, update.effective_user
    answering = under_way()
    if query and not (answering and answering.toasted):
        ways.append(lambda: query.answer(text, show_alert=True))
    if here and isinstance(message, Message):
        ways.append(lambda: message.reply_text(text))
    chat = update.effective_chat
    if person and not person.is_bot and not (chat and chat.id == person.id):
        ways.append(lambda: context.bot.send_message(person.id, text))
    for way in ways:
        try:
            await way()
        except TelegramError as error:
            _log.info("this cannot be said there", extra={"error": str(error)})
        else:
            return
