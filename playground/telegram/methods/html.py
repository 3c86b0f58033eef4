"""The parser of Telegram's HTML mode: from markup to visible text and entities, or a refusal.

The rules and the wording of the refusals are those of Telegram's own parser: a handful of tags,
four named references, lengths in UTF-16 units, places of errors in bytes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from playground.telegram.methods.elements import TAGS, element_entity, merged_code
from playground.telegram.methods.text import FormattedText, sorted_entities, utf16_length
from playground.telegram.server.wire import Json, RefusedError, bad_request

_NAMED: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_LONGEST_NUMERIC_REFERENCE: Final = 9
_LAST_CHARACTER: Final = 0x10FFFF
_SURROGATES: Final = range(0xD800, 0xE000)

_PLAIN: Final = re.compile(r"[^<&]+")
_REFERENCE: Final = re.compile(r"&(?:#x(?P<hex>[0-9A-Fa-f]+)|#(?P<dec>[0-9]+)|(?P<name>[A-Za-z]+))")
_TAG_NAME: Final = re.compile(r"[^\s>]*")
_ATTRIBUTE_NAME: Final = re.compile(r"[^\s=>/\"']+")
_TOKEN: Final = re.compile(r"[A-Za-z0-9.-]*")
_SPACE: Final = re.compile(r"\s*")


def parse(html: str) -> FormattedText:
    """Read a text in Telegram's HTML.

    Raises:
        RefusedError: Telegram does not accept the markup; the message has Telegram's words.
    """
    return _Parser(html).run()


def unparsable(reason: str) -> RefusedError:
    """Return the refusal of a text whose markup is wrong."""
    return bad_request(f"can't parse entities: {reason}")


@dataclass(frozen=True, slots=True)
class _OpenTag:
    name: str
    attributes: dict[str, str]
    offset: int  # UTF-16 units before it
    piece: int  # pieces of text before it


class _Parser:
    def __init__(self, html: str) -> None:
        if "\0" in html:
            raise unparsable("Text must not contain null bytes")
        self.html = html
        self.position = 0
        self.pieces: list[str] = []
        self.length = 0  # of the visible text so far, in UTF-16 units
        self.open: list[_OpenTag] = []
        self.entities: list[Json] = []

    def run(self) -> FormattedText:
        while self.position < len(self.html):
            if plain := _PLAIN.match(self.html, self.position):
                self.position = plain.end()
                self.emit(plain[0])
            elif self.peek() == "&":
                self.emit(self.reference())
            elif self.html.startswith("</", self.position):
                self.end_tag()
            else:
                self.start_tag()
        if self.open:
            name = self.open[-1].name
            raise unparsable(f'Can\'t find end tag corresponding to start tag "{name}"')
        entities = merged_code(self.entities)
        return FormattedText("".join(self.pieces), sorted_entities(entities))

    def emit(self, text: str) -> None:
        self.pieces.append(text)
        self.length += utf16_length(text)

    def peek(self) -> str:
        return self.html[self.position : self.position + 1]

    def skip(self, pattern: re.Pattern[str]) -> str:
        """Move past the match of a pattern here and return it."""
        match = pattern.match(self.html, self.position)
        if match is None:
            return ""
        self.position = match.end()
        return match[0]

    def place(self, position: int) -> str:
        return f"at byte offset {len(self.html[:position].encode())}"

    def reference(self) -> str:
        """Return a reference's character; an ampersand that starts none stands for itself."""
        match = _REFERENCE.match(self.html, self.position)
        character = _dereferenced(match) if match else None
        if match is None or character is None:
            self.position += 1
            return "&"
        self.position = match.end() + self.html.startswith(";", match.end())
        return character

    def start_tag(self) -> None:
        at = self.place(self.position)
        self.position += 1
        name = self.skip(_TAG_NAME).lower()
        if not self.peek():
            raise unparsable(f"Unclosed start tag {at}")
        if name not in TAGS:
            raise unparsable(f'Unsupported start tag "{name}" {at}')
        attributes = dict(self.attributes(name, at))
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise unparsable(f'Tag "span" must have class "tg-spoiler" {at}')
        self.open.append(_OpenTag(name, attributes, self.length, len(self.pieces)))

    def attributes(self, tag: str, at: str) -> Iterator[tuple[str, str]]:
        """Yield attributes up to and with the `>`; one without a value has an empty value."""
        while True:
            self.skip(_SPACE)
            if self.peek() == ">":
                self.position += 1
                return
            name = self.skip(_ATTRIBUTE_NAME)
            if self.peek() and not name:
                raise unparsable(f'Empty attribute name in the tag "{tag}" {at}')
            self.skip(_SPACE)
            value = ""
            if self.peek() == "=":
                self.position += 1
                self.skip(_SPACE)
                value = self.value()
            if not self.peek():
                raise unparsable(f'Unclosed start tag "{tag}" {at}')
            yield name, value

    def value(self) -> str:
        quote = self.peek()
        if quote not in {'"', "'"}:
            return self.token()
        self.position += 1
        pieces = []
        while self.peek() not in {quote, ""}:
            if self.peek() == "&":
                pieces.append(self.reference())
            else:
                pieces.append(self.peek())
                self.position += 1
        self.position += bool(self.peek())
        return "".join(pieces)

    def token(self) -> str:
        at = self.place(self.position)
        token = self.skip(_TOKEN)
        following = self.peek()
        if following and following != ">" and not following.isspace():
            raise unparsable(f"Unexpected end of name token {at}")
        return token.lower()

    def end_tag(self) -> None:
        at = self.place(self.position)
        if not self.open:
            raise unparsable(f"Unexpected end tag {at}")
        self.position += 2
        name = self.skip(_TAG_NAME).lower()
        self.skip(_SPACE)
        if self.peek() != ">":
            raise unparsable(f"Unclosed end tag {at}")
        self.position += 1
        tag = self.open.pop()
        if name and name != tag.name:
            raise unparsable(f'Unmatched end tag {at}, expected "</{tag.name}>", found "</{name}>"')
        if self.length > tag.offset:
            self.close(tag)

    def close(self, tag: _OpenTag) -> None:
        inner = "".join(self.pieces[tag.piece :])
        try:
            entity = element_entity(tag.name, tag.attributes, inner)
        except ValueError as fault:
            raise unparsable(str(fault)) from None
        if entity is not None:
            span = {"offset": tag.offset, "length": self.length - tag.offset}
            self.entities.append(entity | span)


def _dereferenced(match: re.Match[str]) -> str | None:
    if match["name"]:
        return _NAMED.get(match["name"])
    code = int(match["hex"], 16) if match["hex"] else int(match["dec"])
    too_long = len(match[0]) > _LONGEST_NUMERIC_REFERENCE
    if code == 0 or code >= _LAST_CHARACTER or too_long:
        return None
    if code in _SURROGATES:
        raise unparsable(
            "Text contains invalid Unicode characters after decoding HTML entities, "
            "check for unmatched surrogate code units"
        )
    return chr(code)
