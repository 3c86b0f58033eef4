"""The score card: one account's score, its parts, and its last weeks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from scoring.peers.remarkable import Remarkable
from scoring.progress import WEEKS
from scoring.score import MOST_POINTS, Score
from scoring.yardstick import typical
from views.markup import one_line
from views.pictures.history_chart import Past, moves
from views.pictures.part_bars import (
    Strip,
    fills,
    hatch_key,
    is_read,
    margin_bar,
    names,
    part_bar,
    stacked_bar,
    whisker_key,
)
from views.pictures.sheet import MARGIN, RIGHT, Anchor, Sheet, Theme
from views.scores.remarkable_words import remark
from views.wording import Wording

_HEIGHT: Final = 690
_TEXT_WIDTH: Final = 560
_SPARK: Final = (188.0, 292.0)
_SUM: Final = 314.0
"""The top of the bar of all parts."""

_PARTS: Final = 452.0
"""The baseline of the parts' names."""

_FACT: Final = 606.0
"""The baseline of the remarkable fact."""

_WEEKS: Final = WEEKS + 1
"""Eight weeks, and the week before them."""


@dataclass(frozen=True, slots=True)
class ScoreCard:
    """The content of a score card.

    Attributes:
        handle: without `@`.
        name: foreign text; may be empty.
        history: earlier scores and this one, oldest first; only the spark line uses it.
        fact: what is remarkable about the account; None to say nothing.
        base: the score that what is said of a move counts from; None for the oldest of `history`.
    """

    handle: str
    name: str
    score: Score
    history: tuple[Past, ...] = ()
    fact: Remarkable | None = None
    base: Past | None = None

    @property
    def handles(self) -> tuple[str, ...]:
        """The handles that are shown."""
        return (self.handle,)


def score_card(card: ScoreCard, wording: Wording, theme: Theme) -> Sheet:
    """Lay out a score card."""
    sheet = Sheet(_HEIGHT, theme)
    muted = sheet.colours.muted
    sheet.text(f"@{card.handle}", MARGIN, 104, 60, weight="Bold", width=_TEXT_WIDTH)
    sheet.text(one_line(card.name), MARGIN, 160, 36, colour=muted, width=_TEXT_WIDTH)
    _number(sheet, card.score, wording)
    past = card.history[-_WEEKS:]
    _spark_line(sheet, past, card.base, wording)
    _sum(sheet, card.score)
    _parts(sheet, card.score, [card.base, past[-1]] if card.base and past else past, wording)
    if card.fact:
        fact = remark(card.fact, wording)
        sheet.text(fact, MARGIN, _FACT, 34, weight="SemiBold", width=RIGHT - MARGIN)
    formula = wording.gettext("formula {formula}").format(formula=card.score.formula)
    depth = [wording.gettext("profile only")] if card.score.provisional else []
    date = wording.date(card.score.facts.as_of)
    end = sheet.text(date, MARGIN, 662, 26, colour=muted, width=330).right
    whisker_key(sheet, end + 32, 662, wording)
    sheet.text(" · ".join([*depth, formula]), RIGHT, 662, 26, colour=muted, anchor="end", width=330)
    return sheet


def _number(sheet: Sheet, score: Score, wording: Wording) -> None:
    """Write the score and its margin; a provisional one is paler, and says so."""
    muted = sheet.colours.muted
    colour = muted if score.provisional else sheet.colours.ink
    points = wording.points(score.score)
    sheet.text(points, RIGHT, 128, 92, colour=colour, weight="Bold", anchor="end", width=290)
    margin = wording.gettext("of 100 · {margin}").format(margin=wording.margin(score.margin))
    sheet.text(margin, RIGHT, 188, 36, colour=muted, anchor="end", width=300)
    if not score.provisional:
        return
    box = sheet.text(
        wording.gettext("provisional"),
        RIGHT - 18,
        243,
        32,
        weight="SemiBold",
        anchor="end",
        width=250,
    )
    left, right, top, bottom = box.left - 18, float(RIGHT), 207.0, 257.0
    edge = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    sheet.line(edge, sheet.colours.ink, 3, dashes="8 8")


def _spark_line(sheet: Sheet, past: Sequence[Past], base: Past | None, wording: Wording) -> None:
    colours, (top, bottom) = sheet.colours, _SPARK
    if len(past) < 2:  # noqa: PLR2004 - a line has two ends
        text = wording.gettext("The first reading: its history begins here.")
        sheet.text(text, MARGIN, (top + bottom) / 2, 26, colour=colours.muted, width=_TEXT_WIDTH)
        return
    low, high = min(p.score for p in past), max(p.score for p in past)
    room = max(4.0, high - low)  # so that a flicker is not drawn as a cliff
    low -= (room - (high - low)) / 2
    begin, span = past[0].moment, past[-1].moment - past[0].moment
    width = 330.0

    def place(point: Past) -> tuple[float, float]:
        across = (point.moment - begin) / span if span else 1.0
        return MARGIN + 6 + across * width, bottom - 12 - (point.score - low) / room * 80

    points = [place(point) for point in past]
    sheet.line(points, colours.ink, 5)
    sheet.dot(*points[-1], 10, colours.ink)
    x = MARGIN + width + 40
    first = base or past[0]
    moved = wording.signed(past[-1].score - first.score)
    sheet.text(moved, x, 238, 40, weight="SemiBold", width=170)
    since = wording.gettext("since {day}").format(day=wording.short_day(first.moment))
    sheet.text(since, x, 276, 26, colour=colours.muted, width=190)


def _sum(sheet: Sheet, score: Score) -> None:
    """Draw the parts as one bar that ends at the score, with the margin around its end."""
    width = float(RIGHT - MARGIN)
    strip = Strip(MARGIN, _SUM, width, 48)
    stacked_bar(sheet, strip, score)
    margin_bar(sheet, strip, score)
    for points in (0, 50, MOST_POINTS):
        x = MARGIN + points / MOST_POINTS * width
        anchor: Anchor = "start" if not points else "end" if points == MOST_POINTS else "middle"
        sheet.text(f"{points}", x, _SUM + 76, 24, colour=sheet.colours.muted, anchor=anchor)


def _parts(sheet: Sheet, score: Score, past: Sequence[Past], wording: Wording) -> None:
    """Name the parts of the bar, with their points, what moved them, and what is usual."""
    colours, read = sheet.colours, is_read(score)
    usual, moved = typical(score), moves(past)
    width = (RIGHT - MARGIN) / 3
    for column, (name, fill, points) in enumerate(
        zip(names(wording), fills(colours), score.in_parts, strict=True)
    ):
        x, y = MARGIN + column * width, _PARTS
        part_bar(sheet, Strip(x, y - 24, 28, 28), fill, read=read[column])
        sheet.text(name, x + 40, y, 32, width=width - 50)
        value = sheet.text(wording.points(points), x, y + 54, 46, weight="SemiBold", width=120)
        if moved:
            text = wording.signed(moved[column])
            sheet.text(text, value.right + 16, y + 54, 28, colour=colours.muted, width=100)
        if not score.provisional:
            text = wording.gettext("similar profiles: {points}").format(
                points=wording.points(usual[column])
            )
            sheet.text(text, x, y + 92, 26, colour=colours.muted, width=width - 20)
    if score.provisional:
        hatch_key(sheet, MARGIN, _PARTS + 94, wording)
