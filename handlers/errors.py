"""What nobody expected: logged under an id that the person is told."""

import logging

from telegram import Update
from telegram.error import Forbidden, NetworkError, TelegramError, TimedOut

from handlers.context import Context
from handlers.replies import answer_guest
from handlers.views import pages
from handlers.views.inline import guest_message
from handlers.wording import Wording, wording_for

_log = logging.getLogger(__name__)


async def report(update: object, context: Context) -> None:
    """PTB's error handler: one line or one traceback in the log, one sentence for the person."""
    error = context.error
    if isinstance(error, Forbidden):
        _log.info("a chat no longer takes messages: %s", error)
        return
    if isinstance(error, TimedOut):  # the answer may well have arrived: no second message
        _log.warning("Telegram did not confirm in time: %s", error)
        return
    if update is None and isinstance(error, NetworkError):
        _log.warning("Telegram is not reachable: %s", error)
        return
    error_id = context.services.new_error_id()
    _log.error("error %s", error_id, exc_info=error)
    if error is not None:
        await context.services.notices.failed(error, error_id)
    if isinstance(update, Update):
        try:
            await _tell(update, pages.went_wrong(await _wording(update, context), error_id))
        except TelegramError as second:
            _log.warning("error %s could not be told: %s", error_id, second)


async def _wording(update: Update, context: Context) -> Wording:
    try:
        return await context.wording(update)
    except Exception:  # noqa: BLE001 - the store may be what went wrong
        return wording_for(update.effective_user.language_code if update.effective_user else None)


async def _tell(update: Update, text: str) -> None:
    if query := update.callback_query:
        await query.answer(text, show_alert=True)
    elif message := update.guest_message:
        await answer_guest(message, guest_message(text))
    elif message := update.effective_message:
        await message.reply_text(text)
