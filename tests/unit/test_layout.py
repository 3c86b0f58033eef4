"""The layout of the product: a module is found by its name, and a folder is seen at a glance."""

from collections import Counter
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
OUTSIDE: Final = {"tests", "benchmarks"}
"""Folders that are no part of the product."""

MODULES: Final = [
    path
    for room in sorted(path.parent for path in ROOT.glob("*/__init__.py"))
    if room.name not in OUTSIDE
    for path in room.rglob("*.py")
    if not path.name.startswith("__") and "migrations" not in path.parts
]


def test_no_module_name_occurs_twice() -> None:
    names = Counter(path.stem for path in MODULES)
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("folder", sorted({str(path.parent.relative_to(ROOT)) for path in MODULES}))
def test_a_folder_has_at_most_sixteen_modules(folder: str) -> None:
    assert len([path for path in MODULES if path.parent == ROOT / folder]) <= 16
