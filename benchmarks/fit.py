"""The fit behind the numbers of 2026.2: `python -m benchmarks.fit PAIRS.csv` prints it as JSON.

It fits again what is fitted, measures how far other people would have moved it, what the weights
would be if they were fitted too, what is typical of a size, and whether the two depths agree.
`python -m scoring evaluate PAIRS.csv` tells how well the formula does on people it was not fitted
on.
"""

import json
import math
import random
import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from scoring.evaluation.agreement import auc
from scoring.evaluation.fit import calibrate, claims, free, ratings
from scoring.evaluation.judgements import SEED, WINDOW_DAYS, Judgement, Judgements
from scoring.facts import Facts
from scoring.formulas.y2026_2 import FORMULA_2026_2 as FORMULA

LEAST = 0.1  # a day: rates below it are taken for it, before logarithms
ROUNDS = 60


def main(path: Path) -> dict[str, Any]:
    """Fit on a pairs file, as `Judgements.read` takes it.

    Returns:
        `sharpness` and `free` weights with their bootstrap over people, `typical` rates, `ratios`
        of counts, and recent less profile `depth`.
    """
    data = Judgements.read(path).seen_by(FORMULA)
    drawn = list(_bootstrap(data))
    return {
        "pairs": len(data.pairs),
        "people": len(data.people),
        "sharpness": _fitted(
            calibrate(FORMULA, data, data.pairs).sharpness,
            [calibrate(FORMULA, data, pairs).sharpness for pairs in drawn],
        ),
        "free": _free(data, drawn),
        "typical": {name: typical(data.people, name) for name in ("mentions", "reposts")},
        "ratios": _ratios(data.people),
        "depth": depth_bias(data),
    }


def _bootstrap(data: Judgements) -> Iterable[list[Judgement]]:
    """Yield the pairs of people drawn with replacement."""
    draw = random.Random(SEED)  # noqa: S311
    for _ in range(ROUNDS):
        people = draw.choices(range(len(data.people)), k=len(data.people))
        times = [people.count(person) for person in range(len(data.people))]
        yield [pair for pair in data.pairs for _ in range(times[pair.a] * times[pair.b])]


def _free(data: Judgements, drawn: Sequence[list[Judgement]]) -> dict[str, Any]:
    """Fit the weights of lists and reactions, too, and try them on other people."""
    best, others = free(FORMULA, data, data.pairs), [free(FORMULA, data, each) for each in drawn]
    areas = []
    for train, test in data.folds():
        fitted = free(FORMULA, data, train)
        recent, _ = ratings(data, fitted)
        area = auc(claims(recent, test, fitted), [pair.picked_a for pair in test])
        if area is not None:
            areas.append(area)
    return {
        "lists": _fitted(best.lists, [each.lists for each in others]),
        "reactions": _fitted(best.reactions, [each.reactions for each in others]),
        "cross_validated_auc": round(statistics.fmean(areas), 4),
    }


def typical(people: Sequence[Facts], name: str) -> dict[str, float]:
    """Fit a daily rate to followers and standing: a plane through logarithms, by least squares."""
    followers = [math.log1p(facts.followers) for facts in people]
    standings = [
        math.log(1.0 + (facts.listed or 0) + (facts.followers / FORMULA.famous) ** 2)
        for facts in people
    ]
    rates = [math.log(max(LEAST, _rate(facts, name))) for facts in people]
    # what followers and rates have left beyond the standing: Frisch and Waugh's two steps
    left, rest = _residuals(standings, followers), _residuals(standings, rates)
    by_followers = statistics.linear_regression(left, rest).slope
    without = [rate - by_followers * count for rate, count in zip(rates, followers, strict=True)]
    line = statistics.linear_regression(standings, without)
    return {
        "factor": round(math.exp(line.intercept), 5),
        "followers": round(by_followers, 3),
        "standing": round(line.slope, 3),
        "residual": round(statistics.stdev(_residuals(standings, without)), 2),
    }


def _residuals(x: Sequence[float], y: Sequence[float]) -> list[float]:
    line = statistics.linear_regression(x, y)
    return [b - line.intercept - line.slope * a for a, b in zip(x, y, strict=True)]


def _ratios(people: Sequence[Facts]) -> dict[str, float]:
    """Return mentions, reposts left out, for each repost: the median and the logarithms' spread."""
    pairs = [(_rate(facts, "mentions"), _rate(facts, "reposts")) for facts in people]
    logs = [math.log(mentions / reposts) for mentions, reposts in pairs if mentions and reposts]
    return {
        "mentions_a_repost": round(math.exp(statistics.median(logs)), 2),
        "deviation": round(statistics.stdev(logs), 2),
    }


def _rate(facts: Facts, name: str) -> float:
    return float(getattr(facts.recent, name)) / WINDOW_DAYS


def depth_bias(data: Judgements) -> dict[str, Any]:
    """Return recent less profile, in points: its mean and spread, by followers."""
    found: dict[str, list[float]] = {}
    for facts in data.people:
        size = f"{10 ** int(math.log10(facts.followers + 1))}+ followers"
        alone = FORMULA.points(replace(facts, recent=None))
        found.setdefault(size, []).append(FORMULA.points(facts) - alone)
        found.setdefault("all", []).append(FORMULA.points(facts) - alone)
    return {
        size: {
            "mean": round(statistics.fmean(found[size]), 2),
            "deviation": round(statistics.pstdev(found[size]), 2),
        }
        for size in sorted(found, key=len)
    }


def _fitted(value: float, others: Sequence[float]) -> dict[str, float]:
    return {"value": round(value, 4), "deviation": round(statistics.stdev(others), 4)}


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m benchmarks.fit PAIRS.csv")
    print(json.dumps(main(Path(sys.argv[1])), indent=2))
