"""Button data: a version, an action, a handle or word, and the message's language.

A handle that is too long is carried as a code, which `handlers.incoming.adapters` looks up.

The version comes first, so that an old button is understood or refused. The language keeps a
group's message in the language it was written in, for every presser. Telegram allows 64 bytes;
the longest data needs 61.
"""

import math
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from enum import StrEnum
from string import hexdigits
from typing import Final, NamedTuple

from telegram import InlineKeyboardButton, Message

from scoring.reading.handles import code, is_handle
from scoring.reading.networks.typed_names import is_name
from views.wording import Wording

VERSION: Final = "1"

ENCODED: Final = "n-"
"""How a deep link begins whose handle is written in Base64."""

_LONGEST_START: Final = 64
_BASE_36: Final = "0123456789abcdefghijklmnopqrstuvwxyz"

_PICTURE: Final = "picture "
_KEY_DIGITS: Final = 24
"""Digits of a picture's key in an inline query: too many to be guessed."""


class Action(StrEnum):
    """What a button asks for."""

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
    TRY_NOW = "try"
    DUEL_VOTE = "vote"
    DUEL_NEXT = "duel"
    DUEL_RECORD = "mine"
    JOIN = "join"
    KEEP = "keep"
    BOARD_OFF = "boff"
    ERASE = "erase"
    ERASE_ACCOUNT = "erasea"
    TELL = "tell"
    GOAL = "goal"
    SPAN = "span"
    REVIEW = "review"
    RELINK = "relink"


class ButtonData(NamedTuple):
    """A button's data, parsed."""

    action: Action
    argument: str
    language: str


_DATA: Final = re.compile(
    rf"{VERSION}\|({'|'.join(Action)})\|([A-Za-z0-9_/+@.:~-]{{0,51}})(?:\|([a-z]{{2}}))?"
)
"""A version, an action, a word and a language: a forged button can carry nothing else."""


def button(
    text: str, action: Action, argument: str = "", *, language: str = ""
) -> InlineKeyboardButton:
    """Return an inline button; with a language, a press rewrites the message in it.

    Args:
        argument: a word, a handle, or a handle with `/` and a word behind it.
    """
    name, slash, rest = argument.partition("/")
    if short := code(name):
        argument = f"{short}{slash}{rest}"
    data = f"{VERSION}|{action}|{argument}" + (f"|{language}" if language else "")
    return InlineKeyboardButton(text, callback_data=data)


def follow_button(handle: str, wording: Wording, *, followed: bool) -> InlineKeyboardButton:
    """Return the button that follows an account, or unfollows one that the chat follows."""
    if followed:
        return button(wording.gettext("Unfollow"), Action.UNFOLLOW, handle)
    return button(wording.gettext("Follow"), Action.FOLLOW, handle)


def shared_query(key: str) -> str:
    """Return the inline query by which a kept picture is shared."""
    return f"{_PICTURE}{key[:_KEY_DIGITS]}"


def shared_key(query: str) -> str:
    """Return the beginning of the key of the picture that an inline query shares; "" for none."""
    key = query.strip().removeprefix(_PICTURE)
    is_key = query.strip() != key and len(key) == _KEY_DIGITS and set(key) <= set(hexdigits)
    return key.lower() if is_key else ""


class Ends(NamedTuple):
    """The change that a message tells, for the button that explains it.

    Attributes:
        as_of: the moment of the reading that the message shows; None for the newest one.
        base: the moment of the reading that it counts from; None without one.
    """

    as_of: datetime | None = None
    base: datetime | None = None


NEWEST: Final = Ends()
"""The newest reading, whatever was told before."""


def explaining(handle: str, span: str, ends: Ends) -> str:
    """Return the argument of a button that explains a change: `handle/tBASE.AS_OF`.

    Args:
        span: one letter of `services.digests.spans.Span`.
        ends: written as seconds to base 36, six digits each.
    """
    base, as_of = (_seconds(moment) if moment else "" for moment in (ends.base, ends.as_of))
    return f"{handle}/{span}{base}.{as_of}"


def _seconds(moment: datetime) -> str:
    number, digits = math.ceil(moment.timestamp()), ""
    while number > 0:
        number, rest = divmod(number, 36)
        digits = _BASE_36[rest] + digits
    return digits


def start_parameter(handle: str) -> str:
    """Return what a deep link carries to score a handle; "" for one that is too long for it.

    Telegram takes 64 letters, digits, underscores and dashes: other handles are written in Base64.
    """
    if is_handle(handle):
        return f"k_{handle}"
    written = f"{ENCODED}{urlsafe_b64encode(handle.encode()).decode().rstrip('=')}"
    return written if len(written) <= _LONGEST_START else ""


def started(parameter: str) -> str:
    """Return the handle that a deep link of `start_parameter` carries in Base64; "" for none."""
    try:
        padded = parameter.removeprefix(ENCODED).encode() + b"==="
        handle = urlsafe_b64decode(padded).decode()
    except ValueError:
        return ""
    return handle if parameter.startswith(ENCODED) and is_name(handle) else ""


def understand(data: str | None) -> ButtonData | None:
    """Parse a button's data; None when it is of another version, or forged."""
    parts = _DATA.fullmatch(data or "")
    return ButtonData(Action(parts[1]), parts[2], parts[3] or "") if parts else None


def actions(message: Message) -> frozenset[Action]:
    """Return the actions of the buttons under a message."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    data = (understand(str(one.callback_data)) for row in rows for one in row)
    return frozenset(each.action for each in data if each)
