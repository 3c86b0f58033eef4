"""A logistic regression with weights >= 0, in the standard library: small and exact."""

import math
from collections.abc import Sequence
from operator import mul

TINY = 1e-6


def logistic(
    rows: Sequence[Sequence[float]],
    picks: Sequence[bool],
    offsets: Sequence[float] | None = None,
    counts: Sequence[float] | None = None,
) -> list[float]:
    """Fit P(pick) = 1 / (1 + exp(-(row . weights + offset))) by Newton's method, weights >= 0.

    Args:
        rows: Differences of features, A less B; n >= 1 rows of k.
        picks: Whether A was picked.
        offsets: What is already known of each row's log-odds.
        counts: How much each row counts, >= 0; 1 by default.

    Returns:
        k weights; a weight that would fall below 0 is 0.
    """
    offsets = offsets or [0.0] * len(rows)
    counts = counts or [1.0] * len(rows)
    found = [0.0] * len(rows[0])
    active = list(range(len(found)))
    while active:
        weights = _newton([[row[i] for i in active] for row in rows], picks, offsets, counts)
        if min(weights) >= 0:
            for i, weight in zip(active, weights, strict=True):
                found[i] = weight
            break
        active.pop(weights.index(min(weights)))
    return found


def _newton(
    rows: Sequence[Sequence[float]],
    picks: Sequence[bool],
    offsets: Sequence[float],
    counts: Sequence[float],
) -> list[float]:
    columns = list(zip(*rows, strict=True))
    weights = [0.0] * len(columns)
    for _ in range(20):
        logits = [
            offset + sum(map(mul, weights, row)) for row, offset in zip(rows, offsets, strict=True)
        ]
        chances = [1 / (1 + math.exp(-max(-30.0, min(30.0, logit)))) for logit in logits]
        misses = [n * (pick - p) for p, pick, n in zip(chances, picks, counts, strict=True)]
        slope = [sum(map(mul, misses, column)) for column in columns]
        variances = [n * p * (1 - p) for p, n in zip(chances, counts, strict=True)]
        bend = [[sum(map(mul, map(mul, variances, x), y)) for y in columns] for x in columns]
        for i in range(len(columns)):
            bend[i][i] += TINY  # where nothing tells features apart, no weight is needed
        steps = _solve(bend, slope)
        weights = [w + step for w, step in zip(weights, steps, strict=True)]
        if max(map(abs, steps)) < TINY:
            break
    return weights


def _solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    # Gauss-Jordan; the matrix is small, symmetric and positive
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for i in range(len(rows)):
        pivot = [value / rows[i][i] for value in rows[i]]
        rows = [[x - row[i] * y for x, y in zip(row, pivot, strict=True)] for row in rows]
        rows[i] = pivot
    return [row[-1] for row in rows]
