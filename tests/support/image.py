"""The files of the Docker image, put together without Docker."""

import shutil
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[2]


def copied() -> list[str]:
    """What the Dockerfile copies out of the build context, over all its stages."""
    return [source for sources, _ in _copies() for source in sources]


def build(folder: Path) -> None:
    """Put into a folder what the last stage copies and `.dockerignore` lets through."""
    for sources, target in _copies(last_stage=True):
        for source in sources:
            there = folder / target
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, there, ignore=_ignored, dirs_exist_ok=True)
            elif not _is_ignored(PurePosixPath(source)):
                there = there / source if target.endswith((".", "/")) else there
                shutil.copy(ROOT / source, there)


def _copies(*, last_stage: bool = False) -> list[tuple[list[str], str]]:
    """Sources and target of each COPY from the context."""
    text = (ROOT / "deploy" / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    if last_stage:
        text = text[text.rindex("\nFROM ") :]
    lines = [line.split()[1:] for line in text.splitlines() if line.startswith("COPY ")]
    return [(words[:-1], words[-1]) for words in lines if not words[0].startswith("--from")]


def _ignored(folder: str, names: list[str]) -> set[str]:
    here = PurePosixPath(Path(folder).relative_to(ROOT).as_posix())
    return {name for name in names if _is_ignored(here / name)}


def _is_ignored(path: PurePosixPath) -> bool:
    """Whether `.dockerignore` leaves a path out: the last line that fits says."""
    ignored = False
    for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        pattern = line.removeprefix("!")
        parts = [path, *path.parents][:-1]
        if pattern.startswith("**/"):
            fits = any(fnmatch(part.name, pattern[3:]) for part in parts)
        else:
            fits = any(fnmatch(str(part), pattern) for part in parts if "/" not in str(part))
        if fits:
            ignored = not line.startswith("!")
    return ignored
