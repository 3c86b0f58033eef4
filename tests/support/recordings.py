"""Answers and rules of others that the tests hold the project against, where they are at hand."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

DATA: Final = Path(__file__).parents[2] / ".." / "shared" / "data"
ATPROTO: Final = DATA / "atproto"
MASTODON: Final = DATA / "mastodon"

with_atproto = pytest.mark.skipif(not ATPROTO.exists(), reason="../shared/data/atproto is not here")
with_mastodon = pytest.mark.skipif(
    not MASTODON.exists(), reason="../shared/data/mastodon is not here"
)


def vectors(name: str) -> list[str]:
    """The examples of a file of syntax vectors; empty where the file is not here."""
    file = ATPROTO / "syntax" / f"{name}.txt"
    lines = file.read_text(encoding="utf-8").split("\n") if file.exists() else []
    return [line for line in lines if line and not line.startswith("#")]


def appview() -> dict[str, Any]:
    """What Bluesky's AppView answered: path, status and body by name; empty if not here."""
    return _answers(ATPROTO / "appview_responses.json")


def mastodon() -> dict[str, Any]:
    """What a Mastodon answered: path, status, headers and body by name; empty if not here."""
    return _answers(MASTODON / "responses.json")


def _answers(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {}
    answers: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))["answers"]
    return answers
