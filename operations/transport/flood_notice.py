"""The notice to a user who sends more updates than can wait, sent once per flood."""

from telegram import Update

from handlers.context import Context, KloutApplication
from handlers.outgoing.replies import tell
from views import pages


async def send_flood_notice(update: Update, application: KloutApplication) -> None:
    """Send the notice, as the answer to the first update too many."""
    context = Context.from_update(update, application)
    try:
        await tell(update, pages.too_many(await context.wording(update)))
    except Exception as error:  # noqa: BLE001 - handled as for any other update
        await application.process_error(update, error)
