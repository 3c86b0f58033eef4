"""A group's board, and the words around joining it."""

from dataclasses import replace
from typing import Final

from telegram import InlineKeyboardMarkup

from delivery.groups import Board, Standing
from handlers.views import Reply
from handlers.views.buttons import Action, button
from handlers.views.comparisons import line
from handlers.views.markup import profile_link
from handlers.views.problems import sentence
from handlers.views.scores import headline
from handlers.wording import Wording
from scoring.reading import Reading
from storage.boards import MOST_MEMBERS

STREAK: Final = 2
"""Weeks in a row from which growth is worth a word."""

_WEEKLY: Final = 10
"""Lines of the board that come with a digest."""


def board(told: Board, wording: Wording, *, by_score: bool = False) -> Reply:
    """One line each: growth against one's own last eight weeks, or who has most."""
    gettext, language = wording.gettext, wording.language
    if not told.standings:
        return empty(wording)
    missing = [each for each in told.standings if each.reading is None]
    if by_score:
        title = gettext("<b>The board, by score</b>")
        lines = [line(placed, wording) for placed in told.by_score()]
        other = button(gettext("By growth"), Action.BOARD, "growth", language=language)
    else:
        title = gettext("<b>The board</b>: each against the average of their own last eight weeks")
        known = [each for each in told.standings if each.reading is not None]
        lines = [_growth_line(place, each, wording) for place, each in enumerate(known, start=1)]
        other = button(gettext("By score"), Action.BOARD, "score", language=language)
    lines += [_missing_line(each, wording) for each in missing]
    order = "score" if by_score else "growth"
    picture = button(gettext("Picture"), Action.STANDINGS, order)
    join = gettext("<code>/join @handle</code> puts you here, /leave takes you off.")
    return Reply("\n".join([title, *lines, "", join]), InlineKeyboardMarkup([[other, picture]]))


def weekly(told: Board, wording: Wording) -> str:
    """The board as a part of the group's digest: its first lines."""
    return board(replace(told, standings=told.standings[:_WEEKLY]), wording).html


def empty(wording: Wording) -> Reply:
    """Nobody stands on the board."""
    text = wording.gettext(
        "Nobody stands on this group’s board yet. <code>/join @handle</code> puts you on it, with"
        " your own handle; /leave takes you off again."
    )
    return Reply(text)


def joined(reading: Reading, wording: Wording) -> Reply:
    """Somebody put themselves on the board."""
    text = wording.gettext(
        "{handle} is on this group’s board now. /board shows it, /leave takes you off."
    )
    shown = text.format(handle=profile_link(reading.handle))
    return Reply(
        shown,
        InlineKeyboardMarkup([[button(wording.gettext("Show the board"), Action.BOARD, "new")]]),
    )


def left(handle: str | None, wording: Wording) -> Reply:
    """Somebody took themselves off."""
    if handle is None:
        return Reply(wording.gettext("You are not on this group’s board."))
    text = wording.gettext(
        "{handle} is off this group’s board, and I have erased that it was there."
    )
    return Reply(text.format(handle=profile_link(handle)))


def removed(handle: str, wording: Wording, *, was_there: bool) -> Reply:
    """An administrator took somebody off."""
    if was_there:
        text = wording.gettext("{handle} is off this group’s board.")
    else:
        text = wording.gettext("{handle} is not on this group’s board.")
    return Reply(text.format(handle=profile_link(handle)))


def held(handle: str, wording: Wording) -> Reply:
    """Somebody else in the group joined with that handle."""
    text = wording.gettext(
        "Somebody else has joined here with {handle}, or proved that it is theirs. If it is yours,"
        " <code>/prove @{name}</code> shows it, and it becomes yours here too."
    )
    return Reply(text.format(handle=profile_link(handle), name=handle))


def full(wording: Wording) -> Reply:
    """There is no room."""
    text = wording.gettext("The board holds {most} people, and it is full.")
    return Reply(text.format(most=MOST_MEMBERS))


def closed(wording: Wording) -> Reply:
    """The administrators want none."""
    return Reply(wording.gettext("This group’s administrators have switched the board off."))


def only_in_groups(wording: Wording) -> Reply:
    """Boards are for friends."""
    text = wording.gettext(
        "Boards are for groups: add me to one, and everyone there can <code>/join @handle</code>."
    )
    return Reply(text)


def chosen(wording: Wording, *, is_closed: bool, is_weekly: bool) -> Reply:
    """What the administrators chose."""
    gettext = wording.gettext
    if is_closed:
        return Reply(gettext("The board is off, and who stood on it is erased."))
    if is_weekly:
        return Reply(gettext("The board comes once a week, with this group’s digest."))
    return Reply(gettext("The board is on; it is shown when somebody asks with /board."))


def _growth_line(place: int, standing: Standing, wording: Wording) -> str:
    """Three entities each: Telegram drops those after a message's hundredth."""
    reading, progress = standing.reading, standing.progress
    assert reading is not None  # noqa: S101 - the caller chose those that have one
    gettext = wording.gettext
    told = gettext("new") if progress.growth is None else wording.signed(progress.growth)
    words = []
    if progress.record:
        words.append(gettext("never higher"))
    if progress.streak >= STREAK:
        words.append(
            wording.count("{n} week up in a row", "{n} weeks up in a row", progress.streak)
        )
    rest = f" · {', '.join(words)}" if words else ""
    return f"{place}. {told} · {headline(reading)}{rest}"


def _missing_line(standing: Standing, wording: Wording) -> str:
    if standing.problem is not None:
        return f"– {sentence(standing.problem, wording)}"
    return f"– {profile_link(standing.handle)}"
