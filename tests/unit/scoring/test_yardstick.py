"""What parts are held against: similar profiles, and the largest accounts."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from scoring.facts import Facts, Recent
from scoring.formulas import FORMULAS
from scoring.score import score
from scoring.yardstick import largest, typical

NOW = datetime(2026, 12, 1, tzinfo=UTC)
FACTS = Facts(
    handle="lea",
    network="x",
    followers=2500,
    following=200,
    listed=80,
    posts=5000,
    created_at=datetime(2018, 1, 1, tzinfo=UTC),
    as_of=NOW,
    recent=Recent(56.0, 88, 400, 60, 60, 10, 72, 56.0),
)


@pytest.mark.parametrize("name", FORMULAS)
def test_what_is_usual_is_the_score_of_the_profile_alone(name: str) -> None:
    read = score(FACTS, FORMULAS[name])
    alone = score(replace(FACTS, recent=None), FORMULAS[name])
    assert typical(read) == alone.in_parts != read.in_parts
    assert typical(alone) == alone.in_parts


def test_the_largest_accounts_have_the_parts_that_the_method_names() -> None:
    assert largest("2026.2") == (63.4, 6.6, 29.1)
    assert sum(largest("2026.2")) == pytest.approx(99.1)


def test_an_unknown_formula_is_held_against_the_one_in_use() -> None:
    assert largest("2031.4") == largest("2026.2")
    assert typical(replace(score(FACTS), formula="2031.4")) == typical(score(FACTS))
