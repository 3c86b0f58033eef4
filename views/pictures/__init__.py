"""Pictures of scores: data in, PNG bytes out.

They are 1000 pixels wide, in a light and a dark theme, with no text below 20 pixels. The same input
gives the same bytes on every machine: the fonts are packaged, and no system font is used.

Drawing takes tens of milliseconds and holds the interpreter's lock, so a process that serves users
draws through `delivery.drawing`.
"""

from collections.abc import Sequence
from typing import Final

from scoring.reading.names import network_of
from views.network_names import inside
from views.pictures.board_chart import Board, Place, standings
from views.pictures.card import ScoreCard, score_card
from views.pictures.comparison_chart import Contender, Contest, comparison
from views.pictures.history_chart import History, Past, history_chart
from views.pictures.sheet import MARGIN, RIGHT, Sheet, Theme
from views.wording import Wording

Picture = ScoreCard | History | Contest | Board

VERSION: Final = "6"
"""Raise this with every change of a picture's look, so that cached pictures are drawn again."""

_FOOT: Final = 72


def draw(picture: Picture, wording: Wording, theme: Theme, bot: str = "") -> bytes:
    """Draw a picture as PNG.

    Args:
        bot: the bot's username, which the picture names; "" for none.

    Returns:
        A PNG of less than 100 kB, 1000 pixels wide.
    """
    return layout(picture, wording, theme, bot).png()


def layout(picture: Picture, wording: Wording, theme: Theme, bot: str = "") -> Sheet:
    """Lay out a picture without drawing it: every shape, and the place of each text."""
    sheet = _unsigned(picture, wording, theme)
    _sign(sheet, picture.handles, wording, bot)
    return sheet


def _unsigned(picture: Picture, wording: Wording, theme: Theme) -> Sheet:
    match picture:
        case ScoreCard():
            return score_card(picture, wording, theme)
        case History():
            return history_chart(picture, wording, theme)
        case Contest():
            return comparison(picture, wording, theme)
        case Board():
            return standings(picture, wording, theme)


def _sign(sheet: Sheet, handles: Sequence[str], wording: Wording, bot: str) -> None:
    """Say below a picture whose it is and what it measures: it travels without its message."""
    top = sheet.height
    sheet.height += _FOOT
    sheet.line([(MARGIN, top), (RIGHT, top)], sheet.colours.track, 2)
    networks = dict.fromkeys(inside(network_of(handle), wording) for handle in handles)
    measure = wording.gettext("influence on {networks}, from 0 to 100")
    text = measure.format(networks=wording.listed(list(networks)))
    muted, y = sheet.colours.muted, top + 46
    left = sheet.text(f"t.me/{bot}", MARGIN, y, 30, weight="SemiBold", width=380) if bot else None
    room = RIGHT - (left.right + 40 if left else MARGIN)
    sheet.text(text, RIGHT, y, 26, colour=muted, anchor="end", width=room)


__all__ = [
    "VERSION",
    "Board",
    "Contender",
    "Contest",
    "History",
    "Past",
    "Picture",
    "Place",
    "ScoreCard",
    "Sheet",
    "Theme",
    "draw",
    "layout",
]
