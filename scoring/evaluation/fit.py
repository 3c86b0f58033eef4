"""The fit: the numbers of a formula, fitted to people's judgements. Its shape stays as it is."""

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import replace

from scoring.evaluation.judgements import Judgement, Judgements
from scoring.evaluation.logistic import logistic
from scoring.facts import Facts
from scoring.formula import Formula, Rated
from scoring.formulas.y2026_1 import Law, LogOddsFormula, gap
from scoring.formulas.y2026_2 import PointsFormula

# On a handful of people a line can point anywhere; on many its slope is close to 1.
STEEPEST = 2.0


def fit(formula: Formula, data: Judgements, pairs: Sequence[Judgement]) -> Formula:
    """Return a formula with numbers fitted on some of the judgements.

    Args:
        formula: Its shape and its conventions are kept.
        data: The people, as `Judgements.seen_by(formula)` gives them.
        pairs: The judgements to fit on, at least one.

    Raises:
        TypeError: The formula has a shape that cannot be fitted.
    """
    if isinstance(formula, LogOddsFormula):
        return _fit_2026_1(formula, data, pairs)
    if isinstance(formula, PointsFormula):
        return calibrate(formula, data, pairs)
    raise TypeError(f"{formula.name} cannot be fitted.")


def ratings(data: Judgements, formula: Formula) -> tuple[list[Rated], list[Rated]]:
    """Return the ratings of all people at recent and at profile depth."""
    recent = [formula.rated(facts) for facts in data.people]
    profile = [formula.rated(replace(facts, recent=None)) for facts in data.people]
    return recent, profile


def claims(rated: Sequence[Rated], pairs: Sequence[Judgement], formula: Formula) -> list[float]:
    """Return P(A over B) of each pair, from the ratings of all people."""
    return [formula.probability(rated[pair.a], rated[pair.b]) for pair in pairs]


def _fit_2026_1(
    formula: LogOddsFormula, data: Judgements, pairs: Sequence[Judgement]
) -> LogOddsFormula:
    """Fit two weights, then what is typical of a standing, then how sharply people tell apart."""
    lists, mentions = _weights(
        [_terms_2026_1(facts, formula) for facts in data.people], pairs, offset=True
    )
    fitted = replace(
        formula,
        lists=lists,
        followers=lists * formula.followers / formula.lists,
        first_followers=lists * formula.first_followers / formula.lists,
        mentions=mentions,
    )
    people = _people(data, pairs)
    standings = [math.log(formula.rates(facts).standing) for facts in people]
    fitted = replace(
        fitted,
        typical_mentions=_law(standings, [_per_day(facts, "mentions") for facts in people]),
        typical_reactions=_law(standings, [_per_day(facts, "reposts") for facts in people]),
        sharpness=1.0,
    )
    return replace(fitted, sharpness=_sharpness(data, pairs, fitted, fitted.log_odds, gap))


def calibrate(
    formula: PointsFormula, data: Judgements, pairs: Sequence[Judgement]
) -> PointsFormula:
    """Fit how sharply people tell apart. The weights are chosen (docs/method.md), not fitted."""
    fitted = replace(formula, sharpness=1.0)
    return replace(fitted, sharpness=_sharpness(data, pairs, fitted, fitted.log_odds, _difference))


def free(formula: PointsFormula, data: Judgements, pairs: Sequence[Judgement]) -> PointsFormula:
    """Return the formula with the weights of lists and reactions that suit these pairs best.

    The scale is kept: heard followers bring as many points as before.
    """
    lists, followers, reactions = _weights(
        [points_of_terms(facts, formula) for facts in data.people], pairs
    )
    if followers > 0:
        formula = replace(
            formula,
            lists=formula.lists * lists / followers,
            reactions=formula.reactions * reactions / followers,
        )
    return calibrate(formula, data, pairs)


def _terms_2026_1(facts: Facts, formula: LogOddsFormula) -> tuple[float, float, float]:
    """Return the community per unit of `lists`, mentions per unit of theirs, and the rest."""
    ratio = replace(
        formula,
        lists=1.0,
        followers=formula.followers / formula.lists,
        first_followers=formula.first_followers / formula.lists,
        mentions=0.0,
    )
    plain, mentioned = ratio.rate(facts), replace(ratio, mentions=1.0).rate(facts)
    rest = plain.activity + plain.reactions
    return plain.community, mentioned.reactions - plain.reactions, rest


def points_of_terms(facts: Facts, formula: PointsFormula) -> tuple[float, float, float]:
    """Return the points of lists, of heard followers and of reactions, which sum to the total."""
    unlisted, silent = replace(formula, lists=0.0), replace(formula, reactions=0.0)
    whole = formula.points(facts)
    lists, reactions = whole - unlisted.points(facts), whole - silent.points(facts)
    return lists, whole - lists - reactions, reactions


def _weights(
    terms: Sequence[Sequence[float]], pairs: Sequence[Judgement], *, offset: bool = False
) -> list[float]:
    """Fit a weight for each term; with `offset` the last one has the weight 1."""
    rows = [[x - y for x, y in zip(terms[a], terms[b], strict=True)] for a, b, *_ in pairs]
    picks, counts = [pair.picked_a for pair in pairs], [pair.weight for pair in pairs]
    if offset:
        return logistic([row[:-1] for row in rows], picks, [row[-1] for row in rows], counts)
    return logistic(rows, picks, counts=counts)


def _people(data: Judgements, pairs: Sequence[Judgement]) -> list[Facts]:
    people = {person for pair in pairs for person in (pair.a, pair.b)}
    return [data.people[person] for person in sorted(people)]


def _per_day(facts: Facts, name: str) -> float:
    recent = facts.recent
    return 0.0 if recent is None else (getattr(recent, name) or 0) / (recent.days or 1.0)


def _law(standings: Sequence[float], rates: Sequence[float]) -> Law:
    """Fit daily rates to standings: a line through logarithms, by least squares."""
    logs = [math.log(max(0.1, rate)) for rate in rates]
    alike = len(set(standings)) == 1
    slope = 0.0 if alike else statistics.linear_regression(standings, logs).slope
    slope = max(0.0, min(STEEPEST, slope))
    return math.exp(statistics.fmean(logs) - slope * statistics.fmean(standings)), slope


def _difference(a: Rated, b: Rated) -> float:
    return a[0] - b[0]


def _sharpness(
    data: Judgements,
    pairs: Sequence[Judgement],
    formula: Formula,
    log_odds: Callable[[float], float],
    difference: Callable[[Rated, Rated], float],
) -> float:
    """Fit `sharpness` on both depths together."""
    rows = [
        [log_odds(difference(rated[pair.a], rated[pair.b]))]
        for rated in ratings(data, formula)
        for pair in pairs
    ]
    picks, counts = [pair.picked_a for pair in pairs], [pair.weight for pair in pairs]
    return logistic(rows, 2 * picks, counts=2 * counts)[0]
