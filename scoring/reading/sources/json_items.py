"""Fields of answers in JSON: a value that is missing or impossible is named by its field."""

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

Json = Mapping[str, Any]

MOST_COUNTED: Final = 10**10
"""The limit of counts: more than there are people."""

_LONGEST_TEXT: Final = 20_000
"""Characters of a description that are looked at."""

_BREAK: Final = re.compile(r"<br\s*/?>|</p>", re.IGNORECASE)
_TAG: Final = re.compile(r"<[^<>]*>")


class OddFieldError(ValueError):
    """An item is of no use because of one field."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def object_of(value: object, field: str) -> Json:
    """Return a JSON object; raise `OddFieldError` for anything else."""
    if not isinstance(value, dict):
        raise OddFieldError(field)
    return value


def list_of(value: object, field: str) -> list[Any]:
    """Return a JSON list; raise `OddFieldError` for anything else."""
    if not isinstance(value, list):
        raise OddFieldError(field)
    return value


def count_of(item: Json, name: str, *, absent: int | None = None, most: int = MOST_COUNTED) -> int:
    """Return a count.

    Args:
        item: what has it.
        name: its field.
        absent: the count where the field is missing; None where it must not be.
        most: the greatest possible count.

    Raises:
        OddFieldError: it is missing, no whole number, negative, or greater than `most`.
    """
    count = item.get(name)
    if count is None and absent is not None:
        return absent
    if type(count) is not int or not 0 <= count <= most:
        raise OddFieldError(name)
    return count


def moment_of(item: Json, name: str) -> datetime:
    """Return a moment in UTC; raise `OddFieldError` for a bad one, or one without a time zone."""
    value = item.get(name)
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is None or moment.tzinfo is None:
            raise OddFieldError(name)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise OddFieldError(name) from None


def name_of(item: Json, name: str) -> str:
    """Return a text that may not be empty; raise `OddFieldError` for anything else."""
    value = item.get(name)
    if not isinstance(value, str) or not value:
        raise OddFieldError(name)
    return value


def text_of(item: Json, name: str) -> str:
    """Return a text in valid Unicode; "" where there is none."""
    value = item.get(name)
    return value[:_LONGEST_TEXT].encode(errors="replace").decode() if isinstance(value, str) else ""


def plain_text(markup: str) -> str:
    """Return the words of a description in HTML."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", markup))).strip()


def flag_of(item: Json, name: str) -> bool:
    """Whether a field is true; one that is missing or null is not."""
    return item.get(name) is True
