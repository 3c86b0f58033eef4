"""`/compare`: several accounts in an order that people would agree with."""

from telegram import Message, Update

from handlers import klout, pictures
from handlers.context import Context
from handlers.replies import say, toast
from handlers.views import comparisons, illustrations, pages
from handlers.views.buttons import understand
from handlers.views.illustrations import Illustration
from handlers.views.markup import PROFILE
from handlers.views.prompts import Question
from handlers.wording import Wording, wording_for
from scoring import handles

_PAIR = 2


async def compare(update: Update, context: Context) -> None:
    """`/compare @a @b …`; bare, those on the board; as a reply, the other and oneself."""
    message = update.effective_message
    if message is None:
        return
    text = " ".join(context.args or ())
    if not text:
        text = await _of_the_board(update, context, message)
    await take(update, context, message, text)


async def take(update: Update, context: Context, message: Message, text: str) -> None:
    """Compare whoever a text names; one alone is asked a second for."""
    request = handles.parse(text, comparisons.MOST, bare=comparisons.MOST)
    wording = await context.wording(update)
    if not request.handles and not request.rejected:
        await klout.ask(message, wording, Question.MANY)
    elif len(request.handles) == 1 and not request.rejected:
        await klout.ask(message, wording, Question.COMPARE, request.handles[0])
    else:
        found = await klout.answers(update, context, request.handles, "compare")
        await say(message, comparisons.comparison(request, found, wording))


async def press_picture(update: Update, context: Context) -> None:
    """Draw the comparison under which the button is, or turn it to the other theme, in place.

    Ten handles are too long for a button: they are read from the message's own links.
    """
    query = update.callback_query
    press = understand(query.data) if query else None
    if query is None or press is None:
        return
    theme = pictures.theme_of(press.argument.removeprefix("/"))
    wording = wording_for(press.language) if theme else await context.wording(update)
    message = query.message if isinstance(query.message, Message) else None
    shown = await _contest(context, message, query.from_user.id, wording) if message else None
    if message is None or shown is None:
        await toast(query, pages.old_button(wording), alert=True)
    elif theme:
        await pictures.turn(query, context, shown, wording, theme)
    else:
        await toast(query)
        await pictures.send(update, context, message, shown, wording)


async def _contest(
    context: Context, message: Message, viewer: int, wording: Wording
) -> Illustration | None:
    """What is stored of the accounts that a message of ours links to; nothing is read for it."""
    links = {entity.url: None for entity in (*message.entities, *message.caption_entities)}
    names = [link.removeprefix(PROFILE) for link in links if link and link.startswith(PROFILE)]
    answers = await klout.stored(context, names, viewer)
    request = handles.parse(" ".join(f"@{name}" for name in answers), comparisons.MOST)
    if len(request.handles) != len(answers):
        return None
    return illustrations.contest(request, list(answers.values()), wording)


async def _of_the_board(update: Update, context: Context, message: Message) -> str:
    """Handles of people who joined the board: two, when one replies to the other; else all."""
    members = await context.services.groups.members(message.chat_id)
    replied = message.reply_to_message
    people = (update.effective_user, replied.from_user if replied else None)
    pair = [members[person.id] for person in people if person and person.id in members]
    if replied and replied.from_user and not replied.from_user.is_bot and len(pair) < _PAIR:
        return ""  # somebody in particular was meant, who is not on the board
    chosen = pair if len(pair) == _PAIR else list(members.values())
    return " ".join(f"@{name}" for name in chosen) if len(chosen) >= _PAIR else ""
