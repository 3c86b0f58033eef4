"""The detection of entities in plain text: commands, mentions, addresses, hashtags."""

import re
from collections.abc import Iterator
from typing import Final

from playground.telegram.methods.text import (
    SOLID,
    FormattedText,
    overlap,
    sorted_entities,
    utf16_length,
)
from playground.telegram.server.wire import Json

# Top-level domains that people write without a scheme; Telegram knows the full list.
_DOMAINS: Final = (
    "app|biz|ca|ch|co|com|de|dev|es|eu|fr|gov|info|io|it|jp|me|net|news|nl|org|social|tv|uk|us|xyz"
)
_PATTERNS: Final = {
    "url": re.compile(
        r"(?<![\w@.])(?:https?://[^\s<>\"]+|(?:[a-z0-9-]+\.)+(?:"
        + _DOMAINS
        + r")\b(?::\d+)?(?:[/?#][^\s<>\"]*)?)",
        re.IGNORECASE,
    ),
    "email": re.compile(r"(?<![\w@])[\w.+-]+@(?:[\w-]+\.)+[a-z]{2,}\b", re.IGNORECASE | re.ASCII),
    "bot_command": re.compile(
        r"(?<![\w/<>])/[a-z0-9_]{1,64}(?:@[a-z0-9_]{3,32})?(?![\w/<>])", re.IGNORECASE
    ),
    "mention": re.compile(r"(?<!\w)@[a-z0-9_]{3,32}(?!\w)", re.IGNORECASE),
    "hashtag": re.compile(r"(?<!\w)#(?=\w*[^\W\d])\w{1,256}(?!#)"),
    "cashtag": re.compile(r"(?<![\w$])\$[A-Z]{1,8}(?!\w)"),
}
_CLOSING: Final = ".,:;!?)»\"'…"
# Nothing is detected inside these entities; inside bold text or a quote it is.
_OPAQUE: Final = SOLID | {"text_link", "text_mention", "custom_emoji", "date_time", *_PATTERNS}


def with_detected(formatted: FormattedText) -> FormattedText:
    """Add the entities that Telegram would detect to those of the markup."""
    entities = list(formatted.entities)
    for found in _found(formatted.text):
        if not any(entity["type"] in _OPAQUE and overlap(entity, found) for entity in entities):
            entities.append(found)
    return FormattedText(formatted.text, sorted_entities(entities))


def _found(text: str) -> Iterator[Json]:
    for kind, pattern in _PATTERNS.items():
        for match in pattern.finditer(text):
            matched = match[0].rstrip(_CLOSING) if kind == "url" else match[0]
            yield {
                "type": kind,
                "offset": utf16_length(text[: match.start()]),
                "length": utf16_length(matched),
            }
