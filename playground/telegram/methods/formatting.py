"""The text of a request: parsed, cleaned and measured as Telegram does it."""

from collections.abc import Callable
from typing import Final

from playground.telegram.methods import html
from playground.telegram.methods.detection import with_detected
from playground.telegram.methods.links import url_fault
from playground.telegram.methods.text import (
    SOLID,
    FormattedText,
    clean,
    overlap,
    sorted_entities,
    trim,
    utf16_length,
)
from playground.telegram.server.wire import Json, Params, bad_request

TEXT_LIMIT: Final = 4096
CAPTION_LIMIT: Final = 1024
ENTITY_LIMIT: Final = 100
"""The most entities of one message; Telegram drops the rest without an error."""

_KINDS: Final = frozenset(
    {
        "blockquote",
        "bold",
        "code",
        "custom_emoji",
        "date_time",
        "expandable_blockquote",
        "italic",
        "pre",
        "spoiler",
        "strikethrough",
        "text_link",
        "text_mention",
        "underline",
        "bot_command",
        "cashtag",
        "email",
        "hashtag",
        "mention",
        "phone_number",
        "url",
    }
)


def formatted_text(
    params: Params, name: str, *, complain: Callable[[str], None], entities_name: str = "entities"
) -> FormattedText:
    """Return a request's text with all its entities, trimmed; empty without a text.

    Args:
        params: the request.
        name: the parameter that holds the text.
        complain: called with each fault that Telegram accepts but spoils in silence.
        entities_name: the parameter that holds explicit entities.

    Raises:
        RefusedError: the markup or the entities are wrong.
    """
    text = clean(params.text(name))
    parse_mode = params.text("parse_mode").lower()
    if parse_mode == "html":
        marked = html.parse(text)
    elif parse_mode:
        raise bad_request("unsupported parse_mode")
    else:
        entities = [_checked(entity, text) for entity in params.array(entities_name) or ()]
        marked = FormattedText(text, sorted_entities(entities))
    if len(marked.entities) > ENTITY_LIMIT:
        complain(f"{len(marked.entities)} entities, Telegram drops all after {ENTITY_LIMIT}")
        marked = FormattedText(marked.text, marked.entities[:ENTITY_LIMIT])
    return with_detected(trim(_without_nested(marked)))


def too_long(formatted: FormattedText, limit: int) -> bool:
    """Whether the visible text is longer than a limit of Telegram's, in UTF-16 units."""
    return utf16_length(formatted.text) > limit


def _without_nested(formatted: FormattedText) -> FormattedText:
    """Drop the formatting inside code, as Telegram does."""
    solid = [entity for entity in formatted.entities if entity["type"] in SOLID]
    kept = [
        entity
        for entity in formatted.entities
        if entity in solid
        or "blockquote" in entity["type"]
        or not any(overlap(entity, other) for other in solid)
    ]
    return FormattedText(formatted.text, tuple(kept))


def _checked(entity: Json, text: str) -> Json:
    kind, offset, length = (entity.get(key) for key in ("type", "offset", "length"))
    if kind not in _KINDS:
        raise bad_request("can't parse MessageEntity: Unsupported type specified")
    if not isinstance(offset, int) or offset < 0:
        raise bad_request(f"receive an entity with incorrect offset {offset}")
    if not isinstance(length, int) or length < 0:
        raise bad_request(f"receive an entity with incorrect length {length}")
    end = utf16_length(text)
    if offset > end:
        raise bad_request(f"entity begins after the end of the text at UTF-16 offset {offset}")
    if offset + length > end:
        raise bad_request(
            f"entity beginning at UTF-16 offset {offset} ends after the end of the text "
            f"at UTF-16 offset {offset + length}"
        )
    if kind == "text_link":
        _check_link(entity.get("url"))
    return entity


def _check_link(url: str | None) -> None:
    if url is None:
        raise bad_request("can't parse MessageEntity: Can't find field \"url\"")
    if fault := url_fault(url):
        raise bad_request(f"entity URL '{url}' is invalid: {fault}")
