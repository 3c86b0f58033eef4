"""What people type, made into handles: what is meant, and nothing else."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scoring.reading.handles import MAX_HANDLES, NOTHING, Request, parse
from scoring.reading.names import Name
from scoring.reading.networks.typed_names import SeveralNetworks, is_name
from scoring.reading.typed import Number, Strange, Word, tokens

NASA = ("nasa",)
BOTH = ("nasa", "esa")


@pytest.mark.parametrize(
    "typed",
    [
        *("@nasa", "nasa", "@nasa!!!", "(@nasa),", "“@nasa”"),
        *("«@nasa»", "<@nasa>", "@nasa.", "@nasa…"),
        *("@nasa...", "@nasa's", "@nasa’s", "@nasa'", "@nasa🚀"),
        *("🚀@nasa", "@nasa™", "nasa™", "nasa?"),
        *("\u200b@nasa\u200f", "\u202b@nasa\u202c", "@na\u00adsa"),
        *("@nasa\ufe0f", "@@nasa", ".@nasa"),
        *("＠ｎａｓａ", "﹫nasa", "ｎａｓａ", "@nasa\u3000", "@nasa—"),
        *("@nasa:", "nasa,", "@nasa, please!"),
        *("<b>@nasa</b>", "<code>@nasa</code>", "@na<i>sa</i>"),
        *("**@nasa**", "`@nasa`", "__@nasa__"),
        *("~~@nasa~~", "||@nasa||", "_@nasa_", "*nasa*", "'nasa'", "@nasa\n", "\n@nasa", "@ nasa"),
    ],
)  # fmt: skip
def test_a_name_with_whatever_stands_around_it(typed: str) -> None:
    assert parse(typed) == Request(NASA)


@pytest.mark.parametrize(
    "link",
    [
        *("x.com/nasa", "https://x.com/nasa/", "http://www.x.com/@nasa"),
        *("//x.com/nasa", "x.com:443/nasa"),
        *("https://twitter.com/nasa?s=20", "https://x.com:443/nasa", "http://twitter.com:80/nasa"),
        *("https://mobile.twitter.com/nasa/status/12?s=20", "m.twitter.com/nasa"),
        *("mobile.x.com/nasa",),
        *("x.com/nasa/status/123?s=20", "x.com/nasa/with_replies"),
        *("x.com/nasa#top", "x.com/%40nasa"),
        *("twitter.com/#!/nasa", "https://twitter.com/#!/nasa/status/1"),
        *("x.com./nasa", "x.com//nasa"),
        *("https://x.com/intent/user?screen_name=nasa",),
        *("x.com/intent/follow?screen_name=@nasa&x=1",),
        *("(https://x.com/nasa)", "<https://x.com/nasa>", "https://x.com/nasa."),
        *("x.com/nasa's", "x.com/nasa!"),
        *("[NASA](https://x.com/nasa)", '<a href="https://x.com/nasa">the agency</a>'),
        *("ｘ．ｃｏｍ／nasa",),
        *("HTTPS://X.COM/nasa", "Twitter.com/nasa", "https://x.com/nasa?utm=@esa", "«x.com/nasa»"),
    ],
)  # fmt: skip
def test_a_link_to_an_account_or_a_page_of_it(link: str) -> None:
    assert parse(link) == Request(NASA)


@pytest.mark.parametrize(
    "typed",
    [
        *("@nasa @esa", "@nasa\n@esa", "@nasa,@esa", "@nasa;@esa"),
        *("@nasa@esa", "@nasa&@esa", "@nasa/@esa"),
        *("@nasa+@esa", "@nasa-@esa", "@nasa|@esa", "@nasa🚀@esa", "@nasa.@esa", "(@nasa)(@esa)"),
        *("nasa vs esa", "nasa et esa", "nasa, esa", "nasa\nesa"),
        *("nasa & esa", "nasa; esa", "nasa / esa"),
        *("x.com/nasa,x.com/esa", "x.com/nasa;twitter.com/esa"),
        *("https://x.com/nasa,https://x.com/esa",),
        *("https://x.com/nasahttps://x.com/esa", "https://x.com/nasa+https://x.com/esa"),
        *("x.com/nasa|@esa",),
        *("https://x.com/nasa/https://x.com/esa", "(x.com/nasa)(x.com/esa)", "@nasa vs x.com/esa"),
    ],
)  # fmt: skip
def test_two_in_a_text_or_even_in_a_word(typed: str) -> None:
    assert parse(typed) == Request(BOTH)


@pytest.mark.parametrize(
    "typed",
    [
        # other sites, and what only looks like X
        *("https://www.netflix.com/title/81234567", "https://example.com/nasa", "nitter.net/nasa"),
        *("notx.com/nasa", "x.com.evil.org/nasa"),
        *("https://x.com@evil.org/nasa", "https://a@x.com/nasa"),
        *("https://evil.org\\@x.com/nasa", "https://evil.org/x.com/nasa"),
        *("https://evil.org?x.com/nasa",),
        *("https://evil.org/?to=https://x.com/nasa",),
        *("https://web.archive.org/web/1/https://x.com/nasa",),
        *("https://t.co/abc", "ftp://x.com/nasa", "javascript://x.com/nasa"),
        *("х.com/nasa", "xcom/nasa"),
        *("https://x.com:8443/nasa", "https://x.com:nasa/nasa"),
        *("tg://resolve?domain=nasa", "x.com:nasa"),
        *("medium.com/@nasa", "youtube.com/@nasa", "sub.x.com/nasa"),
        *("wwwx.com/nasa", "x.comm/nasa"),
        # pages of X that are no account's
        *("x.com/", "x.com", "x.com/home"),
        *("x.com/i/user/123", "x.com/search?q=nasa", "x.com/hashtag/nasa"),
        *("x.com/i/status/1", "x.com/intent/post?text=nasa"),
        *("x.com/SETTINGS/account", "x.com/explore"),
        *("https://x.com/intent/post?url=https://x.com/nasa", "twitter.com/#!/search/nasa"),
        *("https://x.com/en/tos", "x.com/en/privacy", "x.com/rules", "x.com/terms"),
        *("x.com/communities/explore", "x.com/premium", "x.com/newsletters", "x.com/spaces"),
        *("x.com/welcome", "x.com/connect_people", "x.com/logged_out", "x.com/tos"),
        *("x.com/jean-luc",),
        *("x.com/intent/user", "x.com/nаsa", "x.com/sixteen_letters_"),
        *("x.com/na%2Fsa", "x.com/nasa…"),
        # never cut down to something that could be a handle
        *("@jean-luc", "@O'Reilly", "@O’Reilly", "@naïve"),
        *("@nаsa", "@sixteen_letters_", "@nasa²", "@nasa٣"),
        *("@e\u0301cole", "@nasa\u0301", "@nasa-x", "@nasa–x"),
        *("@nasa:8080", "@nasa%20", "@nasa·66", "@𝐧𝐚𝐬𝐚"),
        *('@O"Reilly', "@O`Reilly", "@nasaの"),
        *("@nasa*x", "O'Reilly", "jean-luc", "naïve"),
        # names of other networks, and mail
        *("@user@host:3000", "bob@nasa", "mailto:bob@nasa.gov"),
        *("user@x.com", "@x.com/nasa"),
        # numbers, dates, times, money, paths, tags
        *("12/05/2026", "12.05.2026", "2026-05-12", "9:30", "9h30", "1/2"),
        *("$35", "35€", "5pm", "35", "½"),
        *("/etc/passwd", "C:\\nasa", "nasa/esa", "nasa.txt", "~/nasa"),
        *("#nasa", "$TSLA", "#️⃣nasa", "AT&T"),
        *("C++", "nasa=1", "+nasa", "-nasa", "f(x)", "foo/@nasa", "é", "q=nasa"),
    ],
)  # fmt: skip
def test_nothing_else_is_guessed_and_all_of_it_is_named(typed: str) -> None:
    request = parse(typed)
    assert request.handles == ()
    assert len(request.unknown) == 1


@pytest.mark.parametrize(
    ("typed", "handles", "unknown"),
    [
        ("@nasa @jean-luc", NASA, ("@jean-luc",)),
        ("@nasa/status/1", NASA, ("/status/1",)),
        ("@nasa 12/05/2026", NASA, ("12/05/2026",)),
        ("what about @nasa right now?", NASA, ("what about", "right now")),
        ("@nasa, esa", NASA, ("esa",)),
        ("@nasa (NASA)", NASA, ("NASA",)),
        ("cc:@nasa", NASA, ("cc",)),
        ("l'@nasa", NASA, ("l",)),
        ("@nasa 35 ±5", NASA, ("35 ±5",)),
        ("see:https://x.com/nasa", NASA, ("see",)),
        ("x.com/nasa,evil.org/esa", NASA, ("evil.org/esa",)),
        ("x.com/search?q=nasa,esa", (), ("x.com/search?q=nasa esa",)),
        ("nasa 12/05/2026", (), ("nasa 12/05/2026",)),
        ("nasa esa", (), ("nasa esa",)),
        ("my friend bob", (), ("my friend bob",)),
        ("hello there, bob", (), ("hello there bob",)),
        ("a, b, c", (), ("a b c",)),
        ("nasa 35", (), ("nasa 35",)),
    ],
)  # fmt: skip
def test_what_was_not_used_is_named(
    typed: str, handles: tuple[str, ...], unknown: tuple[str, ...]
) -> None:
    assert parse(typed) == Request(handles, unknown)


@pytest.mark.parametrize("typed", ["", "@", ",", "?!", "😀", "and", "…", "±", "\u200f", "please"])
def test_text_without_a_handle_gives_no_handle(typed: str) -> None:
    assert parse(typed) == NOTHING


def test_at_most_five_and_the_rest_is_counted() -> None:
    request = parse("@a @b @c @d @e @f @g")
    assert len(request.handles) == MAX_HANDLES
    assert request.left_out == 2


def test_one_account_is_asked_for_once() -> None:
    assert parse("@nasa @NASA x.com/nasa") == Request(NASA)


def test_a_command_says_which_numbers_and_words_it_takes() -> None:
    request = parse("nasa ± 5", numbers=1)
    assert request == Request(NASA, numbers=(Number("±5", 5.0, step=True),))
    assert parse("35,5/100 @nasa", numbers=1).numbers[0].value == 35.5
    assert parse("@nasa 35 35", numbers=1).unknown == ("35",)
    assert parse("@nasa OFF", words=frozenset(("off",))) == Request(NASA, words=("off",))


def test_more_lone_words_are_taken_where_many_are_expected() -> None:
    assert parse("nasa, esa and spacex", bare=10).handles == ("nasa", "esa", "spacex")
    assert parse("who is better nasa or esa", bare=10).handles == ()


def test_tokens_have_their_kinds_and_room_for_other_networks() -> None:
    assert tokens("@nasa 35 ±5 off, then 12/05 @a@b.c", SeveralNetworks(("x",))) == [
        Name("nasa", "x"),
        Number("35", 35.0, step=False),
        Number("±5", 5.0, step=True),
        Word("off", apart=False),
        Word("then", apart=True),
        Strange("12/05"),
        Strange("@a@b.c"),
    ]


@given(st.text() | st.text("@nasa./:x,com-'_é🚀 \n<b>[](){}&+"))
def test_any_text_gives_only_valid_distinct_handles_that_stand_in_it(text: str) -> None:
    request = parse(text)
    assert all(map(is_name, request.handles))
    assert (
        len({handle.lower() for handle in request.handles}) == len(request.handles) <= MAX_HANDLES
    )


@given(st.from_regex(r"\A[A-Za-z0-9_]{1,15}\Z"))
def test_every_valid_handle_is_understood(handle: str) -> None:
    assert parse(f"@{handle}") == Request((handle,))
    assert parse(f"https://x.com/intent/user?screen_name={handle}") == Request((handle,))


# They are marks, and show nothing by themselves: variation selectors, joiners, Khmer vowels.
INVISIBLE = re.compile("[\u034f\u17b4\u17b5\ufe00-\ufe0f\U000e0100-\U000e01ef]")


@given(
    st.from_regex(r"\A[A-Za-z0-9_]{1,15}\Z"),
    st.characters(categories=("L", "N", "M")).filter(lambda letter: not INVISIBLE.match(letter)),
)
@example("nasa", "\u0301")
def test_no_letter_is_folded_into_another_or_left_out(handle: str, letter: str) -> None:
    found = parse(f"@{handle}{letter}").handles
    assert found in {(), (handle + letter,)} or not letter.isprintable() or letter > "\uff00"
