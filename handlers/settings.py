"""`/settings`: all that a chat has chosen, and the ways to change it."""

from telegram import Update

from handlers.context import Context
from handlers.replies import say
from handlers.rights import place_of
from handlers.views import settings as views


async def settings(update: Update, context: Context) -> None:
    """Show what is chosen; each button leads to where its right is asked for."""
    message = update.effective_message
    if message is None:
        return
    services, place = context.services, place_of(message)
    group = message.chat.type != message.chat.PRIVATE
    page = views.settings(
        views.Chosen(
            language=await services.chats.language(message.chat_id),
            zone=await services.chats.zone(message.chat_id),
            schedule=await services.subscriptions.schedule(place),
            followed=len(await services.subscriptions.following.of(place)),
            alerts=len(await services.subscriptions.alerts(place)),
            board=await services.groups.settings(message.chat_id) if group else None,
            members=len(await services.groups.members(message.chat_id)),
        ),
        await context.wording(update),
    )
    await say(message, page)
