"""Scores against the reactions of the next posts: the file, the arithmetic and the command."""

import csv
import io
import json
from pathlib import Path

import pytest

from scoring.__main__ import report
from scoring.evaluation import foretell
from scoring.evaluation.prediction import COUNTS, NEXT, RECENT, read, spearman
from scoring.facts import FactsError

MOMENTS = {"created_at": "2020-01-01T00:00:00Z", "as_of": "2026-03-01T00:00:00Z"}


def write(path: Path, *rows: dict[str, object]) -> Path:
    columns = (*COUNTS, *MOMENTS, *RECENT, NEXT)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(MOMENTS | row for row in rows)
    return path


def account(size: int, after: float, **changes: object) -> dict[str, object]:
    read = {"days": 56.0, "own_posts": 40, "likes": 4 * size, "replies": size, "reposts": size}
    counts = {"followers": 100 * size, "following": 10, "listed": size, "posts": 900}
    mentions = {"quotes": 0, "mentions": size, "mention_days": 56}
    return {**counts, **read, **mentions, NEXT: after, **changes}


def test_what_grows_together_correlates_fully(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", *(account(size, size / 2) for size in (3, 1, 20, 400)))
    result = foretell(path)
    assert result["n"] == 4
    assert set(result["spearman"].values()) == {1.0}


def test_an_empty_cell_was_not_read(tmp_path: Path) -> None:
    unread = dict.fromkeys(RECENT)
    rows = [account(3, 1.0, **unread), account(5, 2.0, listed=None, mentions=None)]
    first, second = read(write(tmp_path / "a.csv", *rows))
    assert first.facts.recent is None
    assert second.facts.listed is None
    assert second.facts.recent is not None
    assert (second.facts.recent.posts, second.facts.recent.mentions) == (40, None)
    assert (first.next, second.next) == (1.0, 2.0)


def test_a_formula_says_nothing_of_accounts_that_it_cannot_score(tmp_path: Path) -> None:
    rows = [account(size, size, listed=None) for size in (1, 2, 3)]
    found = foretell(write(tmp_path / "a.csv", *rows))["spearman"]
    assert found["2026.1_recent"] is found["lists"] is None
    assert found["2026.2_recent"] == 1.0


def test_equal_values_share_their_rank() -> None:
    assert spearman([1, 1, 2, 3], [5, 5, 6, 7]) == 1.0
    assert spearman([1, 2, 3], [3, 2, 1]) == -1.0
    assert spearman([1, 2, 2, 3], [1, 2, 3, 4]) == 0.9487
    assert spearman([1, 1, 1], [1, 2, 3]) is None
    assert spearman([1, None, 2], [1, 2, 3]) is None


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"followers": "many"}, "line 2: "),
        ({NEXT: "nan"}, "line 2: next_reactions"),
        ({NEXT: ""}, "line 2: "),
        ({"likes": ""}, "line 2: recent.likes"),
        ({"as_of": "yesterday"}, "line 2: as_of"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, changes: dict[str, object], told: str) -> None:
    with pytest.raises(FactsError, match=told):
        read(write(tmp_path / "a.csv", account(3, 1.0, **changes)))


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("followers,next_reactions\n3,1\n", encoding="utf-8")
    with pytest.raises(FactsError, match="following"):
        read(path)


def test_the_command_prints_json(tmp_path: Path) -> None:
    out = io.StringIO()
    path = write(tmp_path / "a.csv", *(account(size, size) for size in (1, 2, 3)))
    assert report("--next", [path], out) == 0
    assert json.loads(out.getvalue()) == foretell(path)
    out = io.StringIO()
    assert report("--next", [tmp_path / "none.csv"], out) == 1
    assert json.loads(out.getvalue())["error"].startswith("There is no file")
