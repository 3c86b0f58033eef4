"""What a button carries: a version, an action, and at most one handle or word.

Version first, so that a button pressed a year from now is understood or kindly refused.
Telegram allows 64 bytes; ours need at most 24.
"""

from enum import StrEnum
from typing import Final, NamedTuple

from telegram import InlineKeyboardButton

VERSION: Final = "1"


class Action(StrEnum):
    """What pressing a button asks for."""

    SCORE = "k"
    WHY = "why"
    LESS = "less"
    FOLLOW = "fol"
    COMPARE = "cmp"
    LINK = "me"
    LANGUAGE = "lang"
    FORGET = "forget"
    HELP = "help"
    PRIVACY = "priv"


class Press(NamedTuple):
    """A button's data, understood."""

    action: Action
    argument: str


def button(text: str, action: Action, argument: str = "") -> InlineKeyboardButton:
    """An inline button."""
    return InlineKeyboardButton(text, callback_data=f"{VERSION}|{action}|{argument}")


def pattern(*actions: Action) -> str:
    """The regular expression by which these actions' presses are recognised."""
    return rf"^{VERSION}\|({'|'.join(actions)})\|"


def understand(data: str | None) -> Press | None:
    """Read a button's data; None when it is of another version, or forged."""
    version, _, rest = (data or "").partition("|")
    action, _, argument = rest.partition("|")
    if version != VERSION or action not in set(Action):
        return None
    return Press(Action(action), argument)
