"""The comparison chart: two to ten accounts, ranked, with their parts, margins and ties."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from scoring.comparison import compare
from scoring.score import Score
from views.markup import one_line
from views.pictures.part_bars import (
    Strip,
    hatch_key,
    margin_bar,
    parts_key,
    stacked_bar,
    whisker_key,
)
from views.pictures.sheet import MARGIN, RIGHT, Sheet, Theme
from views.wording import Wording

_TOP: Final = 170
_BARS: Final = (490.0, 810.0)
_PER_LINE: Final = 2
"""How many signs are explained in a line of the foot."""

_LANE: Final = 10.0
"""Pixels from one bracket to the next beside it; of ten rows five at most lie side by side."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One account of a comparison.

    Attributes:
        place: from 1; shared by accounts of which none is clearly ahead of another.
        handle: without `@`.
        name: foreign text; may be empty.
    """

    place: int
    handle: str
    name: str
    score: Score


@dataclass(frozen=True, slots=True)
class Contest:
    """The content of a comparison: accounts in order of their places, and its day."""

    contenders: tuple[Contender, ...]
    moment: datetime

    @property
    def handles(self) -> tuple[str, ...]:
        """The handles that are shown."""
        return tuple(contender.handle for contender in self.contenders)


MOST_NAMED: Final = 6
"""The most rows that have room for names; longer lists show handles only."""


def row_height(rows: int) -> float:
    """Return the pixels from one row of a list to the next."""
    return 100 if rows <= MOST_NAMED else 84


def comparison(contest: Contest, wording: Wording, theme: Theme) -> Sheet:
    """Lay out a comparison."""
    rows = contest.contenders
    height, tied = row_height(len(rows)), ties(rows)
    guessed = any(contender.score.provisional for contender in rows)
    foot = [whisker_key, *([_tie_key] if tied else []), *([hatch_key] if guessed else [])]
    sheet = Sheet(_TOP + height * len(rows) + (134 if len(foot) > _PER_LINE else 90), theme)
    colours, gettext = sheet.colours, wording.gettext
    sheet.text(gettext("Who has more influence?"), MARGIN, 84, 44, weight="Bold", width=600)
    date = wording.date(contest.moment)
    sheet.text(date, RIGHT, 84, 26, colour=colours.muted, anchor="end", width=270)
    parts_key(sheet, MARGIN, 136, wording)
    for row, contender in enumerate(rows):
        name = one_line(contender.name) if len(rows) <= MOST_NAMED else ""
        _contender(sheet, contender, name, _TOP + height * (row + 0.5), wording)
    _brackets(sheet, tied, height)
    x, y = float(MARGIN), _TOP + height * len(rows) + 54.0
    for number, key in enumerate(foot):
        if number == _PER_LINE:
            x, y = float(MARGIN), y + 44
        x = key(sheet, x, y, wording) + 44
    return sheet


def ties(rows: Sequence[Contender]) -> list[tuple[int, int]]:
    """Return the longest runs of accounts that are all too close to call, as first and last row.

    Runs may overlap, because closeness is not transitive: of 50, 46 and 42 the first two are a
    run, and so are the last two.
    """
    runs: list[tuple[int, int]] = []
    for first, one in enumerate(rows):
        last = first
        while last + 1 < len(rows) and compare(one.score, rows[last + 1].score).tie:
            last += 1
        if last > first and (not runs or last > runs[-1][1]):
            runs.append((first, last))
    return runs


def _contender(sheet: Sheet, who: Contender, name: str, middle: float, wording: Wording) -> None:
    colours, (left, right) = sheet.colours, _BARS
    sheet.text(f"{who.place}", MARGIN + 24, middle + 14, 40, weight="Bold", anchor="middle")
    account(sheet, who.handle, name, middle)
    strip = Strip(left, middle - 18, right - left, 36)
    stacked_bar(sheet, strip, who.score)
    margin_bar(sheet, strip, who.score)
    colour = colours.muted if who.score.provisional else colours.ink
    points = wording.points(who.score.score)
    sheet.text(points, RIGHT, middle - 2, 40, colour=colour, weight="Bold", anchor="end", width=120)
    margin = wording.margin(who.score.margin)
    sheet.text(margin, RIGHT, middle + 34, 26, colour=colours.muted, anchor="end", width=120)


def account(sheet: Sheet, handle: str, name: str, middle: float) -> None:
    """Write a row's handle, and the name below it if the name has visible characters."""
    below = sheet.text(name, 130, middle + 34, 26, colour=sheet.colours.muted, width=345)
    y = middle - 4 if below.right > below.left else middle + 12
    sheet.text(f"@{handle}", 130, y, 34, weight="SemiBold", width=345)


def _brackets(sheet: Sheet, runs: Sequence[tuple[int, int]], height: float) -> None:
    """Draw a bracket along each run; those that overlap stand side by side."""
    lanes: list[int] = []  # the last row that each lane's newest bracket reaches
    for first, last in runs:
        lane = next((n for n, end in enumerate(lanes) if end < first), len(lanes))
        lanes[lane : lane + 1] = [last]
        x = MARGIN - 8 - _LANE * lane
        _bracket(sheet, x, _TOP + height * first + 22, _TOP + height * (last + 1) - 22)


def _bracket(sheet: Sheet, x: float, top: float, bottom: float) -> None:
    sheet.line([(x + 6, top), (x, top), (x, bottom), (x + 6, bottom)], sheet.colours.muted, 4)


def _tie_key(sheet: Sheet, x: float, y: float, wording: Wording) -> float:
    _bracket(sheet, x, y - 28, y + 8)
    text = wording.gettext("too close to call")
    return sheet.text(text, x + 22, y, 26, colour=sheet.colours.muted, width=330).right
