"""Parsers of what buttons carry: what a view writes is read back, all else is an old button."""

from collections.abc import Callable

import pytest

from handlers.incoming import button_arguments as arguments
from handlers.incoming.button_arguments import DigestPage, Numbered, OnPage, Pictured
from handlers.incoming.requests import OldButton

FORMS: dict[str, tuple[Callable[[str], object], dict[str, object], tuple[str, ...]]] = {
    "nothing": (arguments.nothing, {"": None}, ("nasa", "0", "/")),
    "handle": (
        arguments.handle,
        {"nasa": "nasa", "A_1": "A_1", "0": "0"},
        ("", "na-sa", "nasa/0", "a" * 16, "@nasa", "é"),
    ),
    "number": (
        arguments.number,
        {"0": 0, "12": 12, "999999999": 999_999_999},
        ("", "-1", "+1", "1.5", "x", "1000000000", "9" * 40),
    ),
    "page": (arguments.page, {"": 0, "0": 0, "7": 7}, ("-1", "x", "9" * 10)),
    "one of": (arguments.one_of("on", "off"), {"on": "on", "off": "off"}, ("", "ON", "on/off")),
    "switch": (arguments.switch("0", "1"), {"0": False, "1": True}, ("", "2", "01")),
    "picture": (
        arguments.picture(arguments.handle),
        {"nasa": Pictured("nasa", None), "nasa/dark": Pictured("nasa", "dark")},
        ("", "/dark", "nasa/", "nasa/sepia", "nasa/dark/dark"),
    ),
    "picture of the message": (
        arguments.picture(arguments.nothing),
        {"": Pictured(None, None), "/light": Pictured(None, "light")},
        ("nasa", "nasa/dark", "/"),
    ),
    "on a page": (
        arguments.on_page,
        {"nasa": OnPage("nasa", 0), "nasa/3": OnPage("nasa", 3)},
        ("", "/3", "na-sa/3", "nasa/x", "nasa/9999999999"),
    ),
    "page of a digest": (
        arguments.digest_page,
        {"12_0": DigestPage(12, 0), "1_9": DigestPage(1, 9)},
        ("", "_", "1_", "_1", "1_-1", "x_0", "9999999999_0"),
    ),
    "numbered": (
        arguments.numbered("send", "stop"),
        {"send/4": Numbered("send", 4)},
        ("", "send", "send/", "send/x", "drop/4", "/4"),
    ),
    "weekday": (arguments.weekday, {"0": 0, "6": 6}, ("", "7", "01", "monday")),
    "minute": (arguments.minute, {"0930": 570, "0000": 0}, ("", "2400", "9999", "nasa", "monday")),
    "zone": (
        arguments.zone,
        {"": "", "other": "other", "Europe/Paris": "Europe/Paris", "Etc/GMT+12": "Etc/GMT+12"},
        ("Not/A_Zone", "../etc/passwd", "europe/paris"),
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_what_a_button_carries_is_read(form: str) -> None:
    parse, valid, _ = FORMS[form]
    assert {text: parse(text) for text in valid} == valid


@pytest.mark.parametrize(
    ("form", "text"), [(form, text) for form, (*_, wrong) in FORMS.items() for text in wrong]
)
def test_anything_else_is_an_old_button(form: str, text: str) -> None:
    parse = FORMS[form][0]
    with pytest.raises(OldButton):
        parse(text)
