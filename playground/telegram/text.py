"""Text as Telegram counts and keeps it: UTF-16 units, no control characters, no outer space."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from playground.telegram.wire import Json

# Entities that keep anything else from being recognised or formatted inside them.
SOLID: Final = frozenset({"code", "pre"})

# What Telegram takes out of every text: carriage returns, bidirectional embeddings and overrides
# (isolates stay), and three combining marks that draw over neighbouring lines.
_REMOVED: Final = re.compile("[\r\u2028-\u202e\u0333\u033f\u030a]")
_BLANKED: Final = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f]")

_RANK: Final = ("blockquote", "expandable_blockquote", "pre", "code", "text_link", "text_mention")


@dataclass(frozen=True, slots=True)
class FormattedText:
    """Visible text with its entities, ordered by place and then from the outside in."""

    text: str
    entities: tuple[Json, ...] = ()


def utf16_length(text: str) -> int:
    """How long Telegram says a text is."""
    return len(text) + sum(character > "\uffff" for character in text)


def utf16_slice(text: str, offset: int, length: int) -> str:
    """The part of a text an entity covers."""
    units = text.encode("utf-16-le", "surrogatepass")
    return units[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")


def clean(text: str) -> str:
    """A text without what Telegram removes before it looks any closer."""
    return _BLANKED.sub(" ", _REMOVED.sub("", text))


def trim(formatted: FormattedText) -> FormattedText:
    """Without leading and trailing white space; entities move and shrink with it."""
    text = formatted.text.strip()
    shift = utf16_length(formatted.text) - utf16_length(formatted.text.lstrip())
    end = utf16_length(text)
    entities = []
    for entity in formatted.entities:
        begin = max(entity["offset"] - shift, 0)
        length = min(entity["offset"] + entity["length"] - shift, end) - begin
        if length > 0:
            entities.append({**entity, "offset": begin, "length": length})
    return FormattedText(text, sorted_entities(entities))


def sorted_entities(entities: Iterable[Json]) -> tuple[Json, ...]:
    """In Telegram's order: by place, the longer first, quotes around code around the rest."""

    def order(entity: Json) -> tuple[int, int, int]:
        kind = entity["type"]
        rank = _RANK.index(kind) if kind in _RANK else len(_RANK)
        return entity["offset"], -entity["length"], rank

    return tuple(sorted(entities, key=order))


def overlap(one: Json, other: Json) -> bool:
    """Whether two entities share a character."""
    return bool(
        one["offset"] < other["offset"] + other["length"]
        and other["offset"] < one["offset"] + one["length"]
    )
