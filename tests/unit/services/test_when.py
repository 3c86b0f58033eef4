"""What people type for a weekday, an hour and a zone."""

import unicodedata
from collections.abc import Callable

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from services.calendar.place_names import search_zones, zone_named
from services.calendar.schedule_parsing import When, parse
from services.calendar.slots import Slot
from services.calendar.zones import zone_names

zones = st.sampled_from(sorted(zone_names()))
MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
EXPECTED_DAYS = {
    MON: "Monday MON mon mondays lundi LUNDI lun lun. Lundis",
    TUE: "Tuesday tue tues mardi mar mar. mardis",
    WED: "Wednesday wed weds mercredi mer merc mercredis",
    THU: "Thursday thu thur thurs jeudi jeu jeu. jeudis",
    FRI: "Friday fri fridays vendredi ven vendr vendredis",
    SAT: "Saturday sat samedi sam sam. samedis",
    SUN: "Sunday sun dimanche dim dim. dimanches ｄｉｍａｎｃｈｅ",
}
EXPECTED_MINUTES = {
    0: "0:00|00:00|0h|12 in the morning|12am|12 a.m.|midnight|minuit|MINUIT",
    9 * 60: (
        "9h du matin|９：００|９ｈ|9 heures du matin|9 in the morning|nine o'clock|neuf heures|"
        "9:00:00|9:00|09:00|9h|9H|9 h|9h00|9 am|9am|9 AM|9 a.m.|9.00|9|9 heures|9\u202fh|"
        "９:００|٩:٠٠"
    ),
    9 * 60 + 30: (
        "half past nine|half past 9|neuf heures et demie|9h et demie|nine thirty|"
        "9 heures 30 min|9:30|09:30|9h30|9 h 30|9.30|9:30am|9 heures 30|9:30 am"
    ),
    9 * 60
    + 45: "quarter to ten|a quarter to 10 am|dix heures moins le quart|neuf heures quarante cinq",
    12 * 60: "12:00|noon|midi|12pm|12 pm|Midday",
    15 * 60: (
        "3 in the afternoon|3h de l'après-midi|15h de l’après-midi|afternoon|"
        "l'après-midi|après midi"
    ),
    20 * 60: (
        "8 heures du soir|8h le soir|8 in the evening|20h du soir|vingt heures|evening|soir|le soir"
    ),
    21 * 60: (
        "9 at night|21h la nuit|neuf heures du soir|9:00 p.m|night|21:00|21 h|21h|9pm|"
        "9 PM|9 p.m.|21 heures"
    ),
    12 * 60 + 30: "midi et demi|12h30|half past noon|midi trente",
    21 * 60
    + 30: "vingt et une heures trente|half past nine pm|9h30 du soir|21:30|9:30pm|9:30 pm|21h30",
    23 * 60 + 59: "23:59|11:59pm",
}
EXPECTED_ZONES = {
    "Europe/Paris": (
        "CEST|cest|MESZ|europe/paris|EUROPE/PARIS|paris|paris (France)|France|europe / paris"
    ),
    "America/New_York": (
        "EST|est|EDT|ET|Eastern time|Eastern Standard Time|EST time|america/new_york|"
        "New York|new york"
    ),
    "Europe/London": "BST|bst|London|londres|Royaume-Uni|united kingdom",
    "Europe/Berlin": "allemagne|Germany|berlin",
    "Europe/Vatican": "État de la Cité du Vatican|vatican",
    "Africa/Cairo": "Le Caire|cairo",
    "America/Sao_Paulo": "são paulo|Sao Paulo",
    "America/Toronto": "heure de l'Est|heure normale de l’Est|HNE|hae|Montréal|toronto",
    "Asia/Calcutta": "asia/calcutta",
    "Pacific/Apia": "Samoa",
    "America/Port_of_Spain": "Port of Spain|Trinité-et-Tobago|Trinidad & Tobago",
    "UTC": "Z|UTC±0|UTC±00:00|UTC−0|UTC|utc|UTC+0|utc-00:00|gmt+00",
    "GMT": "GMT|gmt",
    "Etc/GMT-2": "UTC+2|utc +2|GMT + 2|UTC+02:00|etc/gmt-2",
    "Etc/GMT+3": (
        "UTC-3|utc-03|gmt-3|UTC−3|UTC–3|utc −3|UTC − 3|UTC-03:00|UTC-0300|-03:00|ＵＴＣ－３|UTC-3h"
    ),
    "Asia/Kolkata": (
        "UTC+5:30|UTC+0530|GMT+05:30|+05:30|utc+5.5|utc + 5:30|IST|ist|inde|India|Calcutta"
    ),
    "Asia/Kathmandu": "UTC+5:45|utc+5h45",
    "Asia/Tehran": "UTC+3:30",
    "Asia/Kabul": "UTC+4:30",
    "Asia/Yangon": "UTC+6:30",
    "Australia/Eucla": "UTC+8:45",
    "Australia/Darwin": "UTC+9:30",
    "Australia/Adelaide": "UTC+10:30|ACST|acdt",
    "Pacific/Chatham": "UTC+12:45|UTC+13:45",
    "Pacific/Marquesas": "UTC−9:30",
    "America/St_Johns": "UTC−3:30|UTC-2:30|NST|st johns|St. John's|St. John’s",
    "America/Chicago": "CST|CDT|CT|Central time",
    "America/Denver": "MST|mdt|MT|mountain time|Mountain Standard Time",
    "America/Los_Angeles": "PST|pdt|PT|Pacific time|Pacific Daylight Time|PST time",
    "America/Halifax": "AST",
    "Europe/Athens": "EEST",
    "Asia/Tokyo": "JST|jst|heure de Tokyo",
    "Asia/Seoul": "KST",
    "Asia/Singapore": "SGT",
    "Australia/Sydney": "AEST|aedt",
    "Pacific/Auckland": "NZST|NZDT",
    "America/Vancouver": "heure du Pacifique|HNP",
    "Etc/GMT-14": "UTC+14",
    "Etc/GMT+12": "UTC-12",
}


