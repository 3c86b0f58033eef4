"""The entity that each HTML element of Telegram becomes, if it becomes one."""

import re
from collections.abc import Iterable
from typing import Final

from playground.telegram.methods.links import checked_url, mentioned_user
from playground.telegram.server.wire import Json

_SIMPLE: Final = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "pre": "pre",
}
TAGS: Final = frozenset({*_SIMPLE, "a", "code", "blockquote", "tg-emoji", "tg-time"})

_DATE_FORMAT: Final = re.compile(r"r|w?[dD]?[tT]?")
_LARGEST_ID: Final = 2**63


def element_entity(name: str, attributes: dict[str, str], inner: str) -> Json | None:
    """Return the entity of a finished element, without offset and length.

    Args:
        name: one of `TAGS`.
        attributes: the attributes as written, with references resolved.
        inner: the visible text inside.

    Raises:
        ValueError: Telegram does not accept an attribute; the message has Telegram's words.
    """
    match name:
        case "a":
            return _link(attributes.get("href") or inner)
        case "blockquote":
            expandable = "expandable" in attributes
            return {"type": "expandable_blockquote" if expandable else "blockquote"}
        case "code":
            language = attributes.get("class", "")
            known = language.startswith("language-")
            return {"type": "code", "language": language.removeprefix("language-") if known else ""}
        case "tg-emoji":
            return _custom_emoji(attributes.get("emoji-id", ""))
        case "tg-time":
            return _date_time(attributes)
        case _:
            return {"type": _SIMPLE[name]}


def merged_code(entities: Iterable[Json]) -> list[Json]:
    """Merge `<pre><code class="language-x">` into one block; code alone has no language."""
    merged: list[Json] = []
    for entity in entities:
        last = merged[-1] if merged else {}
        same_place = all(entity[key] == last.get(key) for key in ("offset", "length"))
        language = entity.get("language") or last.get("language")
        if same_place and {entity["type"], last["type"]} == {"pre", "code"} and language:
            merged[-1] = {**entity, "type": "pre", "language": language}
        else:
            merged.append(entity)
    for entity in merged:
        if entity["type"] == "code":
            entity.pop("language", None)
    return merged


def _link(url: str) -> Json | None:
    user_id = mentioned_user(url)
    if user_id is not None:
        return {"type": "text_mention", "user_id": user_id}
    checked = checked_url(url)
    return {"type": "text_link", "url": checked} if checked else None


def _custom_emoji(identifier: str) -> Json:
    if not identifier.isdecimal() or not 0 < int(identifier) < _LARGEST_ID:
        raise ValueError("Invalid custom emoji identifier specified")
    return {"type": "custom_emoji", "custom_emoji_id": identifier}


def _date_time(attributes: dict[str, str]) -> Json | None:
    date_format = attributes.get("format", "")
    if not _DATE_FORMAT.fullmatch(date_format):
        raise ValueError("Invalid date-time format specified")
    unix = attributes.get("unix", "")
    if not unix.isdecimal() or int(unix) == 0:
        return None
    return {"type": "date_time", "unix_time": int(unix), "date_time_format": date_format}
