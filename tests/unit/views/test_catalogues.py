"""Every sentence exists in every language, with the same holes and the same tags."""

import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from locales import LANGUAGES, closest_language

ROOT = Path(__file__).parents[3]
SOURCES = {"klout": ("handlers", "views"), "playground": ("playground",)}
KEYWORDS = {
    "gettext": None,
    "ngettext": (1, 2),
    "count": (1, 2),
    "for_points": (1, 2),
    "_": None,
}


def _messages(domain: str, language: str) -> list[Message]:
    path = ROOT / "locales" / language / "LC_MESSAGES" / f"{domain}.po"
    with path.open("rb") as source:
        return [message for message in read_po(source) if message.id]


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)


def _holes(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogues_are_those_of_the_code(language: str) -> None:
    wanted = {
        _texts(text)
        for room in SOURCES["klout"]
        for _, _, text, _, _ in extract_from_dir(ROOT / room, keywords=KEYWORDS)
    }
    assert {_texts(message.id) for message in _messages("klout", language)} == wanted, (
        "run `make messages`, then translate"
    )


@pytest.mark.parametrize("domain", SOURCES)
@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_nothing_is_left_untranslated(language: str, domain: str) -> None:
    assert [m.id for m in _messages(domain, language) if m.fuzzy or not all(_texts(m.string))] == []


@pytest.mark.parametrize("domain", SOURCES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_holes_and_tags(language: str, domain: str) -> None:
    for message in _messages(domain, language):
        for text in filter(None, _texts(message.string)):
            wanted = _texts(message.id)[-1]
            assert _holes(text) == _holes(wanted), text
            tags = r"</?[a-z]+>"
            assert sorted(re.findall(tags, text)) == sorted(re.findall(tags, wanted)), text


@pytest.mark.parametrize(
    ("tag", "language"),
    [("fr", "fr"), ("fr-CA", "fr"), ("FR_be", "fr"), ("de", "en"), (None, "en"), ("", "en")],
)
def test_the_closest_language(tag: str | None, language: str) -> None:
    assert closest_language(tag) == language
