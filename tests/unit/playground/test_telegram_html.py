"""Telegram's HTML: what it reads, what it refuses and in which words."""

import html
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.telegram.methods.detection import with_detected
from playground.telegram.methods.html import parse
from playground.telegram.methods.text import FormattedText, clean, trim, utf16_length, utf16_slice
from playground.telegram.server.wire import RefusedError

anything = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@given(anything)
def test_escaped_text_parses_back_to_itself(text: str) -> None:
    assert parse(html.escape(text)) == FormattedText(text)
    assert parse(html.escape(text, quote=False)) == FormattedText(text)


@given(anything, anything)
def test_an_entity_covers_exactly_what_its_tag_covers(before: str, inside: str) -> None:
    parsed = parse(f"{html.escape(before)}<b>{html.escape(inside)}</b>")
    assert parsed.text == before + inside
    covered = [utf16_slice(parsed.text, e["offset"], e["length"]) for e in parsed.entities]
    assert covered == ([inside] if inside else [])


@given(st.text(st.sampled_from("<>/&;=\"' abitg-#x10")))
def test_anything_is_either_read_or_refused(markup: str) -> None:
    with suppress(RefusedError):
        assert parse(markup).text is not None


@pytest.mark.parametrize(
    ("markup", "text", "entities"),
    [
        ("<b>a</b>", "a", [{"type": "bold", "offset": 0, "length": 1}]),
        ("<STRONG>a</strong>", "a", [{"type": "bold", "offset": 0, "length": 1}]),
        ("😀<i>é</i>", "😀é", [{"type": "italic", "offset": 2, "length": 1}]),
        ("<u></u>", "", []),
        (
            "<b>1<s>2</s></b>",
            "12",
            [
                {"type": "bold", "offset": 0, "length": 2},
                {"type": "strikethrough", "offset": 1, "length": 1},
            ],
        ),
        (
            '<span class="tg-spoiler">x</span>',
            "x",
            [{"type": "spoiler", "offset": 0, "length": 1}],
        ),
        (
            "<blockquote expandable>why</blockquote>",
            "why",
            [{"type": "expandable_blockquote", "offset": 0, "length": 3}],
        ),
        (
            '<pre><code class="language-python">x</code></pre>',
            "x",
            [{"type": "pre", "language": "python", "offset": 0, "length": 1}],
        ),
        ('<code class="language-c">x</code>', "x", [{"type": "code", "offset": 0, "length": 1}]),
        (
            '<a href="https://X.com?a=1&amp;b=2">x</a>',
            "x",
            [{"type": "text_link", "url": "https://x.com/?a=1&b=2", "offset": 0, "length": 1}],
        ),
        ("<a href='nowhere'>x</a>", "x", []),
        (
            "<a href=x.com>x</a>",
            "x",
            [{"type": "text_link", "url": "http://x.com/", "offset": 0, "length": 1}],
        ),
        (
            '<a href="tg://user?id=7">x</a>',
            "x",
            [{"type": "text_mention", "user_id": 7, "offset": 0, "length": 1}],
        ),
        (
            '<tg-time unix="1647531900" format="wDt">soon</tg-time>',
            "soon",
            [
                {
                    "type": "date_time",
                    "unix_time": 1647531900,
                    "date_time_format": "wDt",
                    "offset": 0,
                    "length": 4,
                }
            ],
        ),
        ("&lt;3 &#128512; &#x41; &copy; & &quot", '<3 😀 A &copy; & "', []),
    ],
)
def test_reads(markup: str, text: str, entities: list[dict[str, Any]]) -> None:
    assert parse(markup) == FormattedText(text, tuple(entities))


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("é<script>", 'Unsupported start tag "script" at byte offset 2'),
        ("I <3 you", 'Unsupported start tag "3" at byte offset 2'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("a <b", "Unclosed start tag at byte offset 2"),
        ("<a href", 'Unclosed start tag "a" at byte offset 0'),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<a =x>", 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=x_y>", "Unexpected end of name token at byte offset 8"),
        ('<tg-emoji emoji-id="x">👍</tg-emoji>', "Invalid custom emoji identifier specified"),
        ('<tg-time unix="1" format="z">x</tg-time>', "Invalid date-time format specified"),
        ("\0", "Text must not contain null bytes"),
    ],
)
def test_html_that_telegram_refuses_is_refused_in_its_words(markup: str, reason: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        parse(markup)
    assert refusal.value.description == f"Bad Request: can't parse entities: {reason}"


def test_detection_finds_the_entities_that_telegram_finds() -> None:
    text = (
        "/klout@klout_demo_bot @nasa x.com/nasa, (https://a.io/b_c). a@b.com #née $ABC @no user.py"
    )
    found = [
        (entity["type"], utf16_slice(text, entity["offset"], entity["length"]))
        for entity in with_detected(FormattedText(text)).entities
    ]
    assert found == [
        ("bot_command", "/klout@klout_demo_bot"),
        ("mention", "@nasa"),
        ("url", "x.com/nasa"),
        ("url", "https://a.io/b_c"),
        ("email", "a@b.com"),
        ("hashtag", "#née"),
        ("cashtag", "$ABC"),
    ]


def test_detection_finds_nothing_in_code() -> None:
    assert [e["type"] for e in with_detected(parse("<code>@nasa</code>")).entities] == ["code"]


def test_takes_out_control_characters_and_overrides_but_leaves_isolates() -> None:
    assert clean("a\r\n\tb\u202e\u2068c\u2069") == "a\n b\u2068c\u2069"


def test_trimming_moves_and_shrinks_entities() -> None:
    trimmed = trim(parse(" 😀 <b> x </b> "))
    assert trimmed.text == "😀  x"
    bold = trimmed.entities[0]
    assert utf16_slice(trimmed.text, bold["offset"], bold["length"]) == " x"
    assert utf16_length(trimmed.text) == 5
