"""Finds time zones by what people call them: cities, countries, codes (English, French)."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cache
from typing import Final, NamedTuple

from babel import Locale
from babel.core import get_global

from services.calendar.gazetteer import places
from services.calendar.offsets import abbreviated_zone, offset_zone, with_hyphens
from services.calendar.zones import zone_names

_LANGUAGES: Final = ("en", "fr")
_NO_COUNTRY: Final = frozenset(("001", "ZZ"))
"""CLDR's codes for the world and for an unknown region."""

_STATES: Final = ("Brazil/", "Canada/", "Chile/", "Mexico/", "US/")
"""Prefixes of old tz database names that end in no city: `US/Central`, `Brazil/East`."""

_LONGEST_QUERY: Final = 64
_TOWN: Final = 5_000
"""People from whom on a place is recognised within a sentence."""

_CITY: Final = 15_000
"""People from whom on a place comes before cities that only begin as it is called."""

_LARGER: Final = 4
"""How many times as large as others of its name a place is that is meant without asking."""

_CODE: Final = 2  # letters of a country code, which takes precedence over an abbreviation as short


class _Place(NamedTuple):
    """A zone and people's names for it, folded."""

    zone: str
    name: str
    cities: frozenset[str]
    countries: frozenset[str]
    codes: frozenset[str]


def zone_named(text: str) -> str | None:
    """Return the one zone that a text can mean, or None.

    Understood: a name of the tz database in any case, an offset (`UTC+2`, `UTC+5:30`), an
    abbreviation (`PST`), a city after which a zone is named, a country with one main zone; English
    or French. `EST` and `MST` are the zones of New York and Denver, not the tz database's own zones
    of these names, which have no summer time.
    """
    plain = with_hyphens(text)
    return (
        abbreviated_zone(plain)
        or _exact().get(plain.casefold())
        or offset_zone(plain)
        or _called().get(fold(plain))
    )


def place_zone(text: str) -> str | None:
    """Return the zone of a place in the gazetteer; None for a small or an ambiguous one.

    A place is meant whose name is that of no other nearly as large, in another zone.
    """
    found = places(fold(text))
    if not found or found[0].people < _TOWN:
        return None
    other = found[1].people if len(found) > 1 else 0
    return found[0].zone if found[0].people >= _LARGER * other else None


def search_zones(text: str, limit: int) -> list[str]:
    """Return zones that a person may mean by the beginning of a city or country, or by a code.

    Names are English or French; accents, case and text after a comma are ignored. Best matches come
    first, and among equals the most populous zones. When nothing matches, cities spelled similarly.
    """
    if fixed := offset_zone(text.strip()):
        return [fixed][:limit]
    text = with_hyphens(text.strip())
    query = fold(text[:_LONGEST_QUERY].partition(",")[0])
    if not query:
        return []
    ranks = {place.zone: _rank(query, place) for place in _places()}
    found = sorted((rank, _obscurity(zone), zone) for zone, rank in ranks.items() if rank)
    zones = [zone for *_, zone in found]
    if (meant := abbreviated_zone(text)) and len(text) > _CODE:
        zones = [meant, *(zone for zone in zones if zone != meant)]
    exact = meant or _exact().get(text.casefold())
    zones = zones or ([exact] if exact else [])
    if 1 not in ranks.values() and not exact:
        towns = places(query)
        known = [place.zone for place in towns]
        known_first = bool(towns) and towns[0].people >= _CITY
        zones = list(dict.fromkeys([*known, *zones] if known_first else [*zones, *known]))
    return (zones or _similar(query))[:limit]


def _rank(query: str, place: _Place) -> int:
    """Return how directly a query names a place: 1 is best, 0 is no match."""
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
    """Return a sort key that puts zones with many inhabitants first, without a census.

    Main zones come first, then zones that share their time with many others; regions of a state
    come last (America/Indiana/Knox).
    """
    meta = get_global("meta_zones").get(zone, "")
    return zone.count("/"), zone not in _main(), -_sharing()[meta]


def _similar(query: str) -> list[str]:
    cities = {city: place.zone for place in _places() for city in place.cities}
    return list(
        dict.fromkeys(cities[city] for city in get_close_matches(query, cities, n=5, cutoff=0.8))
    )


@cache
def _exact() -> dict[str, str]:
    return {name.casefold(): name for name in zone_names()}


@cache
def _called() -> dict[str, str]:
    """Return folded name → zone, for each unambiguous name."""
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
    """Return the zones that represent others of the same time in CLDR's table."""
    aliases = get_global("zone_aliases")
    return frozenset(
        aliases.get(zone, zone) for zone in get_global("windows_zone_mapping").values()
    )


@cache
def _sharing() -> Counter[str]:
    """Return CLDR's metazone ("America_Eastern") → number of names of zones that keep its time."""
    aliases, meta = get_global("zone_aliases"), get_global("meta_zones")
    return Counter(meta.get(aliases.get(name, name), "") for name in zone_names())


@cache
def _places() -> tuple[_Place, ...]:
    """Return every zone that CLDR puts in a country, with names of both and the zone's old names.

    Other zones, such as those newer than CLDR's table, have the name of their city alone.
    """
    locales = [Locale(language) for language in _LANGUAGES]
    former = _by_name((zone, old) for old, zone in get_global("zone_aliases").items())
    codes = _by_name((new[0], old) for old, new in get_global("territory_aliases").items())
    placed = [
        _Place(
            zone,
            fold(zone),
            _folded(_cities(zone, former.get(zone, set()), locales)),
            _folded(locale.territories[country] for locale in locales),
            _folded({country} | codes.get(country, set())),
        )
        for zone, country in get_global("zone_territories").items()
        if zone in zone_names() and country not in _NO_COUNTRY
    ]
    new = zone_names() - {place.zone for place in placed} - set(get_global("zone_aliases"))
    nowhere: frozenset[str] = frozenset()
    return (
        *placed,
        *(
            _Place(zone, fold(zone), _folded(_cities(zone, set(), locales)), nowhere, nowhere)
            for zone in sorted(new)
            if "/" in zone and not zone.startswith(("Etc/", *_STATES))
        ),
    )


def _cities(zone: str, former: set[str], locales: Iterable[Locale]) -> Iterator[str]:
    for locale in locales:
        yield locale.time_zones.get(zone, {}).get("city", zone.rpartition("/")[2])
    for name in (zone, *former):
        yield name
        if not name.startswith(_STATES):
            yield name.rpartition("/")[2]
            yield name.partition("/")[2] or name  # as Babel shows "Argentina/Buenos Aires"


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(map(fold, names))


def fold(text: str) -> str:
    """Return a text in lower case, without accents, its words separated by one space."""
    plain = unicodedata.normalize("NFKD", text.replace("&", " and ")).casefold()
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", bare))
