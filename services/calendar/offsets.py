"""Finds time zones given without a place: `UTC+5:30`, `EST`, "Pacific time"."""

import re
from functools import cache
from typing import Final

from services.calendar.zones import zone_names

_DASHES: Final = str.maketrans(dict.fromkeys("−–‐‑‒﹣－", "-"))
"""What keyboards, and our own sentences, use as a minus sign."""

_OFFSET: Final = re.compile(
    r"(?:utc|gmt)(?: ?([+±-]) ?(\d{1,2})(?:[:h]?(\d\d)|[.](5|25|75)|h)?)?|([+-])(\d\d):(\d\d)",
    re.ASCII,
)
_EAST, _WEST = 14, 12  # hours: the tz database has Etc/GMT-14 to Etc/GMT+12

_FRACTIONS: Final = {"5": 30, "25": 15, "75": 45}

UNEVEN: Final = {
    -(9 * 60 + 30): "Pacific/Marquesas",
    -(3 * 60 + 30): "America/St_Johns",
    -(2 * 60 + 30): "America/St_Johns",
    3 * 60 + 30: "Asia/Tehran",
    4 * 60 + 30: "Asia/Kabul",
    5 * 60 + 30: "Asia/Kolkata",
    5 * 60 + 45: "Asia/Kathmandu",
    6 * 60 + 30: "Asia/Yangon",
    8 * 60 + 45: "Australia/Eucla",
    9 * 60 + 30: "Australia/Darwin",
    10 * 60 + 30: "Australia/Adelaide",
    12 * 60 + 45: "Pacific/Chatham",
    13 * 60 + 45: "Pacific/Chatham",
}
"""A populated zone for each offset in minutes that is no whole hour, at least in summer: the tz
database has fixed zones for whole hours only."""

_ABBREVIATIONS: Final = {
    "America/New_York": "est edt",
    "America/Chicago": "cst cdt",
    "America/Denver": "mst mdt",
    "America/Los_Angeles": "pst pdt",
    "America/Anchorage": "akst akdt",
    "America/Halifax": "ast adt hna haa",
    "America/St_Johns": "nst ndt hnt",
    "America/Toronto": "hne hae",
    "America/Winnipeg": "hnc hac",
    "America/Edmonton": "hnr",
    "America/Vancouver": "hnp hap",
    "America/Sao_Paulo": "brt",
    "America/Santiago": "clt",
    "Europe/London": "bst",
    "Europe/Lisbon": "wet",
    "Europe/Paris": "cet cest met mest mez mesz hnec haec",
    "Europe/Athens": "eet eest",
    "Europe/Moscow": "msk",
    "Europe/Istanbul": "trt",
    "Africa/Johannesburg": "sast",
    "Asia/Jerusalem": "idt",
    "Asia/Dubai": "gst",
    "Asia/Karachi": "pkt",
    "Asia/Kolkata": "ist",
    "Asia/Bangkok": "ict",
    "Asia/Jakarta": "wib",
    "Asia/Singapore": "sgt",
    "Asia/Hong_Kong": "hkt",
    "Asia/Manila": "pht",
    "Asia/Tokyo": "jst",
    "Asia/Seoul": "kst",
    "Australia/Perth": "awst",
    "Australia/Adelaide": "acst acdt",
    "Australia/Sydney": "aest aedt",
    "Pacific/Auckland": "nzst nzdt",
    "Pacific/Honolulu": "hst",
}
"""Of zones that share an abbreviation, the one where most people live who write it here."""

_NOT_MEANT: Final = frozenset(("est", "mst"))
"""Zones of the tz database without summer time; people mean the zones that have it."""

_CAPITALS: Final = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
    "Z": "UTC",
}
"""Too short to recognise in lower case: « et » is a word."""

_REGIONS: Final = {
    "eastern": "America/New_York",
    "central": "America/Chicago",
    "mountain": "America/Denver",
    "pacific": "America/Los_Angeles",
    "de l'est": "America/Toronto",
    "du centre": "America/Winnipeg",
    "des rocheuses": "America/Edmonton",
    "du pacifique": "America/Vancouver",
}
_REGION: Final = re.compile(
    r"(eastern|central|mountain|pacific)(?: standard| daylight)?(?: time)?"
    r"|heure (?:normale |avancée )?(de l'est|du centre|des rocheuses|du pacifique)"
)


def with_hyphens(text: str) -> str:
    """Return the text with every kind of dash replaced by a hyphen."""
    return text.translate(_DASHES)


def offset_zone(text: str) -> str | None:
    """Return the zone of `UTC+2`, `GMT−5`, `UTC+5:30` or `+02:00`, or None.

    Whole hours are fixed zones of the tz database, whose signs are reversed (POSIX): `UTC+2` is
    Etc/GMT-2. For other offsets it is a populated zone that keeps that time.
    """
    match = _OFFSET.fullmatch(with_hyphens(text).casefold())
    if not match:
        return None
    sign, hours = match[1] or match[5], int(match[2] or match[6] or 0)
    minutes = _FRACTIONS.get(match[4] or "") or int(match[3] or match[7] or 0)
    offset = (hours * 60 + minutes) * (-1 if sign == "-" else 1)
    if minutes:
        return UNEVEN.get(offset)
    if not hours:
        return "UTC"
    if sign == "±" or hours > (_WEST if sign == "-" else _EAST):
        return None
    return f"Etc/GMT{'+' if sign == '-' else '-'}{hours}"


def abbreviated_zone(text: str) -> str | None:
    """Return the zone that people most likely mean by `EST`, `CEST` or "Pacific time", or None."""
    if zone := _CAPITALS.get(text):
        return zone
    folded = text.casefold().replace("’", "'")
    if region := _REGION.fullmatch(folded):
        return _REGIONS[region[1] or region[2]]
    return _abbreviations().get(folded)


@cache
def _abbreviations() -> dict[str, str]:
    """Return abbreviation → zone; a name of the tz database itself keeps its meaning."""
    exact = {name.casefold() for name in zone_names()} - _NOT_MEANT
    return {
        name: zone
        for zone, names in _ABBREVIATIONS.items()
        for name in names.split()
        if name not in exact
    }
