"""`/why`, `/receipt`, `/goal` and `/method`: how a score comes about."""

from typing import Final

from handlers.context import Context
from handlers.incoming.requests import Command, Press
from handlers.outgoing.replies import prompt, say, toast
from handlers.scores import lookup
from scoring.goal import goal
from scoring.reading import handles
from services.digests.spans import Span, explain
from views import pages, prompts
from views.prompts import Question
from views.remarks import with_remarks
from views.scores import goal_messages, receipt_files

_MOST: Final = 100
_SEVERAL: Final = 2
"""From this many numbers on it is unclear which one is the goal."""


async def why(command: Command, context: Context) -> None:
    """Explain one score, and what changed since this chat was last told."""
    if account := await lookup.one_account(command, context, Question.WHY):
        services, reading = context.services, account.reading
        step = await services.told.step(command.place, reading)
        asked = await explain(services.reader, reading, Span.TOLD, step.base)
        reasons = await lookup.explained(command, context, reading, command.wording, asked)
        await say(command.message, with_remarks(reasons, account.remarks))
        await services.told.answered(command.place, {reading.account_id: step})


async def receipt(command: Command, context: Context) -> None:
    """Send a score's receipt as a file."""
    if account := await lookup.one_account(command, context, Question.RECEIPT):
        file = receipt_files.receipt(account.reading, command.wording)
        caption = "\n\n".join([file.caption, *account.remarks])
        following = context.services.subscriptions.following
        followed = await following.has(command.place, account.reading.handle)
        keyboard = receipt_files.keyboard(account.reading, command.wording, followed=followed)
        await command.message.reply_document(
            file.content, caption=caption, filename=file.name, reply_markup=keyboard
        )
        await lookup.tell(command, context, [account.reading])


async def aim(command: Command, context: Context, *, ask_whose: bool = False) -> None:
    """Answer `/goal 35`, `/goal @h 35`: the distance, what would help, what would not.

    Args:
        ask_whose: offer a button by which the user says that the handle is theirs.
    """
    wording = command.wording
    request = handles.parse(command.text, numbers=_SEVERAL, words=lookup.MYSELF)
    marked = handles.parse(command.text, bare=0).handles
    numbers = request.numbers
    if not numbers and (marked or not (request.handles or request.unknown)):
        name = marked[0] if marked else await lookup.own_handle(command, context)
        question = Question.GOAL_FOR if name else Question.GOAL
        await prompt(command, question, name, request=request)
        return
    wanted = numbers[0].value if len(numbers) == 1 and not numbers[0].step else -1.0
    if not 0 <= wanted <= _MOST:
        await say(command.message, goal_messages.which_goal(wording))
        return
    number = wording.count("{n}", "{n}", wanted)
    account = await lookup.one_account(command, context, Question.GOAL_OF, number, numbers=1)
    if account:
        distance = goal(account.reading.score, wanted)
        following = context.services.subscriptions.following
        followed = await following.has(command.place, account.reading.handle)
        message = goal_messages.goal(
            account.reading, distance, wording, ask_whose=ask_whose, followed=followed
        )
        await say(command.message, with_remarks(message, account.remarks))
        await lookup.tell(command, context, [account.reading])


async def press_goal(press: Press[str], context: Context) -> None:
    """Ask for a goal of the account that a button names."""
    del context
    await toast(press.query)
    person, handle = press.query.from_user, press.argument
    await say(press.message, prompts.ask_presser(press.wording, Question.GOAL_FOR, person, handle))


async def method(command: Command, context: Context) -> None:
    """Explain how a score is made, and where the method is written down."""
    agreed = await context.services.people_agreement.lately()
    await say(command.message, pages.method(agreed, command.wording))
