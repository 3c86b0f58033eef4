"""What a formula would do to stored accounts, before it is switched on."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scoring.facts import FactsError
from scoring.formulas import CURRENT
from scoring.formulas.y2026_2 import FORMULA_2026_2
from scoring.preview import candidate, preview
from scoring.score import score
from tests.unit.scoring.test_goal import FACTS

ROOT = Path(__file__).parents[3]
LISTED = [replace(FACTS, handle=f"on_{lists}", listed=lists) for lists in (0, 40, 4_000)]


def run(tmp_path: Path, formula: str, receipts: str) -> tuple[int, dict[str, Any]]:
    path = tmp_path / "candidate.json"
    path.write_text(formula, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "scoring", "preview", path],
        input=receipts,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def test_the_report_counts_the_accounts_that_move_and_how_far() -> None:
    report = preview(LISTED, replace(FORMULA_2026_2, name="next", lists=1.5))
    assert (report["from"], report["to"], report["accounts"]) == (CURRENT.name, "next", 3)
    # an account on no list has nothing to gain from lists
    assert (report["up"], report["down"], report["unchanged"]) == (0.6667, 0.0, 0.3333)
    assert [mover["handle"] for mover in report["largest"]] == ["on_4000", "on_40"]
    first = report["largest"][0]
    assert first["before"] == score(LISTED[2]).score
    assert report["move"]["max"] == round(first["after"] - first["before"], 1)
    assert report["move"]["min"] == 0.0


def test_a_lower_weight_moves_them_down() -> None:
    report = preview(LISTED, replace(FORMULA_2026_2, name="next", lists=1.0))
    assert (report["up"], report["down"]) == (0.0, 0.6667)
    assert report["move"]["median"] < 0


def test_what_a_candidate_does_not_name_stays() -> None:
    read = candidate({"name": "next", "lists": 1.5, "typical_mentions": [0.06, 1, 0.5]})
    assert read == replace(
        FORMULA_2026_2, name="next", since=None, lists=1.5, typical_mentions=(0.06, 1.0, 0.5)
    )


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ({"name": CURRENT.name}, "name"),
        ({"name": 3}, "name"),
        ({"luck": 1}, "luck"),
        ({"reposts_are_mentions": 1}, "reposts_are_mentions"),
        ({"lists": True}, "lists"),
        ({"lists": float("nan")}, "lists"),
        ({"lists": -0.1}, "lists"),
        ({"lists": 10**400}, "lists"),
        ({"lists": [1, 2]}, "lists"),
        ({"typical_mentions": 3}, "typical_mentions"),
        ({"typical_mentions": [1, "2", 3]}, "typical_mentions"),
        ({"typical_mentions": [1, 2]}, "typical_mentions"),
    ],
)
def test_an_impossible_candidate_is_one_sentence(numbers: dict[str, Any], told: str) -> None:
    with pytest.raises(FactsError, match=told):
        candidate({"name": "next", **numbers})


@pytest.mark.parametrize("numbers", [{"famous": 0}, {"reactions_floor": 0}])
def test_a_candidate_that_cannot_score_is_one_sentence(numbers: dict[str, float]) -> None:
    with pytest.raises(FactsError, match="next cannot score @on_"):
        preview(LISTED, candidate({"name": "next", **numbers}))


def test_the_command_reads_receipts(tmp_path: Path) -> None:
    receipts = "\n\n".join(score(facts).to_line() for facts in LISTED)
    code, report = run(tmp_path, '{"name": "next", "lists": 1.5}', receipts)
    assert code == 0
    assert report == preview(LISTED, replace(FORMULA_2026_2, name="next", lists=1.5))


@pytest.mark.parametrize(
    ("formula", "receipts", "told"),
    [
        ("{", "", "candidate.json is not JSON"),
        ("9" * 5_000, "", "candidate.json is not JSON"),
        ("[]", "", "candidate.json is not a JSON object"),
        ('{"name": "next"}', "", "no receipt"),
        ('{"name": "next"}', "\nnonsense", "Line 2: The line is not JSON"),
        ('{"name": "next"}', '{"score": 3}', "Line 1: parts is missing"),
    ],
)
def test_bad_input_is_one_sentence(tmp_path: Path, formula: str, receipts: str, told: str) -> None:
    code, answer = run(tmp_path, formula, receipts)
    assert code == 1
    assert list(answer) == ["error"]
    assert told in answer["error"]
