"""How long a pause is, as people write it in English or French: "2 weeks", "un mois"."""

import re
from datetime import timedelta
from typing import Final

from services.calendar.place_names import fold

_UNITS: Final = {
    **dict.fromkeys(("day", "days", "jour", "jours", "d", "j"), timedelta(days=1)),
    **dict.fromkeys(("week", "weeks", "semaine", "semaines", "w"), timedelta(weeks=1)),
    **dict.fromkeys(("month", "months", "mois"), timedelta(days=30)),
}
_NUMBERS: Final = {
    **dict.fromkeys(("a", "an", "one", "un", "une"), 1),
    **dict.fromkeys(("two", "deux"), 2),
    **dict.fromkeys(("three", "trois"), 3),
    **dict.fromkeys(("four", "quatre"), 4),
    **dict.fromkeys(("six",), 6),
}
_LONGEST: Final = timedelta(days=366)
_DURATION: Final = re.compile(r"(?:for |pour |pendant )?(\d{1,3}|[a-z]+) ?([a-z]+)")


def duration(text: str) -> timedelta | None:
    """Return the length of time that a text names, from a day to a year; None for another text."""
    found = _DURATION.fullmatch(fold(text))
    if found is None or found[2] not in _UNITS:
        return None
    number = int(found[1]) if found[1].isdecimal() else _NUMBERS.get(found[1], 0)
    length = number * _UNITS[found[2]]
    return length if timedelta(0) < length <= _LONGEST else None
