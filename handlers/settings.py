"""`/settings`: all that a chat has chosen, and the ways to change it."""

from telegram import Message, Update

from handlers.context import Context
from handlers.replies import replace, say, toast
from handlers.rights import allowed, place_of
from handlers.views import Reply
from handlers.views import settings as views
from handlers.views.buttons import understand


async def settings(update: Update, context: Context) -> None:
    """Show what is chosen; each button leads to where its right is asked for."""
    if message := update.effective_message:
        await say(message, await _page(update, context, message))


async def press_news(update: Update, context: Context) -> None:
    """Hear from the operator, or no longer; the page is brought up to date."""
    query = update.callback_query
    press = understand(query.data) if query else None
    if query is None or press is None or not isinstance(query.message, Message):
        return
    if await allowed(update, context):
        wanted = press.argument == "on"
        await context.services.chats.choose_news(query.message.chat_id, wanted=wanted)
        await toast(query)
        await replace(query, await _page(update, context, query.message))


async def _page(update: Update, context: Context, message: Message) -> Reply:
    services, place = context.services, place_of(message)
    group = message.chat.type != message.chat.PRIVATE
    return views.settings(
        views.Chosen(
            language=await services.chats.language(message.chat_id),
            zone=await services.chats.zone(message.chat_id),
            schedule=await services.subscriptions.schedule(place),
            followed=len(await services.subscriptions.following.of(place)),
            alerts=len(await services.subscriptions.alerts(place)),
            board=await services.groups.settings(message.chat_id) if group else None,
            members=len(await services.groups.members(message.chat_id)),
            news=await services.chats.news(message.chat_id),
        ),
        await context.wording(update),
    )
