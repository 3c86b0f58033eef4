"""A second formula: what is shown beside it, for how long, and what a stored number becomes."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from handlers.views import scores
from handlers.wording import wording_for
from scoring.formula import CURRENT, FORMULAS
from scoring.reading import Reading
from scoring.score import score, whole
from scoring.versions import former
from tests.accounts import NOW
from tests.unit.test_goal import FACTS

SWITCHED = date(2026, 3, 1)
NEXT = replace(CURRENT, name="2099.1", since=SWITCHED, lists=0.4)
BOTH = {CURRENT.name: CURRENT, NEXT.name: NEXT}


def test_both_numbers_are_shown_for_four_weeks() -> None:
    now = score(FACTS, NEXT)
    other = former(now, SWITCHED, BOTH)
    assert other is not None
    assert other.score == score(FACTS, CURRENT)
    assert other.until == SWITCHED + timedelta(days=27)
    assert former(now, other.until, BOTH) == other
    assert former(now, other.until + timedelta(days=1), BOTH) is None


def test_the_same_whole_points_are_shown_once() -> None:
    hardly = replace(NEXT, lists=CURRENT.lists + 1e-4)
    now = score(FACTS, hardly)
    assert whole(now.score) == whole(score(FACTS).score)
    assert former(now, SWITCHED, {CURRENT.name: CURRENT, hardly.name: hardly}) is None


def test_the_first_formula_replaced_none() -> None:
    assert former(score(FACTS), SWITCHED) is None
    assert former(score(FACTS, NEXT), SWITCHED, {NEXT.name: NEXT}) is None
    assert former(score(FACTS, NEXT), SWITCHED, {}) is None


def test_the_card_says_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FORMULAS, NEXT.name, NEXT)  # as if it had been shipped
    reading = Reading(2, "lea", "Léa", protected=False, score=score(FACTS, NEXT))
    then = whole(score(FACTS).score)
    english = scores.card(reading, NOW, wording_for("en"))
    assert f"\nBy formula 2026.1 (until 28 March): {then}.\n" in english
    french = scores.card(reading, NOW, wording_for("fr"))
    assert f"\nSelon la formule 2026.1 (jusqu’au 28 mars) : {then}.\n" in french
    assert "By formula" not in scores.card(reading, NOW + timedelta(days=11), wording_for("en"))
