"""The history chart: what a score was made of over time, with gaps and formula changes marked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from typing import Final

from scoring.progress import Move
from scoring.score import Parts
from views.markup import one_line
from views.pictures.part_bars import fills, names
from views.pictures.sheet import MARGIN, RIGHT, Sheet, Theme
from views.pictures.week_strip import weeks_strip
from views.wording import Wording

_HEIGHT: Final = 690
_PLOT: Final = (MARGIN + 50.0, 190.0, 740.0, 552.0)
"""Left, top, right and bottom of the plot, in pixels."""

_STRIP: Final = 124
"""Pixels for the strip of weeks below the chart."""

_GAP: Final = timedelta(days=10)
"""A longer time between two weekly readings is a gap."""

_STEPS: Final = (2, 5, 10, 20)
_MOST_LINES: Final = 5
_MOST_DOTS: Final = 26
_COLUMN: Final = 28.0
"""The width of a single score, which has no neighbour to be joined with."""

_LABEL: Final = 74.0
"""The least pixels from one part's label to the next."""


@dataclass(frozen=True, slots=True)
class Past:
    """One past score: 0 to 100 points, its margin, the formula's version.

    Attributes:
        parts: its points of community, activity and reactions; None where they are not known.
    """

    moment: datetime
    score: float
    margin: float
    formula: str
    parts: Parts | None = None


@dataclass(frozen=True, slots=True)
class History:
    """The content of a history chart: at least one score, oldest first.

    Attributes:
        handle: without `@`.
        name: foreign text; may be empty.
        strip: what each of the last weeks did to the score, the oldest first.
    """

    handle: str
    name: str
    past: tuple[Past, ...]
    strip: tuple[Move, ...] = ()

    @property
    def handles(self) -> tuple[str, ...]:
        """The handles that are shown."""
        return (self.handle,)


def of_one_formula(past: Sequence[Past]) -> list[Past]:
    """Return the scores by the newest one's formula: others cannot be compared with it."""
    newest = past[-1].formula if past else ""
    return [point for point in past if point.formula == newest]


def moves(past: Sequence[Past]) -> Parts | None:
    """Return what each part gained or lost by the newest formula; None without an earlier score."""
    alike = of_one_formula(past)
    if len(alike) < 2 or alike[0].parts is None or alike[-1].parts is None:  # noqa: PLR2004 - a before and an after
        return None
    first, last = alike[0].parts, alike[-1].parts
    return last[0] - first[0], last[1] - first[1], last[2] - first[2]


class _Axes:
    """Maps moments and points to pixels; the points begin at zero, as stacked areas must."""

    def __init__(self, past: Sequence[Past]) -> None:
        self.high = max(4.0, min(100.0, max(p.score + p.margin for p in past)))
        step = next((s for s in _STEPS if self.high / s <= _MOST_LINES), _STEPS[-1])
        self.ticks = range(0, int(self.high) + 1, step)
        self._begin, self._span = past[0].moment, past[-1].moment - past[0].moment

    def x(self, moment: datetime) -> float:
        left, _, right, _ = _PLOT
        across = (moment - self._begin) / self._span if self._span else 1.0
        return left + across * (right - left)

    def y(self, points: float) -> float:
        _, top, _, bottom = _PLOT
        return bottom - max(0.0, min(points, 100.0)) / self.high * (bottom - top)

    def at(self, past: Past) -> tuple[float, float]:
        return self.x(past.moment), self.y(past.score)


def history_chart(history: History, wording: Wording, theme: Theme) -> Sheet:
    """Lay out a history chart."""
    sheet, axes = Sheet(_HEIGHT + (_STRIP if history.strip else 0), theme), _Axes(history.past)
    last = history.past[-1]
    _heading(sheet, history, wording)
    _grid(sheet, axes)
    _days(sheet, axes, history.past, wording)
    stretches = list(_stretches(history.past))
    for stretch in stretches:
        _stretch(sheet, axes, stretch)
    kinds = _breaks(sheet, axes, stretches)
    if len(history.past) <= _MOST_DOTS:
        for past in history.past[:-1]:
            sheet.dot(*axes.at(past), 7, sheet.colours.ink)
    sheet.dot(*axes.at(last), 12, sheet.colours.ink)
    _labels(sheet, axes, history.past, wording)
    _legend(sheet, kinds, wording)
    if history.strip:
        weeks_strip(sheet, history.strip, _HEIGHT + 10, wording)
    return sheet


def _heading(sheet: Sheet, history: History, wording: Wording) -> None:
    colours, last = sheet.colours, history.past[-1]
    sheet.text(f"@{history.handle}", MARGIN, 88, 50, weight="Bold", width=540)
    sheet.text(one_line(history.name), MARGIN, 134, 30, colour=colours.muted, width=500)
    margin = wording.margin(last.margin)
    score = sheet.text(margin, RIGHT, 88, 34, colour=colours.muted, anchor="end")
    sheet.text(wording.points(last.score), score.left - 14, 88, 62, weight="Bold", anchor="end")
    alike = of_one_formula(history.past)
    if len(alike) > 1:
        day = wording.short_day(alike[0].moment)
        since = wording.gettext("since {day}").format(day=day)
        text = f"{wording.signed(last.score - alike[0].score)} {since}"
    else:
        text = wording.date(last.moment)
    sheet.text(text, RIGHT, 134, 28, colour=colours.muted, anchor="end", width=360)


