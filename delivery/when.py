"""What people type after `/schedule`, made into a request."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from babel import Locale

from delivery.places import fold, zone_named

_LONGEST: Final = 200  # characters read: more than any wish needs
_PHRASE: Final = 6  # words of the longest name of a place ("État de la Cité du Vatican")

_SHORTEST: Final = 3  # letters of a weekday: the least that none shares

_AROUND: Final = re.compile(r"^[^\w+-]+|\W+$")
_CLOCK: Final = re.compile(r"(\d{1,2})(?: ?(?:[:.h]|heures?|hours?) ?(\d\d)?)?(?: ?([ap])\.?m\.?)?")
_NAMED_TIMES: Final = {"noon": 720, "midday": 720, "midi": 720, "midnight": 0, "minuit": 0}
_FILLERS: Final = frozenset(
    (
        *("a", "at", "every", "each", "in", "o clock", "oclock", "of", "on", "the", "time"),
        *("chaque", "de", "des", "du", "en", "heure", "l heure", "le", "les", "tous", "vers"),
    )
)


class When(NamedTuple):
    """When a digest is wished, as far as it was said.

    Attributes:
        weekday: 0 (Monday) to 6.
        minute: of the local day, 0 to 1439.
        zone: a name of the tz database, as it spells it.
        unknown: what was not understood, or contradicts what came before it: words as typed,
            those that stood together in one. Empty when all was understood.
    """

    weekday: int | None = None
    minute: int | None = None
    zone: str | None = None
    unknown: tuple[str, ...] = ()


def parse(text: str) -> When:
    """Find weekday, time and zone in what was typed, in any order; each may be missing.

    Understood: English and French weekdays in full or from three letters on; `9:00`, `9h30`,
    `9 pm`, `21`, `noon`, `minuit`; zones as `places.zone_named` has them. Never raises.
    """
    when = When()
    parts: list[tuple[bool, str]] = []
    for phrase, meaning in _phrases(text):
        agrees = meaning is not None and all(
            getattr(when, what) in (None, value) for what, value in meaning.items()
        )
        if meaning and agrees:
            when = when._replace(**meaning)
        parts.append((agrees, phrase))
    strange = (list(group) for agrees, group in groupby(parts, itemgetter(0)) if not agrees)
    return when._replace(unknown=tuple(" ".join(word for _, word in run) for run in strange))


def _phrases(text: str) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """The text's words, as many at a time as mean something together."""
    words = _words(text)
    while words:
        for length in range(min(_PHRASE, len(words)), 0, -1):
            phrase = " ".join(words[:length])
            meaning = _meaning(phrase)
            if meaning is not None or length == 1:
                yield phrase, meaning
                del words[:length]
                break


def _words(text: str) -> list[str]:
    """Words without the punctuation around them; a lone sign stays (`UTC + 2`)."""
    plain = unicodedata.normalize("NFKC", text)[:_LONGEST].replace("’", "'")
    return [_AROUND.sub("", part) or part for part in re.split(r"[\s,;]+", plain) if part]


def _meaning(phrase: str) -> dict[str, Any] | None:
    """What a phrase sets; nothing for a mere filler; None for what is not understood."""
    folded = fold(phrase)
    if (weekday := _weekdays().get(folded)) is not None:
        return {"weekday": weekday}
    if (minute := _minute(phrase)) is not None:
        return {"minute": minute}
    if (zone := zone_named(phrase)) is not None:
        return {"zone": zone}
    return {} if not folded or folded in _FILLERS else None


def _minute(phrase: str) -> int | None:
    """A time of day in minutes since midnight."""
    if (named := _NAMED_TIMES.get(fold(phrase))) is not None:
        return named
    match = _CLOCK.fullmatch(phrase.casefold())
    if not match:
        return None
    hour, minute, half = int(match[1]), int(match[2] or 0), match[3]
    if half:
        if hour not in range(1, 13):
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    return hour * 60 + minute if hour in range(24) and minute in range(60) else None


@cache
def _weekdays() -> dict[str, int]:
    """Every weekday's name, its plural, and its beginnings down to three letters."""
    days = {
        f"{fold(day)}s"[:length]: weekday
        for language in ("en", "fr")
        for weekday, day in Locale(language).days["format"]["wide"].items()
        for length in range(_SHORTEST, len(day) + 2)
    }
    return days | {"weds": days["wed"]}
