"""`/compare`: several accounts, ranked."""

from typing import Final

from handlers.context import Context
from handlers.incoming.button_arguments import Pictured
from handlers.incoming.requests import Command, OldButton, Press
from handlers.outgoing import picture_replies
from handlers.outgoing.replies import prompt, say
from handlers.scores import lookup
from scoring.reading import handles
from views.pictures import illustrations
from views.prompts import Question
from views.scores import comparison_messages

_PAIR: Final = 2


async def compare(command: Command, context: Context) -> None:
    """Answer `/compare @a @b …`; bare, compare the board; as a reply, both people."""
    text = command.text or await _of_the_board(command, context)
    await take(command.with_text(text), context)


async def take(command: Command, context: Context, *, first: str = "") -> None:
    """Compare the accounts that a text names; when it names one, ask for a second.

    Args:
        first: a handle named before, to compare with the others.
    """
    most = comparison_messages.MOST - bool(first)
    request = handles.parse(command.text, most, bare=most)
    others = [name for name in request.handles if handles.key(name) != handles.key(first)]
    request = request._replace(handles=(first, *others) if first else request.handles)
    if not request.handles:
        await prompt(command, Question.MANY, request=request)
    elif len(request.handles) == 1:
        (name,) = request.handles
        await prompt(command, Question.COMPARE, name, request=request)
    else:
        answers = await lookup.answers(command, context, request.handles, "compare")
        comparison = comparison_messages.comparison(request, answers, command.wording)
        await say(command.message, comparison)
        await lookup.tell(command, context, answers)


async def press_picture(press: Press[Pictured[None]], context: Context) -> None:
    """Draw the comparison above the button, or turn it to the other theme, in place.

    Ten handles are too long for a button, so they are read from the message's entities.
    """
    names = comparison_messages.compared(press.message)
    answers = await lookup.stored(context, names, press.audience)
    request = handles.parse(" ".join(f"@{name}" for name in answers), comparison_messages.MOST)
    wording = picture_replies.wording_of(press)
    chart = illustrations.contest(request, list(answers.values()), wording)
    if chart is None or len(request.handles) != len(answers):
        raise OldButton
    await picture_replies.press(press, context, chart)
    await lookup.tell(press, context, answers.values())


async def _of_the_board(command: Command, context: Context) -> str:
    """Return board members' handles: the two people of a reply, else all members."""
    members = await context.services.groups.members(command.message.chat_id)
    replied = command.message.reply_to_message
    people = (command.update.effective_user, replied.from_user if replied else None)
    pair = [members[person.id].handle for person in people if person and person.id in members]
    if replied and replied.from_user and not replied.from_user.is_bot and len(pair) < _PAIR:
        return ""  # the reply means a person who is not on the board
    chosen = pair if len(pair) == _PAIR else [member.handle for member in members.values()]
    return " ".join(f"@{name}" for name in chosen) if len(chosen) >= _PAIR else ""
