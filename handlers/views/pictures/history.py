"""The history chart: an account's scores over time, with what they do not say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from handlers.views.markup import one_line
from handlers.views.pictures.sheet import MARGIN, RIGHT, Sheet, Theme
from handlers.wording import Wording

_HEIGHT: Final = 640
_PLOT: Final = (MARGIN + 10.0, 190.0, 860.0, 500.0)
"""Left, top, right and bottom of where the scores are."""

_GAP: Final = timedelta(days=10)
"""Longer between two weekly readings, and nobody looked in between."""

_LEAST_SPAN: Final = 10.0
"""Points from top to bottom at least, so that a flicker is not drawn as a cliff."""

_STEPS: Final = (2, 5, 10, 20)
_MOST_LINES: Final = 5
_MOST_DOTS: Final = 26


@dataclass(frozen=True, slots=True)
class Past:
    """A score of one moment: 0 to 100 points, its margin, the formula's version."""

    moment: datetime
    score: float
    margin: float
    formula: str


@dataclass(frozen=True, slots=True)
class History:
    """What a history chart shows: at least one score, oldest first.

    Attributes:
        handle: without `@`.
        name: foreign text; may be empty.
    """

    handle: str
    name: str
    past: tuple[Past, ...]


class _Axes:
    """From moments and points to pixels."""

    def __init__(self, past: Sequence[Past]) -> None:
        low = min(p.score - p.margin for p in past)
        high = max(p.score + p.margin for p in past)
        missing = max(0.0, _LEAST_SPAN - (high - low)) / 2
        low, high = max(0.0, low - missing), min(100.0, high + missing)
        step = next((s for s in _STEPS if (high - low) / s <= _MOST_LINES - 1), _STEPS[-1])
        self.low, self.high = low // step * step, -(-high // step) * step
        self.ticks = range(int(self.low), int(self.high) + 1, step)
        self._begin, self._span = past[0].moment, past[-1].moment - past[0].moment

    def x(self, moment: datetime) -> float:
        left, _, right, _ = _PLOT
        across = (moment - self._begin) / self._span if self._span else 0.5
        return left + across * (right - left)

    def y(self, points: float) -> float:
        _, top, _, bottom = _PLOT
        return bottom - (points - self.low) / (self.high - self.low) * (bottom - top)

    def at(self, past: Past) -> tuple[float, float]:
        return self.x(past.moment), self.y(past.score)


def history_chart(history: History, wording: Wording, theme: Theme) -> Sheet:
    """Lay out a history chart."""
    sheet, axes = Sheet(_HEIGHT, theme), _Axes(history.past)
    colours, last = sheet.colours, history.past[-1]
    sheet.text(f"@{history.handle}", MARGIN, 88, 50, weight="Bold", width=540)
    sheet.text(one_line(history.name), MARGIN, 134, 30, colour=colours.muted, width=540)
    score = sheet.text(
        f"± {wording.points(last.margin)}", RIGHT, 88, 34, colour=colours.muted, anchor="end"
    )
    sheet.text(wording.points(last.score), score.left - 14, 88, 62, weight="Bold", anchor="end")
    sheet.text(
        wording.date(last.moment), RIGHT, 134, 26, colour=colours.muted, anchor="end", width=320
    )
    _grid(sheet, axes)
    _days(sheet, axes, history.past, wording)
    stretches = list(_stretches(history.past))
    for stretch in stretches:
        _stretch(sheet, axes, stretch)
    kinds = _breaks(sheet, axes, stretches)
    if len(history.past) <= _MOST_DOTS:
        for past in history.past[:-1]:
            sheet.dot(*axes.at(past), 7, colours.community)
    sheet.dot(*axes.at(last), 12, colours.community)
    _legend(sheet, kinds, wording)
    return sheet


def _stretches(past: Sequence[Past]) -> Iterator[list[Past]]:
    """Scores that can be joined by a line: of one formula, and no week is missing."""
    stretch = [past[0]]
    for point in past[1:]:
        if point.formula != stretch[-1].formula or point.moment - stretch[-1].moment > _GAP:
            yield stretch
            stretch = []
        stretch.append(point)
    yield stretch


def _grid(sheet: Sheet, axes: _Axes) -> None:
    left, _, right, _ = _PLOT
    for tick in axes.ticks:
        y = axes.y(tick)
        sheet.line([(left, y), (right, y)], sheet.colours.track, 2)
        sheet.text(f"{tick}", RIGHT, y + 9, 26, colour=sheet.colours.muted, anchor="end")


def _days(sheet: Sheet, axes: _Axes, past: Sequence[Past], wording: Wording) -> None:
    """Days under the axis: the last one first, then as many as have room."""
    taken = float(RIGHT)
    for point in reversed(past):
        x = max(MARGIN + 42.0, min(axes.x(point.moment), _PLOT[2] - 30))
        if x + 50 < taken:
            box = sheet.text(
                wording.short_day(point.moment),
                x,
                _PLOT[3] + 42,
                26,
                colour=sheet.colours.muted,
                anchor="middle",
            )
            taken = box.left - 60


def _stretch(sheet: Sheet, axes: _Axes, stretch: Sequence[Past]) -> None:
    upper = [(axes.x(p.moment), axes.y(min(100, p.score + p.margin))) for p in stretch]
    lower = [(axes.x(p.moment), axes.y(max(0, p.score - p.margin))) for p in stretch]
    if len(stretch) == 1:  # a lone score's margin is a bar
        (x, high), (_, low) = upper[0], lower[0]
        sheet.bar(x - 8, high, 16, low - high, sheet.colours.band, radius=6)
    else:
        sheet.area([*upper, *reversed(lower)], sheet.colours.band)
        sheet.line([axes.at(p) for p in stretch], sheet.colours.community, 5)


def _breaks(sheet: Sheet, axes: _Axes, stretches: Sequence[Sequence[Past]]) -> set[str]:
    """Mark what lies between the stretches; returns which kinds there are."""
    colours, (_, top, _, bottom) = sheet.colours, _PLOT
    kinds = set()
    label_end = 0.0
    for before, after in pairwise(stretches):
        one, other = before[-1], after[0]
        if other.moment - one.moment > _GAP:
            sheet.line([axes.at(one), axes.at(other)], colours.muted, 3, dashes="2 12")
            kinds.add("gap")
        if one.formula != other.formula:
            x = (axes.x(one.moment) + axes.x(other.moment)) / 2
            sheet.line([(x, top - 6), (x, bottom)], colours.activity, 3, dashes="10 8")
            kinds.add("formula")
            text = other.formula
            if x - 60 > label_end:
                label_end = sheet.text(text, x, top - 16, 24, anchor="middle", width=160).right
    return kinds


def _legend(sheet: Sheet, kinds: set[str], wording: Wording) -> None:
    colours, gettext = sheet.colours, wording.gettext
    y, x = _HEIGHT - 36.0, float(MARGIN)
    entries = [("margin", gettext("margin of error"))]
    entries += [("gap", gettext("not read"))] if "gap" in kinds else []
    entries += [("formula", gettext("another formula"))] if "formula" in kinds else []
    for kind, text in entries:
        if kind == "margin":
            sheet.bar(x, y - 20, 40, 24, colours.band, radius=5)
        elif kind == "gap":
            sheet.line([(x, y - 8), (x + 40, y - 8)], colours.muted, 3, dashes="2 12")
        else:
            sheet.line([(x + 20, y - 26), (x + 20, y + 8)], colours.activity, 3, dashes="10 8")
        x = sheet.text(text, x + 54, y, 26, colour=colours.muted, width=300).right + 44
