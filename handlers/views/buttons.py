"""What a button carries: a version, an action, a handle or word, and the message's language.

Version first, so that a button pressed a year from now is understood or kindly refused. The
language, so that a message in a group keeps the one it was written in, whoever presses.
Telegram allows 64 bytes; ours need at most 54.
"""

from enum import StrEnum
from typing import Final, NamedTuple

from telegram import InlineKeyboardButton

VERSION: Final = "1"


class Action(StrEnum):
    """What pressing a button asks for."""

    SCORE = "k"
    MORE = "more"
    WHY = "why"
    LESS = "less"
    FOLLOW = "fol"
    COMPARE = "cmp"
    LINK = "me"
    LANGUAGE = "lang"
    FORGET = "forget"
    HELP = "help"
    PRIVACY = "priv"
    UNFOLLOW = "unf"
    FOLLOWING = "fing"
    WEEKDAY = "day"
    TIME = "time"
    ZONE = "zone"
    SCHEDULE = "sched"
    PAUSE = "pause"
    RESUME = "resume"
    QUIET = "quiet"
    SILENT = "silent"
    PAGE = "page"
    ALERT_OFF = "aoff"
    EXPORT = "export"
    BOARD = "board"
    PROVE = "prove"
    INLINE_WHY = "iwhy"
    INLINE_LESS = "iless"
    CARD = "card"
    HISTORY = "hist"
    CONTEST = "pic"
    STANDINGS = "bpic"
    ALERTS = "alerts"
    NEWS = "news"
    BROADCAST = "bcast"


class Press(NamedTuple):
    """A button's data, understood."""

    action: Action
    argument: str
    language: str


def button(
    text: str, action: Action, argument: str = "", *, language: str = ""
) -> InlineKeyboardButton:
    """An inline button; with a language, the message under it is rewritten in that one."""
    data = f"{VERSION}|{action}|{argument}" + (f"|{language}" if language else "")
    return InlineKeyboardButton(text, callback_data=data)


def pattern(*actions: Action) -> str:
    """The regular expression by which these actions' presses are recognised.

    Whatever else a forged button carries, it is nothing but a word.
    """
    return rf"^{VERSION}\|({'|'.join(actions)})\|[A-Za-z0-9_/+-]{{0,40}}(\|[a-z]{{2}})?\Z"


def understand(data: str | None) -> Press | None:
    """Read a button's data; None when it is of another version, or forged."""
    version, _, rest = (data or "").partition("|")
    action, _, rest = rest.partition("|")
    argument, _, language = rest.partition("|")
    if version != VERSION or action not in set(Action):
        return None
    return Press(Action(action), argument, language)
