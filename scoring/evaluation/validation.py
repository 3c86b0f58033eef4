"""How well a fit, and the yardsticks beside it, do on people they were not fitted on."""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from operator import mul
from typing import Any

from scoring.evaluation.agreement import auc, bands
from scoring.evaluation.fit import claims, fit, ratings
from scoring.evaluation.judgements import (
    FOLDS,
    REPEATS,
    WINDOW_DAYS,
    Judgement,
    Judgements,
)
from scoring.evaluation.logistic import logistic
from scoring.facts import Facts
from scoring.formula import CURRENT

DEPTHS = ("recent", "profile")
OURS = tuple(f"ours_{depth}" for depth in DEPTHS)
Vector = tuple[float, ...]


def cross_validate(data: Judgements) -> dict[str, Any] | None:
    """Fit on some people and try on others, fold by fold (`Judgements.folds`).

    Returns:
        `folds` and `repeats`. `auc`: for each of `YARDSTICKS` and of `OURS` the `mean` over folds
        with its `standard_error`, and the `lead` of `ours_recent` over it, fold by fold, with its
        own; an error is None on a single fold. `bands`: for each depth, claimed against observed
        agreement on the test pairs of all folds together. A fold that cannot be fitted or tried is
        left out; None when all are.
    """
    features = {
        name: [yardstick(facts) for facts in data.people] for name, yardstick in YARDSTICKS.items()
    }
    areas: dict[str, list[float]] = {name: [] for name in (*YARDSTICKS, *OURS)}
    tried: list[Judgement] = []
    claimed: dict[str, list[float]] = {depth: [] for depth in DEPTHS}
    for train, test in data.folds():
        if not train or not test:
            continue
        fold = {name: _linear(values, train, test) for name, values in features.items()}
        formula = replace(CURRENT, **fit(data, train))
        for depth, name, rated in zip(DEPTHS, OURS, ratings(data, formula), strict=True):
            fold[name] = claims(rated, test, formula)
            claimed[depth] += fold[name]
        tried += test
        picks = [pair.picked_a for pair in test]
        for name, predicted in fold.items():
            if (area := auc(predicted, picks)) is not None:
                areas[name].append(area)
    if not tried:
        return None
    picks = [pair.picked_a for pair in tried]
    return {
        "folds": FOLDS,
        "repeats": REPEATS,
        "auc": _summary(areas),
        "bands": {depth: bands(claimed[depth], picks) for depth in DEPTHS},
    }


def _linear(
    values: Sequence[Vector], train: Sequence[Judgement], test: Sequence[Judgement]
) -> list[float]:
    """Fit a weight for each feature, and return the log-odds of the test pairs."""
    weights = logistic(_differences(values, train), [pair.picked_a for pair in train])
    return [sum(map(mul, weights, row)) for row in _differences(values, test)]


def _differences(values: Sequence[Vector], pairs: Sequence[Judgement]) -> list[list[float]]:
    return [[x - y for x, y in zip(values[a], values[b], strict=True)] for a, b, _ in pairs]


def _summary(areas: Mapping[str, Sequence[float]]) -> dict[str, dict[str, float | None]]:
    ours = areas[OURS[0]]
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
    return float(getattr(facts.recent, name)) / WINDOW_DAYS


# What ours is held against: features of a linear rating, fitted on the same folds.
YARDSTICKS: dict[str, Callable[[Facts], Vector]] = {
    "followers": lambda f: (math.log1p(f.followers),),
    "listed": lambda f: (math.log1p(f.listed),),
    "followers_listed": lambda f: (math.log1p(f.followers), math.log1p(f.listed)),
    "linear_four": lambda f: (
        math.log1p(f.followers),
        math.log1p(f.listed),
        math.log1p(_per_day(f, "reposts")),
        math.log1p(_per_day(f, "posts")),
    ),
    "followers_listed_mentions": lambda f: (
        math.log1p(f.followers),
        math.log1p(f.listed),
        math.log1p(_per_day(f, "mentions")),
    ),
    "followers_listed_saturating_mentions": lambda f: (
        math.log1p(f.followers),
        math.log1p(f.listed),
        _per_day(f, "mentions") / (_per_day(f, "mentions") + CURRENT.mentions_half),
    ),
}
