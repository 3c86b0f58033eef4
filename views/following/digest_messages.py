"""Digests as messages: the story of the time since a place was last told."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import MessageLimit

from services.digests.digest_contents import DigestContents
from services.digests.digest_entries import Sort
from views import OutgoingMessage
from views.buttons import Action, Ends, button
from views.duels import said_messages
from views.following.digest_blocks import (
    changed,
    gone,
    left_out,
    milestone_lines,
    new,
    not_afresh,
    overtaken,
    steady,
    troubles,
)
from views.following.following_messages import pause_button, quiet_button
from views.groups.board_messages import weekly
from views.markup import shown_length
from views.scores.change_lines import fact, other_formula
from views.scores.score_buttons import why_button
from views.scores.score_card import named
from views.wording import Wording

_MOST_ENTITIES: Final = 100
"""Links and bold words in a message: Telegram drops those after the hundredth."""

_MOST_WHY: Final = 3
_WEEK: Final = (timedelta(days=5), timedelta(days=9))
"""The least and the longest time that is called a week."""

_REVIEW: Final = ((12, 12), (12, 18))
"""The week of December whose digest points to the year's review."""

_COMPANY: Final = 3
"""Accounts from which on one that moved is an exception."""


class Detail(NamedTuple):
    """How much a digest says.

    Attributes:
        most: accounts that are told with all their lines.
        named: accounts of each kind that are named at all.
        board: whether the group's board is part of it.
    """

    most: int
    named: int
    board: bool


_DETAILS: Final = (
    Detail(50, 50, board=True),
    Detail(3, 50, board=False),
    Detail(1, 12, board=False),
    Detail(1, 5, board=False),
)
"""From all that there is to what fits under a picture in any case."""


def digest(told: DigestContents, now: datetime, wording: Wording) -> OutgoingMessage:
    """Return a digest as a text: as much of it as one message holds."""
    detail = _fitting(told, now, wording, MessageLimit.MAX_TEXT_LENGTH) or _DETAILS[-1]
    return _message(told, now, wording, detail)


def captioned(told: DigestContents, now: datetime, wording: Wording) -> OutgoingMessage | None:
    """Return a digest as the caption of a picture; None where even the shortest does not fit.

    What is left out is behind a button.
    """
    detail = _fitting(told, now, wording, MessageLimit.CAPTION_LENGTH)
    return None if detail is None else _message(told, now, wording, detail)


def may_be_lost(number: int | None, wording: Wording) -> OutgoingMessage:
    """Say that a message sent here may have been lost when the connection broke.

    Args:
        number: the lost digest's number, for its button; None for anything else.
    """
    text = wording.gettext(
        "My last message here may not have arrived: the connection broke while I sent it. I do"
        " not send it again by myself; /digest shows where things stand."
    )
    if number is None:
        return OutgoingMessage(text)
    again = button(
        wording.gettext("Show it"), Action.PAGE, f"{number}_0", language=wording.language
    )
    return OutgoingMessage(text, InlineKeyboardMarkup([[again]]))


def _fitting(told: DigestContents, now: datetime, wording: Wording, most: int) -> Detail | None:
    """Return the most detail whose text has so many UTF-16 units at most."""
    for detail in _DETAILS:
        html = _html(told, now, wording, detail)
        if shown_length(html) <= most and _entities(html) <= _MOST_ENTITIES:
            return detail
    return None


def _entities(html: str) -> int:
    return sum(html.count(tag) for tag in ("<a ", "<b>", "<code>", "<tg-time "))


def _message(
    told: DigestContents, now: datetime, wording: Wording, detail: Detail
) -> OutgoingMessage:
    complete = detail is _DETAILS[0]
    return OutgoingMessage(
        _html(told, now, wording, detail), _keyboard(told, wording, complete=complete)
    )


def _html(told: DigestContents, now: datetime, wording: Wording, detail: Detail) -> str:
    entries = told.of(Sort.CHANGED)
    # a change of formula concerns all accounts, and is told once
    formulas = [other_formula(entry.change, wording) for entry in told.entries if entry.change]
    first = [
        _title(told, now, wording),
        *dict.fromkeys(filter(None, formulas)),
        _story(told, wording),
    ]
    blocks = ["\n".join(filter(None, first))]
    blocks += [changed(entry, wording) for entry in entries[: detail.most]]
    rest = [
        *[changed(entry, wording, briefly=True) for entry in entries[detail.most : detail.named]],
        *left_out(entries[detail.named :], wording),
        *overtaken((*told.entries, *told.members), wording)[: detail.named],
        *steady(told.of(Sort.STEADY), now, detail.named, wording),
        *milestone_lines(told.of(Sort.STEADY), wording)[: detail.named],
        *new(told.of(Sort.NEW), detail.named, wording),
        *gone(told.of(Sort.GONE), detail.named, wording),
        *not_afresh(told, now, detail.named, wording),
        *troubles(told, wording),
        *_year_in_review(now, wording),
    ]
    blocks.append("\n".join(rest))
    if told.board is not None and detail.board:
        unchanged = wording.gettext("The board stands as it did: /board shows it.")
        blocks.append(weekly(told.board, wording) if told.board_has_news else unchanged)
    if told.duels is not None and detail.board:
        blocks.append(said_messages.week(told.duels, wording))
    return "\n\n".join(filter(None, blocks))


