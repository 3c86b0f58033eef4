"""`/review`: the last eight weeks, or the year, of the accounts that a chat follows."""

from typing import Final

from handlers.context import Context
from handlers.incoming.requests import Command, Interaction, Press
from handlers.outgoing.replies import replace, say, toast
from services.digests.last_told import Step
from services.digests.reviews import Review
from views import OutgoingMessage, pages
from views.following import review_messages
from views.wording import Wording

_YEAR: Final = frozenset(("year", "année", "annee", "an"))
_DECEMBER: Final = 12


async def review(command: Command, context: Context) -> None:
    """Look back at eight weeks; in December, or when asked for it, at the year."""
    words = command.text.lower().split()
    if words and not set(words) <= _YEAR:
        await say(command.message, review_messages.which(command.wording))
        return
    year = bool(words) or context.services.clock().month == _DECEMBER
    told = await context.services.reviews.review(command.place, year=year)
    await say(command.message, _page(told, command.wording, context, year=year))
    await _told(command, context, told)


async def press_review(press: Press[str], context: Context) -> None:
    """Look back at the other time, in place."""
    await toast(press.query)
    year = press.argument == "year"
    told = await context.services.reviews.review(press.place, year=year)
    await replace(press.query, _page(told, press.as_written, context, year=year))
    await _told(press, context, told)


def _page(told: Review, wording: Wording, context: Context, *, year: bool) -> OutgoingMessage:
    if not told.accounts:
        return pages.nobody_followed(wording, context.services.example)
    return review_messages.review(told, wording, year=year)


async def _told(to: Interaction, context: Context, told: Review) -> None:
    steps = {
        each.reading.account_id: Step(each.reading, each.change)
        for each in told.accounts
        if each.change
    }
    await context.services.told.answered(to.place, steps)