def each(expected: dict[int, str], separator: str) -> list[tuple[str, int]]:
    return [(text, value) for value, texts in expected.items() for text in texts.split(separator)]


@pytest.mark.parametrize(("text", "weekday"), each(EXPECTED_DAYS, " "))
def test_weekdays_are_understood(text: str, weekday: int) -> None:
    assert parse(text) == When(weekday=weekday)


@pytest.mark.parametrize(("text", "minute"), each(EXPECTED_MINUTES, "|"))
def test_times_are_understood(text: str, minute: int) -> None:
    assert parse(text) == When(minute=minute)


@pytest.mark.parametrize(
    ("text", "zone"),
    [(text, zone) for zone, texts in EXPECTED_ZONES.items() for text in texts.split("|")],
)
def test_zones(text: str, zone: str) -> None:
    assert parse(text) == When(zone=zone)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", When()),
        ("  🎉 – !", When()),
        ("monday 9:00 Europe/Paris", When(MON, 540, "Europe/Paris")),
        ("lundi 9h", When(MON, 540)),
        ("lundi - 9h - Paris, France", When(MON, 540, "Europe/Paris")),
        ("Every Tuesday at 9 am, New York time", When(TUE, 540, "America/New_York")),
        ("chaque LUNDI à 9h30, heure de Paris", When(MON, 570, "Europe/Paris")),
        ("tous les vendredis vers midi en France", When(FRI, 720, "Europe/Paris")),
        ("le dimanche à 18 heures 15", When(SUN, 18 * 60 + 15)),
        ("londres 21 h dim.", When(SUN, 21 * 60, "Europe/London")),
        ("UTC+2 9:30pm thurs", When(THU, 21 * 60 + 30, "Etc/GMT-2")),
        ("9 h 30 pm lun Port of Spain", When(MON, 21 * 60 + 30, "America/Port_of_Spain")),
        ("wednesday 9 o'clock", When(WED, 540)),
        ("monday, monday 9:00 9h", When(MON, 540)),
        ("\u200emonday\u200f 9:00🎉", When(MON, 540)),
        ("dimanche soir", When(SUN, 20 * 60)),
        ("dimanche soir à 8h", When(SUN, 20 * 60)),
        ("Sunday evening at half past eight", When(SUN, 20 * 60 + 30)),
        ("lundi à midi", When(MON, 720)),
        ("tous les mercredis matin à 9h, heure de Paris", When(WED, 540, "Europe/Paris")),
        ("dimanche 24:00", When(MON, 0)),
        ("saturday 24h PST", When(SUN, 0, "America/Los_Angeles")),
        ("24:00", When(minute=0, next_day=True)),
        ("dimanche soir à minuit", When(MON, 0)),
        ("Sunday night at 1", When(MON, 60)),
        ("dimanche à minuit", When(SUN, 0)),
        ("9am EST on Fridays", When(FRI, 540, "America/New_York")),
        ("monday − 9h – UTC−3", When(MON, 540, "Etc/GMT+3")),
    ],
)
def test_weekday_hour_and_zone_are_understood_together(text: str, expected: When) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("25:00", ("25:00",)),
        ("9:60", ("9:60",)),
        ("24:30", ("24:30",)),
        ("24pm", ("24pm",)),
        ("9/30", ("9/30",)),
        ("lundi et mardi", ("et mardi",)),
        ("21h du matin", ("matin",)),
        ("le matin à 21h", ("21h",)),
        ("UTC+5:31", ("UTC+5:31",)),
        ("UTC±3", ("UTC±3",)),
        ("13pm", ("13pm",)),
        ("0 am", ("am",)),
        ("UTC+15", ("UTC+15",)),
        ("UTC + 99", ("99",)),
        ("Gotham City", ("Gotham City",)),
        ("USA", ("USA",)),
        ("East Springfield", ("East Springfield",)),
        ("mo", ("mo",)),
        ("monday or tuesday", ("or tuesday",)),
        ("9h 10h", ("10h",)),
        ("paris berlin", ("berlin",)),
        ("moon on sunday near Nowhere", ("moon", "near Nowhere")),
        ("<b>lundi</b>", ("b>lundi</b",)),
        ("\ud800", ()),
        ("-5", ("-5",)),
        ("in 3 hours", ("in 3 hours",)),
        ("In 3h", ("In 3h",)),
        ("in about two hours", ("in about two hours",)),
        ("in an hour", ("in an hour",)),
        ("in half an hour", ("in half an hour",)),
        ("in 20 minutes", ("in 20 minutes",)),
        ("monday in 3 hours", ("in 3 hours",)),
        ("dans 3 heures", ("dans 3 heures",)),
        ("dans 3 h 30", ("dans 3 h 30",)),
        ("dans une heure et demie", ("dans une heure et demie",)),
        ("dans une demi-heure", ("dans une demi-heure",)),
        ("d’ici vingt minutes", ("d'ici vingt minutes",)),
    ],
)
def test_what_is_not_understood_is_named(text: str, unknown: tuple[str, ...]) -> None:
    assert parse(text).unknown == unknown


