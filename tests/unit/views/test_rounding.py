"""What operators and goals say of numbers, after rounding."""

from dataclasses import replace

import pytest

from operations.maintenance.cost_plan import table
from scoring.goal import Lever, goal
from scoring.reading.account import Reading
from scoring.score import score
from services.visibility import EVERYBODY
from services.visibility import shown as visible
from tests.support.facts import facts
from views.scores.goal_messages import goal as goal_message
from views.wording import wording_for


@pytest.mark.parametrize(
    ("handles", "begins"), [(1, "1 account, "), (2, "2 accounts, "), (1000, "1,000 accounts, ")]
)
def test_a_plan_counts_its_accounts(handles: int, begins: str) -> None:
    assert table(handles, "weekly").startswith(begins)


@pytest.mark.parametrize(
    ("needed", "now", "line"),
    [
        (25_440, 25_400, "25,400 → about 25,440"),  # 25,000 would be fewer than there are
        (25_440, 20_000, "20,000 → about 25,000"),
    ],
)
def test_what_is_needed_is_never_rounded_below_what_is_there(
    needed: float, now: float, line: str
) -> None:
    scored = score(facts())
    reading = visible(Reading(1, "nasa", "NASA", protected=False, score=scored), EVERYBODY)
    lever = Lever("lists", now, needed, 1.0)
    distance = replace(goal(scored, scored.score + 9), levers=(lever,))
    assert line in goal_message(reading, distance, wording_for("en")).html
