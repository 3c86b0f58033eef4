"""`/privacy`: what is kept, and forgetting it."""

from telegram import Message, Update

from handlers.context import Context
from handlers.replies import say, toast
from handlers.views import pages, receipts


async def privacy(update: Update, context: Context) -> None:
    """Say what is kept."""
    if message := update.effective_message:
        await say(message, pages.privacy(await context.wording(update)))


async def export(update: Update, context: Context) -> None:
    """Send a person everything that is kept of them; in private, since it is theirs alone."""
    message, person = update.effective_message, update.effective_user
    if message is None or person is None:
        return
    wording = await context.wording(update)
    if message.chat.type != message.chat.PRIVATE:
        await say(message, pages.only_in_private(wording))
        return
    file = receipts.export(await context.services.lives.export(person.id), wording)
    await message.reply_document(file.content, caption=file.caption, filename=file.name)


async def forget_me(update: Update, context: Context) -> None:
    """Erase everything that is kept of a person, at once; in private, which is what goes too."""
    message, person = update.effective_message, update.effective_user
    if message is None or person is None:
        return
    wording = await context.wording(update)
    if message.chat.type != message.chat.PRIVATE:
        await say(message, pages.only_in_private(wording))
        return
    followed = await context.services.lives.forget(person.id)
    context.services.chats.forgotten(person.id)
    await say(message, pages.erased(followed, wording))


async def press_export(update: Update, context: Context) -> None:
    """The same from a button."""
    query = update.callback_query
    if query is None:
        return
    await toast(query)
    if isinstance(query.message, Message):
        await export(update, context)


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
