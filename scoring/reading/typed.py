"""The tokens of what people type: accounts, numbers, plain words, and anything else.

No token is cut down to a part that can be understood: `@jean-luc` is not @jean, `@nаsa` with a
Cyrillic letter is no account, nor is the last part of another site's address.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

from scoring.reading.names import Name, Naming


class Number(NamedTuple):
    """A number from 0 to 999.99.

    Attributes:
        text: as typed.
        step: it has a `±` or `+` before it.
    """

    text: str
    value: float
    step: bool


class Word(NamedTuple):
    """A word of letters, digits and underscores, of any script.

    Attributes:
        apart: a comma, a line break or the like stands between it and what comes before.
    """

    text: str
    apart: bool


class Strange(NamedTuple):
    """A token of no other kind: a date, a mail address, a link to another site."""

    text: str


Token = Name | Number | Word | Strange

_TAG: Final = re.compile(
    r"</?(?:b|strong|i|em|u|ins|s|strike|del|a|code|pre|span|blockquote|tg-[a-z]+)(?:\s[^<>]*)?>",
    re.IGNORECASE,
)
_BREAK: Final = re.compile(r"</?(?:br|p|div|li|ul|ol)\s*/?>", re.IGNORECASE)
_ANCHOR: Final = re.compile(
    r"<a\s[^<>]*?href\s*=\s*[\"']?([^\"'\s<>]+)[^<>]*>.{0,200}?</a>", re.IGNORECASE | re.DOTALL
)
_MARKDOWN: Final = re.compile(r"\[[^\[\]]*\]\(([^\s()]+)\)")
_UNDERLINED: Final = re.compile(r"(?<![\w@])(_{1,3})(@\w{1,30}?)\1(?!\w)")

_LINK: Final = re.compile(
    r"(?:(?:[a-z][a-z0-9+.-]*:)?//|(?:\w[\w-]*\.)+[^\W\d_]{2,}(?=$|[^\w@-]))"
    r"[^\s<>\"“”«»(){}\[\],;|'’]*",
    re.IGNORECASE,
)
_NEXT_LINK: Final = re.compile(r"https?://", re.IGNORECASE)
_AFTER_LINK: Final = re.compile(r"['’‘`´]s?(?!\w)", re.IGNORECASE)
_POSSESSIVE: Final = re.compile(r"(\w+)['’‘`´]s?", re.IGNORECASE)

_NUMBER: Final = re.compile(
    r"(±|\+-|\+/-|\+)?(\d{1,3}(?:[.,]\d{1,2})?)(?:/100)?", re.ASCII | re.IGNORECASE
)
_STEP_SIGNS: Final = frozenset(("±", "+-", "+/-", "+"))

_ENDS: Final = frozenset(",;|()[]{}<>«»“”„‹›!?…—、。，；！？「」『』【】،؛؟")
"""Characters that end a name even where letters follow."""

_APART: Final = re.compile(r"[,;|、，；،؛]|^[-–—&+/·•*]+$")
_AROUND_WORDS: Final = _ENDS | frozenset("\"'’‘`´*~.:¿¡")
_INVISIBLE: Final = re.compile("[\u034f\u17b4\u17b5\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_FULL_WIDTH: Final[dict[int, int | str]] = {
    code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)
} | {
    0xFE6B: "@",
    **dict.fromkeys(map(ord, "\u115f\u1160\u2800\u3000\u3164\uffa0"), " "),
}
"""Maps full-width characters to ordinary ones, and letters that look like spaces to spaces."""


def tokens(text: str, naming: Naming) -> list[Token]:
    """Split a text into tokens, in the text's order. Never raises.

    Punctuation, emoji, mark-up (HTML, Markdown) and invisible characters around a token are not
    part of it. Only full-width characters are read as their ordinary forms.

    Args:
        text: What was typed.
        naming: How it names accounts.
    """
    found: list[Token] = []
    apart, sign = False, ""
    for chunk in re.findall(r"\n|\S+", _plain(text)):
        number = _number(sign + chunk.strip("()[]\"'“”«».,;:!?…"))
        sign = chunk if chunk in _STEP_SIGNS else ""
        if sign:
            continue
        if number:
            found.append(number)
            continue
        apart = apart or chunk == "\n"
        for lead, token in _of_chunk(chunk, naming):
            apart = apart or _APART.search(lead) is not None
            if token:
                found.append(token._replace(apart=apart) if isinstance(token, Word) else token)
                apart = False
    return found


def _plain(text: str) -> str:
    """Return the text without mark-up, invisible characters and full-width forms."""
    seen = "".join(
        c for c in text if c.isspace() or unicodedata.category(c) not in {"Cf", "Cc"}
    ).translate(_FULL_WIDTH)
    seen = _INVISIBLE.sub("", seen)
    for mark_up, rest in ((_ANCHOR, r" \1 "), (_MARKDOWN, r" \1 "), (_BREAK, "\n"), (_TAG, "")):
        seen = mark_up.sub(rest, seen)
    return _UNDERLINED.sub(r"\2", seen)


def _of_chunk(chunk: str, naming: Naming) -> Iterator[tuple[str, Token | None]]:
    """Yield the tokens of a piece without spaces, each with the punctuation before it."""
    at = lead = 0
    while at < len(chunk):
        before = chunk[lead:at]
        if (link := _link(chunk, at, naming)) and not set(before) & set("/\\.@"):
            yield before, _linked(link, naming)
            at += len(link)
            if possessive := _AFTER_LINK.match(chunk, at):
                at = possessive.end()
            lead = at
        elif chunk[at] == "@" and _is_of_word(chunk[at + 1 : at + 2]):
            end = _end_of_glued(chunk, at + 1)
            yield before, None
            yield from (("", token) for token in _named(chunk[at:end].lstrip("@"), naming))
            at = lead = end
        elif _is_of_word(chunk[at]):
            end = _end_of_glued(chunk, at)
            after = _end_of_punctuation(chunk, end)
            tokens_of_word = _unnamed(before, chunk[at:end], chunk[end:after], naming)
            yield from ((before, token) for token in tokens_of_word)
            at = lead = end
        else:
            at += 1
    yield chunk[lead:], None


def _linked(link: str, naming: Naming) -> Token:
    """Return the token of a link: a domain alone is a word that may be an account's name."""
    if name := naming.behind_link(link):
        return name
    return Word(link, apart=False) if naming.bare(link) else Strange(link)


