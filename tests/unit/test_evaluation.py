"""Agreement with people: the arithmetic on a made-up file, the figures on the real one."""

import csv
from pathlib import Path

import pytest

from scoring.evaluation import COLUMNS, auc, bands, evaluate, read_pairs
from scoring.facts import FactsError

PAIRS = Path(__file__).parents[2] / ".." / "shared" / "data" / "influence_pairs.csv"
HEADER = ["Choice", *(side + column for side in ("A_", "B_") for column in COLUMNS)]
SMALL = [300, 200, 5, 0.5, 0.100503, 1.0]
LARGE = [45_000, 900, 930, 40.0, 12.5, 4.0]


def write(path: Path, *rows: list[object]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return path


def test_auc_counts_a_tie_as_half() -> None:
    assert auc([0.9, 0.1], [True, False]) == 1.0
    assert auc([0.1, 0.9], [True, False]) == 0.0
    assert auc([0.5, 0.5], [True, False]) == 0.5
    assert auc([0.2, 0.5, 0.5, 0.8], [False, True, False, True]) == 0.875


def test_auc_of_one_sided_choices_is_unknown() -> None:
    assert auc([0.9, 0.8], [True, True]) is None
    assert auc([], []) is None


def test_a_band_counts_the_claim_for_the_likelier_account() -> None:
    assert bands([0.95, 0.05, 0.99], [True, False, False]) == [
        {
            "claimed_low": 0.9,
            "claimed_high": 1.0,
            "n": 3,
            "claimed": pytest.approx(0.9633, abs=1e-4),
            "observed": pytest.approx(0.6667, abs=1e-4),
        }
    ]


def test_rates_are_read_as_a_days_and_the_least_as_nothing(tmp_path: Path) -> None:
    [(small, large, picked)] = read_pairs(write(tmp_path / "p.csv", [0, *SMALL, *LARGE]))
    assert not picked
    assert small.recent is not None
    assert large.recent is not None
    assert (small.followers, small.following, small.listed) == (300, 200, 5)
    assert small.recent.reposts == 0
    assert large.recent.reposts == 12_400
    assert large.recent.mentions == 39_900
    assert large.posts_per_day == pytest.approx(3.9, abs=0.01)


def test_a_small_file_is_evaluated(tmp_path: Path) -> None:
    path = write(tmp_path / "p.csv", [0, *SMALL, *LARGE], [1, *LARGE, *SMALL])
    result = evaluate(path)
    assert (result["n"], result["auc"], result["accuracy"]) == (2, 1.0, 1.0)
    assert result["profile"]["auc"] == 1.0


def test_an_empty_file_is_no_crash(tmp_path: Path) -> None:
    result = evaluate(write(tmp_path / "p.csv"))
    assert (result["n"], result["auc"], result["accuracy"], result["bands"]) == (0, None, None, [])


@pytest.mark.parametrize("row", [[1, *SMALL], [1, *SMALL, *SMALL[:-1], "many"]])
def test_a_bad_row_is_named(tmp_path: Path, row: list[object]) -> None:
    with pytest.raises(FactsError, match="line 2: "):
        evaluate(write(tmp_path / "p.csv", row))


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("Choice,A_follower_count\n1,5\n", encoding="utf-8")
    with pytest.raises(FactsError, match="A_following_count"):
        evaluate(path)


@pytest.mark.skipif(not PAIRS.exists(), reason="../shared/data/influence_pairs.csv is not here")
def test_people_agree_with_the_score() -> None:
    result = evaluate(PAIRS)
    assert result["n"] == 1954
    assert result["auc"] >= 0.853
    assert result["profile"]["auc"] >= 0.85
    for depth in (result, result["profile"]):
        for band in depth["bands"]:
            assert abs(band["claimed"] - band["observed"]) <= 0.05