def _stretches(past: Sequence[Past]) -> Iterator[list[Past]]:
    """Yield runs of scores that an area may join: one formula, and no week missing."""
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
        sheet.text(f"{tick}", left - 16, y + 8, 24, colour=sheet.colours.muted, anchor="end")


def _days(sheet: Sheet, axes: _Axes, past: Sequence[Past], wording: Wording) -> None:
    """Label days under the axis: the last one first, then as many as have room."""
    taken = float(RIGHT)
    for point in reversed(past):
        x = max(MARGIN + 42.0, min(axes.x(point.moment), _PLOT[2]))
        if x + 50 < taken:
            day, y = wording.short_day(point.moment), _PLOT[3] + 42
            box = sheet.text(day, x, y, 26, colour=sheet.colours.muted, anchor="middle")
            taken = box.left - 60


def _stretch(sheet: Sheet, axes: _Axes, stretch: Sequence[Past]) -> None:
    """Draw the parts one upon another, the margin around their sum, and the sum."""
    columns = [(axes.x(point.moment), point) for point in stretch]
    if len(stretch) == 1:  # a single score is a column
        x, point = columns[0]
        columns = [(x - _COLUMN / 2, point), (x + _COLUMN / 2, point)]
    floor = [(x, axes.y(0)) for x, _ in columns]
    sums = [list(accumulate(point.parts)) for _, point in columns if point.parts]
    if len(sums) == len(columns):
        for part, fill in enumerate(fills(sheet.colours)):
            top = [(x, axes.y(ends[part])) for (x, _), ends in zip(columns, sums, strict=True)]
            sheet.area([*top, *reversed(floor)], fill)
            floor = top
    upper = [(x, axes.y(point.score + point.margin)) for x, point in columns]
    lower = [(x, axes.y(point.score - point.margin)) for x, point in columns]
    sheet.area([*upper, *reversed(lower)], sheet.colours.band)
    sheet.line([(x, axes.y(point.score)) for x, point in columns], sheet.colours.ink, 4)


def _breaks(sheet: Sheet, axes: _Axes, stretches: Sequence[Sequence[Past]]) -> set[str]:
    """Mark the breaks between stretches; return the kinds of breaks there are."""
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
            sheet.line([(x, top - 6), (x, bottom)], colours.ink, 3, dashes="10 8")
            kinds.add("formula")
            if x - 60 > label_end:
                label = sheet.text(other.formula, x, top - 16, 24, anchor="middle", width=160)
                label_end = label.right
    return kinds


def _labels(sheet: Sheet, axes: _Axes, past: Sequence[Past], wording: Wording) -> None:
    """Name each part beside its area's end, with its points and what it gained or lost."""
    last, moved = past[-1], moves(past)
    if last.parts is None:
        return
    middles = [
        axes.y(end - points / 2)
        for end, points in zip(accumulate(last.parts), last.parts, strict=True)
    ]
    right = axes.x(last.moment)
    colours = fills(sheet.colours)
    for part, y in enumerate(_apart(middles)):
        x = _PLOT[2] + 44
        sheet.line([(right + 14, middles[part]), (x - 14, y)], colours[part], 4)
        name = names(wording)[part]
        sheet.text(name, x, y - 4, 24, width=RIGHT - x)
        points = wording.points(last.parts[part])
        value = sheet.text(points, x, y + 26, 26, weight="SemiBold", width=80)
        if moved:
            text = wording.signed(moved[part])
            sheet.text(text, value.right + 12, y + 26, 24, colour=sheet.colours.muted, width=90)


def _apart(middles: Sequence[float]) -> list[float]:
    """Return places for labels, the lowest first, near their parts but never on each other."""
    places: list[float] = []
    highest = _PLOT[1] + _LABEL * (len(middles) - 1) + 20
    for middle in middles:
        place = min(max(middle, highest), _PLOT[3] - 30)
        if places:
            place = min(place, places[-1] - _LABEL)
        places.append(place)
        highest -= _LABEL
    return places


def _legend(sheet: Sheet, kinds: set[str], wording: Wording) -> None:
    colours, gettext = sheet.colours, wording.gettext
    y, x = _HEIGHT - 34.0, float(MARGIN)
    entries = [("margin", gettext("margin of error"))]
    entries += [("gap", gettext("not read"))] if "gap" in kinds else []
    entries += [("formula", gettext("another formula"))] if "formula" in kinds else []
    for kind, text in entries:
        if kind == "margin":
            sheet.bar(x, y - 20, 40, 24, colours.band)
            sheet.line([(x + 2, y - 8), (x + 38, y - 8)], colours.ink, 4)
        elif kind == "gap":
            sheet.line([(x, y - 8), (x + 40, y - 8)], colours.muted, 3, dashes="2 12")
        else:
            sheet.line([(x + 20, y - 26), (x + 20, y + 8)], colours.ink, 3, dashes="10 8")
        x = sheet.text(text, x + 54, y, 26, colour=colours.muted, width=300).right + 44
