"""`/spend` and `/stats`: for the bot's operators, in private, and for nobody else."""

from telegram import Update

from handlers.context import Context
from handlers.replies import say
from handlers.start import unknown_command
from handlers.views import admin


async def spend(update: Update, context: Context) -> None:
    """What X cost today and this month, and where that leads."""
    message = update.effective_message
    if message is None:
        return
    if not _operator(update, context):
        await unknown_command(update, context)
        return
    now, spending = context.services.clock(), context.services.spending
    today = await spending.by_resource(now.date(), now.date())
    month = await spending.by_resource(now.date().replace(day=1), now.date())
    shown = admin.spend(today, month, spending.cap, now, await context.wording(update))
    await say(message, shown)


async def stats(update: Update, context: Context) -> None:
    """How much there is, and how the sending goes."""
    message = update.effective_message
    if message is None:
        return
    if not _operator(update, context):
        await unknown_command(update, context)
        return
    now = context.services.clock()
    figures = await context.services.counting.figures(now)
    await say(message, admin.stats(figures, now, await context.wording(update)))


def _operator(update: Update, context: Context) -> bool:
    """One of `ADMIN_IDS`, in private: elsewhere others would read along."""
    chat, person = update.effective_chat, update.effective_user
    private = chat is not None and chat.type == chat.PRIVATE
    return private and person is not None and person.id in context.services.operators
