"""The percentile: whose it is, honest at its ends, and computed again from the study."""

from dataclasses import replace
from pathlib import Path

import pytest

from scoring.facts import FactsError
from scoring.formulas import CURRENT
from scoring.reference import REFERENCE, Reference, measure, percentile
from scoring.score import score
from tests.unit.evaluation.test_evaluation import LARGE, PAIRS, SMALL, write
from tests.unit.scoring.test_goal import FACTS

# The one at each percent has that many points: 10 for the lowest, 60 for the highest.
EVEN = Reference(
    name="ours",
    year=2026,
    size=101,
    formula=CURRENT.name,
    scores=tuple(10 + p / 2 for p in range(101)),
)


@pytest.mark.parametrize(
    ("points", "below"),
    [
        (0.0, 0),
        (9.9, 0),
        (10.0, 1),  # as low as the lowest of them, which is not lower than all
        (35.0, 49),
        (35.1, 50),
        (60.0, 99),
        (60.1, 100),
    ],
)
def test_a_percentile_counts_the_reference_below_a_score(points: float, below: int) -> None:
    assert EVEN.below(points) == below


def test_a_margin_is_a_range() -> None:
    now = score(FACTS)
    place = percentile(now, EVEN)
    assert place is not None
    assert place.low < place.about < place.high
    assert place.low == EVEN.below(now.score - now.margin)


def test_a_score_of_another_formula_has_no_place() -> None:
    assert percentile(replace(score(FACTS), formula="2099.1")) is None


def test_each_person_counts_once(tmp_path: Path) -> None:
    path = write(tmp_path / "p.csv", [0, *SMALL, *LARGE], [1, *LARGE, *SMALL])
    measured = measure(path)
    assert measured["size"] == 2
    assert len(measured["scores"]) == 101
    assert measured["scores"] == sorted(measured["scores"])


def test_an_empty_study_makes_no_reference(tmp_path: Path) -> None:
    with pytest.raises(FactsError, match="no pairs"):
        measure(write(tmp_path / "p.csv"))


@pytest.mark.skipif(not PAIRS.exists(), reason="../shared/data/influence_pairs.csv is not here")
def test_the_shipped_reference_is_computed_from_the_study() -> None:
    assert measure(PAIRS) == {
        "formula": REFERENCE.formula,
        "size": REFERENCE.size,
        "scores": list(REFERENCE.scores),
    }
