"""The fit: the constants of a formula, found in people's judgements."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from scoring.comparison import gap, rated, rated_probability
from scoring.evaluation.judgements import Judgement, Judgements
from scoring.evaluation.logistic import logistic
from scoring.facts import Facts
from scoring.formula import CURRENT, Formula, Law

# A rating and its standard deviation, in log-odds.
Rated = tuple[float, float]
# On a handful of people a line can point anywhere; on many its slope is close to 1.
STEEPEST = 2.0


def fit(data: Judgements, pairs: Sequence[Judgement]) -> dict[str, Any]:
    """Fit the constants of the current formula's shape on some of the judgements.

    The shape (halves, floor, the discount of silence, what is noticeable) stays as it is. Two
    weights are fitted, then what is typical of a standing, then how sharply people tell apart.

    Args:
        data: The people.
        pairs: What to fit on, at least one.

    Returns:
        Fields of `Formula`.
    """
    terms = [_terms(facts) for facts in data.people]
    rows = [[x - y for x, y in zip(terms[a], terms[b], strict=True)] for a, b, _ in pairs]
    picks = [pair.picked_a for pair in pairs]
    lists, mentions = logistic([row[:2] for row in rows], picks, [row[2] for row in rows])
    weights: dict[str, Any] = {
        "lists": lists,
        "followers": lists * CURRENT.followers / CURRENT.lists,
        "first_followers": lists * CURRENT.first_followers / CURRENT.lists,
        "mentions": mentions,
    }
    people = {person for pair in pairs for person in (pair.a, pair.b)}
    weights |= _typical([data.people[person] for person in sorted(people)])
    return weights | _sharpness(data, pairs, replace(CURRENT, **weights, sharpness=1.0))


def ratings(data: Judgements, formula: Formula) -> tuple[list[Rated], list[Rated]]:
    """Return everybody's rating at recent and at profile depth."""
    recent = [rated(facts, formula) for facts in data.people]
    profile = [rated(replace(facts, recent=None), formula) for facts in data.people]
    return recent, profile


def claims(rated: Sequence[Rated], pairs: Sequence[Judgement], formula: Formula) -> list[float]:
    """Return P(A over B) of each pair, from everybody's rating."""
    return [rated_probability(rated[pair.a], rated[pair.b], formula) for pair in pairs]


def _terms(facts: Facts) -> tuple[float, float, float]:
    """Return the community per unit of `lists`, mentions per unit of theirs, and the rest."""
    ratio = replace(
        CURRENT,
        lists=1.0,
        followers=CURRENT.followers / CURRENT.lists,
        first_followers=CURRENT.first_followers / CURRENT.lists,
        mentions=0.0,
    )
    plain, mentioned = ratio.rate(facts), replace(ratio, mentions=1.0).rate(facts)
    rest = plain.activity + plain.reactions
    return plain.community, mentioned.reactions - plain.reactions, rest


def _typical(people: Sequence[Facts]) -> dict[str, Law]:
    """Fit what a day brings to a standing: a line through logarithms, by least squares."""
    standings = [math.log(CURRENT.rates(facts).standing) for facts in people]
    return {
        "typical_mentions": _law(standings, [_per_day(facts, "mentions") for facts in people]),
        "typical_reactions": _law(standings, [_per_day(facts, "reposts") for facts in people]),
    }


def _per_day(facts: Facts, name: str) -> float:
    recent = facts.recent
    return 0.0 if recent is None else getattr(recent, name) / (recent.days or 1.0)


def _law(standings: Sequence[float], rates: Sequence[float]) -> Law:
    logs = [math.log(max(0.1, rate)) for rate in rates]
    alike = len(set(standings)) == 1
    slope = 0.0 if alike else statistics.linear_regression(standings, logs).slope
    slope = max(0.0, min(STEEPEST, slope))
    return math.exp(statistics.fmean(logs) - slope * statistics.fmean(standings)), slope


def _sharpness(data: Judgements, pairs: Sequence[Judgement], formula: Formula) -> dict[str, float]:
    """Fit `sharpness`, both depths together."""
    rows = [
        [formula.log_odds(gap(rated[pair.a], rated[pair.b]))]
        for rated in ratings(data, formula)
        for pair in pairs
    ]
    (sharpness,) = logistic(rows, 2 * [pair.picked_a for pair in pairs])
    return {"sharpness": sharpness}
