"""The error handler: logs an unexpected error under an id that the user is told."""

import logging
from typing import Final

from telegram import Update
from telegram.error import NetworkError, TelegramError

from delivery.send_errors import SendError, classify
from handlers.context import Context
from handlers.outgoing import refusals
from handlers.outgoing.delivery_tracking import Withheld
from handlers.outgoing.replies import tell
from views import pages
from views.wording import Wording, wording_for

_log = logging.getLogger(__name__)

_NO_SECOND_MESSAGE: Final = (
    SendError.UNKNOWN,
    SendError.NOT_SENT,
    SendError.WAIT,
    SendError.OURSELVES,
)
"""Errors after which the answer may have arrived, or the whole update is answered again."""


async def handle_error(update: object, context: Context) -> None:
    """Handle PTB's error: one line or one traceback in the log, one sentence for the user."""
    error = context.error
    if isinstance(error, Withheld):
        _log.info("not answered here", extra={"error": str(error)})
        return
    if isinstance(error, TelegramError) and classify(error) in _NO_SECOND_MESSAGE:
        _log.warning("an answer was not confirmed", extra={"error": str(error)})
        return
    if update is None and isinstance(error, NetworkError):
        _log.warning("Telegram is not reachable", extra={"error": str(error)})
        return
    if await _expected(error, update, context):
        return
    error_id = context.services.new_error_id()
    _log.error("a bug", exc_info=error, extra={"error_id": error_id})
    if error is not None:
        await context.services.notices.failed(error, error_id)
    if isinstance(update, Update):
        try:
            await tell(update, pages.went_wrong(await _wording(update, context), error_id))
        except TelegramError as second:
            _log.warning(
                "a bug could not be told", extra={"error_id": error_id, "error": str(second)}
            )


async def _expected(error: Exception | None, update: object, context: Context) -> bool:
    try:
        return await refusals.explain(error, update, context)
    except Exception:  # noqa: BLE001 - then the user is not told; the refusal is still no bug
        _log.warning("a refusal could not be told", exc_info=True)
        return True


async def _wording(update: Update, context: Context) -> Wording:
    try:
        return await context.wording(update)
    except Exception:  # noqa: BLE001 - the store may have failed
        return wording_for(update.effective_user.language_code if update.effective_user else None)
