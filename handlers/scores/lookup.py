"""Looks up readings for a request: stored ones at once, else read from X."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from handlers.context import Context
from handlers.incoming.requests import Command, Interaction
from handlers.outgoing.replies import prompt, say, working
from scoring.reading import handles
from scoring.reading.account import Reading
from scoring.reading.errors import ScoringError
from scoring.reading.reader import Reader
from scoring.reading.requester import Requester
from services.digests.last_told import Step
from services.digests.spans import Explained
from services.visibility import Audience, Visible, shown
from views import OutgoingMessage, pages
from views.prompts import Question
from views.remarks import remarks, with_remarks
from views.scores import score_messages
from views.scores.score_messages import Answer
from views.wording import Wording

MYSELF: Final = frozenset(("me", "moi"))
"""Words that people write for their own handle."""

_COMMANDS: Final = {
    Question.WHY: "why",
    Question.RECEIPT: "receipt",
    Question.GOAL_OF: "goal",
    Question.HISTORY: "history",
}
"""The command that asks each question."""


async def own_handle(request: Interaction, context: Context) -> str:
    """Return the handle that the user linked in this chat; "" if none."""
    if request.person is None:
        return ""
    chats = context.services.chats
    return await chats.linked_handle(request.message.chat_id, request.person.id) or ""


async def own_handles(request: Interaction, context: Context) -> list[str]:
    """Return the user's own handles: in private those that they proved, too.

    A group learns of no more than the one that the user named there.
    """
    linked = await own_handle(request, context)
    names = [linked] if linked else []
    if request.person is not None and request.audience.person_id == request.person.id:
        names += await context.services.ownership.owned(request.person.id)
    return list({handles.key(name): name for name in names}.values())


class Found(NamedTuple):
    """The one account that a command asks for.

    Attributes:
        remarks: words in the command that were not understood.
    """

    reading: Visible
    remarks: list[str]


async def one_account(
    command: Command, context: Context, question: Question, known: str = "", *, numbers: int = 0
) -> Found | None:
    """Find the one account in a text; when there is none to show, tell the user and return None.

    Args:
        question: the prompt for a text without a handle, when the user's own is unknown.
        known: what is known already, for the prompt.
        numbers: how many numbers in the text belong to the command.
    """
    message, wording = command.message, command.wording
    request = handles.parse(command.text, numbers=numbers, words=MYSELF)
    if not request.handles and not request.unknown:
        own = await own_handle(command, context)
        request = request._replace(handles=(own,) if own else ())
    if not request.handles:
        await prompt(command, question, known, request=request)
    elif len(request.handles) > 1:
        await say(message, pages.one_at_a_time(wording))
    else:
        (answer,) = await answers(command, context, request.handles, _COMMANDS[question])
        lines = remarks(request, wording)
        if isinstance(answer, Reading):
            return Found(answer, lines)
        await say(message, with_remarks(score_messages.apology(answer, wording), lines))
    return None


async def answers(
    request: Interaction, context: Context, names: Sequence[str], command: str
) -> list[Answer]:
    """Return stored readings at once, else read X and show "typing…" meanwhile.

    Args:
        names: handles.
        command: the command that the reads are made for.
    """
    reader, readers, who = context.services.reader, request.audience, request.requester(command)
    if (known := await reader.current(names, who)) is not None:
        return [_shown(each, readers, name) for name, each in zip(names, known, strict=True)]
    async with working(request, context):
        return await asyncio.gather(*(_read(reader, name, who, readers) for name in names))


async def stored(context: Context, names: Sequence[str], readers: Audience) -> dict[str, Answer]:
    """Return the readings stored under these handles; X is not read."""
    readings = await asyncio.gather(*map(context.services.reader.stored, names))
    return {
        name: _shown(reading, readers, name)
        for name, reading in zip(names, readings, strict=True)
        if reading
    }


async def explained(
    request: Interaction,
    context: Context,
    reading: Visible,
    wording: Wording,
    asked: Explained,
) -> OutgoingMessage:
    """Return a score with its reasons, and buttons for what this chat has not done yet."""
    services = context.services
    followed = await services.subscriptions.following.has(request.place, reading.handle)
    mine = handles.key(await own_handle(request, context)) == handles.key(reading.handle)
    usual = await services.peers.usual(reading)
    return score_messages.why(
        reading, asked, services.clock(), wording, usual=usual, followed=followed, mine=mine
    )


async def tell(request: Interaction, context: Context, found: Iterable[Answer]) -> None:
    """Note that an answer has told the place of readings; call it once the answer is sent."""
    steps_ = await steps(request, context, found)
    await context.services.told.answered(request.place, steps_)


async def steps(request: Interaction, context: Context, found: Iterable[Answer]) -> dict[int, Step]:
    """Return, by the account's number, how each reading differs from what the place was told."""
    readings = [each for each in found if isinstance(each, Reading)]
    return await context.services.told.steps(request.place, readings)


async def _read(reader: Reader, handle: str, who: Requester, readers: Audience) -> Answer:
    try:
        return shown(await reader.read(handle, who), readers, handle)
    except ScoringError as error:
        return error


def _shown(reading: Reading, readers: Audience, asked: str) -> Answer:
    try:
        return shown(reading, readers, asked)
    except ScoringError as error:
        return error
