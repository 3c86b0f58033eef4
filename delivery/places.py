"""What people call time zones: cities, countries, codes and offsets, in English and French."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cache
from typing import Final, NamedTuple

from babel import Locale
from babel.core import get_global

from delivery.zones import zone_names

_LANGUAGES: Final = ("en", "fr")
_NO_COUNTRY: Final = frozenset(("001", "ZZ"))
"""CLDR's codes for the world and for nowhere known."""

_STATES: Final = ("Brazil/", "Canada/", "Chile/", "Mexico/", "US/")
"""Where the tz database's old names end in no city: `US/Central`, `Brazil/East`."""

_LONGEST_QUERY: Final = 64
_OFFSET: Final = re.compile(r"(?:utc|gmt)(?: ?([+-]) ?(\d{1,2})(?::?00)?)?")
_EAST, _WEST = 14, 12  # hours: the tz database has Etc/GMT-14 to Etc/GMT+12


class _Place(NamedTuple):
    """A zone under people's names for it, all folded."""

    zone: str
    name: str
    cities: frozenset[str]
    countries: frozenset[str]
    codes: frozenset[str]


def zone_named(text: str) -> str | None:
    """The one zone that a text can mean, or None.

    Understood: a name of the tz database in any case, an offset of whole hours (`UTC+2`), a city
    after which a zone is named, a country with one main zone; English or French.
    """
    return _exact().get(text.casefold()) or _offset(text) or _called().get(fold(text))


def search_zones(text: str, limit: int) -> list[str]:
    """Zones that a person may mean by the beginning of a city's or country's name, or by a code.

    English and French, accents and case ignored, nothing after a comma. The best matches first;
    among equals those that many live by. When nothing matches, cities spelled similarly.
    """
    if fixed := _offset(text):
        return [fixed][:limit]
    query = fold(text[:_LONGEST_QUERY].partition(",")[0])
    if not query:
        return []
    ranks = {place.zone: _rank(query, place) for place in _places()}
    found = sorted((rank, _obscurity(zone), zone) for zone, rank in ranks.items() if rank)
    exact = _exact().get(text.casefold())
    zones = [zone for *_, zone in found] or ([exact] if exact else _similar(query))
    return zones[:limit]


def _rank(query: str, place: _Place) -> int:
    """How directly a query names a place: 1 best, 0 not at all."""
    names = place.cities | place.countries | place.codes
    tests = (
        query == place.name or query in names,
        any(name.startswith(query) for name in place.cities),
        any(name.startswith(query) for name in place.countries),
        any(f" {query}" in name for name in names),
        place.name.startswith(query),
    )
    return next((rank for rank, holds in enumerate(tests, 1) if holds), 0)


def _obscurity(zone: str) -> tuple[int, bool, int]:
    """Orders zones by how many live by them, for want of a census.

    Regions of a state come last (America/Indiana/Knox), main zones first, then those that share
    their time with many others.
    """
    meta = get_global("meta_zones").get(zone, "")
    return zone.count("/"), zone not in _main(), -_sharing()[meta]


def _similar(query: str) -> list[str]:
    cities = {city: place.zone for place in _places() for city in place.cities}
    return list(
        dict.fromkeys(cities[city] for city in get_close_matches(query, cities, n=5, cutoff=0.8))
    )


def _offset(text: str) -> str | None:
    """`UTC+2` as the tz database has it: Etc/GMT-2, its sign the other way round (POSIX)."""
    match = _OFFSET.fullmatch(text.casefold())
    if not match:
        return None
    sign, hours = match[1], int(match[2] or 0)
    if not hours:
        return "UTC"
    if hours > (_EAST if sign == "+" else _WEST):
        return None
    return f"Etc/GMT{'-' if sign == '+' else '+'}{hours}"


@cache
def _exact() -> dict[str, str]:
    return {name.casefold(): name for name in zone_names()}


@cache
def _called() -> dict[str, str]:
    """Folded name → zone, for each name that leaves no doubt."""
    full = {fold(name): name for name in zone_names() if "GMT" not in name}
    cities = _by_name((city, place.zone) for place in _places() for city in place.cities)
    countries = _by_name((name, place.zone) for place in _places() for name in place.countries)
    main = {name: zones & _main() if len(zones) > 1 else zones for name, zones in countries.items()}
    certain = [
        {name: min(zones) for name, zones in known.items() if len(zones) == 1}
        for known in (cities, main)
    ]
    return certain[0] | certain[1] | full


def _by_name(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, zone in pairs:
        found.setdefault(name, set()).add(zone)
    return found


@cache
def _main() -> frozenset[str]:
    """The zones that stand for others of the same time in CLDR's table of them."""
    aliases = get_global("zone_aliases")
    return frozenset(
        aliases.get(zone, zone) for zone in get_global("windows_zone_mapping").values()
    )


@cache
def _sharing() -> Counter[str]:
    """CLDR's metazone ("America_Eastern") → how many names stand for zones that keep its time."""
    aliases, meta = get_global("zone_aliases"), get_global("meta_zones")
    return Counter(meta.get(aliases.get(name, name), "") for name in zone_names())


@cache
def _places() -> tuple[_Place, ...]:
    """Every zone that CLDR puts in a country, with the names of both, and the zone's old ones."""
    locales = [Locale(language) for language in _LANGUAGES]
    former = _by_name((zone, old) for old, zone in get_global("zone_aliases").items())
    codes = _by_name((new[0], old) for old, new in get_global("territory_aliases").items())
    return tuple(
        _Place(
            zone,
            fold(zone),
            _folded(_cities(zone, former.get(zone, set()), locales)),
            _folded(locale.territories[country] for locale in locales),
            _folded({country} | codes.get(country, set())),
        )
        for zone, country in get_global("zone_territories").items()
        if zone in zone_names() and country not in _NO_COUNTRY
    )


def _cities(zone: str, former: set[str], locales: Iterable[Locale]) -> Iterator[str]:
    for locale in locales:
        yield locale.time_zones.get(zone, {}).get("city", zone.rpartition("/")[2])
    for name in (zone, *former):
        yield name
        if not name.startswith(_STATES):
            yield name.rpartition("/")[2]


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(map(fold, names))


def fold(text: str) -> str:
    """Lower case, no accents, words with one space between them."""
    plain = unicodedata.normalize("NFKD", text.replace("&", " and ")).casefold()
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", bare))
