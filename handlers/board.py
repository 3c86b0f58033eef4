"""`/join`, `/leave`, `/board`: friends in a group, each by their own word."""

from typing import Final

from telegram import Message, Update

from delivery.groups import BoardClosedError
from handlers import klout, pictures
from handlers.asking import asker
from handlers.context import Context
from handlers.replies import replace, say, toast, working
from handlers.rights import allowed
from handlers.views import Reply, boards, illustrations, pages
from handlers.views.buttons import understand
from handlers.views.prompts import Question
from handlers.views.scores import apology
from handlers.wording import wording_for
from scoring import handles
from scoring.asking import Asker
from scoring.errors import ScoringError
from storage.boards import BoardFullError, HandleHeldError

_CHOICES: Final = {
    "off": {"closed": True, "weekly": False},
    "on": {"closed": False},
    "weekly": {"closed": False, "weekly": True},
    "daily": {"closed": False, "weekly": False},
}


async def join(update: Update, context: Context) -> None:
    """`/join @h`; bare, with the handle the person said is theirs, or ask."""
    message = update.effective_message
    if message is None:
        return
    text = " ".join(context.args or ()) or await klout.own_handle(update, context)
    await take_join(update, context, message, text)


async def take_join(update: Update, context: Context, message: Message, text: str) -> None:
    """Put whoever wrote on the board with the handle of a text."""
    person = update.effective_user
    wording = await context.wording(update)
    request = handles.parse(text)
    if message.chat.type == message.chat.PRIVATE:
        await say(message, boards.only_in_groups(wording))
    elif person is None or message.sender_chat:
        await say(message, pages.nobody_in_particular(wording))
    elif len(request.handles) != 1:
        await klout.ask(message, wording, Question.JOIN)
    else:
        await say(message, await _joined(update, context, request.handles[0]))


async def leave(update: Update, context: Context) -> None:
    """Take oneself off the board."""
    message, person = update.effective_message, update.effective_user
    if message is None or person is None:
        return
    wording = await context.wording(update)
    if message.chat.type == message.chat.PRIVATE:
        await say(message, boards.only_in_groups(wording))
    elif message.sender_chat:
        await say(message, pages.nobody_in_particular(wording))
    else:
        handle = await context.services.groups.leave(message.chat_id, person.id)
        await say(message, boards.left(handle, wording))


async def board(update: Update, context: Context) -> None:
    """Show the board; administrators may say `weekly`, `on`, `off`, or `remove @h`."""
    message = update.effective_message
    if message is None:
        return
    wording = await context.wording(update)
    words = [word.lower() for word in context.args or ()]
    if message.chat.type == message.chat.PRIVATE:
        await say(message, boards.only_in_groups(wording))
    elif words[:1] == ["remove"] or (words and words[0] in _CHOICES):
        if await allowed(update, context):
            await _choose(update, context, message, words)
    else:
        async with working(update, context):
            who = asker(update, "board")
            shown = await _board(context, message.chat_id, "growth", wording.language, who)
        await say(message, shown)


async def press_board(update: Update, context: Context) -> None:
    """Turn the board from growth to score and back, in place; or show it below."""
    query = update.callback_query
    press = understand(query.data) if query else None
    if query is None or press is None or not isinstance(query.message, Message):
        return
    await toast(query)
    language = press.language or (await context.wording(update)).language
    order = press.argument if press.argument == "score" else "growth"
    shown = await _board(context, query.message.chat_id, order, language)
    if press.argument == "new":
        await say(query.message, shown)
    else:
        await replace(query, shown)


async def press_picture(update: Update, context: Context) -> None:
    """Draw the board, or turn it to the other theme, in place; nothing is read for it."""
    query = update.callback_query
    press = understand(query.data) if query else None
    if query is None or press is None:
        return
    order, _, word = press.argument.partition("/")
    theme = pictures.theme_of(word)
    wording = wording_for(press.language) if theme else await context.wording(update)
    message = query.message if isinstance(query.message, Message) else None
    told = await context.services.groups.board(message.chat_id) if message else None
    shown = None
    if message and told and not told.settings.closed:
        title = message.chat.title or ""
        shown = illustrations.standings(told, title, wording, by_score=order == "score")
    if message is None or shown is None:
        await toast(query, pages.old_button(wording), alert=True)
    elif theme:
        await pictures.turn(query, context, shown, wording, theme)
    else:
        await toast(query)
        await pictures.send(update, context, message, shown, wording)


async def _joined(update: Update, context: Context, handle: str) -> Reply:
    chat, person = update.effective_chat, update.effective_user
    assert chat is not None and person is not None  # noqa: S101, PT018 - the caller looked
    wording = await context.wording(update)
    who = asker(update, "join")
    try:
        async with working(update, context):
            reading = await context.services.groups.join(chat.id, person.id, handle, who)
    except BoardClosedError:
        return boards.closed(wording)
    except BoardFullError:
        return boards.full(wording)
    except HandleHeldError:
        return boards.held(handle, wording)
    except ScoringError as error:
        return apology(error, wording)
    return boards.joined(reading, wording)


async def _choose(update: Update, context: Context, message: Message, words: list[str]) -> None:
    groups, wording = context.services.groups, await context.wording(update)
    if words[0] != "remove":
        chosen = await groups.choose(message.chat_id, **_CHOICES[words[0]])
        if chosen.weekly:
            await context.services.subscriptions.begin(message.chat_id)
        told = boards.chosen(wording, is_closed=chosen.closed, is_weekly=chosen.weekly)
        await say(message, told)
        return
    request = handles.parse(" ".join(words[1:]))
    for handle in request.handles[:1]:
        gone = await groups.remove(message.chat_id, handle)
        await say(message, boards.removed(handle, wording, was_there=gone is not None))
    if not request.handles:
        await say(message, pages.not_understood(wording, context.services.example))


async def _board(
    context: Context, chat_id: int, order: str, language: str, who: Asker | None = None
) -> Reply:
    wording = wording_for(language)
    told = await context.services.groups.board(chat_id, who)
    if told.settings.closed:
        return boards.closed(wording)
    return boards.board(told, wording, by_score=order == "score")
