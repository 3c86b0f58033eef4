"""Places of a thousand people and more, and their time zones: GeoNames' table, packed.

The data is GeoNames' (https://www.geonames.org), under the Creative Commons Attribution 4.0
licence; `operations.maintenance.gazetteer_build` writes the file.
"""

import gzip
import re
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

FILE: Final = Path(__file__).with_name("places.txt.gz")
LATIN: Final = re.compile(r"[a-z0-9 ]+")
"""The letters of a folded name that the gazetteer can hold."""

_LONGEST: Final = 64


class Place(NamedTuple):
    """The largest place of a name in a time zone.

    Attributes:
        zone: a name of the tz database.
        country: its code (ISO 3166-1).
        people: how many live there.
    """

    zone: str
    country: str
    people: int


def places(name: str) -> list[Place]:
    """Return the places of a folded name, the largest first, one for each time zone."""
    if not LATIN.fullmatch(name) or len(name) > _LONGEST:
        return []
    zones, table = _table()
    told = _told(table, name.encode())
    entries = (entry.split(",") for entry in told.split(";")) if told else ()
    return [Place(zones[int(zone)], country, int(people)) for zone, country, people in entries]


def _told(table: bytes, name: bytes) -> str:
    """Return what the line of a name tells, found by halving; "" for no line."""
    low, high = 0, len(table)
    while low < high:
        middle = (low + high) // 2
        begin = table.rfind(b"\n", 0, middle) + 1
        end = table.index(b"\n", middle)
        known, _, told = table[begin:end].partition(b"\t")
        if known == name:
            return told.decode()
        if known < name:
            low = end + 1
        else:
            high = begin
    return ""


@cache
def _table() -> tuple[list[str], bytes]:
    """Return the zones, and the lines, sorted: ten megabytes, unpacked when first needed."""
    header, _, table = gzip.decompress(FILE.read_bytes()).partition(b"\n")
    return header.decode().split(" "), table