def test_of_two_that_contradict_each_other_the_first_is_kept() -> None:
    assert parse("monday tuesday 9h 10h") == When(MON, 540, None, ("tuesday", "10h"))


@given(st.text() | st.text("mondayluni 0123456789:h+-/.,apmUTC"))
def test_any_text_gives_a_wish_that_can_be_kept(text: str) -> None:
    when = parse(text)
    assert when.weekday in (None, *range(7))
    assert when.minute in (None, *range(24 * 60))
    assert when.zone is None or when.zone in zone_names()
    typed = unicodedata.normalize("NFKC", text).replace("’", "'")
    assert all(word in typed for phrase in when.unknown for word in phrase.split())


@given(
    st.permutations(range(3)),
    st.builds(Slot, st.integers(0, 6), st.integers(0, 24 * 60 - 1), zones),
    st.sampled_from(["en", "fr"]),
    st.sampled_from(["{}:{:02}", "{:02}:{:02}", "{}h{:02}", "{} h {:02}"]),
    st.sampled_from([str.lower, str.upper, str.title]),
)
def test_every_slot_can_be_said(
    order: list[int], slot: Slot, language: str, clock: str, case: Callable[[str], str]
) -> None:
    day = Locale(language).days["format"]["wide"][slot.weekday]
    said = (day, clock.format(*divmod(slot.minute, 60)), slot.zone)
    wish = parse(case(" ".join(said[index] for index in order)))
    assert wish == When(slot.weekday, slot.minute, slot.zone)


