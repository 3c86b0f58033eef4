"""Who may change what a chat does, and where in it somebody spoke."""

from telegram import Message, Update
from telegram.constants import ChatMemberStatus, ChatType

from handlers.context import Context
from handlers.replies import say, toast
from handlers.views import pages
from storage.places import Place


async def may_change(update: Update, context: Context) -> bool:
    """In private anyone; in a group its administrators, the anonymous ones too.

    Telegram is asked at this very moment: a button may be older than somebody's rights.
    """
    chat, message, person = update.effective_chat, update.effective_message, update.effective_user
    if chat is None or person is None:
        return False
    if chat.type == ChatType.PRIVATE:
        return True
    if update.callback_query is None and message and message.sender_chat:
        return message.sender_chat.id == chat.id
    member = await context.bot.get_chat_member(chat.id, person.id)
    return member.status in {ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR}


async def allowed(update: Update, context: Context) -> bool:
    """The same, and whoever may not is told."""
    if await may_change(update, context):
        return True
    refusal = pages.administrators_only(await context.wording(update))
    if query := update.callback_query:
        await toast(query, refusal.html, alert=True)
    elif message := update.effective_message:
        await say(message, refusal)
    return False


def is_operator(update: Update, context: Context) -> bool:
    """One of `ADMIN_IDS`, in private: elsewhere others would read along."""
    chat, person = update.effective_chat, update.effective_user
    private = chat is not None and chat.type == ChatType.PRIVATE
    return private and person is not None and person.id in context.services.operators


def place_of(message: Message) -> Place:
    """The chat or topic that a message is in."""
    topic = message.message_thread_id if message.is_topic_message else None
    return Place(message.chat_id, topic or 0)
