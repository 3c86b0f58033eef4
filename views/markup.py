"""Makes foreign text safe for Telegram's HTML; links, times and bars as text."""

import html
import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from telegram import User

from scoring.reading.names import network_of
from scoring.reading.networks.typed_names import EVERYWHERE

_FIRST_STRONG_ISOLATE: Final = "\u2068"
_POP_ISOLATE: Final = "\u2069"
_DIRECTION_MARKS: Final = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_TAG: Final = re.compile(r"<[^>]*>")
_LONGEST_NAME: Final = 50
_MOST_QUOTED: Final = 3

_CELLS: Final = 10


def foreign(text: str) -> str:
    """Escape foreign text, on one line, cut, and isolated from the text around it.

    Right-to-left letters stay readable. Direction marks, which could reorder the rest of the line,
    are dropped, and the text is isolated (Unicode UAX #9). The result may be empty.
    """
    short = one_line(text)
    if not short:
        return ""
    return f"{_FIRST_STRONG_ISOLATE}{html.escape(short, quote=False)}{_POP_ISOLATE}"


def mention(person: User) -> str:
    """Return a link to a person by their first name, which notifies them in a group."""
    return f'<a href="tg://user?id={person.id}">{foreign(person.first_name)}</a>'


def quoted(words: Iterable[str]) -> str:
    """Quote the first three pieces of foreign text as code; "" when none is visible.

    As code, so that Telegram makes no mention, command or link: an @ might notify a user.
    """
    shown = [f"<code>{piece}</code>" for piece in map(foreign, words) if piece]
    return ", ".join(shown[:_MOST_QUOTED])


def one_line(text: str) -> str:
    """Put foreign text on one line, cut, without direction marks; not escaped."""
    visible = "".join(
        " " if character.isspace() else character
        for character in text
        if character not in _DIRECTION_MARKS
        and (character.isspace() or unicodedata.category(character) not in {"Cc", "Cs", "Co", "Cn"})
    )
    flat = " ".join(visible.split())
    return flat if len(flat) <= _LONGEST_NAME else flat[: _LONGEST_NAME - 1] + "…"


def profile_link(handle: str) -> str:
    """Return a handle as a link to its account, on its network's own site.

    Telegram would take a bare handle for a user of Telegram, and might notify that user.
    """
    return f'<a href="{_page(handle)}">@{handle}</a>'


def linked(url: str) -> str | None:
    """Return the handle of a link that `profile_link` made; None for any other link."""
    name = EVERYWHERE.behind_link(url)
    return name.text if name and _page(name.text) == url else None


def _page(handle: str) -> str:
    match network_of(handle):
        case "bluesky":
            return f"https://bsky.app/profile/{handle}"
        case "fediverse":
            user, _, host = handle.partition("@")
            return f"https://{host}/@{user}"
    return f"https://x.com/{handle}"


def local_time(moment: datetime, text: str) -> str:
    """Format a moment that Telegram shows in the reader's time zone; `text` is the fallback."""
    return f'<tg-time unix="{int(moment.timestamp())}" format="wDt">{text}</tg-time>'


def shown_length(text: str) -> int:
    """Return the UTF-16 units that a reader of HTML sees, which Telegram's limits count."""
    return len(html.unescape(_TAG.sub("", text)).encode("utf-16-le")) // 2


def bar(share: float) -> str:
    """Format a share from 0 to 1 as ten cells: "▰▰▰▱▱▱▱▱▱▱"."""
    full = min(_CELLS, max(0, round(share * _CELLS)))
    return "▰" * full + "▱" * (_CELLS - full)
