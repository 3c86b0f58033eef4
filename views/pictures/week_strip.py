"""A strip of weeks: up, down, quiet, or not read; told apart by shape, not by colour."""

from collections.abc import Sequence
from typing import Final

from scoring.progress import Move
from views.pictures.sheet import MARGIN, RIGHT, Sheet
from views.wording import Wording

_SIGN: Final = 22.0
_KINDS: Final[tuple[Move, ...]] = ("up", "down", "quiet", "unread")


def weeks_strip(sheet: Sheet, weeks: Sequence[Move], y: float, wording: Wording) -> None:
    """Draw a sign for each week, the oldest at the left, and explain those that occur.

    Args:
        y: the top of the strip, which is 110 pixels high.
    """
    step = (RIGHT - MARGIN) / len(weeks)
    for number, week in enumerate(weeks):
        _sign(sheet, week, MARGIN + (number + 0.5) * step, y + 16)
    texts = names(wording)
    x, foot = float(MARGIN), y + 74
    title = wording.count("Last {n} week:", "Last {n} weeks:", len(weeks))
    x = sheet.text(title, x, foot, 24, colour=sheet.colours.muted, width=330).right + 28
    for kind in _KINDS:
        if kind in weeks:
            _sign(sheet, kind, x + 10, foot - 8)
            end = sheet.text(texts[kind], x + 30, foot, 24, colour=sheet.colours.muted, width=150)
            x = end.right + 30


def names(wording: Wording) -> dict[Move, str]:
    """Return what a week of each kind is called."""
    gettext = wording.gettext
    return {
        "up": gettext("up"),
        "down": gettext("down"),
        "quiet": gettext("under a point"),
        "unread": gettext("not read"),
    }


def _sign(sheet: Sheet, week: Move, x: float, y: float) -> None:
    """Draw one week around a point."""
    colours, half = sheet.colours, _SIGN / 2
    if week == "up":
        sheet.area([(x - half, y + half), (x + half, y + half), (x, y - half)], colours.reactions)
    elif week == "down":
        sheet.area([(x - half, y - half), (x + half, y - half), (x, y + half)], colours.activity)
    elif week == "quiet":
        sheet.bar(x - half, y - 4, _SIGN, 8, colours.muted, radius=4)
    else:
        sheet.bar(x - 4, y - 4, 8, 8, colours.muted, radius=4)
        sheet.bar(x - 2, y - 2, 4, 4, colours.paper, radius=2)
