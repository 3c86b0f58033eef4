"""What nobody expected: logged under an id that the person is told."""

import logging
from typing import Final

from telegram import Update
from telegram.error import Forbidden, NetworkError, TelegramError

from delivery.verdicts import Verdict, judge
from handlers.arrival import Withheld
from handlers.context import Context
from handlers.replies import tell
from handlers.views import pages
from handlers.wording import Wording, wording_for

_log = logging.getLogger(__name__)

_NO_SECOND_MESSAGE: Final = (
    Verdict.UNKNOWN,
    Verdict.NOT_SENT,
    Verdict.WAIT,
    Verdict.OURSELVES,
)
"""The answer may well have arrived, or the whole update will be dealt with again."""


async def report(update: object, context: Context) -> None:
    """PTB's error handler: one line or one traceback in the log, one sentence for the person."""
    error = context.error
    if isinstance(error, Forbidden):
        _log.info("a chat no longer takes messages", extra={"error": str(error)})
        return
    if isinstance(error, Withheld):
        _log.info("not answered here", extra={"error": str(error)})
        return
    if isinstance(error, TelegramError) and judge(error) in _NO_SECOND_MESSAGE:
        _log.warning("an answer was not confirmed", extra={"error": str(error)})
        return
    if update is None and isinstance(error, NetworkError):
        _log.warning("Telegram is not reachable", extra={"error": str(error)})
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


async def _wording(update: Update, context: Context) -> Wording:
    try:
        return await context.wording(update)
    except Exception:  # noqa: BLE001 - the store may be what went wrong
        return wording_for(update.effective_user.language_code if update.effective_user else None)