def test_a_very_long_text_is_read_no_further_than_needed() -> None:
    assert parse("monday " + "9" * 1_000_000).weekday == MON
    assert parse("monday 9:00" + " " * 189 + "paris").cut
    assert not parse(" monday 9:00" + " " * 500).cut
    assert sum(map(len, parse("x b " * 100_000).unknown)) <= 200
    assert sum(map(len, parse("ﷺ" * 4096).unknown)) <= 200  # 18 letters each, once folded


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("paris", ["Europe/Paris"]),
        ("PAR", ["Europe/Paris"]),
        ("new y", ["America/New_York"]),
        ("york", ["Europe/London"]),
        ("londres", ["Europe/London"]),
        ("FR", ["Europe/Paris"]),
        ("uk", ["Europe/London"]),
        ("Germany", ["Europe/Berlin", "Europe/Busingen"]),
        ("allemagne", ["Europe/Berlin", "Europe/Busingen"]),
        ("usa", ["America/Chicago", "America/New_York", "America/Denver"]),
        ("etats-unis", ["America/Chicago", "America/New_York", "America/Denver"]),
        ("mexico", ["America/Mexico_City"]),
        ("réunion", ["Indian/Reunion"]),
        ("reunion", ["Indian/Reunion"]),
        ("montreal", ["America/Toronto"]),
        ("europe/paris", ["Europe/Paris"]),
        ("Asia/Calcutta", ["Asia/Kolkata"]),
        ("us/eastern", ["America/New_York"]),
        ("Paris, France", ["Europe/Paris"]),
        ("utc+2", ["Etc/GMT-2"]),
        ("UTC−3", ["Etc/GMT+3"]),
        ("UTC+5:30", ["Asia/Kolkata"]),
        ("EST", ["America/New_York"]),
        ("IST", ["Asia/Kolkata", "Europe/Istanbul"]),
        ("PST", ["America/Los_Angeles"]),
        ("cet", ["Europe/Brussels"]),
        ("Troll", ["Antarctica/Troll"]),
        ("UTC", ["UTC"]),
        ("etc/gmt-2", ["Etc/GMT-2"]),
        ("antarctica/troll", ["Antarctica/Troll"]),
        ("lodnon", ["Europe/London"]),
        ("qqqq", []),
        ("marseille", ["Europe/Paris"]),
        ("Lyon", ["Europe/Paris"]),
        ("Genève", ["Europe/Zurich"]),
        ("geneva", ["Europe/Zurich", "America/Chicago"]),
        ("Saint-Étienne, France", ["Europe/Paris"]),
        ("Springfield", ["America/Chicago", "America/New_York"]),
        ("zzyzx", []),
        ("brusells", ["Europe/Brussels"]),
        ("", []),
        ("🎉", []),
    ],
)
def test_zones_are_found_by_what_people_call_them(text: str, best: list[str]) -> None:
    assert search_zones(text, len(best) or 5) == best


@given(st.text(), st.integers(0, 9))
def test_any_search_gives_zones_that_exist_and_no_more_than_asked(text: str, limit: int) -> None:
    found = search_zones(text, limit)
    assert len(found) == len(set(found)) <= limit
    assert set(found) <= zone_names()


def test_every_zone_with_a_city_can_be_found_and_said_by_its_name() -> None:
    for zone in zone_names() - {"EST", "MST"}:  # by these two people mean other zones
        assert zone_named(zone.upper()) == zone
    cities = [zone for zone in zone_names() if zone.startswith(("Africa/", "Asia/", "Europe/"))]
    assert [zone for zone in cities if not search_zones(zone.rpartition("/")[2], 5)] == []
