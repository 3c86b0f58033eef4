"""`/history`, and an account's pictures: its card and its history chart."""

from dataclasses import replace
from datetime import timedelta

from handlers.context import Context
from handlers.incoming.button_arguments import Pictured
from handlers.incoming.requests import Command, Interaction, OldButton, Press
from handlers.outgoing import picture_replies
from handlers.scores import lookup
from scoring.progress import STREAK_WEEKS
from services.visibility import Visible, seen
from views.buttons import Action
from views.pictures import illustrations
from views.pictures.illustrations import Illustration
from views.prompts import Question
from views.scores import score_messages
from views.wording import Wording


async def history(command: Command, context: Context) -> None:
    """Answer `/history @h` with the last weeks, in words and as a picture."""
    if account := await lookup.one_account(command, context, Question.HISTORY):
        reading, wording = account.reading, command.wording
        step = await context.services.told.step(command.place, reading)
        moved = score_messages.moved(step, wording)
        chart = await _illustration(command, context, Action.HISTORY, reading, wording, moved=moved)
        chart = replace(chart, html="\n\n".join([chart.html, *account.remarks]))
        await picture_replies.send(command, context, chart)
        await context.services.told.answered(command.place, {reading.account_id: step})


async def press_picture(press: Press[Pictured[str]], context: Context) -> None:
    """Send an account's card or history, or turn it to the other theme, in place.

    Only stored readings are shown; X is not read.
    """
    stored = await context.services.reader.stored(press.argument.subject)
    reading = seen(stored, press.audience)
    if reading is None:
        raise OldButton
    wording = picture_replies.wording_of(press)
    picture = await _illustration(press, context, press.action, reading, wording)
    await picture_replies.press(press, context, picture)
    await lookup.tell(press, context, [reading])


async def _illustration(
    to: Interaction,
    context: Context,
    action: Action,
    reading: Visible,
    wording: Wording,
    *,
    moved: str = "",
) -> Illustration:
    services, now = context.services, context.services.clock()
    followed = await services.subscriptions.following.has(to.place, reading.handle)
    if action is Action.CARD:
        first = reading.score.facts.as_of - timedelta(weeks=STREAK_WEEKS + 1)
        points = await services.reader.history(reading, first)
        usual = await services.peers.usual(reading)
        return illustrations.card(reading, points, usual, now, wording, followed=followed)
    since = now - timedelta(weeks=illustrations.STRIP_WEEKS + 1)
    points = await services.reader.history(reading, since)
    return illustrations.history(reading, points, now, wording, moved, followed=followed)
