"""The score card: one account, its score, what it is made of, and the way it came."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from handlers.views.markup import one_line
from handlers.views.pictures.history import Past
from handlers.views.pictures.sheet import MARGIN, RIGHT, Sheet, Theme
from handlers.wording import Wording
from scoring.progress import WEEKS
from scoring.score import MOST_POINTS, Score

_HEIGHT: Final = 700
_RING: Final = (810.0, 190.0, 122.0)
"""Its centre and radius."""

_TEXT_WIDTH: Final = 560
_SPARK: Final = (212.0, 316.0)
_WEEKS: Final = WEEKS + 1
"""Eight weeks, and where they began."""


@dataclass(frozen=True, slots=True)
class ScoreCard:
    """What a score card shows.

    Attributes:
        handle: without `@`.
        name: foreign text; may be empty.
        history: earlier scores and this one, oldest first; only the spark line uses it.
    """

    handle: str
    name: str
    score: Score
    history: tuple[Past, ...] = ()


def score_card(card: ScoreCard, wording: Wording, theme: Theme) -> Sheet:
    """Lay out a score card."""
    sheet = Sheet(_HEIGHT, theme)
    muted = sheet.colours.muted
    sheet.text(f"@{card.handle}", MARGIN, 104, 60, weight="Bold", width=_TEXT_WIDTH)
    sheet.text(one_line(card.name), MARGIN, 160, 36, colour=muted, width=_TEXT_WIDTH)
    _ring(sheet, card.score, wording)
    _spark_line(sheet, card.history, wording)
    _parts(sheet, card.score, wording)
    sheet.line([(MARGIN, 628), (RIGHT, 628)], sheet.colours.track, 2)
    formula = wording.gettext("formula {formula}").format(formula=card.score.formula)
    depth = [wording.gettext("profile only")] if card.score.depth == "profile" else []
    sheet.text(wording.date(card.score.facts.as_of), MARGIN, 672, 26, colour=muted, width=380)
    sheet.text(" · ".join([*depth, formula]), RIGHT, 672, 26, colour=muted, anchor="end", width=480)
    return sheet


def _ring(sheet: Sheet, score: Score, wording: Wording) -> None:
    """The score as a share of a ring, its margin as a lighter band around the end."""
    x, y, radius = _RING
    colours = sheet.colours
    sheet.arc(x, y, radius, 1, colours.track)
    sheet.arc(x, y, radius, min(1, (score.score + score.margin) / MOST_POINTS), colours.band)
    sheet.arc(x, y, radius, max(0, score.score - score.margin) / MOST_POINTS, colours.community)
    whole = wording.points(score.score)
    sheet.text(whole, x, y + 18, 82, weight="Bold", anchor="middle", width=190)
    margin = f"± {wording.points(score.margin)}"
    sheet.text(margin, x, y + 70, 32, colour=colours.muted, anchor="middle", width=150)


def _spark_line(sheet: Sheet, history: Sequence[Past], wording: Wording) -> None:
    past = history[-_WEEKS:]
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
    sheet.line(points, colours.community, 5)
    sheet.dot(*points[-1], 10, colours.community)
    x = MARGIN + width + 40
    moved = round(past[-1].score - past[0].score, 1)
    sheet.text(wording.signed(moved), x, 258, 40, weight="SemiBold", width=170)
    since = wording.gettext("since {day}").format(day=wording.short_day(begin))
    sheet.text(since, x, 296, 26, colour=colours.muted, width=190)


def _parts(sheet: Sheet, score: Score, wording: Wording) -> None:
    """Each bar starts where the one before it ends: they add up to the score."""
    colours, gettext = sheet.colours, wording.gettext
    names = (gettext("community"), gettext("activity"), gettext("reactions"))
    fills = (colours.community, colours.activity, colours.reactions)
    left, right = 290.0, 830.0
    start = 0.0
    for row, (name, fill, points) in enumerate(
        zip(names, fills, score.parts.values(), strict=True)
    ):
        y = 424 + 72 * row
        sheet.text(name, MARGIN, y, 34, width=left - MARGIN - 24)
        sheet.bar(left, y - 25, right - left, 30, colours.track, radius=6)
        width = points / MOST_POINTS * (right - left)
        x = left + start / MOST_POINTS * (right - left)
        sheet.bar(x, y - 25, max(width, 3) if points else 0, 30, fill, radius=min(6, width / 2))
        sheet.text(wording.points(points), RIGHT, y, 34, weight="SemiBold", anchor="end", width=100)
        start += points
