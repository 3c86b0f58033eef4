"""Pictures of scores: data in, PNG bytes out.

They are 1000 pixels wide, in a light and a dark theme, without any text below 20 pixels. The same
input gives the same bytes on every machine: fonts are packaged, nothing of the system is used.

Drawing takes tens of milliseconds and holds the interpreter's lock: callers that serve others
meanwhile go through `handlers.drawing`.
"""

from typing import Final

from handlers.views.pictures.board import Board, Place, standings
from handlers.views.pictures.card import ScoreCard, score_card
from handlers.views.pictures.comparison import Contender, Contest, comparison
from handlers.views.pictures.history import History, Past, history_chart
from handlers.views.pictures.sheet import Sheet, Theme
from handlers.wording import Wording

Picture = ScoreCard | History | Contest | Board

VERSION: Final = "2"
"""To be raised with every change of what a picture looks like: one that was sent is sent again."""


def draw(picture: Picture, wording: Wording, theme: Theme) -> bytes:
    """Draw a picture.

    Returns:
        A PNG of less than 100 kB, 1000 pixels wide.
    """
    return layout(picture, wording, theme).png()


def layout(picture: Picture, wording: Wording, theme: Theme) -> Sheet:
    """Lay a picture out without drawing it: every shape, and where each text stands."""
    match picture:
        case ScoreCard():
            return score_card(picture, wording, theme)
        case History():
            return history_chart(picture, wording, theme)
        case Contest():
            return comparison(picture, wording, theme)
        case Board():
            return standings(picture, wording, theme)


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
