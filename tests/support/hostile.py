"""What a person may type who means no good, or whose phone has a mind of its own."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from hypothesis import strategies as st

LONGEST: Final = 4096
"""Characters of Telegram's longest message."""

ODD: Final = (
    "\u202e@asan",  # turned round
    "\u200b\u200d\u2060@na\u00adsa\ufeff",  # invisible marks
    "@na\u0430sa",  # a Cyrillic a
    "٣٥",  # Arabic digits
    "３５",  # full-width ones
    "²½Ⅷ",
    "\ud800",  # half of a pair
    "\U0010ffff",
    "ﷺ" * 20,  # eighteen letters each, once folded
    "A" + "\u0301" * 300,  # a tower of accents
    "👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "<b>",
    "</a>&lt;&#0;",
    "%s%n{0}{given}",
    "' OR 1=1 --",
    '"; DROP TABLE chat; --',
    "\\",
    "1e999",
    "-1",
    "99999999999999999999",
    "nan",
    "../../etc/passwd",
    "@everyone",
)

WORDS: Final = (
    *(
        "@nasa",
        "@lea",
        "@never_seen",
        "nasa",
        "x.com/nasa",
        "me",
        "off",
        "on",
        "weekly",
        "remove",
    ),
    *("monday", "9:00", "25:61", "Europe/Paris", "35", "±5", "0", "101", "fr", "xx"),
)


def words() -> st.SearchStrategy[str]:
    """One word: a sensible one, an odd one, or any text at all."""
    anything = st.text(st.characters(), max_size=30)  # unpaired surrogates included
    return st.sampled_from(WORDS) | st.sampled_from(ODD) | anything


def texts() -> st.SearchStrategy[str]:
    """Up to a whole message of such words."""
    spaces = st.sampled_from([" ", "\n", "\u00a0", "\u3000", ",", "", "\t"])
    short = st.tuples(st.lists(words(), max_size=6), spaces).map(lambda t: t[1].join(t[0]))
    long = words().filter(bool).map(lambda word: (word * LONGEST)[:LONGEST])
    return short | long


@contextmanager
def no_error_of_ours(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing in the body is logged as an error."""
    before = len(caplog.records)
    yield
    assert [
        f"{record.getMessage()}: {record.exc_info and record.exc_info[1]!r}"
        for record in caplog.records[before:]
        if record.levelno >= logging.ERROR
    ] == []
