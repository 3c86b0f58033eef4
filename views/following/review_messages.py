"""A review of eight weeks or a year, in words."""

from datetime import datetime, timedelta
from typing import Final

from telegram import InlineKeyboardMarkup

from services.digests.reviews import Review, Reviewed
from views import OutgoingMessage
from views.buttons import Action, button
from views.scores.change_lines import difference, ends, fact
from views.scores.score_card import headline, named
from views.wording import Wording

_STALE: Final = timedelta(days=8)
"""An account that is followed is read weekly: after that it could not be."""

_MOST: Final = 10
"""Accounts in a review: a message has room for so many."""


def review(told: Review, wording: Wording, *, year: bool) -> OutgoingMessage:
    """Return a review: who came how far, their best weeks, who overtook whom, and the gaps."""
    gettext, language = wording.gettext, wording.language
    if year:
        title = gettext("<b>The year {year}</b>, as far as it was read")
        title = title.format(year=told.begin.year)
    else:
        title = (
            gettext("<b>The last eight weeks</b>") + f" · {wording.period(told.begin, told.end)}"
        )
    blocks = [title, *(_account(each, told.end, wording) for each in told.accounts[:_MOST])]
    text = gettext("{one} overtook {other}.")
    overtook = [
        text.format(one=named(ahead), other=named(behind)) for ahead, behind in told.overtakings
    ]
    if overtook:
        blocks.append("\n".join(overtook[:_MOST]))
    if len(told.accounts) > _MOST:
        rest = len(told.accounts) - _MOST
        blocks.append(
            wording.count(
                "{n} more account is not shown.", "{n} more accounts are not shown.", rest
            )
        )
    other = (
        button(gettext("Eight weeks"), Action.REVIEW, "weeks", language=language)
        if year
        else button(gettext("The year"), Action.REVIEW, "year", language=language)
    )
    return OutgoingMessage("\n\n".join(blocks), InlineKeyboardMarkup([[other]]))


def which(wording: Wording) -> OutgoingMessage:
    """Say what may stand behind `/review`."""
    text = wording.gettext(
        "<code>/review</code> looks back at the last eight weeks, <code>/review year</code> at this"
        " year, in January at the year before."
    )
    return OutgoingMessage(text)


def _account(each: Reviewed, end: datetime, wording: Wording) -> str:
    gettext, change = wording.gettext, each.change
    lines, as_of = [headline(each.reading, wording)], each.reading.score.facts.as_of
    if end - as_of > _STALE:
        lines.append(gettext("Last read on {day}.").format(day=wording.day(as_of)))
    if change is None:
        lines.append(gettext("Too few readings to compare."))
        return "\n".join(lines)
    text = gettext("{ends} ({difference}).")
    line = text.format(ends=ends(change, wording), difference=difference(change, wording))
    lines.append(" ".join(filter(None, (line, _followers(each, wording)))))
    if each.best is not None:
        text = gettext("Best week: {days}, {difference} ({fact}).")
        before, after = each.best.before.facts.as_of, each.best.after.facts.as_of
        lines.append(
            text.format(
                days=wording.period(before, after),
                difference=difference(each.best, wording),
                fact=fact(each.best, wording),
            )
        )
    if each.unread:
        text = wording.count(
            "Not read in {n} of these weeks.", "Not read in {n} of these weeks.", each.unread
        )
        lines.append(text)
    return "\n".join(lines)


def _followers(each: Reviewed, wording: Wording) -> str:
    assert each.change is not None  # noqa: S101 - the caller has looked
    new = each.change.after.facts.followers - each.change.before.facts.followers
    if not new:
        return ""
    if new > 0:
        return wording.count("{n} new follower.", "{n} new followers.", new)
    return wording.count("{n} follower fewer.", "{n} followers fewer.", -new)
