"""Foreign text made safe for Telegram's HTML, and the little that is drawn in text."""

import html
import re
import unicodedata
from datetime import datetime
from typing import Final

_FIRST_STRONG_ISOLATE: Final = "\u2068"
_POP_ISOLATE: Final = "\u2069"
_DIRECTION_MARKS: Final = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_TAG: Final = re.compile(r"<[^>]*>")
_LONGEST_NAME: Final = 50

_CELLS: Final = 10

PROFILE: Final = "https://x.com/"
"""What a link to an account begins with."""


def foreign(text: str) -> str:
    """A stranger's text: escaped, on one line, cut, and kept from turning its surroundings.

    Right-to-left letters stay readable; direction marks, which could reorder the rest of the
    line, are dropped, and what is left is isolated (Unicode UAX #9). Empty when nothing is left.
    """
    short = one_line(text)
    if not short:
        return ""
    return f"{_FIRST_STRONG_ISOLATE}{html.escape(short, quote=False)}{_POP_ISOLATE}"


def one_line(text: str) -> str:
    """A stranger's text on one line, cut, without direction marks; not escaped."""
    visible = "".join(
        " " if character.isspace() else character
        for character in text
        if character not in _DIRECTION_MARKS
        and (character.isspace() or unicodedata.category(character) not in {"Cc", "Cs", "Co", "Cn"})
    )
    flat = " ".join(visible.split())
    return flat if len(flat) <= _LONGEST_NAME else flat[: _LONGEST_NAME - 1] + "…"


def profile_link(handle: str) -> str:
    """A handle that leads to its account on X.

    Bare, Telegram would take it for somebody on Telegram, and might call them.
    """
    return f'<a href="{PROFILE}{handle}">@{handle}</a>'


def local_time(moment: datetime, text: str) -> str:
    """A moment that Telegram shows in each reader's own time zone; `text` where it cannot."""
    return f'<tg-time unix="{int(moment.timestamp())}" format="wDt">{text}</tg-time>'


def shown_length(text: str) -> int:
    """UTF-16 units of what a reader of HTML sees: what Telegram's limits count."""
    return len(html.unescape(_TAG.sub("", text)).encode("utf-16-le")) // 2


def bar(share: float) -> str:
    """A share from 0 to 1 as ten cells: "▰▰▰▱▱▱▱▱▱▱"."""
    full = min(_CELLS, max(0, round(share * _CELLS)))
    return "▰" * full + "▱" * (_CELLS - full)
