"""How often people agree with what was claimed, by band of the claim, with its error; drift.

People who vote on one pair answer alike, so an error is one over pairs, not over votes: the
deviations of the votes of a pair are added up before they are squared (a cluster-robust standard
error; Liang and Zeger, Biometrika 73, 1986).
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

LOWS: Final = (0.5, 0.6, 0.7)
"""Where bands begin; the last one ends at 0.8, the most that is claimed of a duel, and holds what
is above."""

DRIFTS: Final = 3.0
"""Standard errors by which claims and answers differ when claims have drifted: of a formula that
claims well, one look in 400."""

LEAST_VOTES: Final = 100
LEAST_PAIRS: Final = 20
"""Votes and pairs below which nothing is said of drift: an error of few pairs is itself unsure."""


class Answer(NamedTuple):
    """One vote on a duel, held against what was claimed.

    Attributes:
        pair: the duel; its votes answer alike.
        claimed: the probability of the likelier account, 0.5 to 1.
        agreed: 1 when the voter picked that one, 0 when not, a half for "too close".
        weight: what the vote weighs, 0 to 1.
    """

    pair: int
    claimed: float
    agreed: float
    weight: float = 1.0


class Band(NamedTuple):
    """Claimed against observed agreement.

    Attributes:
        low, high: of the claims in it.
        votes, pairs: how many there are.
        claimed, observed: weighted means, 0 to 1.
        error: the standard error of `observed`; None for a single pair.
    """

    low: float
    high: float
    votes: int
    pairs: int
    claimed: float
    observed: float
    error: float | None


def held(claim: float, choice: str) -> tuple[float, float]:
    """Return what was claimed of the likelier account, and whether a choice agrees with it.

    Args:
        claim: the probability of "left".
        choice: "left", "right" or "close".
    """
    if choice == "close":
        return max(claim, 1 - claim), 0.5
    return max(claim, 1 - claim), float((choice == "left") is (claim >= 1 / 2))


def bands(answers: Sequence[Answer]) -> list[Band]:
    """Return each band that has answers."""
    found = []
    for low, high in zip(LOWS, (*LOWS[1:], 1.0), strict=True):
        is_last = low == LOWS[-1]
        inside = [
            each for each in answers if low <= each.claimed and (each.claimed < high or is_last)
        ]
        if told := band(inside, low, high):
            found.append(told)
    return found


def band(answers: Iterable[Answer], low: float = 0.5, high: float = 1.0) -> Band | None:
    """Return all answers as one band; None when none has a weight."""
    counted = [each for each in answers if each.weight > 0]
    total = sum(each.weight for each in counted)
    if not counted:
        return None
    claimed = sum(each.weight * each.claimed for each in counted) / total
    observed = sum(each.weight * each.agreed for each in counted) / total
    pairs = len({each.pair for each in counted})
    error = _error([(each.pair, each.weight * (each.agreed - observed)) for each in counted], total)
    return Band(low, high, len(counted), pairs, claimed, observed, error)


def drift(answers: Sequence[Answer]) -> float | None:
    """Return by how many standard errors people agree more, or less, than was claimed.

    Returns:
        A number above 0 when people agree more often; None when there are too few answers.
    """
    told = band(answers)
    if told is None or told.votes < LEAST_VOTES or told.pairs < LEAST_PAIRS:
        return None
    total = sum(each.weight for each in answers)
    off = [(each.pair, each.weight * (each.agreed - each.claimed)) for each in answers]
    mean = sum(deviation for _, deviation in off) / total
    error = _error(
        [(each.pair, each.weight * (each.agreed - each.claimed - mean)) for each in answers], total
    )
    return mean / error if error else None


def _error(deviations: Iterable[tuple[int, float]], total: float) -> float | None:
    """Return the standard error of a weighted mean, from the weighted deviations by pair."""
    sums: dict[int, float] = defaultdict(float)
    for pair, deviation in deviations:
        sums[pair] += deviation
    if len(sums) == 1:
        return None
    few = len(sums) / (len(sums) - 1)  # the usual correction for few clusters
    return math.sqrt(few * sum(each**2 for each in sums.values())) / total
