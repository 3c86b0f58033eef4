"""A group's board: who grew most, or who has most."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from handlers.views.markup import one_line
from handlers.views.pictures.comparison import MOST_NAMED, account, row_height
from handlers.views.pictures.sheet import MARGIN, RIGHT, Sheet, Theme
from handlers.wording import Wording
from scoring.score import MOST_POINTS

_TOP: Final = 186
_BARS: Final = (496.0, 694.0)
MOST_ROWS: Final = 10


@dataclass(frozen=True, slots=True)
class Place:
    """One line of a board.

    Attributes:
        place: from 1.
        handle: without `@`.
        name: foreign text; may be empty.
        points: of growth (may be negative; None when there is no past yet), or the score.
        streak: weeks in a row of growth, >= 0.
    """

    place: int
    handle: str
    name: str
    points: float | None
    streak: int = 0


@dataclass(frozen=True, slots=True)
class Board:
    """What a board shows.

    Attributes:
        title: the group's: foreign text.
        by: what the points are.
        places: in order; the first `MOST_ROWS` are drawn.
    """

    title: str
    by: Literal["growth", "score"]
    places: tuple[Place, ...]
    moment: datetime


def standings(board: Board, wording: Wording, theme: Theme) -> Sheet:
    """Lay out a board."""
    shown = board.places[:MOST_ROWS]
    height, more = row_height(len(shown)), len(board.places) - len(shown)
    sheet = Sheet(_TOP + height * len(shown) + (90 if more else 40), theme)
    muted, gettext = sheet.colours.muted, wording.gettext
    growth = gettext("Points above one’s own last eight weeks")
    sheet.text(one_line(board.title), MARGIN, 88, 48, weight="Bold", width=RIGHT - MARGIN)
    what = growth if board.by == "growth" else gettext("Scores out of 100")
    sheet.text(what, MARGIN, 138, 30, colour=muted, width=590)
    date = wording.date(board.moment)
    sheet.text(date, RIGHT, 138, 26, colour=muted, anchor="end", width=270)
    for row, place in enumerate(shown):
        top = _TOP + height * row
        sheet.line([(MARGIN, top), (RIGHT, top)], sheet.colours.track, 2)
        name = one_line(place.name) if len(shown) <= MOST_NAMED else ""
        _place(sheet, place, board, top + height / 2, name=name, wording=wording)
    if more:
        text = wording.count("and {n} more", "and {n} more", more)
        sheet.text(text, 130, sheet.height - 40, 26, colour=muted)
    return sheet


def _place(
    sheet: Sheet, place: Place, board: Board, middle: float, *, name: str, wording: Wording
) -> None:
    sheet.text(f"{place.place}", MARGIN + 24, middle + 14, 40, weight="Bold", anchor="middle")
    account(sheet, place.handle, name, middle)
    _bar(sheet, place.points or 0.0, board, middle)
    if place.points is None:
        points = wording.gettext("new")
    elif board.by == "growth":
        points = wording.signed(place.points)
    else:
        points = wording.points(place.points)
    y = middle - 6 if place.streak else middle + 14
    sheet.text(points, RIGHT, y, 40, weight="Bold", anchor="end", width=140)
    if place.streak:
        text = wording.count("{n} week up", "{n} weeks up", place.streak)
        colour = sheet.colours.muted
        sheet.text(text, RIGHT, middle + 28, 24, colour=colour, anchor="end", width=232)


def _bar(sheet: Sheet, points: float, board: Board, middle: float) -> None:
    """A score from the left; growth to the right of a zero line, loss to its left."""
    colours, (left, right) = sheet.colours, _BARS
    y = middle - 14.0
    if board.by == "score":
        sheet.bar(left, y, right - left, 28, colours.track, radius=8)
        sheet.bar(left, y, points / MOST_POINTS * (right - left), 28, colours.community, radius=8)
        return
    least = min(0.0, *(p.points or 0.0 for p in board.places))
    most = max(0.0, *(p.points or 0.0 for p in board.places))
    scale = (right - left) / max(1.0, most - least)
    zero = left - least * scale
    width = abs(points) * scale
    fill = colours.reactions if points >= 0 else colours.activity
    sheet.bar(zero - (width if points < 0 else 0), y, width, 28, fill, radius=min(6, width / 2))
    sheet.line([(zero, y - 8), (zero, y + 36)], colours.muted, 3)
