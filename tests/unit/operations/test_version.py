"""The version has one source, which is there wherever the program runs."""

import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from operations import version
from tests.support.image import ROOT


def test_the_version_in_a_checkout_is_the_projects() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert version.version() == project["version"]


@pytest.mark.parametrize("text", [None, "", "[project]\nname = 'another'\nversion = '9'", "[x"])
def test_the_version_of_an_installed_package_is_its_metadatas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    project = tmp_path / "pyproject.toml"
    if text is not None:
        project.write_text(text)
    monkeypatch.setattr(version, "installed", lambda name: f"2.0 of {name}")
    assert version.version(project) == "2.0 of open-klout"


def test_an_unknown_version_does_not_stop_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def installed(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(version, "installed", installed)
    assert version.version(tmp_path / "pyproject.toml") == "unknown"
