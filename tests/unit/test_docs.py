"""What the documents claim is held by a test is held by one that exists."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
SECURITY = TESTS.parent / "docs" / "security.md"


def test_every_test_that_the_threat_table_names_is_there() -> None:
    named = re.findall(r"`(\w+/\w+\.py)::(\w+)`", SECURITY.read_text(encoding="utf-8"))
    assert len(named) > 30
    missing = [
        f"{file}::{test}"
        for file, test in named
        if f"def {test}(" not in (TESTS / file).read_text(encoding="utf-8")
    ]
    assert missing == []
