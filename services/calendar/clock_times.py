"""Parses times of day as people write and say them, in English and French."""

import re
from enum import Enum
from typing import Final, NamedTuple

from services.calendar.place_names import fold

END_OF_DAY: Final = 24 * 60
"""24:00, in minutes: the midnight that ends a day."""

_HALF_DAY: Final = 12


class Time(NamedTuple):
    """A time of day.

    Attributes:
        minute: since midnight, 0 to `END_OF_DAY`.
        certain: it is unambiguous; "9" may mean the evening, "21" and "9 am" may not.
    """

    minute: int
    certain: bool


class Part(Enum):
    """A part of the day: its usual hour, its first hour, and the hour at which it ends.

    Hours from 24 on belong to the next day: "Sunday night at 1" is on Monday.
    """

    MORNING = (9, 0, 12)
    AFTERNOON = (15, 12, 19)
    EVENING = (20, 16, 25)
    NIGHT = (21, 18, 30)


PARTS: Final = {
    name: part
    for part, names in {
        Part.MORNING: ("morning", "mornings", "matin", "matins", "matinee"),
        Part.AFTERNOON: ("afternoon", "afternoons", "apres midi", "l apres midi"),
        Part.EVENING: ("evening", "evenings", "soir", "soirs", "soiree"),
        Part.NIGHT: ("night", "nights", "nuit", "nuits"),
    }.items()
    for name in names
}
"""Names of the parts of the day, folded."""

_NAMED: Final = {"noon": 12, "midday": 12, "midi": 12, "midnight": 0, "minuit": 0}

_ENGLISH: Final = "one two three four five six seven eight nine ten eleven twelve"
_FRENCH: Final = (
    "une,deux,trois,quatre,cinq,six,sept,huit,neuf,dix,onze,douze,treize,quatorze,quinze,seize,"
    "dix sept,dix huit,dix neuf,vingt,vingt et une,vingt deux,vingt trois"
)
_HOURS: Final = {
    word: number
    for words in (_ENGLISH.split(), _FRENCH.split(","))
    for number, word in enumerate(words, start=1)
}
_MINUTES: Final = _HOURS | {
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty five": 45,
    "vingt cinq": 25,
    "trente": 30,
    "quarante cinq": 45,
}


def _any_of(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_SIGNS: Final = re.compile(
    r"(\d{1,2})(?: ?(?:[:.h]|heures?|hours?) ?(?:(\d\d)(?::00| ?min(?:utes)?)?)?)?"
    r"(?: ?([ap])\.?m\.?)?"
)
_HOUR: Final = rf"(?P<hour>\d{{1,2}}|{_any_of(_HOURS)}|{_any_of(_NAMED)})"
_MINUTE: Final = rf"(?P<minute>\d{{1,2}}|{_any_of(_MINUTES)})"
_SPOKEN: Final = tuple(
    re.compile(rf"{form}(?: ?(?P<half>[ap]) ?m)?")
    for form in (
        rf"{_HOUR}(?: heures?| h| o clock)?",
        rf"{_HOUR}(?: heures?| h)(?: {_MINUTE})",
        rf"{_HOUR}(?: ?heures?| ?h)? (?P<more>et demie?|et quart|moins le quart)",
        rf"(?:a )?(?P<more>half|quarter) past {_HOUR}",
        rf"(?:a )?(?P<more>quarter to) {_HOUR}",
        rf"{_HOUR} {_MINUTE}",
    )
)
_WITH_DIGITS: Final = tuple(form for form in _SPOKEN if "more" in form.groupindex)
"""Forms in which a number in digits may come first: "9/30" is no time."""

_DELAY: Final = re.compile(
    r"(?:in|dans|d ici)(?: about| around| environ)? (?:half )?"
    rf"(?:an?|une demi|\d{{1,4}}(?: \d{{1,2}})?|{_any_of(_MINUTES)}) ?"
    r"(?:hours?|hrs?|heures?|h|minutes?|mins?|days?|jours?|weeks?|semaines?)"
    r"(?: ?\d\d| et demie?| et quart)?"
)
"""Matches a folded "in 3 hours"."""

_MORE: Final = {
    "et demi": 30,
    "et demie": 30,
    "half": 30,
    "et quart": 15,
    "quarter": 15,
    "moins le quart": -15,
    "quarter to": -15,
}


def time(phrase: str) -> Time | None:
    """Return the time of day that a phrase means; None for anything else.

    Understood: `9:00`, `9h30`, `9.30`, `9 pm`, `21`, `24:00`, "noon", "minuit", "half past nine",
    "neuf heures et demie".
    """
    found = _SIGNS.fullmatch(phrase.casefold())
    if found:
        return _time(int(found[1]), int(found[2] or 0), found[3])
    folded = fold(phrase)
    forms = _WITH_DIGITS if folded[:1].isdigit() else _SPOKEN
    spoken = next(filter(None, (form.fullmatch(folded) for form in forms)), None)
    return _said(spoken.groupdict()) if spoken else None


def is_delay(phrase: str) -> bool:
    """Whether a phrase means a time from now, "in 3 hours", which is no time of day."""
    return _DELAY.fullmatch(fold(phrase)) is not None


def placed(said: Time | None, part: Part) -> int | None:
    """Return the minute that a time within a part of the day means; None when they contradict.

    Args:
        said: None for the part of the day alone.

    Returns:
        Minutes since midnight; from `END_OF_DAY` on, on the next day.
    """
    usual, first, last = part.value
    if said is None:
        return int(usual * 60)
    hour, minute = divmod(said.minute, 60)
    hours = [hour % 24] if said.certain else [hour % _HALF_DAY, hour % _HALF_DAY + _HALF_DAY]
    fitting = (each for each in [*hours, *(hour + 24 for hour in hours)] if first <= each < last)
    return next((each * 60 + minute for each in fitting), None)


def _time(hour: int, minute: int, half: str | None) -> Time | None:
    if half:
        if hour not in range(1, 13):
            return None
        hour = hour % _HALF_DAY + (_HALF_DAY if half == "p" else 0)
    total = hour * 60 + minute
    if minute not in range(60) or not 0 <= total <= END_OF_DAY:
        return None
    return Time(total, certain=half is not None or hour not in range(1, 13))


def _said(words: dict[str, str | None]) -> Time | None:
    hour = words["hour"] or ""
    number = _HOURS.get(hour, _NAMED.get(hour)) if not hour.isdigit() else int(hour)
    minute = words.get("minute") or "0"
    minutes = int(minute) if minute.isdigit() else _MINUTES[minute]
    if number is None:
        return None
    moved = number * 60 + minutes + _MORE.get(words.get("more") or "", 0)
    found = _time(*divmod(moved % END_OF_DAY, 60), words.get("half"))
    return found and found._replace(certain=found.certain or hour in _NAMED)
