"""What the documents say of the code is so: modules, and the tests behind each claim."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("operations", "handlers", "delivery", "storage", "scoring")


def read(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def mapped() -> list[str]:
    """The modules that the map names, in full; after the first in a line, by their last part."""
    text = read("architecture.md")
    names: list[str] = []
    for line in text[text.index("## Module map") : text.index("## Invariants")].splitlines():
        first, *others = re.findall(r"`([^`]+)`", line.split("|")[1]) if "| `" in line else [""]
        parent = first.rpartition(".")[0]
        names += [first, *(f"{parent}.{other}" for other in others)]
    return [name for name in names if name.split(".")[0] in ROOMS]


def test_every_module_stands_in_the_map_once() -> None:
    there = {
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for room in ROOMS
        for file in (ROOT / room).rglob("*.py")
        if "migrations" not in file.parts
    }
    there -= set(ROOMS) - {"handlers"}  # a room's name is a heading; this one is a module, too
    names = mapped()
    assert sorted(names) == sorted({*there, "storage.migrations"})


@pytest.mark.parametrize("document", ["architecture.md", "security.md"])
def test_every_test_that_is_named_is_there(document: str) -> None:
    named = re.findall(r"`(?:[\w/]+/)?(test_\w+\.py)(?:::(\w+)(…?))?", read(document))
    assert len(named) > 30
    missing = []
    for file, test, shortened in named:
        texts = [found.read_text(encoding="utf-8") for found in ROOT.glob(f"tests/**/{file}")]
        wanted = f"def {test}" + ("" if shortened else "(") if test else ""
        if not any(wanted in text for text in texts):
            missing.append(f"{file}::{test}")
    assert missing == []
