"""`/klout`: the score of an account, and the buttons under it."""

from collections.abc import Sequence

from handlers.context import Context
from handlers.incoming.button_arguments import Asked
from handlers.incoming.requests import Command, Interaction, OldButton, Press
from handlers.outgoing.replies import prompt, replace, say, toast
from handlers.scores import lookup
from scoring.reading import handles
from scoring.reading.account import Reading
from scoring.reading.handles import Request
from services.digests.last_told import Step
from services.digests.spans import explain
from services.visibility import seen
from views import OutgoingMessage, pages, prompts
from views.buttons import Action, Ends
from views.prompts import Question
from views.scores import score_buttons, score_card, score_messages
from views.scores.score_messages import Answer


async def klout(command: Command, context: Context) -> None:
    """Answer `/klout …`; bare or with "me", score the user's own accounts, or ask for one."""
    text = command.text
    if text.lower() in {"", *lookup.MYSELF}:
        own = await lookup.own_handles(command, context)
        if not own:
            await prompt(command, Question.OWN)
            return
        text = " ".join(f"@{name}" for name in own[: handles.MAX_HANDLES])
        await answer(command, context, text, strongest_first=True)
    else:
        await answer(command, context, text)


async def answer(
    to: Interaction,
    context: Context,
    text: str,
    *,
    ask_whose: bool = False,
    strongest_first: bool = False,
) -> None:
    """Reply with the scores that a text asks for, or ask for a handle.

    Args:
        to: the request.
        context: of the update.
        text: the handles.
        strongest_first: order several accounts by their scores, not as they are named.
        ask_whose: offer a button by which the user says that the handle is theirs.
    """
    request, wording = handles.parse(text), to.wording
    if not request.handles:
        question = Question.OWN if ask_whose else Question.SCORE
        await prompt(to, question, request=request)
        return
    answers = await lookup.answers(to, context, request.handles, "klout")
    if strongest_first:
        request, answers = _strongest_first(request, answers)
    steps = await lookup.steps(to, context, answers)
    now, first = context.services.clock(), answers[0]
    followed = isinstance(first, Reading) and await _follows(to, context, first.handle)
    message = score_messages.answer(
        request, answers, now, wording, ask_whose=ask_whose, followed=followed, steps=steps
    )
    await say(to.message, message)
    await context.services.told.answered(to.place, steps)


def _strongest_first(request: Request, answers: Sequence[Answer]) -> tuple[Request, list[Answer]]:
    def points(named: tuple[str, Answer]) -> float:
        return named[1].score.score if isinstance(named[1], Reading) else -1

    pairs = sorted(zip(request.handles, answers, strict=True), key=points, reverse=True)
    return request._replace(handles=tuple(name for name, _ in pairs)), [each for _, each in pairs]


async def words(command: Command, context: Context) -> None:
    """Answer words in private: score a handle or link; only offer to score a lone word."""
    request = handles.parse(command.text, bare=0)
    if any(_may_be_mail(name, command.text) for name in request.handles):
        await say(command.message, pages.not_understood(command.wording, context.services.example))
    elif request.handles or any(set("@/") & set(piece) for piece in request.unknown):
        await answer(command, context, command.text)
    else:
        lone = "".join(handles.parse(command.text, bare=1).handles)
        hint = pages.not_understood(command.wording, context.services.example, handle=lone)
        await say(command.message, hint)


def _may_be_mail(name: str, text: str) -> bool:
    """Whether an address in a sentence may be a mail address: its host is not asked then."""
    is_address = "@" in name and f"@{name}" not in text.lower() and "/" not in text
    return is_address and text.strip().lower() != name


async def press_score(press: Press[str], context: Context) -> None:
    """Score the handle that a button names, in a new message."""
    await toast(press.query)
    await answer(press, context, f"@{press.argument}")


async def press_why(press: Press[Asked], context: Context) -> None:
    """Unfold or fold the reasons under a score; from a list, show them in a new message.

    What unfolds explains the change from the reading that the message counted from, which the
    button carries, to the one that it shows. X is not read.
    """
    services, query, as_written = context.services, press.query, press.as_written
    name, span, (as_of, base) = press.argument
    reader = services.reader
    stored = await (reader.recall(name, as_of) if as_of else reader.stored(name))
    reading = seen(stored, press.audience)
    if reading is None:
        raise OldButton
    await toast(query)
    if press.action is Action.LESS:
        card = score_card.card(reading, services.clock(), as_written)
        ends = Ends(reading.score.facts.as_of, base)
        followed = await _follows(press, context, reading.handle)
        keyboard = score_buttons.keyboard(reading.handle, as_written, ends=ends, followed=followed)
        await replace(query, OutgoingMessage(card, keyboard))
    else:
        explained = await explain(reader, reading, span, base)
        if press.action is Action.MORE:
            page = await lookup.explained(press, context, reading, press.wording, explained)
            await say(press.message, page)
        else:
            page = await lookup.explained(press, context, reading, as_written, explained)
            await replace(query, page)
    await services.told.answered(press.place, {reading.account_id: Step(reading, None)})


async def _follows(to: Interaction, context: Context, handle: str) -> bool:
    return await context.services.subscriptions.following.has(to.place, handle)


async def press_compare(press: Press[str], context: Context) -> None:
    """Ask for the account to compare with."""
    del context
    await toast(press.query)
    question = prompts.ask_presser(
        press.wording, Question.COMPARE, press.query.from_user, press.argument
    )
    await say(press.message, question)
