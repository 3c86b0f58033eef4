"""What `deploy/` says is checked by the programs that read it, where they are installed."""

import json
import shutil
import subprocess
from typing import Final

import pytest

from tests.e2e.conftest import ROOT
from tests.support.image import copied

DEPLOY: Final = ROOT / "deploy"


def _checked(*command: str) -> None:
    """Run a checker; skipped where there is none."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(command, cwd=DEPLOY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_takes_the_alarms() -> None:
    _checked("promtool", "check", "config", "prometheus.yml")
    _checked("promtool", "check", "rules", "alarms.yml")


def test_every_alarm_comes_when_it_should() -> None:
    _checked("promtool", "test", "rules", "alarms_test.yml")


def test_every_alarm_is_tried_and_explained() -> None:
    names = {
        line.split(":")[1].strip()
        for line in (DEPLOY / "alarms.yml").read_text().splitlines()
        if "- alert:" in line
    }
    for file in (DEPLOY / "alarms_test.yml", ROOT / "docs" / "operating.md"):
        text = file.read_text()
        assert [name for name in names if name not in text] == [], file.name


@pytest.mark.parametrize("unit", ["klout.service", "klout-backup.service"])
def test_the_units_give_away_little(unit: str) -> None:
    """Below 2.0 of 10, where 10 is a service that may do everything."""
    _checked("systemd-analyze", "security", "--offline=true", "--threshold=20", unit)


def test_the_dashboard_is_whole() -> None:
    panels = json.loads((DEPLOY / "dashboard.json").read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        assert panel["targets"], panel["title"]


def test_the_image_is_sent_no_more_than_it_copies() -> None:
    """What becomes of the files is tried in `tests/e2e/deployment/test_image.py`."""
    kept = (ROOT / ".dockerignore").read_text().splitlines()
    assert sorted(line[1:] for line in kept if line.startswith("!")) == sorted(copied())
