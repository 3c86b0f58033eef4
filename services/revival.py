"""Resumes the schedules of a chat that can be reached again."""

from services.subscriptions import Subscriptions
from storage.chats.chat_lifecycle import ChatLifecycle


async def revive(lives: ChatLifecycle, subscriptions: Subscriptions, chat_id: int) -> None:
    """Resume the schedules that Telegram's refusals had stopped, since the chat is reachable."""
    await lives.returned(chat_id)
    for place in await lives.dead(chat_id):
        await subscriptions.resume(place)
