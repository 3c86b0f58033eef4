"""Two formulas for a while: the number by the former one, beside the number by a young one."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

from scoring.formula import FORMULAS, Formula
from scoring.score import Score, score, whole

BESIDE: Final = timedelta(weeks=4)
"""How long both numbers are shown, the day of the switch included."""


class Former(NamedTuple):
    """What an account's score would be, had the formula not changed.

    Attributes:
        score: The same facts by the formula before.
        until: The last day on which it is shown.
    """

    score: Score
    until: date


def former(now: Score, today: date, formulas: Mapping[str, Formula] = FORMULAS) -> Former | None:
    """Return the score by the formula before, while that is worth showing.

    Args:
        now: The score that is shown.
        today: The day on which it is shown.
        formulas: Every formula by its name, the oldest first.

    Returns:
        None where the score's formula has no predecessor, was switched on more than four weeks
        ago, or gives the same whole points.
    """
    formula, names = formulas.get(now.formula), list(formulas)
    if formula is None or formula.since is None or formula.name == names[0]:
        return None
    until = formula.since + BESIDE - timedelta(days=1)
    then = score(now.facts, formulas[names[names.index(formula.name) - 1]])
    if today > until or whole(then.score) == whole(now.score):
        return None
    return Former(then, until)
