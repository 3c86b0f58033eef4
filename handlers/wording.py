"""Everything that depends on a reader's language: sentences, numbers, ages."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time, format_timedelta, get_timezone_location
from babel.numbers import format_currency, format_decimal, format_percent

from locales import catalogue, closest_language

_LARGE: Final = 1_000_000
"""From here on three digits say enough. Not "104 million": French would need another noun form."""

_FINE: Final = 0.1
"""Below this a number is shown with two decimals, so that little is not shown as nothing."""


class Wording:
    """One language. Sentences come from the gettext catalogues, forms from CLDR (Babel)."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._locale = Locale.parse(language)
        self.gettext = catalogue(language).gettext
        self.ngettext = catalogue(language).ngettext

    def count(self, singular: str, plural: str, value: float) -> str:
        """Put a number into the right one of two sentences, at their `{n}`.

        "1.5 posts" in English is « 1,5 post » in French: a fraction follows CLDR, not gettext.
        """
        if value >= _LARGE:
            value = float(f"{value:.3g}")
        shown = value if value >= _FINE or not value else round(value, 2)
        pattern = "#,##0.#" if value >= _FINE else "0.##"
        if shown == int(shown):
            grammatical = int(shown)
        else:
            grammatical = 1 if self._locale.plural_form(shown) == "one" else 2
        text = self.ngettext(singular, plural, grammatical)
        return text.format(n=format_decimal(shown, format=pattern, locale=self._locale))

    def labelled(self, name: str, value: str) -> str:
        """A name and what it is: "alerts: 2", « alertes : 2 »."""
        return self.gettext("{name}: {value}").format(name=name, value=value)

    def dollars(self, value: float) -> str:
        """An amount of US dollars: "$1.20", « 1,20 $US »; a count of mentions costs half a cent."""
        pattern = self._locale.currency_formats["standard"].pattern.replace("0.00", "0.00#")
        return str(format_currency(value, "USD", pattern, self._locale, currency_digits=False))

    def percent(self, value: int) -> str:
        """A whole percentage: "80%", « 80 % »."""
        return str(format_percent(value / 100, locale=self._locale))

    def points(self, value: float) -> str:
        """A number with exactly one decimal."""
        return format_decimal(value, format="#,##0.0", locale=self._locale)

    def signed(self, value: float) -> str:
        """A difference: "+1.2", "−0.3", "±0.0"."""
        if not round(value, 1):
            return f"±{self.points(0)}"
        return format_decimal(value, format="+#,##0.0;−#,##0.0", locale=self._locale)

    def day(self, day: date) -> str:
        """A date: "1 December"."""
        return format_date(day, format="d MMMM", locale=self._locale)

    def short_day(self, moment: datetime) -> str:
        """A date where there is little room: "1 Dec"."""
        return format_date(moment, format="d MMM", locale=self._locale)

    def date(self, moment: datetime) -> str:
        """A date with its year: "1 December 2026"."""
        return format_date(moment, format="d MMMM y", locale=self._locale)

    def ago(self, age: timedelta) -> str:
        """How long ago: "3 hours ago"."""
        if age < timedelta(minutes=1):
            return self.gettext("just now")
        return format_timedelta(
            -age, granularity="minute", add_direction=True, locale=self._locale, threshold=1.2
        )

    def weekday(self, weekday: int, width: Literal["wide", "abbreviated"] = "wide") -> str:
        """A day of the week, 0 for Monday: "Monday", or "Mon"."""
        return str(self._locale.days["format"][width][weekday])

    def slot(self, weekday: int, minute: int) -> str:
        """A weekly time: "Monday 09:00", « lundi 09:00 »."""
        return f"{self.weekday(weekday)} {minute // 60:02}:{minute % 60:02}"

    def local(self, moment: datetime, zone: str) -> str:
        """A moment on the clocks of a time zone: "Monday 1 December, 09:00"."""
        there = moment.astimezone(ZoneInfo(zone))
        time = format_time(there, format="HH:mm", locale=self._locale)
        return f"{format_date(there, format='EEEE d MMMM', locale=self._locale)}, {time}"

    def zone(self, zone: str) -> str:
        """A time zone by its name: "Europe/Paris"; a fixed one as people say it: "UTC+2"."""
        hours = zone.removeprefix("Etc/GMT")
        if hours == zone or not hours:
            return zone
        return f"UTC{'−' if hours[0] == '+' else '+'}{hours[1:]}"  # POSIX has the signs reversed

    def city(self, zone: str) -> str:
        """The city by which people know a time zone: "Brussels", « Bruxelles »."""
        if zone.startswith("Etc/"):
            return self.zone(zone)
        return get_timezone_location(zone, locale=self._locale, return_city=True)

    def moment(self, moment: datetime) -> str:
        """A date and a time in UTC: "1 December, 00:00 UTC"."""
        time = format_time(moment, format="HH:mm", locale=self._locale)
        return f"{self.day(moment)}, {time} UTC"


@lru_cache(maxsize=256)
def wording_for(tag: str | None) -> Wording:
    """The wording for an IETF language tag such as `fr-CA`; English where there is none."""
    return Wording(closest_language(tag))
