"""`/privacy`: what is kept, and forgetting it."""

from telegram import Message, Update

from handlers.context import Context
from handlers.replies import say, toast
from handlers.views import pages


async def privacy(update: Update, context: Context) -> None:
    """Say what is kept."""
    if message := update.effective_message:
        await say(message, pages.privacy(await context.wording(update)))


async def press_privacy(update: Update, context: Context) -> None:
    """The same from a button."""
    query = update.callback_query
    if query is None:
        return
    await toast(query)
    if isinstance(query.message, Message):
        await privacy(update, context)


async def press_forget(update: Update, context: Context) -> None:
    """Forget the handle of the person who pressed, everywhere."""
    if query := update.callback_query:
        known = await context.services.chats.unlink(query.from_user.id)
        await toast(query, pages.forgotten(await context.wording(update), known))
