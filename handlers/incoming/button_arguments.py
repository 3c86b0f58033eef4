"""Parsers of what buttons carry; each refuses what no button of this version carries."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Generic, NamedTuple, TypeVar, get_args

from handlers.incoming.requests import OldButton
from scoring.reading.networks.typed_names import is_name
from services.calendar.schedule_parsing import parse
from services.calendar.zones import UnknownZone, zone_info
from services.digests.spans import Span
from views.buttons import Ends
from views.pictures.sheet import Theme

_SECONDS: Final = re.compile(r"[0-9a-z]{0,6}")
"""Seconds since 1970 to base 36: six digits last until 2038, and no larger number is a moment."""

_DIGITS: Final = 9
"""Most digits of a number: more of them fit in no database column."""

_MOST_POINTS: Final = 100

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pictured(Generic[T]):
    """A picture that a button asks for.

    Attributes:
        subject: what it shows.
        theme: the theme to turn the picture to; None to send it.
    """

    subject: T
    theme: Theme | None


class OnPage(NamedTuple):
    """An account in a list.

    Attributes:
        page: the list's page that the button was on, from 0.
    """

    handle: str
    page: int


class DigestPage(NamedTuple):
    """A page, from 0, of the digest with a number."""

    number: int
    page: int


class Told(NamedTuple):
    """When a chat wants to be told of an account.

    Attributes:
        value: points, 1 to 100; None to ask.
        step: whether the score has to move that far, rather than cross that line.
    """

    handle: str
    value: int | None
    step: bool


class Asked(NamedTuple):
    """A change to explain.

    Attributes:
        ends: the readings that the message with the button is about.
    """

    handle: str
    span: Span
    ends: Ends


class Numbered(NamedTuple):
    """What to do with the item that has a number."""

    word: str
    number: int


def nothing(text: str) -> None:
    """Parse the argument of a button that needs none."""
    if text:
        raise OldButton


def handle(text: str) -> str:
    """Parse a handle of any network."""
    if not is_name(text):
        raise OldButton
    return text


def handle_or_nothing(text: str) -> str:
    """Parse a handle of any network, or "" for none."""
    return handle(text) if text else ""


def number(text: str) -> int:
    """Parse a number from 0 to 999,999,999."""
    if not (text.isdecimal() and len(text) <= _DIGITS):
        raise OldButton
    return int(text)


def page(text: str) -> int:
    """Parse a list's page, from 0; the first when the button names none."""
    return number(text) if text else 0


def one_of(*words: str) -> Callable[[str], str]:
    """Return the parser of an argument that is one of these words."""

    def word(text: str) -> str:
        if text not in words:
            raise OldButton
        return text

    return word


def switch(off: str, on: str) -> Callable[[str], bool]:
    """Return the parser of an argument that is one of two words."""
    word = one_of(off, on)
    return lambda text: word(text) == on


def picture(subject: Callable[[str], T]) -> Callable[[str], Pictured[T]]:
    """Return the parser of `subject` or `subject/theme`.

    Args:
        subject: parses the subject.
    """

    def pictured(text: str) -> Pictured[T]:
        name, slash, word = text.partition("/")
        theme = next((theme for theme in get_args(Theme) if theme == word), None)
        if slash and theme is None:
            raise OldButton
        return Pictured(subject(name), theme)

    return pictured


def on_page(text: str) -> OnPage:
    """Parse `handle` or `handle/page`."""
    name, _, digits = text.partition("/")
    return OnPage(handle(name), page(digits))


def change_of(text: str) -> Asked:
    """Parse what `views.buttons.explaining` writes; a handle alone is of an older version."""
    name, _, rest = text.partition("/")
    span, (base, _, as_of) = rest[:1] or Span.TOLD, rest[1:].partition(".")
    if span not in tuple(Span):
        raise OldButton
    return Asked(handle(name), Span(span), Ends(_moment(as_of), _moment(base)))


def _moment(digits: str) -> datetime | None:
    if not _SECONDS.fullmatch(digits):
        raise OldButton
    return datetime.fromtimestamp(int(digits, 36), UTC) if digits else None


def digest_page(text: str) -> DigestPage:
    """Parse `number_page`."""
    digest, _, digits = text.partition("_")
    return DigestPage(number(digest), number(digits))


def numbered(*words: str) -> Callable[[str], Numbered]:
    """Return the parser of `word/number` for these words."""
    parse_word = one_of(*words)

    def parsed(text: str) -> Numbered:
        word, _, digits = text.partition("/")
        return Numbered(parse_word(word), number(digits))

    return parsed


def weekday(text: str) -> int:
    """Parse a day of the week: Monday is 0, Sunday is 6."""
    return int(one_of(*"0123456")(text))


def minute(text: str) -> int:
    """Parse a time of day such as "0930" as a minute of the day."""
    time = parse(f"{text[:2]}:{text[2:]}")
    if time.next_day or time.minute is None:
        raise OldButton
    return time.minute


def zone(text: str) -> str:
    """Parse a zone of the tz database; "" and "other" ask for a choice of zones."""
    if text in {"", "other"}:
        return text
    try:
        return zone_info(text).key
    except UnknownZone:
        raise OldButton from None


def told(text: str) -> Told:
    """Parse `handle`, `handle/s5` (a step) or `handle/t70` (a threshold)."""
    name, slash, wish = text.partition("/")
    if not slash:
        return Told(handle(name), None, step=False)
    value = number(wish[1:])
    if wish[:1] not in {"s", "t"} or not 0 < value <= _MOST_POINTS:
        raise OldButton
    return Told(handle(name), value, step=wish[0] == "s")
