"""The life of a chat: the bot is added, blocked, removed; a group gets another number."""

from telegram import ChatMember, Update

from handlers.context import Context
from handlers.rights import place_of
from handlers.views import pages

_PRESENT = frozenset((ChatMember.MEMBER, ChatMember.ADMINISTRATOR, ChatMember.OWNER))


async def changed(update: Update, context: Context) -> None:
    """The bot's own standing in a chat is another one now."""
    change = update.my_chat_member
    if change is None:
        return
    was, now = change.old_chat_member, change.new_chat_member
    lives, chat = context.services.lives, change.chat
    if _present(now):  # perhaps it was, and may write again
        await revive(context, chat.id)
        if not _present(was) and chat.type in {chat.GROUP, chat.SUPERGROUP}:
            wording = await context.wording(update)
            hello = pages.hello_group(wording, context.services.example)
            await context.bot.send_message(chat.id, hello.html, reply_markup=hello.markup)
    elif _present(was):
        await lives.bury(chat.id, "GONE", context.services.clock())


async def revive(context: Context, chat_id: int) -> None:
    """Somebody wants to hear from us again: schedules that Telegram had stopped go on."""
    await context.services.lives.returned(chat_id)
    for place in await context.services.lives.dead(chat_id):
        await context.services.subscriptions.resume(place)


async def migrated(update: Update, context: Context) -> None:
    """A group became a supergroup: told twice, once in each; the second time changes nothing."""
    message = update.effective_message
    if message is None:
        return
    old = message.migrate_from_chat_id or message.chat_id
    new = message.migrate_to_chat_id or message.chat_id
    await context.services.lives.move(old, new)
    await revive(context, new)  # the old one may have been told that we are no longer in it


async def topic_closed(update: Update, context: Context) -> None:
    """A topic takes nothing while it is closed."""
    message = update.effective_message
    if message and (place := place_of(message)).topic_id:
        await context.services.lives.bury(place, "TOPIC_GONE", context.services.clock())


async def topic_reopened(update: Update, context: Context) -> None:
    """It does again."""
    if message := update.effective_message:
        place = place_of(message)
        if place in await context.services.lives.dead(place.chat_id):
            await context.services.subscriptions.resume(place)


def _present(member: ChatMember) -> bool:
    return member.status in _PRESENT or bool(getattr(member, "is_member", False))
