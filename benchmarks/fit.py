"""The fit behind a formula's numbers: `python -m benchmarks.fit PAIRS.csv` prints them as JSON.

It finds the fitted constants of `scoring.formula.CURRENT` again from people's judgements, and says
how well they, and the yardsticks beside them, do on people they were not fitted on: four folds by
person (no person is in both training and test), twenty repeats. A few minutes, nothing but the
standard library.
"""

import json
import math
import random
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.logistic import logistic
from scoring.comparison import gap, rated, rated_probability
from scoring.evaluation import agreement, auc, read_pairs
from scoring.facts import Facts
from scoring.formula import CURRENT, Formula, Law

Vector = tuple[float, ...]
FOLDS, REPEATS, SEED = 4, 20, 2026


def main(path: Path) -> dict[str, Any]:
    """Fit and cross-validate on a pairs file.

    Args:
        path: A CSV as `scoring.evaluation.read_pairs` reads it.

    Returns:
        `constants`, their bootstrap over people, and the cross-validation.
    """
    data = Judgements.read(path)
    return {
        "pairs": len(data.pairs),
        "people": len(data.people),
        "constants": {name: _rounded(value) for name, value in fit(data, data.pairs).items()},
        "bootstrap": bootstrap(data),
        "depth": depth_bias(data),
        "cross_validation": cross_validation(data),
    }


@dataclass(frozen=True, slots=True)
class Judgements:
    """The people of a pairs file and the judgements between them.

    Attributes:
        people: Each person once, at recent depth.
        pairs: (index of A, index of B, whether A was picked).
    """

    people: list[Facts]
    pairs: list[tuple[int, int, bool]]

    @classmethod
    def read(cls, path: Path) -> "Judgements":
        """Read a pairs file; equal facts are one person."""
        index: dict[Facts, int] = {}
        pairs = [
            (index.setdefault(a, len(index)), index.setdefault(b, len(index)), pick)
            for a, b, pick in read_pairs(path)
        ]
        return cls(list(index), pairs)

    def folds(self) -> Iterator[tuple[list[tuple[int, int, bool]], list[tuple[int, int, bool]]]]:
        """Yield (training, test) pairs; those with a foot in both are in neither."""
        shuffle = random.Random(SEED)  # noqa: S311  (folds, not secrets)
        for _ in range(REPEATS):
            order = list(range(len(self.people)))
            shuffle.shuffle(order)
            fold = {person: place % FOLDS for place, person in enumerate(order)}
            for held in range(FOLDS):
                train = [p for p in self.pairs if held not in (fold[p[0]], fold[p[1]])]
                test = [p for p in self.pairs if held == fold[p[0]] == fold[p[1]]]
                yield train, test


def fit(data: Judgements, pairs: Sequence[tuple[int, int, bool]]) -> dict[str, Any]:
    """Fit the constants of the current formula's shape on some of the judgements.

    The shape (halves, floor, the discount of silence, what is noticeable) stays as it is. Two
    weights are fitted, then what is typical of a standing, then how sharply people tell apart.

    Returns:
        Fields of `Formula`.
    """
    terms = [_terms(facts) for facts in data.people]
    rows = [tuple(x - y for x, y in zip(terms[a], terms[b], strict=True)) for a, b, _ in pairs]
    picks = [pick for *_, pick in pairs]
    lists, mentions = logistic([row[:2] for row in rows], picks, [row[2] for row in rows])
    weights: dict[str, Any] = {
        "lists": lists,
        "followers": lists * CURRENT.followers / CURRENT.lists,
        "first_followers": lists * CURRENT.first_followers / CURRENT.lists,
        "mentions": mentions,
    }
    weights |= _typical(data, sorted({person for a, b, _ in pairs for person in (a, b)}))
    return weights | _agreement(data, pairs, replace(CURRENT, **weights, sharpness=1.0))


def _terms(facts: Facts) -> Vector:
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


def _typical(data: Judgements, people: Sequence[int]) -> dict[str, Law]:
    """Fit what a day brings to a standing: a line through logarithms, by least squares."""
    logs: dict[str, list[float]] = {"typical_mentions": [], "typical_reactions": []}
    standings = []
    for person in people:
        facts = data.people[person]
        assert facts.recent is not None  # noqa: S101  (read_pairs gives it)
        assert facts.recent.days is not None  # noqa: S101
        standing = CURRENT.rates(facts).standing
        standings.append(math.log(standing))
        for name, count in (
            ("typical_mentions", facts.recent.mentions or 0),
            ("typical_reactions", facts.recent.reposts or 0),
        ):
            logs[name].append(math.log(max(0.1, count / facts.recent.days)))
    laws = {}
    for name, values in logs.items():
        line = statistics.linear_regression(standings, values)
        laws[name] = (math.exp(line.intercept), line.slope)
    return laws


