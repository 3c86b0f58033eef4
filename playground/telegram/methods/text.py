"""Text as Telegram counts and stores it: UTF-16 units, no control characters, trimmed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from playground.telegram.server.wire import Json

# Entities that keep anything else from being recognised or formatted inside them.
SOLID: Final = frozenset({"code", "pre"})

# Telegram removes these from every text: carriage returns, bidirectional embeddings and overrides
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
    """Return the length of a text in UTF-16 units, as Telegram counts."""
    return len(text) + sum(character > "\uffff" for character in text)


def utf16_slice(text: str, offset: int, length: int) -> str:
    """Return the part of a text that an entity covers; offset and length in UTF-16 units."""
    units = text.encode("utf-16-le", "surrogatepass")
    return units[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")


def clean(text: str) -> str:
    """Return a text without the characters that Telegram removes before parsing."""
    return _BLANKED.sub(" ", _REMOVED.sub("", text))


def trim(formatted: FormattedText) -> FormattedText:
    """Remove leading and trailing white space; move and shrink the entities with it."""
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
    """Sort as Telegram does: by place, longer first, quotes around code around the rest."""

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
