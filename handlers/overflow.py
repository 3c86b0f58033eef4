"""Somebody sends more than can wait for an answer: told once, after what could wait."""

from telegram import Update

from handlers.context import Context, KloutApplication
from handlers.replies import tell
from handlers.views import pages


async def left_out(update: Update, application: KloutApplication) -> None:
    """Answer the first one too many, for all that were left out."""
    context = Context.from_update(update, application)
    try:
        await tell(update, pages.too_many(await context.wording(update)))
    except Exception as error:  # noqa: BLE001 - as for any other update
        await application.process_error(update, error)
