"""The program's version, from `pyproject.toml` or from the installed metadata."""

import tomllib
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path
from typing import Final

_NAME: Final = "open-klout"
_PROJECT: Final = Path(__file__).parent.parent / "pyproject.toml"


def version(project: Path = _PROJECT) -> str:
    """Return the version, such as "0.1.0"; "unknown" when neither source exists.

    The file beside the program comes first, since another copy may be installed. The version is
    only shown, so a start never fails without it.

    Args:
        project: the `pyproject.toml` of the folder that the program runs from.
    """
    try:
        described = tomllib.loads(project.read_text("utf-8"))["project"]
        if described["name"] == _NAME:
            return str(described["version"])
    except (OSError, ValueError, KeyError):
        pass  # not run from its own folder
    try:
        return installed(_NAME)
    except PackageNotFoundError:
        return "unknown"
