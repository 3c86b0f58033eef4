"""Everything that depends on the reader's language: sentences, numbers, dates, ages."""

import math
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time, format_timedelta, get_timezone_location
from babel.lists import format_list
from babel.numbers import format_currency, format_percent, parse_pattern

from locales import catalogue, closest_language

# Parsed once: it takes longer than to format.
_COUNT: Final = parse_pattern("#,##0.##")
_POINTS: Final = parse_pattern("#,##0.0")
_DIFFERENCE: Final = parse_pattern("+#,##0.0;−#,##0.0")

_LARGE: Final = 1_000_000
"""From here on three digits are shown. Not "104 million": French needs another noun form."""

_FINE: Final = 0.1
"""Below this a number has two decimals, so that a small one is not shown as zero."""


_LEAST_MARGIN: Final = 0.1
"""The smallest margin that one decimal can show."""

_Unit = Literal["minute", "hour", "day", "week", "month", "year"]
_UNITS: Final[tuple[tuple[_Unit, timedelta, float], ...]] = (
    ("minute", timedelta(minutes=1), 60),
    ("hour", timedelta(hours=1), 24),
    ("day", timedelta(days=1), 14),
    ("week", timedelta(weeks=1), 9),
    ("month", timedelta(days=30.4375), 12),
    ("year", timedelta(days=365.25), math.inf),
)
"""Units of an age, and the count from which the next unit is used."""

_FIXED: Final = re.compile(r"Etc/GMT([+-])([1-9]\d?)")

_WITHOUT_SUMMER_TIME: Final = {"EST": "UTC−5", "MST": "UTC−7"}
"""Names of fixed zones in the tz database, which people use for zones with summer time."""


def _rounded(value: float, places: int) -> Decimal:
    """Return a number as shown; decisions on it must use the rounded value."""
    shown = Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    return shown or abs(shown)  # no "−0.0"


def _dated(day: date, pattern: str, locale: Locale) -> str:
    """Format a date; French writes the first of a month as « 1er »."""
    written = str(format_date(day, format=pattern, locale=locale))
    if locale.language == "fr" and day.day == 1:
        return re.sub(r"\b1\b", "1er", written, count=1)
    return written


