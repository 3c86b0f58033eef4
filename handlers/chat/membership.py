"""The life cycle of a chat: bot added, blocked or removed, group upgraded, topic closed."""

from telegram import ChatMember, ChatMemberUpdated

from handlers.context import Context
from handlers.incoming.requests import Interaction
from services.revival import revive
from views import pages
from views.groups import board_messages
from views.wording import Wording

_PRESENT = frozenset((ChatMember.MEMBER, ChatMember.ADMINISTRATOR, ChatMember.OWNER))


async def changed(change: ChatMemberUpdated, wording: Wording, context: Context) -> None:
    """Handle a change of the bot's membership in a chat."""
    was, now = change.old_chat_member, change.new_chat_member
    services, chat = context.services, change.chat
    if _present(now):  # it may have been present already, and may write again
        await revive(services.lives, services.subscriptions, chat.id)
        if not _present(was) and chat.type in {chat.GROUP, chat.SUPERGROUP}:
            board = await services.groups.board(chat.id)
            shown = "" if board.settings.closed else board_messages.greeting(board, wording)
            hello = pages.hello_group(wording, services.example, shown)
            await context.bot.send_message(chat.id, hello.html, reply_markup=hello.markup)
    elif _present(was):
        await services.lives.mark_unreachable(chat.id, "GONE", services.clock())


async def migrated(notice: Interaction, context: Context) -> None:
    """Move a group that became a supergroup. Telegram says so twice; the second time is a no-op."""
    services, message = context.services, notice.message
    old = message.migrate_from_chat_id or message.chat_id
    new = message.migrate_to_chat_id or message.chat_id
    await services.lives.move(old, new)
    # the bot may have been reported as removed from the old group
    await revive(services.lives, services.subscriptions, new)


async def topic_closed(notice: Interaction, context: Context) -> None:
    """Stop sending to a topic while it is closed."""
    services, place = context.services, notice.place
    if place.topic_id:
        await services.lives.mark_unreachable(place, "TOPIC_GONE", services.clock())


async def topic_reopened(notice: Interaction, context: Context) -> None:
    """Resume sending to a topic that was opened again."""
    services, place = context.services, notice.place
    if place in await services.lives.dead(place.chat_id):
        await services.subscriptions.resume(place)


def _present(member: ChatMember) -> bool:
    return member.status in _PRESENT or bool(getattr(member, "is_member", False))
