"""A second formula: what is shown beside it, for how long, and what a stored number becomes."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from scoring.formulas import FORMULAS
from scoring.formulas.y2026_2 import FORMULA_2026_2
from scoring.reading.account import Reading
from scoring.score import score, whole
from scoring.versions import former
from services.visibility import Visible
from tests.support.accounts import NOW
from tests.unit.scoring.test_goal import FACTS
from views.scores import score_card
from views.wording import wording_for

SWITCHED = date(2026, 3, 1)
LAST = FORMULA_2026_2
NEXT = replace(LAST, name="2099.1", since=SWITCHED, lists=3.0)
BOTH = {LAST.name: LAST, NEXT.name: NEXT}


def test_both_numbers_are_shown_for_four_weeks() -> None:
    now = score(FACTS, NEXT)
    other = former(now, SWITCHED, BOTH)
    assert other is not None
    assert other.score == score(FACTS, LAST)
    assert other.until == SWITCHED + timedelta(days=27)
    assert former(now, other.until, BOTH) == other
    assert former(now, other.until + timedelta(days=1), BOTH) is None


def test_the_same_whole_points_are_shown_once() -> None:
    hardly = replace(NEXT, lists=LAST.lists + 1e-4)
    now = score(FACTS, hardly)
    assert whole(now.score) == whole(score(FACTS, LAST).score)
    assert former(now, SWITCHED, {LAST.name: LAST, hardly.name: hardly}) is None


def test_a_formula_that_cannot_score_the_account_is_not_shown() -> None:
    unlisted = score(replace(FACTS, listed=None), LAST)
    assert former(unlisted, LAST.since or SWITCHED) is None
    listed = replace(FACTS, listed=1_000)
    assert former(score(listed, LAST), LAST.since or SWITCHED) is not None


def test_the_first_formula_replaced_none() -> None:
    assert former(score(FACTS, FORMULAS["2026.1"]), SWITCHED) is None
    assert former(score(FACTS, NEXT), SWITCHED, {NEXT.name: NEXT}) is None
    assert former(score(FACTS, NEXT), SWITCHED, {}) is None


def test_the_card_says_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FORMULAS, NEXT.name, NEXT)  # as if it had been shipped
    reading = Visible(Reading(2, "lea", "Léa", protected=False, score=score(FACTS, NEXT)))
    then = whole(score(FACTS, LAST).score)
    english = score_card.card(reading, NOW, wording_for("en"))
    assert f"\nBy formula 2026.2 (until 28 March): {then}.\n" in english
    french = score_card.card(reading, NOW, wording_for("fr"))
    assert f"\nSelon la formule 2026.2 (jusqu’au 28 mars) : {then}.\n" in french
    assert "By formula" not in score_card.card(reading, NOW + timedelta(days=11), wording_for("en"))