def _year_in_review(now: datetime, wording: Wording) -> list[str]:
    """Point to the year's review, in one digest of December."""
    if (now.month, now.day) < _REVIEW[0] or (now.month, now.day) > _REVIEW[1]:
        return []
    return [wording.gettext("The year in review: /review.")]


def _title(told: DigestContents, now: datetime, wording: Wording) -> str:
    """Return the heading, with the days that it is about: "26 November – 3 December"."""
    gettext, base, days = wording.gettext, told.base, wording.day(now)
    if base is not None and base.date() != now.date():
        days = wording.period(base, now)
    name = gettext("<b>Where things stand</b>")
    if any(not entry.known for entry in told.entries):
        name = gettext("<b>What changed</b>")
    title = f"{name} · {days}"
    if told.due_at is None:
        return title
    late = wording.gettext("This is late: it was due on {moment}, and I could not send it then.")
    return f"{title}\n{late.format(moment=wording.moment(told.due_at))}"


def _story(told: DigestContents, wording: Wording) -> str:
    """Say in one sentence what the time was."""
    gettext, mover, quiet = wording.gettext, told.mover, _quiet(told, wording)
    read = [entry for entry in told.entries if entry.reading and not entry.known]
    moved = [entry for entry in told.of(Sort.CHANGED) if entry.moved]
    if mover is None or mover.reading is None or mover.change is None:
        return quiet
    who, why = named(mover.reading), fact(mover.change, wording)
    if quiet and len(moved) == 1 and len(read) >= _COMPANY:
        text = gettext("{handle} is the exception ({fact}).")
        return f"{quiet} {text.format(handle=who, fact=why)}"
    if len(moved) == 1:
        up = mover.change.own > 0
        text = (
            gettext("{handle} went up ({fact}).") if up else gettext("{handle} went down ({fact}).")
        )
        return text.format(handle=who, fact=why)
    text = gettext("{n} of {all} moved, most of all {handle} ({fact}).")
    if 2 * len(moved) > len(read):
        text = gettext("Lively: {n} of {all} moved, most of all {handle} ({fact}).")
    return text.format(n=len(moved), all=len(read), handle=who, fact=why)


def _quiet(told: DigestContents, wording: Wording) -> str:
    """Call the time quiet, but for what moved; "" where some was told before, or one is gone."""
    known = any(entry.known and entry.reading for entry in told.entries)
    lost = any(not entry.known for entry in told.of(Sort.GONE))
    if told.base is None or known or lost:
        return ""
    ends = max((e.change.after.facts.as_of for e in told.entries if e.change), default=None)
    span = ends - told.base if ends else timedelta()
    if _WEEK[0] <= span <= _WEEK[1]:
        return wording.gettext("A quiet week.")
    return wording.gettext("A quiet time.")


def _keyboard(told: DigestContents, wording: Wording, *, complete: bool) -> InlineKeyboardMarkup:
    gettext = wording.gettext
    rows: list[list[InlineKeyboardButton]] = []
    for entry in told.of(Sort.CHANGED)[:_MOST_WHY]:
        if entry.reading and entry.change:
            after, before = entry.change.after.facts.as_of, entry.change.before.facts.as_of
            rows.append([why_button(entry.reading.handle, Ends(after, before), wording)])
    if not complete and told.number:
        whole = f"{told.number}_0"
        rows.append([button(gettext("All of it"), Action.PAGE, whole, language=wording.language)])
    if not complete and told.board is not None:
        rows[-1:] = [[*rows[-1], button(gettext("The board"), Action.BOARD, "new")]]
    rows.append(
        [
            button(gettext("Unfollow…"), Action.FOLLOWING, "0"),
            quiet_button(told.schedule, gettext("Less often"), wording),
            pause_button(told.schedule, wording),
        ]
    )
    return InlineKeyboardMarkup(rows)
