"""Writes the gazetteer anew: `python -m operations.maintenance.gazetteer_build cities1000.txt`.

The argument is the table of GeoNames (https://download.geonames.org/export/dump/), whose columns
its readme.txt describes. Places of a thousand people and more are taken by their own names, larger
ones by their names in other languages of Latin script as well.
"""

import gzip
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from services.calendar.gazetteer import FILE, LATIN
from services.calendar.place_names import fold
from services.calendar.zones import zone_names

_LARGE: Final = 15_000
"""People from whom on a place is known by its names in other languages, too."""

_COLUMNS: Final = (1, 2, 3, 8, 14, 17)
"""Name, its ASCII form, other names, country, population, zone."""

_SHORTEST: Final = 3
_MOST_ZONES: Final = 6


class _Place(NamedTuple):
    names: tuple[str, ...]
    country: str
    people: int
    zone: str


def main() -> None:
    """Read the table that the command line names, and write the gazetteer."""
    with Path(sys.argv[1]).open(encoding="utf-8") as table:
        content = "".join(f"{line}\n" for line in lines(table))
    # without a date in the header, the same table makes the same file
    FILE.write_bytes(gzip.compress(content.encode(), mtime=0))


def lines(table: Iterable[str]) -> Iterator[str]:
    """Yield the gazetteer's lines: the zones that are known, then a line for each name, sorted.

    A line has a folded name and, by population, up to six of its zones: the zone's number, the
    country and how many people live in the largest place of that name there.
    """
    found: dict[str, dict[str, _Place]] = defaultdict(dict)
    for row in table:
        place = _place(row)
        for name in place.names:
            known = found[name].get(place.zone)
            if known is None or known.people < place.people:
                found[name][place.zone] = place
    zones = sorted({zone for places in found.values() for zone in places})
    number = {zone: n for n, zone in enumerate(zones)}
    yield " ".join(zones)
    for name in sorted(found):
        largest = sorted(found[name].values(), key=lambda place: (-place.people, place.zone))
        told = (f"{number[p.zone]},{p.country},{p.people}" for p in largest[:_MOST_ZONES])
        yield f"{name}\t{';'.join(told)}"


def _place(row: str) -> _Place:
    columns = row.rstrip("\n").split("\t")
    name, plain, others, country, people, zone = (columns[n] for n in _COLUMNS)
    names = {name, plain}
    if int(people) >= _LARGE:
        names |= {other for other in others.split(",") if not other.isupper()}
    folded = {fold(each) for each in names}
    fitting = {each for each in folded if len(each) >= _SHORTEST and LATIN.fullmatch(each)}
    known = zone in zone_names()
    return _Place(tuple(sorted(fitting)) if known else (), country, int(people), zone)


if __name__ == "__main__":
    main()
