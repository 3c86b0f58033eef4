"""`python -m scoring`: one answer a line, whatever the line."""

import io
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scoring import Facts, Recent
from scoring.__main__ import LONGEST_LINE, answer

ROOT = Path(__file__).parents[3]
AS_OF = datetime(2026, 3, 1, tzinfo=UTC)
WEEK = Recent(7.0, 10, 25, 5, 3, 0, 20, 7.0)
BLOGGER = Facts(
    "léa", "x", 2_500, 400, 80, 17_000, AS_OF - timedelta(days=1826), AS_OF, WEEK
).to_json()


def run(*lines: object) -> tuple[int, list[dict[str, Any]]]:
    written = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    out = io.StringIO()
    code = answer(io.BytesIO(b"\n".join(written) + b"\n"), out)
    return code, [json.loads(line) for line in out.getvalue().splitlines()]


def receipt() -> dict[str, Any]:
    _, [result] = run(BLOGGER)
    return result


def test_facts_become_a_score() -> None:
    code, [result] = run(BLOGGER)
    assert code == 0
    assert list(result) == ["score", "margin", "depth", "formula", "parts", "facts"]
    assert result["depth"] == "recent"
    assert result["facts"] == BLOGGER


def test_a_profile_alone_is_said_to_be_one() -> None:
    nothing = dict.fromkeys(WEEK.to_json())
    _, results = run({**BLOGGER, "recent": None}, {**BLOGGER, "recent": nothing})
    assert [result["depth"] for result in results] == ["profile", "profile"]


def test_a_receipt_is_computed_again() -> None:
    code, [result] = run(receipt())
    assert code == 0
    assert result == {**receipt(), "agrees": True}


@pytest.mark.parametrize(
    "forged",
    [
        {"score": 99.0},
        {"margin": 0.1},
        {"depth": "profile"},
        {"parts": {"community": 1.0, "activity": 0.0, "reactions": 0.0}},
        {"facts": {**BLOGGER, "listed": 100_000}},
    ],
)
def test_a_changed_receipt_does_not_agree(forged: dict[str, Any]) -> None:
    code, [result] = run({**receipt(), **forged})
    assert code == 0
    assert result["agrees"] is False


def test_a_recomputed_receipt_can_be_computed_once_more() -> None:
    _, [once] = run(receipt())
    assert run(once) == (0, [once])


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"nonsense", "JSON"),
        (b"\xff\xfe{}", "JSON"),
        (b"{} {}", "JSON"),
        (b"\xc2\xa0{}", "JSON"),
        (b"[" * 100_000, "longer"),
        (b"[" * 50_000, "JSON"),
        (b"9" * 5_000, "JSON"),
        (b'{"a": "' + b"x" * LONGEST_LINE + b'"}', "longer"),
        ([], "object"),
        (None, "object"),
        ({}, "missing"),
        ({**BLOGGER, "followers": -1}, "followers"),
        ({**BLOGGER, "followers": float("nan")}, "followers"),
        ({**BLOGGER, "listed": float("inf")}, "listed"),
        ({**BLOGGER, "recent": {}}, "recent.days"),
        ({"facts": BLOGGER}, "missing"),
        ({**receipt(), "facts": None}, "facts"),
        ({**receipt(), "formula": "1999.1"}, "formula"),
        ({**receipt(), "formula": None}, "formula"),
        ({**receipt(), "depth": "deep"}, "depth"),
        ({**receipt(), "score": True}, "score"),
        ({**receipt(), "score": 10**400}, "score"),
        ({**receipt(), "parts": {"luck": 1}}, "parts"),
        ({**receipt(), "parts": 3}, "parts"),
    ],
)
def test_a_bad_line_is_one_sentence_and_the_next_is_read(line: object, told: str) -> None:
    code, [bad, good] = run(line, BLOGGER)
    assert code == 1
    assert list(bad) == ["error"]
    assert told in bad["error"]
    assert bad["error"].endswith((".", "?"))
    assert good == receipt()


def test_blank_lines_are_skipped() -> None:
    assert run(b"", b"   ", b"\r") == (0, [])


def test_the_command_itself() -> None:
    lines = json.dumps(BLOGGER) + "\n\nnonsense"
    done = subprocess.run(
        [sys.executable, "-m", "scoring"],
        input=lines,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == ""
    assert [next(iter(json.loads(line))) for line in done.stdout.splitlines()] == [
        "score",
        "error",
    ]


def test_other_arguments_are_told_the_usage() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scoring", "guess"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 2
    assert "evaluate PAIRS.csv" in done.stderr


def test_help_is_no_error() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scoring", "--help"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert "evaluate PAIRS.csv" in done.stdout


def test_a_pairs_file_that_is_not_there_is_one_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scoring", "evaluate", "nowhere.csv"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"] == "There is no file nowhere.csv."
    assert done.stderr == ""


@pytest.mark.parametrize("program", ["import scoring", "import scoring.__main__"])
def test_scoring_imports_no_third_party_package(program: str) -> None:
    others = "{'telegram', 'sqlalchemy', 'tweepy', 'pydantic', 'aiohttp', 'scoring.evaluation'}"
    command = f"{program}; import sys; sys.exit(str({others} & set(sys.modules) or ''))"
    done = subprocess.run(
        [sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stderr.strip() == ""


def test_evaluating_imports_no_third_party_package() -> None:
    others = "{'telegram', 'sqlalchemy', 'tweepy', 'pydantic', 'aiohttp', 'numpy'}"
    command = f"import scoring.evaluation, sys; sys.exit(bool({others} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", command], cwd=ROOT, check=False).returncode == 0
