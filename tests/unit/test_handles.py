"""What people type, made into handles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.handles import MAX_HANDLES, is_handle, parse


@pytest.mark.parametrize(
    ("typed", "handles"),
    [
        ("@nasa", ["nasa"]),
        ("nasa", ["nasa"]),
        ("NASA", ["NASA"]),
        ("x.com/nasa", ["nasa"]),
        ("https://x.com/nasa/", ["nasa"]),
        ("https://twitter.com/nasa?s=20", ["nasa"]),
        ("https://mobile.twitter.com/nasa/status/12?s=20", ["nasa"]),
        ("http://www.x.com/@nasa", ["nasa"]),
        ("https://x.com/intent/user?screen_name=nasa", ["nasa"]),
        ("＠ｎａｓａ", ["nasa"]),
        ("@nasa!!!", ["nasa"]),
        ("(@nasa),", ["nasa"]),
        ("“@nasa”", ["nasa"]),
        ("@nasa's", ["nasa"]),
        ("@nasa’s", ["nasa"]),
        ("@nasa🚀", ["nasa"]),
        ("\u200b@nasa\u200f", ["nasa"]),
        ("@nasa\n@esa", ["nasa", "esa"]),
        ("@nasa,@esa", ["nasa", "esa"]),
        ("@nasa@esa", ["nasa", "esa"]),
        ("nasa vs esa", ["nasa", "esa"]),
        ("nasa et esa", ["nasa", "esa"]),
        ("nasa, esa", ["nasa", "esa"]),
        ("@nasa please", ["nasa"]),
        ("@nasa @NASA @nasa", ["nasa"]),
        ("@_a_", ["_a_"]),
    ],
)
def test_every_way_to_name_an_account(typed: str, handles: list[str]) -> None:
    assert list(parse(typed).handles) == handles
    assert not parse(typed).rejected


@pytest.mark.parametrize(
    "typed",
    [
        "https://example.com/nasa",
        "@jean-luc",
        "@sixteen_letters_",
        "@naïve",
        "x.com/search?q=nasa",
        "x.com/",
        "@user.bsky",
        "é",
    ],
)
def test_what_cannot_be_a_handle_is_rejected_not_guessed(typed: str) -> None:
    request = parse(typed)
    assert request.handles == ()
    assert len(request.rejected) == 1


def test_the_good_ones_are_kept_beside_a_bad_one() -> None:
    request = parse("@nasa @jean-luc")
    assert request.handles == ("nasa",)
    assert request.rejected == ("@jean-luc",)


@pytest.mark.parametrize("typed", ["", "@", ",", "?!", "😀", "my friend bob", "a, b, c"])
def test_what_names_nobody_asks_for_nobody(typed: str) -> None:
    assert parse(typed) == ((), (), 0)


def test_at_most_five_and_the_rest_is_counted() -> None:
    request = parse("@a @b @c @d @e @f @g")
    assert len(request.handles) == MAX_HANDLES
    assert request.left_out == 2


@given(st.text())
def test_any_text_gives_only_valid_distinct_handles(text: str) -> None:
    handles = parse(text).handles
    assert all(map(is_handle, handles))
    assert len({handle.lower() for handle in handles}) == len(handles) <= MAX_HANDLES


@given(st.from_regex(r"\A[A-Za-z0-9_]{1,15}\Z"))
def test_every_valid_handle_is_understood(handle: str) -> None:
    assert parse(f"@{handle}").handles == (handle,)
