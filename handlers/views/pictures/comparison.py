"""The comparison: two to ten accounts in order, with margins and shared places."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from handlers.views.markup import one_line
from handlers.views.pictures.sheet import MARGIN, RIGHT, Sheet, Theme
from handlers.wording import Wording
from scoring.score import MOST_POINTS

_TOP: Final = 150
_BARS: Final = (500.0, 800.0)


@dataclass(frozen=True, slots=True)
class Contender:
    """One account of a comparison.

    Attributes:
        place: from 1; the same for accounts that are too close to call.
        handle: without `@`.
        name: foreign text; may be empty.
        score, margin: points.
    """

    place: int
    handle: str
    name: str
    score: float
    margin: float


@dataclass(frozen=True, slots=True)
class Contest:
    """What a comparison shows: accounts in order of their places, and the day it is of."""

    contenders: tuple[Contender, ...]
    moment: datetime


MOST_NAMED: Final = 6
"""Rows that have room for a name; where there are more, the handles say enough."""


def row_height(rows: int) -> float:
    """Pixels from one row of a list to the next."""
    return 100 if rows <= MOST_NAMED else 84


def comparison(contest: Contest, wording: Wording, theme: Theme) -> Sheet:
    """Lay out a comparison."""
    rows = contest.contenders
    height = row_height(len(rows))
    sheet = Sheet(_TOP + height * len(rows) + 90, theme)
    colours, gettext = sheet.colours, wording.gettext
    sheet.text(gettext("Who has more influence?"), MARGIN, 92, 44, weight="Bold", width=600)
    date = wording.date(contest.moment)
    sheet.text(date, RIGHT, 92, 26, colour=colours.muted, anchor="end", width=270)
    for row, contender in enumerate(rows):
        name = one_line(contender.name) if len(rows) <= MOST_NAMED else ""
        _contender(sheet, contender, name, _TOP + height * (row + 0.5), wording)
    tied = _ties(sheet, rows, height)
    y = sheet.height - 36
    _whisker(sheet, MARGIN, MARGIN + 44, y - 9)
    x = sheet.text(gettext("margin of error"), MARGIN + 60, y, 26, colour=colours.muted).right
    if tied:
        _bracket(sheet, x + 52, y - 28, y + 8)
        text = gettext("too close to call")
        sheet.text(text, x + 76, y, 26, colour=colours.muted, width=RIGHT - x - 76)
    return sheet


def _contender(sheet: Sheet, who: Contender, name: str, middle: float, wording: Wording) -> None:
    colours, (left, right) = sheet.colours, _BARS
    sheet.text(f"{who.place}", MARGIN + 24, middle + 14, 40, weight="Bold", anchor="middle")
    account(sheet, who.handle, name, middle)
    scale = (right - left) / MOST_POINTS
    sheet.bar(left, middle - 16, right - left, 32, colours.track, radius=8)
    sheet.bar(left, middle - 16, who.score * scale, 32, colours.community, radius=8)
    low, high = max(0, who.score - who.margin), min(MOST_POINTS, who.score + who.margin)
    _whisker(sheet, left + low * scale, left + high * scale, middle)
    points = wording.points(who.score)
    sheet.text(points, RIGHT, middle - 2, 40, weight="Bold", anchor="end", width=130)
    margin = f"± {wording.points(who.margin)}"
    sheet.text(margin, RIGHT, middle + 34, 26, colour=colours.muted, anchor="end", width=130)


def account(sheet: Sheet, handle: str, name: str, middle: float) -> None:
    """A row's handle, with the name under it where there is one that can be seen."""
    below = sheet.text(name, 130, middle + 34, 26, colour=sheet.colours.muted, width=345)
    y = middle - 4 if below.right > below.left else middle + 12
    sheet.text(f"@{handle}", 130, y, 34, weight="SemiBold", width=345)


def _whisker(sheet: Sheet, low: float, high: float, y: float) -> None:
    """A margin as a line with caps, rimmed with paper to be seen on any bar."""
    strokes = [[(low, y), (high, y)], *([(x, y - 9), (x, y + 9)] for x in (low, high))]
    for colour, width in ((sheet.colours.paper, 9), (sheet.colours.ink, 4)):
        for stroke in strokes:
            sheet.line(stroke, colour, width)


def _ties(sheet: Sheet, rows: Sequence[Contender], height: float) -> bool:
    """A bracket along each shared place; whether there is one."""
    tied = False
    first = 0
    for _, group in groupby(rows, key=lambda row: row.place):
        count = len(list(group))
        if count > 1:
            tied = True
            top = _TOP + height * first
            _bracket(sheet, MARGIN - 14, top + 18, top + height * count - 18)
        first += count
    return tied


def _bracket(sheet: Sheet, x: float, top: float, bottom: float) -> None:
    sheet.line([(x + 12, top), (x, top), (x, bottom), (x + 12, bottom)], sheet.colours.activity, 5)
