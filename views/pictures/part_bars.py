"""The parts of a score as bars, with its margin: the same signs in every picture."""

from itertools import accumulate
from typing import Final, NamedTuple

from scoring.score import MOST_POINTS, Score
from views.pictures.sheet import Palette, Sheet
from views.wording import Wording


class Strip(NamedTuple):
    """The place of a bar, in pixels, from its upper left corner."""

    x: float
    y: float
    width: float
    height: float


_GAP: Final = 2.0
"""Pixels of paper between two parts of a bar."""

_CAP: Final = 9.0
"""How far the caps of an error bar stand out of its bar, in pixels."""

_KEY: Final = 26.0
"""The size of a text that explains a sign, and of the sign."""


def fills(colours: Palette) -> tuple[str, str, str]:
    """Return the colours of the parts, in their order."""
    return colours.community, colours.activity, colours.reactions


def names(wording: Wording) -> tuple[str, str, str]:
    """Return the names of the parts, in their order."""
    gettext = wording.gettext
    return gettext("community"), gettext("activity"), gettext("reactions")


def is_read(score: Score) -> tuple[bool, bool, bool]:
    """Return for each part whether it was read rather than estimated from the profile."""
    return True, not score.provisional, not score.provisional


def part_bar(sheet: Sheet, strip: Strip, fill: str, *, read: bool = True) -> None:
    """Draw one part; one that was not read is hatched."""
    sheet.bar(*strip, fill, radius=min(4, strip.width / 2))
    if not read:
        sheet.hatch(*strip, sheet.colours.paper)


def stacked_bar(sheet: Sheet, strip: Strip, score: Score) -> None:
    """Draw the parts one after another on a track of 100 points, so that they end at the score."""
    sheet.bar(*strip, sheet.colours.track, radius=4)
    scale, ends = strip.width / MOST_POINTS, accumulate(score.in_parts)
    for fill, points, end, read in zip(
        fills(sheet.colours), score.in_parts, ends, is_read(score), strict=True
    ):
        if points:
            x, width = strip.x + (end - points) * scale, max(points * scale - _GAP, 1.5)
            part_bar(sheet, Strip(x, strip.y, width, strip.height), fill, read=read)


def margin_bar(sheet: Sheet, strip: Strip, score: Score) -> None:
    """Draw the margin around the end of a stacked bar: an error bar whose caps stand out of it."""
    scale = strip.width / MOST_POINTS
    low, high = max(0, score.score - score.margin), min(MOST_POINTS, score.score + score.margin)
    middle, cap = strip.y + strip.height / 2, strip.height / 2 + _CAP
    whisker(sheet, strip.x + low * scale, strip.x + high * scale, middle, cap)


def whisker(sheet: Sheet, low: float, high: float, y: float, cap: float) -> None:
    """Draw a margin as a line with caps, rimmed to be visible on any bar.

    Args:
        cap: half of the length of the caps.
    """
    strokes = [[(low, y), (high, y)], *([(x, y - cap), (x, y + cap)] for x in (low, high))]
    for colour, width in ((sheet.colours.paper, 8), (sheet.colours.ink, 4)):
        for stroke in strokes:
            sheet.line(stroke, colour, width)


def whisker_key(sheet: Sheet, x: float, y: float, wording: Wording) -> float:
    """Explain the error bar on the baseline `y`; return where the explanation ends."""
    whisker(sheet, x + 2, x + 36, y - 9, 12)
    text = wording.gettext("margin of error")
    return sheet.text(text, x + 50, y, _KEY, colour=sheet.colours.muted, width=230).right


def parts_key(sheet: Sheet, x: float, y: float, wording: Wording) -> float:
    """Explain the colours on the baseline `y`; return where the explanation ends."""
    for fill, name in zip(fills(sheet.colours), names(wording), strict=True):
        sheet.bar(x, y - 20, 22, 22, fill, radius=4)
        x = sheet.text(name, x + 32, y, _KEY, colour=sheet.colours.muted).right + 32
    return x


def hatch_key(sheet: Sheet, x: float, y: float, wording: Wording) -> float:
    """Explain what is hatched on the baseline `y`; return where the explanation ends."""
    part_bar(sheet, Strip(x, y - 20, 44, 22), sheet.colours.muted, read=False)
    text = wording.gettext("estimated from similar profiles")
    return sheet.text(text, x + 56, y, _KEY, colour=sheet.colours.muted, width=600).right
