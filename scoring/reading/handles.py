"""The parser of commands' texts: finds the handles that people type when they mean accounts."""

import re
from base64 import urlsafe_b64encode
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Final, NamedTuple

from scoring.reading.names import Name, Naming, is_handle, key
from scoring.reading.networks.typed_names import EVERYWHERE
from scoring.reading.typed import Number, Strange, Token, Word, tokens

__all__ = [
    "CODE",
    "LONGEST_IN_BUTTON",
    "MAX_HANDLES",
    "NOTHING",
    "Request",
    "code",
    "is_handle",
    "key",
    "parse",
]

LONGEST_IN_BUTTON: Final = 36
"""Characters of a handle that fit into each button: Telegram takes 64 bytes in all."""

CODE: Final = "~"
"""The first character of a code that stands for a handle."""

MAX_HANDLES: Final = 5
"""Handles answered in one message: five receipts still fit a phone's screen."""

_CONNECTORS: Final = frozenset(("and", "et", "vs", "versus", "ou", "or", "with", "avec", "contre"))
_COURTESIES: Final = frozenset(("please", "pls", "plz", "svp", "stp", "thanks", "merci"))
_QUANTITY: Final = re.compile(r"\d+(?:h\d{0,2}|[ap]m|[km]|st|nd|rd|th|er|e)?", re.IGNORECASE)
"""Words that X could take for handles, and people mean as numbers or times."""


class Request(NamedTuple):
    """The handles, numbers and words that a text asks for.

    Attributes:
        handles: valid and distinct, as typed, without `@`, in order; not too many.
        unknown: what was not used, as typed; adjoining words in one piece.
        left_out: how many valid handles came after the limit.
        numbers: the numbers that the command takes.
        words: the words that the command takes, in lower case.
    """

    handles: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    left_out: int = 0
    numbers: tuple[Number, ...] = ()
    words: tuple[str, ...] = ()


NOTHING: Final = Request(())
"""The request of a text that asks for nothing."""


def code(handle: str) -> str | None:
    """Return what buttons carry in place of a handle that is too long for them, else None.

    It is a digest of 132 bits behind a sign that no handle begins with: 23 characters.
    """
    if len(handle) <= LONGEST_IN_BUTTON:
        return None
    return CODE + urlsafe_b64encode(sha256(key(handle).encode()).digest()).decode()[:22]


def parse(
    text: str,
    most: int = MAX_HANDLES,
    bare: int = 2,
    *,
    numbers: int = 0,
    words: frozenset[str] = frozenset(),
    naming: Naming = EVERYWHERE,
) -> Request:
    """Find the handles in what a person typed after a command. Never raises.

    A handle is what follows an `@`, what a link to an account leads to, an address of the
    fediverse, or a lone word: each costs money or others' work to read, so nothing else is taken
    for one. Words are lone when commas, line breaks or "vs" stand between them, and nothing in the
    text carries an `@`, is a link, or is not understood.

    Args:
        text: What was typed.
        most: How many handles are taken.
        bare: How many lone words are taken for handles: more of them are rather a sentence.
        numbers: How many numbers the command takes.
        words: What else the command understands, in lower case.
        naming: How the text names accounts: on all networks, or on some.
    """
    read = tokens(text, naming)
    counted = [place for place, token in enumerate(read) if isinstance(token, Number)][:numbers]
    lone = _lone(read, counted, words, bare, naming)
    found: list[str] = []
    known: list[str] = []
    parts: list[tuple[bool, str]] = []
    for place, token in enumerate(read):
        is_name = isinstance(token, Name) or place in lone
        if is_name:
            name = token if isinstance(token, Name) else naming.bare(token.text)
            found.append(name.text if name else token.text)
        elif isinstance(token, Word) and token.text.lower() in words:
            known.append(token.text.lower())
        parts.append((is_name or place in counted or _is_known(token, words), token.text))
    distinct = list({key(name): name for name in reversed(found)}.values())[::-1]
    strange = (list(run) for used, run in groupby(parts, itemgetter(0)) if not used)
    return Request(
        handles=tuple(distinct[:most]),
        unknown=tuple(dict.fromkeys(" ".join(word for _, word in run) for run in strange)),
        left_out=max(0, len(distinct) - most),
        numbers=tuple(token for token in read if isinstance(token, Number))[:numbers],
        words=tuple(known),
    )


def _is_known(token: Token, words: frozenset[str]) -> bool:
    """Whether a token is a word that asks for nothing, or one that the command knows."""
    return isinstance(token, Word) and token.text.lower() in words | _CONNECTORS | _COURTESIES


def _lone(
    read: list[Token], counted: list[int], words: frozenset[str], bare: int, naming: Naming
) -> list[int]:
    """Return the positions of handles without an `@`: all of a text's words, or none."""
    lone: list[int] = []
    apart = True
    for place, token in enumerate(read):
        if isinstance(token, Name | Strange):
            return []
        if isinstance(token, Number):
            if place not in counted:
                return []
        elif _is_known(token, words):
            apart = apart or token.text.lower() in _CONNECTORS
        elif not (apart or token.apart) or not _may_be_handle(token.text, naming):
            return []
        else:
            lone.append(place)
            apart = False
    return lone if len(lone) <= bare else []


def _may_be_handle(word: str, naming: Naming) -> bool:
    return naming.bare(word) is not None and _QUANTITY.fullmatch(word) is None
