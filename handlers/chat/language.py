"""`/language`: the language of a chat."""

from handlers.context import Context
from handlers.incoming.permissions import allowed
from handlers.incoming.requests import Command, Press
from handlers.outgoing.replies import replace, say, toast
from locales import LANGUAGES
from views import pages
from views.wording import wording_for


async def language(command: Command, context: Context) -> None:
    """Offer the languages, or set the one that was named."""
    message = command.message
    if not command.text:
        await say(message, pages.choose_language(command.wording))
    elif (code := _named(command.words[0].lower())) is None:
        await say(message, pages.unknown_language(command.wording))
    elif await allowed(command, context):
        await context.services.chats.choose_language(message.chat_id, code)
        await say(message, pages.language_chosen(wording_for(code)))


async def press_language(press: Press[str], context: Context) -> None:
    """Set the language of the button; without one, offer the languages."""
    code = press.argument
    if not code:
        await toast(press.query)
        await say(press.message, pages.choose_language(press.wording))
    elif await allowed(press, context):
        await toast(press.query)
        await context.services.chats.choose_language(press.message.chat_id, code)
        await replace(press.query, pages.language_chosen(wording_for(code)))


def _named(word: str) -> str | None:
    """Return the language that a word names: `fr`, `français`, `french`, `francais` are one."""
    names = {"english": "en", "anglais": "en", "french": "fr", "francais": "fr", "français": "fr"}
    code = names.get(word, word)
    return code if code in LANGUAGES else None
