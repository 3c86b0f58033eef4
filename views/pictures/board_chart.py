"""A group's board as a chart, by growth or by score."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from scoring.score import Score
from views.markup import one_line
from views.pictures.comparison_chart import MOST_NAMED, account, row_height
from views.pictures.part_bars import Strip, hatch_key, parts_key, stacked_bar
from views.pictures.sheet import MARGIN, RIGHT, Sheet, Theme
from views.wording import Wording

_TOP: Final = 186
_KEY: Final = 40
"""Pixels for the key to the parts, above a board of scores."""

_BARS: Final = (496.0, 694.0)
MOST_ROWS: Final = 10

_LEAST_SPAN: Final = 12.0
"""The fewest points from one end of a growth chart to the other: a flicker stays small."""


@dataclass(frozen=True, slots=True)
class Place:
    """One line of a board.

    Attributes:
        place: as it is written: "1.", or "=1." where it is shared.
        handle: without `@`.
        name: foreign text; may be empty.
        points: the growth (may be negative; None without a past), or the score.
        streak: consecutive weeks of growth, >= 0.
        score: the score whose parts are drawn; None for growth.
        won: places won (or lost, below 0) since last week.
    """

    place: str
    handle: str
    name: str
    points: float | None
    streak: int = 0
    score: Score | None = None
    won: int = 0


@dataclass(frozen=True, slots=True)
class Board:
    """The content of a board chart.

    Attributes:
        title: the group's title: foreign text.
        by: whether the points are growth or scores.
        places: in order; the first `MOST_ROWS` are drawn.
    """

    title: str
    by: Literal["growth", "score"]
    places: tuple[Place, ...]
    moment: datetime

    @property
    def handles(self) -> tuple[str, ...]:
        """The handles that are shown."""
        return tuple(place.handle for place in self.places[:MOST_ROWS])


def standings(board: Board, wording: Wording, theme: Theme) -> Sheet:
    """Lay out a board."""
    shown = board.places[:MOST_ROWS]
    height, more = row_height(len(shown)), len(board.places) - len(shown)
    top = _TOP + (_KEY if board.by == "score" else 0)
    guessed = any(place.score and place.score.provisional for place in shown)
    foot = 40 + 50 * (bool(more) + guessed)
    sheet = Sheet(top + height * len(shown) + foot, theme)
    muted, gettext = sheet.colours.muted, wording.gettext
    growth = gettext("Points above one’s own last eight weeks")
    sheet.text(one_line(board.title), MARGIN, 88, 48, weight="Bold", width=RIGHT - MARGIN)
    what = growth if board.by == "growth" else gettext("Scores out of 100")
    sheet.text(what, MARGIN, 138, 30, colour=muted, width=590)
    date = wording.date(board.moment)
    sheet.text(date, RIGHT, 138, 26, colour=muted, anchor="end", width=270)
    if board.by == "score":
        parts_key(sheet, MARGIN, 188, wording)
    for row, place in enumerate(shown):
        y = top + height * row
        sheet.line([(MARGIN, y), (RIGHT, y)], sheet.colours.track, 2)
        name = one_line(place.name) if len(shown) <= MOST_NAMED else ""
        _place(sheet, place, board, y + height / 2, name=name, wording=wording)
    if more:
        text = wording.count("and {n} more", "and {n} more", more)
        sheet.text(text, 130, sheet.height - foot + 50, 26, colour=muted)
    if guessed:
        hatch_key(sheet, MARGIN, sheet.height - 40, wording)
    return sheet


def _place(
    sheet: Sheet, place: Place, board: Board, middle: float, *, name: str, wording: Wording
) -> None:
    y = middle - 4 if place.won else middle + 12
    sheet.text(place.place, MARGIN + 24, y, 34, weight="Bold", anchor="middle", width=66)
    if place.won:
        _moved(sheet, place.won, middle + 18)
    account(sheet, place.handle, name, middle)
    if place.score:
        stacked_bar(sheet, Strip(_BARS[0], middle - 14, _BARS[1] - _BARS[0], 28), place.score)
    else:
        _growth_bar(sheet, place.points or 0.0, board, middle)
    if place.points is None:
        points = wording.gettext("new")
    elif board.by == "growth":
        points = wording.signed(place.points)
    else:
        points = wording.points(place.points)
    y = middle - 6 if place.streak else middle + 14
    guessed = place.score is not None and place.score.provisional
    colour = sheet.colours.muted if guessed else sheet.colours.ink
    sheet.text(points, RIGHT, y, 40, colour=colour, weight="Bold", anchor="end", width=140)
    if place.streak:
        text = wording.count("{n} week up", "{n} weeks up", place.streak)
        colour = sheet.colours.muted
        sheet.text(text, RIGHT, middle + 28, 24, colour=colour, anchor="end", width=232)


def _moved(sheet: Sheet, won: int, y: float) -> None:
    """Draw a triangle that points to where a member moved, and by how many places."""
    colours, x, up = sheet.colours, MARGIN + 6.0, won > 0
    base, tip = (y + 8, y - 8) if up else (y - 8, y + 8)
    sheet.area([(x - 9, base), (x + 9, base), (x, tip)], colours.ink if up else colours.muted)
    sheet.text(f"{abs(won)}", x + 16, y + 8, 24, colour=colours.muted, width=40)


def _growth_bar(sheet: Sheet, points: float, board: Board, middle: float) -> None:
    """Draw growth to the right of a zero line, loss to its left."""
    colours, (left, right) = sheet.colours, _BARS
    y = middle - 14.0
    least = min(0.0, *(p.points or 0.0 for p in board.places))
    most = max(0.0, *(p.points or 0.0 for p in board.places))
    scale = (right - left) / max(_LEAST_SPAN, most - least)
    zero = left - least * scale
    width = abs(points) * scale
    fill = colours.ink if points >= 0 else colours.muted
    sheet.bar(zero - (width if points < 0 else 0), y, width, 28, fill, radius=min(6, width / 2))
    sheet.line([(zero, y - 8), (zero, y + 36)], colours.muted, 3)