def _agreement(
    data: Judgements, pairs: Sequence[tuple[int, int, bool]], formula: Formula
) -> dict[str, float]:
    """Fit `sharpness`, both depths together."""
    rows, picks = [], []
    for ratings in _ratings(data, formula):
        rows += [[formula.log_odds(gap(ratings[a], ratings[b]))] for a, b, _ in pairs]
        picks += [pick for *_, pick in pairs]
    (sharpness,) = logistic(rows, picks)
    return {"sharpness": sharpness}


Rated = tuple[float, float]


def _ratings(data: Judgements, formula: Formula) -> tuple[list[Rated], list[Rated]]:
    recent = [rated(facts, formula) for facts in data.people]
    profile = [rated(replace(facts, recent=None), formula) for facts in data.people]
    return recent, profile


def cross_validation(data: Judgements) -> dict[str, Any]:
    """Return the AUC of each candidate on unseen people, and ours' claims against agreement."""
    rows: dict[str, list[float]] = {}
    claims: dict[str, tuple[list[float], list[bool]]] = {"recent": ([], []), "profile": ([], [])}
    features = {
        name: [candidate(facts) for facts in data.people] for name, candidate in CANDIDATES.items()
    }
    for train, test in data.folds():
        picks = [pick for *_, pick in test]
        for name, values in features.items():
            weights = logistic(
                [_less(values[a], values[b]) for a, b, _ in train], [t[2] for t in train]
            )
            ours = [
                sum(w * x for w, x in zip(weights, _less(values[a], values[b]), strict=True))
                for a, b, _ in test
            ]
            rows.setdefault(name, []).append(auc(ours, picks) or 0.0)
        formula = replace(CURRENT, **fit(data, train))
        for depth, ratings in zip(("recent", "profile"), _ratings(data, formula), strict=True):
            claimed = [rated_probability(ratings[a], ratings[b], formula) for a, b, _ in test]
            rows.setdefault(f"ours, {depth}", []).append(auc(claimed, picks) or 0.0)
            claims[depth][0].extend(claimed)
            claims[depth][1].extend(picks)
    return {
        "auc": {name: _spread(values) for name, values in rows.items()},
        "claims": {depth: agreement(*both)["bands"] for depth, both in claims.items()},
    }


def bootstrap(data: Judgements, rounds: int = 60) -> dict[str, Any]:
    """Return how far weights and ratings move when other people had been judged.

    `rating` is the standard deviation of a person's rating against everybody's mean, in log-odds.
    """
    draw = random.Random(SEED)  # noqa: S311
    found, ratings = [], []
    for _ in range(rounds):
        people = draw.choices(range(len(data.people)), k=len(data.people))
        times = [people.count(person) for person in range(len(data.people))]
        pairs = [pair for pair in data.pairs for _ in range(times[pair[0]] * times[pair[1]])]
        found.append(fit(data, pairs))
        rates, _ = _ratings(data, replace(CURRENT, **found[-1]))
        centre = statistics.fmean(rating for rating, _ in rates)
        ratings.append([rating - centre for rating, _ in rates])
    spread = [statistics.stdev(column) for column in zip(*ratings, strict=True)]
    return {
        **{
            name: _spread([each[name] for each in found], error=False)
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
    return {size: _spread(found[size], error=False) for size in sorted(found, key=len)}


def _per_day(facts: Facts, name: str) -> float:
    return float(getattr(facts.recent, name)) / 1000.0


# What was tried beside ours, as linear features of a rating (docs/method.md has more).
CANDIDATES: dict[str, Callable[[Facts], Vector]] = {
    "followers alone": lambda f: (math.log1p(f.followers),),
    "listed alone": lambda f: (math.log1p(f.listed),),
    "followers + listed": lambda f: (math.log1p(f.followers), math.log1p(f.listed)),
    "linear four": lambda f: (
        math.log1p(f.followers),
        math.log1p(f.listed),
        math.log1p(_per_day(f, "reposts")),
        math.log1p(_per_day(f, "posts")),
    ),
    "followers + listed + mentions": lambda f: (
        math.log1p(f.followers),
        math.log1p(f.listed),
        math.log1p(_per_day(f, "mentions")),
    ),
    "… with saturating mentions": lambda f: (
        math.log1p(f.followers),
        math.log1p(f.listed),
        _per_day(f, "mentions") / (_per_day(f, "mentions") + 100.0),
    ),
}


def _less(a: Vector, b: Vector) -> Vector:
    return tuple(x - y for x, y in zip(a, b, strict=True))


def _spread(values: Sequence[float], *, error: bool = True) -> dict[str, float]:
    deviation = statistics.stdev(values)
    name = "standard_error" if error else "deviation"
    width = deviation / math.sqrt(len(values)) if error else deviation
    return {"mean": round(statistics.fmean(values), 4), name: round(width, 4)}


def _rounded(value: float | Law) -> float | list[float]:
    if isinstance(value, tuple):
        return [float(f"{x:.3g}") for x in value]
    return float(f"{value:.3g}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m benchmarks.fit PAIRS.csv")
    print(json.dumps(main(Path(sys.argv[1])), indent=2))
