"""`/settings`: all that a chat has chosen, and buttons to change it."""

from handlers.context import Context
from handlers.incoming.requests import Command, Interaction, Press
from handlers.outgoing.replies import replace, say, toast
from handlers.scores import lookup
from views import OutgoingMessage
from views import settings_page as views


async def settings(command: Command, context: Context) -> None:
    """Show the settings; each button has its own permission."""
    await say(command.message, await _page(command, context))


async def press_news(press: Press[bool], context: Context) -> None:
    """Turn the operator's news on or off, and update the page."""
    await context.services.chats.choose_news(press.message.chat_id, wanted=press.argument)
    await toast(press.query)
    await replace(press.query, await _page(press, context))


async def _page(to: Interaction, context: Context) -> OutgoingMessage:
    services, place, chat_id = context.services, to.place, to.message.chat_id
    return views.settings(
        views.Chosen(
            language=await services.chats.language(chat_id),
            zone=await services.chats.zone(chat_id),
            schedule=await services.subscriptions.schedule(place),
            followed=len(await services.subscriptions.following.of(place)),
            alerts=len(await services.subscriptions.alerts(place)),
            board=None if to.private else await services.groups.settings(chat_id),
            members=len(await services.groups.members(chat_id)),
            news=await services.chats.news(chat_id),
            handle=await lookup.own_handle(to, context) if to.private else None,
        ),
        to.wording,
    )
