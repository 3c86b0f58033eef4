"""Each store is built once in a process, by `Stores`."""

import ast
from collections.abc import Iterator
from pathlib import Path

from storage.engine.database import Database
from tests.support.stores import stores

ROOT = Path(__file__).parents[3]
ROOMS = ("delivery", "handlers", "operations", "scoring", "services", "storage", "views")

ALONE = {
    ("operations/maintenance/judgement_dump.py", "JudgedDuels"),
    ("operations/maintenance/receipt_dump.py", "Readings"),
    ("operations/maintenance/restore.py", "LeaderLease"),
}
"""Modes that need one store only, and run in a process of their own."""


def built(names: set[str]) -> Iterator[tuple[str, str]]:
    """Each place in the product that builds one of some classes, and which."""
    for room in ROOMS:
        for file in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                match node:
                    case ast.Call(func=ast.Name(id=name)) if name in names:
                        yield file.relative_to(ROOT).as_posix(), name


async def test_each_store_is_built_in_one_place(database: Database) -> None:
    kinds = {type(each) for each in vars(stores(database)).values()}
    names = {kind.__name__ for kind in kinds if kind.__module__.startswith("storage.")}
    names -= {"Database"}
    assert "Outbox" in names
    places = sorted(built(names))
    elsewhere = {place for place in places if place[0] != "storage/stores.py"}
    assert elsewhere == ALONE
    assert sorted(name for file, name in places if file == "storage/stores.py") == sorted(names)