def _link(chunk: str, at: int, naming: Naming) -> str:
    """Return the link that begins here, without the punctuation after it; "" without one."""
    found = _LINK.match(chunk, at)
    if not found:
        return ""
    link = found.group().rstrip(".:!?*~`+&")
    glued = _NEXT_LINK.search(link, 1)
    if glued and naming.is_known_host(link) and not set("?#") & set(link[: glued.start()]):
        return link[: glued.start()].rstrip("+&")
    return link


def _named(text: str, naming: Naming) -> Iterator[Token]:
    """Yield the token behind an `@`; the text has a letter or digit, and is one piece."""
    pieces = re.split(r"[^\w@]+@+", text) if not _has_marks(text) else [text]
    owned = _POSSESSIVE.fullmatch(text)
    if len(pieces) > 1:
        for piece in pieces:
            yield from _named(piece, naming)
    elif name := naming.behind_at(owned[1] if owned else text):
        yield name
    elif re.fullmatch(r"\w+(?:@+\w+)+", text):
        for each in re.split(r"@+", text):
            yield naming.behind_at(each) or Strange(f"@{each}")
    elif (page := re.fullmatch(r"(\w+)(/.*)", text, re.DOTALL)) and (
        name := naming.behind_at(page[1])
    ):
        yield name
        yield Strange(page[2])
    else:
        yield Strange(f"@{text}")


def _unnamed(before: str, text: str, after: str, naming: Naming) -> Iterator[Token]:
    """Yield the token without an `@`, judged with the punctuation on both sides."""
    if introduced := re.fullmatch(r"(\w+)[:='’]+@+(.+)", text, re.DOTALL):
        yield Word(introduced[1], apart=False)
        yield from _named(introduced[2], naming)
        return
    owned = _POSSESSIVE.fullmatch(text)
    plain = owned[1] if owned else text
    if not all(c in _AROUND_WORDS or _is_symbol(c) for c in before + after):
        yield Strange(f"{before}{text}{after}".strip("".join(_ENDS)))
    elif number := _number(plain):
        yield number
    elif name := naming.whole(text):
        yield name
    elif all(map(_is_of_word, plain)):
        yield Word(plain, apart=False)
    else:
        yield Strange(text)


def _number(text: str) -> Number | None:
    found = _NUMBER.fullmatch(text)
    if not found:
        return None
    return Number(text, float(found[2].replace(",", ".")), step=bool(found[1]))


def _end_of_glued(chunk: str, at: int) -> int:
    """Return the end of a word with all that is joined to it: "jean-luc", "bob@nasa.gov"."""
    while True:
        while at < len(chunk) and _is_of_word(chunk[at]):
            at += 1
        beyond = _end_of_punctuation(chunk, at)
        if beyond == at or beyond == len(chunk) or not _is_of_word(chunk[beyond]):
            return at
        if _NEXT_LINK.match(chunk, beyond):
            return at
        at = beyond


def _end_of_punctuation(chunk: str, at: int) -> int:
    while at < len(chunk) and not (
        _is_of_word(chunk[at]) or chunk[at] in _ENDS or _is_symbol(chunk[at])
    ):
        at += 1
    return at


def _is_of_word(character: str) -> bool:
    """Whether a character is a letter, digit, underscore or combining mark; "" is not."""
    return character.isalnum() or character == "_" or _has_marks(character)


def _is_symbol(character: str) -> bool:
    """Whether a character is an emoji, or a sign such as ™."""
    return unicodedata.category(character) in {"So", "Sk"} and character not in "`´^"


def _has_marks(text: str) -> bool:
    return any(unicodedata.category(c).startswith("M") for c in text)
