"""`/language`: the language of a chat."""

from telegram import Message, Update

from handlers.context import Context
from handlers.replies import replace, say, toast
from handlers.rights import allowed
from handlers.views import pages
from handlers.views.buttons import understand
from handlers.wording import wording_for
from locales import LANGUAGES


async def language(update: Update, context: Context) -> None:
    """Offer the languages, or take the one that was named."""
    message = update.effective_message
    if message is None:
        return
    wording = await context.wording(update)
    word = (context.args or [""])[0].lower()
    if not word:
        await say(message, pages.choose_language(wording))
    elif (code := _named(word)) is None:
        await say(message, pages.unknown_language(wording))
    elif await allowed(update, context):
        await context.services.chats.choose_language(message.chat_id, code)
        await say(message, pages.language_chosen(wording_for(code)))


async def press_language(update: Update, context: Context) -> None:
    """Take the language of the button; the right is asked for at the moment of the press."""
    query = update.callback_query
    press = understand(query.data) if query else None
    if query is None or press is None or query.message is None:
        return
    wording = await context.wording(update)
    if not press.argument and isinstance(query.message, Message):  # a button that leads here
        await toast(query)
        await say(query.message, pages.choose_language(wording))
    elif press.argument not in LANGUAGES:
        await toast(query, pages.old_button(wording), alert=True)
    elif await allowed(update, context):
        await toast(query)
        await context.services.chats.choose_language(query.message.chat.id, press.argument)
        await replace(query, pages.language_chosen(wording_for(press.argument)))


def _named(word: str) -> str | None:
    """`fr`, `français`, `french` and `francais` are one language."""
    names = {"english": "en", "anglais": "en", "french": "fr", "francais": "fr", "français": "fr"}
    code = names.get(word, word)
    return code if code in LANGUAGES else None
