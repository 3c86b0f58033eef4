"""`/klout`: a score for whoever is asked for, and the buttons under it."""

import asyncio
from collections.abc import Sequence
from typing import Final

from telegram import Message, Update

from handlers.asking import asker
from handlers.context import Context
from handlers.replies import replace, say, toast, working
from handlers.rights import place_of
from handlers.views import Reply, pages, prompts, scores
from handlers.views.buttons import Action, understand
from handlers.views.prompts import Question
from handlers.views.scores import Answer
from handlers.wording import Wording, wording_for
from scoring import handles
from scoring.asking import Asker
from scoring.errors import ScoringError
from scoring.reader import Reader
from scoring.reading import Reading

_MYSELF: Final = frozenset(("", "me", "moi"))


async def klout(update: Update, context: Context) -> None:
    """Answer `/klout …`; bare, for the person's own handle, or ask for one."""
    if message := update.effective_message:
        text = await named(update, context, " ".join(context.args or ()))
        await answer(update, context, message, text)


async def named(update: Update, context: Context, text: str) -> str:
    """What a text names; "" and "me" are the person's own handle, or "" when it is not known."""
    return await own_handle(update, context) if text.lower() in _MYSELF else text


async def answer(
    update: Update, context: Context, message: Message, text: str, *, ask_whose: bool = False
) -> None:
    """Reply to `message` with the scores that `text` asks for, or ask for a handle."""
    request = handles.parse(text)
    wording = await context.wording(update)
    if not request.handles and not request.rejected:
        await ask(message, wording, Question.SCORE, sentence=len(text.split()) > 1)
        return
    found = await answers(update, context, request.handles, "klout")
    now = context.services.clock()
    await say(message, scores.answer(request, found, now, wording, ask_whose=ask_whose))


async def ask(
    message: Message,
    wording: Wording,
    question: Question,
    given: str = "",
    *,
    sentence: bool = False,
) -> None:
    """Ask the writer of `message` for what is missing; `handlers.reply` takes the answer.

    Args:
        sentence: words were given, but none that is clearly a handle.
    """
    private = message.chat.type == message.chat.PRIVATE
    asked = prompts.ask(wording, question, given, private=private)
    await say(message, prompts.whom(asked, wording) if sentence else asked)


async def words(update: Update, context: Context) -> None:
    """In private a handle or a link is enough; a lone word is offered, not paid for."""
    message = update.effective_message
    if message is None:
        return
    text = message.text or ""
    request = handles.parse(text)
    if request.handles and ("@" in text or "/" in text):
        await answer(update, context, message, text)
    else:
        lone = request.handles[0] if len(text.split()) == 1 and request.handles else ""
        wording = await context.wording(update)
        hint = pages.not_understood(wording, context.services.example, handle=lone)
        await say(message, hint)


async def press_score(update: Update, context: Context) -> None:
    """Score the handle that a button names, in a new message."""
    query = update.callback_query
    press = understand(query.data) if query else None
    if query and press:
        await toast(query)
        if isinstance(query.message, Message):
            await answer(update, context, query.message, f"@{press.argument}")


async def press_why(update: Update, context: Context) -> None:
    """Unfold the reasons under a score, or fold them; from a list, in a message of their own.

    Nothing is read for it.
    """
    query = update.callback_query
    press = understand(query.data) if query else None
    if query is None or press is None:
        return
    wording = await context.wording(update)
    reading = await context.services.reader.stored(press.argument)
    if reading is None or reading.hidden_by not in {None, viewer(update)}:
        await toast(query, pages.old_button(wording), alert=True)
        return
    await toast(query)
    now = context.services.clock()
    as_written = wording_for(press.language)
    if press.action is Action.LESS:
        keyboard = scores.keyboard(reading.handle, as_written)
        await replace(query, Reply(scores.card(reading, now, as_written), keyboard))
        return
    if press.action is Action.WHY:
        await replace(query, await explained(update, context, reading, as_written))
    elif isinstance(query.message, Message):
        await say(query.message, await explained(update, context, reading, wording))


async def explained(update: Update, context: Context, reading: Reading, wording: Wording) -> Reply:
    """A score with its reasons, and buttons for what is not done yet in this chat."""
    services, message = context.services, update.effective_message
    followed = message is not None and await services.subscriptions.following.has(
        place_of(message), reading.handle
    )
    mine = handles.key(await own_handle(update, context)) == handles.key(reading.handle)
    change = await services.reader.change(reading)
    return scores.why(reading, change, services.clock(), wording, followed=followed, mine=mine)


async def press_compare(update: Update, context: Context) -> None:
    """Ask whom to compare with."""
    query = update.callback_query
    press = understand(query.data) if query else None
    if query and press:
        await toast(query)
        wording = await context.wording(update)
        if isinstance(query.message, Message):
            question = prompts.ask_presser(
                wording, Question.COMPARE, query.from_user, press.argument
            )
            await say(query.message, question)


async def press_link(update: Update, context: Context) -> None:
    """Remember that the person who pressed has this handle, in this chat."""
    query = update.callback_query
    press = understand(query.data) if query else None
    if query is None or press is None or query.message is None:
        return
    if not handles.is_handle(press.argument):
        await toast(query, pages.old_button(await context.wording(update)), alert=True)
        return
    await context.services.chats.link(query.message.chat.id, query.from_user.id, press.argument)
    await toast(query, pages.linked(await context.wording(update), press.argument))


async def own_handle(update: Update, context: Context) -> str:
    """The handle that the person said is theirs, in this chat; "" when they did not."""
    chat, person, message = update.effective_chat, update.effective_user, update.message
    if chat is None or person is None or (message and message.sender_chat):
        return ""  # an anonymous administrator is nobody in particular
    return await context.services.chats.linked_handle(chat.id, person.id) or ""


async def answers(
    update: Update, context: Context, names: Sequence[str], command: str
) -> list[Answer]:
    """What is known at once, or else all that X says, with a sign that it takes a moment."""
    reader, whose, who = context.services.reader, viewer(update), asker(update, command)
    if (known := await reader.current(names, who)) is not None:
        return [_shown(reading, whose) for reading in known]
    async with working(update, context):
        return await asyncio.gather(*(_read(reader, name, who, whose) for name in names))


def viewer(update: Update) -> int | None:
    """Whoever alone reads the answer: the person, in private; None where others read along."""
    chat = update.effective_chat
    return chat.id if chat and chat.type == chat.PRIVATE else None


async def stored(context: Context, names: Sequence[str], viewer: int) -> dict[str, Answer]:
    """What is stored under these names, of that which is; the network is never asked."""
    found = await asyncio.gather(*map(context.services.reader.stored, names))
    return {
        name: _shown(reading, viewer) for name, reading in zip(names, found, strict=True) if reading
    }


async def _read(reader: Reader, handle: str, who: Asker, viewer: int | None) -> Answer:
    try:
        return (await reader.read(handle, who)).shown_to(viewer)
    except ScoringError as error:
        return error


def _shown(reading: Reading, viewer: int | None) -> Answer:
    try:
        return reading.shown_to(viewer)
    except ScoringError as error:
        return error
