"""The fit behind a formula's numbers: `python -m benchmarks.fit PAIRS.csv` prints them as JSON.

It finds the fitted constants of `scoring.formula.CURRENT` again from people's judgements, how far
other people would have moved them, and whether the two depths agree. How well the fit does on
people it was not fitted on is for `python -m scoring evaluate PAIRS.csv` to say.
"""

import json
import math
import random
import statistics
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from scoring.evaluation.fit import fit, ratings
from scoring.evaluation.judgements import SEED, Judgements
from scoring.formula import CURRENT, Law


def main(path: Path) -> dict[str, Any]:
    """Fit on a pairs file, as `Judgements.read` takes it.

    Returns:
        `constants`, their bootstrap over people, and recent less profile depth.
    """
    data = Judgements.read(path)
    return {
        "pairs": len(data.pairs),
        "people": len(data.people),
        "constants": {name: _rounded(value) for name, value in fit(data, data.pairs).items()},
        "bootstrap": bootstrap(data),
        "depth": depth_bias(data),
    }


def bootstrap(data: Judgements, rounds: int = 60) -> dict[str, Any]:
    """Return how far weights and ratings move when other people had been judged.

    `rating` is the standard deviation of a person's rating against everybody's mean, in log-odds.
    """
    draw = random.Random(SEED)  # noqa: S311
    found, centred = [], []
    for _ in range(rounds):
        people = draw.choices(range(len(data.people)), k=len(data.people))
        times = [people.count(person) for person in range(len(data.people))]
        pairs = [pair for pair in data.pairs for _ in range(times[pair.a] * times[pair.b])]
        found.append(fit(data, pairs))
        rates, _ = ratings(data, replace(CURRENT, **found[-1]))
        centre = statistics.fmean(rating for rating, _ in rates)
        centred.append([rating - centre for rating, _ in rates])
    spread = [statistics.stdev(column) for column in zip(*centred, strict=True)]
    return {
        **{
            name: _spread([each[name] for each in found])
            for name in ("lists", "mentions", "sharpness")
        },
        "rating": round(statistics.median(spread), 3),
    }


def depth_bias(data: Judgements) -> dict[str, Any]:
    """Return recent less profile, in points: its mean and spread, by lists."""
    found: dict[str, list[float]] = {}
    for facts in data.people:
        size = f"{10 ** int(math.log10(facts.listed + 1))}+ lists"
        seen, guessed = CURRENT.rate(facts), CURRENT.rate(replace(facts, recent=None))
        difference = CURRENT.points(seen.total) - CURRENT.points(guessed.total)
        found.setdefault(size, []).append(difference)
    return {size: _spread(found[size]) for size in sorted(found, key=len)}


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {
        "mean": round(statistics.fmean(values), 4),
        "deviation": round(statistics.stdev(values), 4),
    }


def _rounded(value: float | Law) -> float | list[float]:
    if isinstance(value, tuple):
        return [float(f"{x:.3g}") for x in value]
    return float(f"{value:.3g}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m benchmarks.fit PAIRS.csv")
    print(json.dumps(main(Path(sys.argv[1])), indent=2))
