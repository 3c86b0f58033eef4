"""The switch of formulas: for some weeks a score by the former one is shown beside the new one."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

from scoring.facts import FactsError
from scoring.formula import Formula
from scoring.formulas import FORMULAS
from scoring.score import Score, score, whole

BESIDE: Final = timedelta(weeks=4)
"""How long both scores are shown, the day of the switch included."""


class Former(NamedTuple):
    """An account's score by the formula that was in use before.

    Attributes:
        score: The score of the same facts by the former formula.
        until: The last day on which it is shown.
    """

    score: Score
    until: date


class Switch(NamedTuple):
    """A change of formula that people are still told of.

    Attributes:
        formula: The formula in use.
        since: The day it was switched on.
        until: The last day on which people are told.
    """

    formula: Formula
    since: date
    until: date


def switched(today: date, formulas: Mapping[str, Formula] = FORMULAS) -> Switch | None:
    """Return the newest change of formula; None before it, and more than four weeks after it.

    Args:
        today: The day on which people are told.
        formulas: Every formula by its name, the oldest first.
    """
    newest = _switch(list(formulas.values())[-1], today)
    return newest if newest and newest.since <= today else None


def former(now: Score, today: date, formulas: Mapping[str, Formula] = FORMULAS) -> Former | None:
    """Return the score by the former formula, as long as it is shown.

    Args:
        now: The score that is shown.
        today: The day on which it is shown.
        formulas: Every formula by its name, the oldest first.

    Returns:
        The former score; None where the score's formula has no predecessor, was switched on more
        than four weeks ago, cannot score these facts, or gives the same whole points.
    """
    formula, names = formulas.get(now.formula), list(formulas)
    switch = _switch(formula, today)
    if switch is None or switch.formula.name == names[0]:
        return None
    try:
        then = score(now.facts, formulas[names[names.index(switch.formula.name) - 1]])
    except FactsError:  # 2026.1 knows no account on a network without lists
        return None
    if whole(then.score) == whole(now.score):
        return None
    return Former(then, switch.until)


def _switch(formula: Formula | None, today: date) -> Switch | None:
    if formula is None or formula.since is None:
        return None
    until = formula.since + BESIDE - timedelta(days=1)
    return Switch(formula, formula.since, until) if today <= until else None
