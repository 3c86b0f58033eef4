"""Parses what people type after `/schedule`."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from babel import Locale

from services.calendar import clock_times
from services.calendar.place_names import fold, place_zone, zone_named

_LONGEST: Final = 200  # characters read: more than any request needs
_PHRASE: Final = 6  # words of the longest name of a place ("État de la Cité du Vatican")

_SHORTEST: Final = 3  # letters of a weekday: the fewest that are unambiguous

_AROUND: Final = re.compile(r"^[^\w+−–-]+|\W+$")
_FILLERS: Final = frozenset(
    (
        *("a", "at", "every", "each", "in", "o clock", "oclock", "of", "on", "the", "time", "zone"),
        *("chaque", "de", "des", "du", "en", "fuseau", "heure", "horaire", "l heure", "le", "les"),
        *("dans", "la", "tous", "vers"),
    )
)


class When(NamedTuple):
    """A requested digest time, as far as it was given.

    Attributes:
        weekday: 0 (Monday) to 6.
        minute: of the local day, 0 to 1439.
        zone: a name of the tz database, as it spells it.
        unknown: phrases that were not understood, or contradict what came before, as typed; words
            that stood together form one phrase. Empty when everything was understood.
        next_day: the minute belongs to the day after the stored weekday: the text has 24:00, or
            "1 at night", and no weekday.
        cut: the text is longer than any request, and its end was not read.
    """

    weekday: int | None = None
    minute: int | None = None
    zone: str | None = None
    unknown: tuple[str, ...] = ()
    next_day: bool = False
    cut: bool = False


def parse(text: str) -> When:
    """Find weekday, time and zone in a text, in any order; each may be missing. Never raises.

    Understood: English and French weekdays in full or from three letters on; times as in
    `clock_times.time`; "dimanche soir", "9 in the morning"; zones as in `place_names.zone_named`.
    24:00 on a Sunday is Monday, 0:00.
    """
    said: dict[str, Any] = {}
    parts: list[tuple[bool, str]] = []
    plain = unicodedata.normalize("NFKC", text).strip()
    for phrase, meaning in _phrases(plain[:_LONGEST]):
        agrees = meaning is not None and all(
            said.get(what) in (None, value) for what, value in meaning.items()
        )
        if meaning and agrees:
            said |= meaning
            if "part" in said and clock_times.placed(said.get("time"), said["part"]) is None:
                agrees = False  # "21:00 in the morning": the later part is ignored
                for what in meaning:
                    del said[what]
        parts.append((agrees, phrase))
    strange = (list(group) for agrees, group in groupby(parts, itemgetter(0)) if not agrees)
    unknown = tuple(" ".join(word for _, word in run) for run in strange)
    return _when(said)._replace(unknown=unknown, cut=len(plain) > _LONGEST)


def _when(said: dict[str, Any]) -> When:
    weekday, minute = said.get("weekday"), None
    if "part" in said:
        minute = clock_times.placed(said.get("time"), said["part"])
    elif "time" in said:
        minute = said["time"].minute
    next_day = minute is not None and minute >= clock_times.END_OF_DAY
    if minute is not None and next_day:
        minute -= clock_times.END_OF_DAY
        weekday = None if weekday is None else (weekday + 1) % 7
    return When(weekday, minute, said.get("zone"), next_day=next_day and weekday is None)


def _phrases(text: str) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """Yield the longest phrases of the text that have a meaning, each with that meaning."""
    words = _words(text)
    while words:
        for length in range(min(_PHRASE, len(words)), 0, -1):
            phrase = " ".join(words[:length])
            meaning = _meaning(phrase)
            if meaning is not None or length == 1 or clock_times.is_delay(phrase):
                yield phrase, meaning
                del words[:length]
                break


def _words(text: str) -> list[str]:
    """Return words without the punctuation around them; a lone sign stays (`UTC + 2`)."""
    parts = re.split(r"[\s,;]+", text.replace("’", "'"))
    return [_AROUND.sub("", part) or part for part in parts if part]


def _meaning(phrase: str) -> dict[str, Any] | None:
    """Return what a phrase sets; an empty dict for a filler word; None when not understood."""
    folded = fold(phrase)
    if (weekday := _weekdays().get(folded)) is not None:
        return {"weekday": weekday}
    if (time := clock_times.time(phrase)) is not None:
        return {"time": time}
    if (part := clock_times.PARTS.get(folded)) is not None:
        return {"part": part}
    if (zone := zone_named(phrase)) is not None:
        return {"zone": zone}
    if not folded or folded in _FILLERS:
        return {}
    place = place_zone(phrase)
    return None if place is None else {"zone": place}


@cache
def _weekdays() -> dict[str, int]:
    """Return every weekday's name, its plural, and its beginnings down to three letters."""
    days = {
        f"{fold(day)}s"[:length]: weekday
        for language in ("en", "fr")
        for weekday, day in Locale(language).days["format"]["wide"].items()
        for length in range(_SHORTEST, len(day) + 2)
    }
    return days | {"weds": days["wed"]}
