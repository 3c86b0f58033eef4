"""Cross-validation: a fit, and the yardsticks beside it, on people they were not fitted on."""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from operator import mul
from typing import Any

from scoring.evaluation.agreement import agreement, auc, bands, log_loss
from scoring.evaluation.fit import claims, fit, ratings
from scoring.evaluation.judgements import (
    FOLDS,
    REPEATS,
    Judgement,
    Judgements,
)
from scoring.evaluation.logistic import logistic
from scoring.facts import Facts
from scoring.formula import Formula

DEPTHS = ("recent", "profile")
Vector = tuple[float, ...]


def cross_validate(data: Judgements, formulas: Sequence[Formula]) -> dict[str, Any] | None:
    """Fit on some people and try on others, fold by fold (`Judgements.folds`).

    Args:
        data: The judgements.
        formulas: Those under test; the last one leads.

    Returns:
        `folds` and `repeats`. `auc`: for each of `YARDSTICKS` and of `predictors(formulas)` the
        `mean` over folds with its `standard_error`, and the `lead` of the last formula with recent
        days over it, fold by fold, with its own; an error is None on a single fold. `log_loss`:
        of all test pairs together. `bands`: claimed against observed agreement on these, for each
        predictor of a formula. A fold that cannot be fitted or tried is left out; None when all
        are.
    """
    features = {
        name: [yardstick(facts) for facts in data.people] for name, yardstick in YARDSTICKS.items()
    }
    ours = predictors(formulas)
    areas: dict[str, list[float]] = {name: [] for name in (*YARDSTICKS, *ours)}
    claimed: dict[str, list[float]] = {name: [] for name in areas}
    tried: list[Judgement] = []
    for train, test in data.folds():
        if not train or not test:
            continue
        fold = {name: _linear(values, train, test) for name, values in features.items()}
        for formula in formulas:
            fold |= _fitted(formula, data, train, test)
        tried += test
        picks, counts = _answers(test)
        for name, predicted in fold.items():
            claimed[name] += predicted
            if (area := auc(predicted, picks, counts)) is not None:
                areas[name].append(area)
    if not tried:
        return None
    picks, counts = _answers(tried)
    return {
        "folds": FOLDS,
        "repeats": REPEATS,
        "auc": _summary(areas, areas[predictors(formulas[-1:])[0]]),
        "log_loss": {
            name: log_loss(predicted, picks, counts) for name, predicted in claimed.items()
        },
        "bands": {name: bands(claimed[name], picks, counts) for name in ours},
    }


def yardsticks(data: Judgements) -> dict[str, Any]:
    """Return the agreement of each of `YARDSTICKS`, fitted on all pairs of the file."""
    if not data.pairs:
        return {}
    answers = _answers(data.pairs)
    return {
        name: agreement(
            _linear([yardstick(facts) for facts in data.people], data.pairs, data.pairs), *answers
        )
        for name, yardstick in YARDSTICKS.items()
    }


def predictors(formulas: Sequence[Formula]) -> list[str]:
    """Return the name of each formula at each depth, such as "2026.1_recent"."""
    return [f"{formula.name}_{depth}" for formula in formulas for depth in DEPTHS]


def _fitted(
    formula: Formula, data: Judgements, train: Sequence[Judgement], test: Sequence[Judgement]
) -> dict[str, list[float]]:
    """Fit a formula, and return its claims of the test pairs at each depth."""
    seen = data.seen_by(formula)
    fitted = fit(formula, seen, train)
    return {
        name: claims(rated, test, fitted)
        for name, rated in zip(predictors([formula]), ratings(seen, fitted), strict=True)
    }


def _linear(
    values: Sequence[Vector], train: Sequence[Judgement], test: Sequence[Judgement]
) -> list[float]:
    """Fit a weight for each feature, and return the claims of the test pairs."""
    picks, counts = _answers(train)
    weights = logistic(_differences(values, train), picks, counts=counts)
    log_odds = (sum(map(mul, weights, row)) for row in _differences(values, test))
    return [1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, odds)))) for odds in log_odds]


def _answers(pairs: Sequence[Judgement]) -> tuple[list[bool], list[float]]:
    """Return whether A was picked, and how much it counts, for each judgement."""
    return [pair.picked_a for pair in pairs], [pair.weight for pair in pairs]


def _differences(values: Sequence[Vector], pairs: Sequence[Judgement]) -> list[list[float]]:
    return [[x - y for x, y in zip(values[a], values[b], strict=True)] for a, b, *_ in pairs]


def _summary(
    areas: Mapping[str, Sequence[float]], ours: Sequence[float]
) -> dict[str, dict[str, float | None]]:
    summary = {}
    for name, found in areas.items():
        if found:
            mean, error = _mean(found)
            lead, lead_error = _mean([x - y for x, y in zip(ours, found, strict=True)])
            summary[name] = {
                "mean": mean,
                "standard_error": error,
                "lead": lead,
                "lead_standard_error": lead_error,
            }
    return summary


def _mean(values: Sequence[float]) -> tuple[float, float | None]:
    """Return the mean and its standard error, None for a single value."""
    mean = round(statistics.fmean(values), 4)
    if len(values) == 1:
        return mean, None
    return mean, round(statistics.stdev(values) / math.sqrt(len(values)), 4)


def _per_day(facts: Facts, name: str) -> float:
    """Return a daily rate; where it was not read, nothing is known of it."""
    recent = facts.recent
    days = None if recent is None else recent.mention_days if name == "mentions" else recent.days
    return float(getattr(recent, name) or 0) / days if days else 0.0


def _lists(facts: Facts) -> float:
    return math.log1p(facts.listed or 0)


MENTIONS_HALF = 100.0  # a day, as in formula 2026.1

# What ours is held against: features of a linear rating, fitted on the same folds.
YARDSTICKS: dict[str, Callable[[Facts], Vector]] = {
    "followers": lambda f: (math.log1p(f.followers),),
    "listed": lambda f: (_lists(f),),
    "followers_listed": lambda f: (math.log1p(f.followers), _lists(f)),
    "linear_four": lambda f: (
        math.log1p(f.followers),
        _lists(f),
        math.log1p(_per_day(f, "reposts")),
        math.log1p(_per_day(f, "posts")),
    ),
    "followers_listed_mentions": lambda f: (
        math.log1p(f.followers),
        _lists(f),
        math.log1p(_per_day(f, "mentions")),
    ),
    "followers_listed_saturating_mentions": lambda f: (
        math.log1p(f.followers),
        _lists(f),
        _per_day(f, "mentions") / (_per_day(f, "mentions") + MENTIONS_HALF),
    ),
}