class Wording:
    """The wording of one language: sentences from gettext, formats from CLDR (Babel)."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._locale = Locale.parse(language)
        self.gettext = catalogue(language).gettext
        self.ngettext = catalogue(language).ngettext

    def count(self, singular: str, plural: str, value: float) -> str:
        """Choose the singular or plural sentence for a number, and put the number at its `{n}`.

        One decimal is shown where it is not zero, two below 0.1, three digits from a million on.
        The sentence agrees with the number as shown: 1.04 posts are "1 post".
        """
        if value >= _LARGE:
            shown = _rounded(float(f"{value:.3g}"), 0)
        else:
            shown = _rounded(value, 1 if value >= _FINE else 2)
        shown = Decimal(int(shown)) if shown == int(shown) else shown.normalize()
        number = _COUNT.apply(shown, self._locale)
        return self._agreeing(singular, plural, shown).format(n=number)

    def for_points(self, singular: str, plural: str, value: float) -> str:
        """Choose the sentence for points of one decimal, or for a difference of points.

        In English "1.0 points" is plural; in French all below 2 is singular: « 1,5 point ».
        """
        return self._agreeing(singular, plural, _rounded(abs(value), 1))

    def _agreeing(self, singular: str, plural: str, shown: Decimal) -> str:
        """Return the sentence for a number (CLDR; gettext's own rules know no fractions)."""
        is_one = self._locale.plural_form(shown) == "one"
        return self.ngettext(singular, plural, 1 if is_one else 2)

    def labelled(self, name: str, value: str) -> str:
        """Format a name and a value: "alerts: 2", « alertes : 2 »."""
        return self.gettext("{name}: {value}").format(name=name, value=value)

    def listed(self, items: Sequence[str]) -> str:
        """Join words: "Ada, Bob and Chloé", « Ada, Bob et Chloé »."""
        return format_list(list(items), locale=self._locale)

    def dollars(self, value: float) -> str:
        """Format US dollars: "$1.20", « 1,20 $US »; a count of mentions costs half a cent."""
        pattern = self._locale.currency_formats["standard"].pattern.replace("0.00", "0.00#")
        return str(format_currency(value, "USD", pattern, self._locale, currency_digits=False))

    def percent(self, value: int) -> str:
        """Format a whole percentage: "80%", « 80 % »."""
        return str(format_percent(value / 100, locale=self._locale))

    def points(self, value: float) -> str:
        """Format a number with exactly one decimal."""
        return str(_POINTS.apply(_rounded(value, 1), self._locale))

    def signed(self, value: float) -> str:
        """Format a difference: "+1.2", "−0.3", "±0.0"."""
        rounded = _rounded(value, 1)
        if not rounded:
            return f"±{self.points(0)}"
        return str(_DIFFERENCE.apply(rounded, self._locale))

    def margin(self, value: float) -> str:
        """Format a margin of error: "± 1.2"; never zero, which would claim certainty."""
        return f"± {self.points(max(_LEAST_MARGIN, value))}"

    def day(self, day: date) -> str:
        """Format a date: "1 December"."""
        return _dated(day, "d MMMM", self._locale)

    def short_day(self, moment: datetime) -> str:
        """Format a date where there is little room: "1 Dec"."""
        return _dated(moment, "d MMM", self._locale)

    def date(self, moment: datetime) -> str:
        """Format a date with its year: "1 December 2026"."""
        return _dated(moment, "d MMMM y", self._locale)

    def ago(self, age: timedelta) -> str:
        """Format an age: "3 hours ago"; 60 minutes are an hour, also after rounding."""
        if age < timedelta(minutes=1):
            return self.gettext("just now")
        unit, length = next(
            (unit, length) for unit, length, most in _UNITS if round(age / length) < most
        )
        number = round(age / length)
        return format_timedelta(
            -number * length,
            granularity=unit,
            threshold=number + 1,  # so that no larger unit is chosen again
            add_direction=True,
            locale=self._locale,
        )

    def weekday(self, weekday: int, width: Literal["wide", "abbreviated"] = "wide") -> str:
        """Format a day of the week, 0 for Monday: "Monday", or "Mon"."""
        return str(self._locale.days["format"][width][weekday])

    def slot(self, weekday: int, minute: int) -> str:
        """Format a weekly time: "Monday 09:00", « lundi 09:00 »."""
        return f"{self.weekday(weekday)} {minute // 60:02}:{minute % 60:02}"

    def local(self, moment: datetime, zone: str) -> str:
        """Format a moment in a time zone: "Monday 1 December, 09:00"."""
        there = moment.astimezone(ZoneInfo(zone))
        time = format_time(there, format="HH:mm", locale=self._locale)
        return f"{_dated(there, 'EEEE d MMMM', self._locale)}, {time}"

    def zone(self, zone: str) -> str:
        """Format a time zone: "Europe/Paris"; a fixed one as people write it: "UTC+2".

        `services.calendar.place_names.zone_named` reads the result as the same zone.
        """
        fixed = _FIXED.fullmatch(zone)
        if fixed:
            return f"UTC{'−' if fixed[1] == '+' else '+'}{fixed[2]}"  # POSIX: signs reversed
        return _WITHOUT_SUMMER_TIME.get(zone, zone)

    def city(self, zone: str) -> str:
        """Return the city that names a time zone: "Brussels", « Bruxelles »."""
        if (shown := self.zone(zone)) != zone:
            return shown
        return get_timezone_location(zone, locale=self._locale, return_city=True)

    def period(self, begin: datetime, end: datetime) -> str:
        """Format days: "26 November – 3 December"; with both years where they are two."""
        form = self.day if begin.year == end.year else self.date
        return self.gettext("{begin} – {end}").format(begin=form(begin), end=form(end))

    def moment(self, moment: datetime) -> str:
        """Format a date and a time in UTC: "1 December, 00:00 UTC"."""
        time = format_time(moment, format="HH:mm", locale=self._locale)
        return f"{self.day(moment)}, {time} UTC"


@lru_cache(maxsize=256)
def wording_for(tag: str | None) -> Wording:
    """Return the wording for an IETF language tag such as `fr-CA`; English by default."""
    return Wording(closest_language(tag))
