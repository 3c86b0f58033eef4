"""Who asks: for what a read was made, and against whose quota it counts."""

from telegram import Update

from scoring.asking import Asker


def asker(update: Update, command: str) -> Asker:
    """The person and the chat of an update.

    Where the bot is a guest, the chat's number may be that of another chat; an anonymous
    administrator is nobody in particular.
    """
    chat = None if update.guest_message else update.effective_chat
    hidden = update.message is not None and update.message.sender_chat is not None
    person = None if hidden else update.effective_user
    return Asker(command, chat.id if chat else None, person.id if person else None)
