"""A logistic regression with weights >= 0, in the standard library: small, slow and exact."""

import math
from collections.abc import Sequence


def logistic(
    rows: Sequence[Sequence[float]], picks: Sequence[bool], offsets: Sequence[float] | None = None
) -> list[float]:
    """Fit P(pick) = 1 / (1 + exp(-(row . weights + offset))) by Newton's method, weights >= 0.

    Args:
        rows: Differences of features, A less B; n rows of k.
        picks: Whether A was picked.
        offsets: What is already known of each row's log-odds.

    Returns:
        k weights; a weight that would fall below 0 is 0.
    """
    offsets = offsets or [0.0] * len(rows)
    active = list(range(len(rows[0])))
    while True:
        kept = [[row[i] for i in active] for row in rows]
        weights = _newton(kept, picks, offsets)
        if min(weights) >= 0:
            found = dict(zip(active, weights, strict=True))
            return [found.get(i, 0.0) for i in range(len(rows[0]))]
        active.pop(weights.index(min(weights)))


def _newton(
    rows: Sequence[Sequence[float]], picks: Sequence[bool], offsets: Sequence[float]
) -> list[float]:
    size = len(rows[0])
    weights = [0.0] * size
    for _ in range(20):
        slope = [0.0] * size
        bend = [[1e-6 if i == j else 0.0 for j in range(size)] for i in range(size)]
        for row, pick, offset in zip(rows, picks, offsets, strict=True):
            logit = offset + sum(w * x for w, x in zip(weights, row, strict=True))
            p = 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
            for i in range(size):
                slope[i] += (pick - p) * row[i]
                for j in range(size):
                    bend[i][j] += p * (1 - p) * row[i] * row[j]
        steps = _solve(bend, slope)
        weights = [w + step for w, step in zip(weights, steps, strict=True)]
        if max(map(abs, steps)) < 1e-6:
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
