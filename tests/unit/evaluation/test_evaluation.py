"""Agreement with people: the arithmetic on a made-up file, the figures on the real one."""

import csv
import json
import math
import random
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.evaluation import evaluate
from scoring.evaluation.agreement import auc, bands, log_loss
from scoring.evaluation.judgements import COLUMNS, FOLDS, REPEATS, Judgement, Judgements
from scoring.evaluation.logistic import logistic
from scoring.evaluation.validation import YARDSTICKS, predictors
from scoring.facts import Facts, FactsError
from scoring.formulas import FORMULAS
from tests.support.properties import a_part

PAIRS = Path(__file__).parents[3] / ".." / "shared" / "data" / "influence_pairs.csv"
HEADER = ["Choice", *(side + column for side in ("A_", "B_") for column in COLUMNS)]
SMALL = [300, 200, 5, 0.5, 0.100503, 1.0]
NOW = datetime(2026, 3, 1, tzinfo=UTC)
FACTS = Facts("", "x", 300, 200, 5, 100, NOW, NOW, None)
LARGE = [45_000, 900, 930, 40.0, 12.5, 4.0]


def write(path: Path, *rows: Sequence[object]) -> Path:
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


def test_a_claim_of_one_half_costs_the_logarithm_of_two() -> None:
    assert log_loss([0.5, 0.5], [True, False]) == 0.6931
    assert log_loss([0.9], [True]) == 0.1054
    assert log_loss([], []) is None


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
    data = Judgements.read(write(tmp_path / "p.csv", [0, *SMALL, *LARGE], [1, *LARGE, *SMALL]))
    assert data.pairs == [Judgement(0, 1, False), Judgement(1, 0, True)]
    small, large = data.people
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


def test_each_formula_is_evaluated_the_same_as_the_others_former(tmp_path: Path) -> None:
    path = write(tmp_path / "p.csv", [0, *SMALL, *LARGE], [1, *LARGE, *SMALL])
    older, newer = (evaluate(path, formula=FORMULAS[name]) for name in ("2026.1", "2026.2"))
    for one, other in ((older, newer), (newer, older)):
        former = other["former"][one["formula"]]
        assert former == {name: one[name] for name in former}


def test_an_empty_file_is_no_crash(tmp_path: Path) -> None:
    result = evaluate(write(tmp_path / "p.csv"))
    assert (result["n"], result["auc"], result["accuracy"], result["bands"]) == (0, None, None, [])


@cache
def people() -> dict[str, Any]:
    """What the real file says of every formula, which takes seconds to compute."""
    return evaluate(PAIRS)


def person(size: float) -> list[float]:
    """An account of this size: more of everything, the larger."""
    return [round(x * size) + 1 for x in LARGE]


def cross_validated(tmp_path: Path, *rows: Sequence[object]) -> dict[str, Any] | None:
    found: dict[str, Any] | None = evaluate(write(tmp_path / "p.csv", *rows))["cross_validated"]
    return found


def test_no_person_is_both_fitted_on_and_tested_on() -> None:
    pairs = [Judgement(n, (n * 7 + 1) % 40, n % 2 == 0) for n in range(40)]
    data = Judgements([FACTS] * 40, pairs, list(range(40)))
    folds = list(data.folds())
    assert len(folds) == FOLDS * REPEATS
    for train, test in folds:
        seen = [{end for pair in pairs for end in pair[:2]} for pairs in (train, test)]
        assert not seen[0] & seen[1]


def test_a_clear_order_is_found_again_on_other_people(tmp_path: Path) -> None:
    draw = random.Random(3)  # noqa: S311
    sizes = [(draw.lognormvariate(0, 1), draw.lognormvariate(0, 1)) for _ in range(200)]
    rows = [[int(a > b), *person(a), *person(b)] for a, b in sizes]
    result = cross_validated(tmp_path, *rows)
    assert result is not None
    ours = predictors(list(FORMULAS.values()))
    assert set(result["auc"]) == {*YARDSTICKS, *ours}
    assert set(result["log_loss"]) == set(result["auc"])
    assert all(row["mean"] > 0.99 for row in result["auc"].values())
    assert {name: rows[-1]["observed"] for name, rows in result["bands"].items()} == dict.fromkeys(
        ours, 1.0
    )


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [[1, *SMALL, *LARGE]],
        [[1, *SMALL, *SMALL]],
        [[pick, *SMALL, *LARGE] for pick in (0, 1) * 20],
    ],
    ids=["no pair", "one pair", "one person", "two people"],
)
def test_too_few_people_are_not_cross_validated(tmp_path: Path, rows: list[list[object]]) -> None:
    assert cross_validated(tmp_path, *rows) is None


def test_without_both_choices_there_are_bands_but_no_auc(tmp_path: Path) -> None:
    rows = [[1, *person(n + 1), *person(n / 2)] for n in range(60)]
    rows += [[1, *person(n + 2), *person(n + 1)] for n in range(60)]
    result = cross_validated(tmp_path, *rows)
    assert result is not None
    assert result["auc"] == {}
    assert all(result["bands"].values())


@a_part(4)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([0, 1]),
            *[st.lists(st.floats(0, 1e12), min_size=6, max_size=6)] * 2,
        ),
        max_size=30,
    )
)
def test_any_choices_are_evaluated_without_an_error(
    rows: list[tuple[int, list[float], list[float]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        result = evaluate(write(Path(folder) / "p.csv", *([pick, *a, *b] for pick, a, b in rows)))
    assert result["n"] == len(rows)
    json.dumps(result, allow_nan=False)


def test_a_weight_does_not_fall_below_nothing() -> None:
    assert logistic([[1.0], [2.0], [-1.0]], [False, False, True]) == [0.0]
    rows, picks = [[1.0, 0.1], [1.0, -0.2], [1.0, 0.3]], [True, True, False]
    kept, dropped = logistic(rows, picks)
    assert kept == pytest.approx(math.log(2))
    assert dropped == 0.0


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
@pytest.mark.parametrize(
    ("formula", "recent", "profile"), [("2026.1", 0.8547, 0.851), ("2026.2", 0.8539, 0.8476)]
)
def test_people_agree_with_the_score(formula: str, recent: float, profile: float) -> None:
    of_both = people()
    assert of_both["n"] == 1954
    result = of_both if formula == of_both["formula"] else of_both["former"][formula]
    assert result["auc"] == recent
    assert result["profile"]["auc"] == profile
    for depth in (result, result["profile"]):
        for band in depth["bands"]:
            assert abs(band["claimed"] - band["observed"]) <= 0.05


@pytest.mark.skipif(not PAIRS.exists(), reason="../shared/data/influence_pairs.csv is not here")
def test_people_outside_the_fit_agree_with_the_score() -> None:
    result = people()["cross_validated"]
    area = {name: row["mean"] for name, row in result["auc"].items()}
    assert area["2026.1_recent"] == max(area.values())
    assert area["2026.2_recent"] >= area["2026.1_recent"] - 0.003
    assert area["2026.2_profile"] >= area["followers"]
    for predictor in result["bands"].values():
        for band in predictor:
            assert band["n"] >= 100
            assert abs(band["claimed"] - band["observed"]) <= 0.05
