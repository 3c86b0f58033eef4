"""What the documents name is there: modules, files, tests, commands, settings, targets, modes.

A name is looked for in the code spans and code blocks of every document, and in links.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from handlers.registry import COMMANDS
from operations.settings import Settings
from playground.demo import DemoSettings

ROOT = Path(__file__).parents[3]
ROOMS = ("operations", "handlers", "delivery", "views", "services", "storage", "scoring")
PACKAGES: Final = (*ROOMS, "playground", "benchmarks", "locales", "tests")
FOLDERS: Final = (*PACKAGES, "deploy", "docs")

DOCUMENTS: Final = sorted(
    {
        str(file.relative_to(ROOT))
        for pattern in ("*.md", ".env.example", *(f"{name}/**/*.md" for name in FOLDERS))
        for file in ROOT.glob(pattern)
    }
)

_SPAN: Final = re.compile(
    r"^```[^\n]*\n(.*?)^```|(?<!`)(`+)(?!`)(.+?)(?<!`)\2(?!`)", re.DOTALL | re.MULTILINE
)
_FILE: Final = re.compile(r"[\w.-]+\.(?:py|md|ya?ml|json|service|timer|conf|toml|txt|example)")
_MODES: Final = set(re.findall(r'add_parser\("([\w-]+)"', (ROOT / "bot.py").read_text("utf-8")))

_THEIRS: Final = {"pg_hba.conf", "ports.conf", "klout.conf"}
"""Files of other programs, or that an operator makes."""

_BOTFATHER: Final = {"newbot", "setinline", "setprivacy", "setprivacypolicy", "revoke"}
_NAMES: Final = {entry.name for entry in COMMANDS}
_PORT: Final = {"metrics", "health", "ready"}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def codes(name: str) -> list[str]:
    """What a document sets as code; all of a file that is no Markdown."""
    text = read(name)
    if not name.endswith(".md"):
        return text.splitlines()
    return [block or span for block, _, span in _SPAN.findall(text)]


@cache
def sources() -> str:
    """All that is no document: code, and what is deployed."""
    files = [ROOT / "bot.py", ROOT / "Makefile", *(ROOT / "deploy").glob("*")]
    for package in PACKAGES:
        files += (ROOT / package).rglob("*.py")
    here = Path(__file__)
    return "\n".join(
        file.read_text("utf-8", "replace") for file in files if file.is_file() and file != here
    )


def mapped() -> list[str]:
    """The modules that the map names, in full; after the first in a line, by their last part."""
    text = read("docs/architecture.md")
    names: list[str] = []
    for line in text[text.index("## Module map") : text.index("## Decisions")].splitlines():
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


def is_module(name: str) -> bool:
    """Whether there is a module or package, or something that a module defines."""
    path = ROOT.joinpath(*name.split("."))
    if path.with_suffix(".py").is_file() or path.is_dir():
        return True
    parent, _, last = name.rpartition(".")
    module = ROOT.joinpath(*parent.split("."))
    file = module / "__init__.py" if module.is_dir() else module.with_suffix(".py")
    defines = rf"^\s*(?:(?:async )?def |class )?{last}\b"
    return file.is_file() and bool(re.search(defines, file.read_text("utf-8"), re.MULTILINE))


def modules(code: str) -> Iterator[str]:
    for name in re.findall(rf"(?<![\w./@])((?:{'|'.join(PACKAGES)})(?:\.\w+)+)", code):
        if not _FILE.fullmatch(name) and not is_module(name):
            yield name
    for name in re.findall(r"python3? -m ([\w.]+)", code):
        if name in PACKAGES and not (ROOT / name / "__main__.py").is_file():
            yield f"-m {name}"


def examples(code: str) -> Iterator[str]:
    """Tests by file and name; a name may be shortened by "…", and stand alone."""
    for folder, file, test, shortened in re.findall(
        r"((?:\w+/)*)\b(test_\w+\.py)(?:::(\w+)(…?))?", code
    ):
        under = folder.removeprefix("tests/")
        texts = [found.read_text("utf-8") for found in ROOT.glob(f"tests/**/{under}{file}")]
        wanted = f"def {test}" + ("" if shortened else "(") if test else ""
        if not any(wanted in text for text in texts):
            yield f"{folder}{file}::{test}"
    for test, shortened in re.findall(r"^(test_\w+)(…?)$", code):
        if f"def {test}" + ("" if shortened else "(") not in sources():
            yield str(test)


def files(code: str) -> Iterator[str]:
    for path in re.findall(rf"(?<![\w./-])((?:{'|'.join(FOLDERS)})/[\w./-]*)", code):
        there = (ROOT / path.rstrip("./")).exists() or list(ROOT.glob(f"tests/*/{path}"))
        if not there:
            yield path
    ours = _FILE.fullmatch(code) and code not in _THEIRS and code != code.upper()
    if ours and not any(any(folder.rglob(code)) for folder in map(ROOT.joinpath, FOLDERS)):
        placeholder = code.partition(".")[0].isupper()
        if not (ROOT / code).exists() and not placeholder:
            yield code


def targets(code: str) -> Iterator[str]:
    makefile = read("Makefile").replace("$(VENV)", ".venv")
    there = set(re.findall(r"^([\w./-]+):", makefile, re.MULTILINE))
    for target in re.findall(
        r"(?:^|[$#] |&& )make (?:-C \S+ )?(?:[A-Z]+=\S+ )*([a-z.][\w./-]*)", code, re.MULTILINE
    ):
        if target.rstrip(".") not in there:
            yield f"make {target}"


def modes(code: str) -> Iterator[str]:
    for mode in re.findall(r"\bbot\.py ([a-z][\w-]*)", code):
        if mode not in _MODES:
            yield f"bot.py {mode}"
    for mode in re.findall(r"^(?:# )?klout ([a-z][\w-]*)", code, re.MULTILINE):
        if mode not in _MODES:
            yield f"klout {mode}"


def variables(code: str) -> Iterator[str]:
    """Variables by their form: with an underscore in it, or a value behind it."""
    ours = {name.upper() for kind in (Settings, DemoSettings) for name in kind.model_fields}
    for name in re.findall(
        r"(?<![\w$-])([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[A-Z][A-Z0-9]{3,}(?==))", code
    ):
        if name not in ours and not re.search(rf"\b{name}\b", sources()):
            yield str(name)


def commands(code: str) -> Iterator[str]:
    found = re.fullmatch(r"/([a-z_]+)(?: .*)?", code)
    if found and found[1] not in {*_NAMES, *_BOTFATHER, *_PORT, "proc"}:
        yield code


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("missing", [modules, examples, files, targets, modes, variables, commands])
def test_what_is_named_is_there(document: str, missing: Callable[[str], Iterator[str]]) -> None:
    assert [name for code in codes(document) for name in missing(code)] == []


@pytest.mark.parametrize("document", [name for name in DOCUMENTS if name.endswith(".md")])
def test_every_link_leads_somewhere(document: str) -> None:
    links = re.findall(r"\]\(([^)\s#]+)[^)]*\)|src=\"([^\"]+)\"", read(document))
    targets = [first or second for first, second in links]
    local = [target for target in targets if not re.match(r"[a-z]+:", target)]
    folder = (ROOT / document).parent
    assert [target for target in local if not (folder / target).exists()] == []


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        (modules, "handlers.ordering"),
        (modules, "handlers.following.digest.offering"),
        (modules, "python -m benchmarks.fits PAIRS.csv"),
        (modules, "python -m storage"),
        (examples, "dialogue/test_orders.py"),
        (examples, "e2e/test_klout.py"),
        (examples, "test_klout.py::test_nothing_of_the_kind"),
        (examples, "test_klout.py::test_nothing_…"),
        (files, "deploy/Nginx.conf"),
        (files, "alarm.yml"),
        (targets, "make -C /opt/klout PYTHON=python3 tests"),
        (modes, ".venv/bin/python bot.py serve"),
        (modes, "klout dump"),
        (variables, "METRIC_PORT"),
        (variables, "CHATTERS=100"),
        (commands, "/klouts @nasa"),
    ],
)
def test_what_is_not_there_is_found(missing: Callable[[str], Iterator[str]], code: str) -> None:
    assert len(list(missing(code))) == 1


def test_every_setting_is_explained() -> None:
    """Each that an operator chooses, in the file that they copy."""
    explained = set(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", read(".env.example"), re.MULTILINE))
    assert explained == {name.upper() for name in Settings.model_fields} - {"PYTHONHTTPSVERIFY"}


def test_what_the_code_says_of_modules_is_so() -> None:
    """Names of modules in docstrings and comments, too."""
    wrong = []
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            if file == Path(__file__):
                continue
            for code in re.findall(r"`([^`\n]+)`", file.read_text("utf-8")):
                wrong += [f"{file.relative_to(ROOT)}: {name}" for name in modules(code)]
    assert wrong == []


def test_every_command_stands_in_the_list_of_commands() -> None:
    named = set(re.findall(r"`/(\w+)", read("docs/commands.md")))
    assert sorted(_NAMES - named) == []
