"""How well claims match what people said: AUC, log-loss, accuracy, claimed against observed."""

import math
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

EVEN = 0.5


def agreement(
    claimed: Sequence[float], picked: Sequence[bool], counts: Sequence[float] | None = None
) -> dict[str, Any]:
    """Return `auc`, `accuracy`, `log_loss` (None without a pair to judge by) and `bands`.

    Args:
        claimed: P(A over B) of each pair.
        picked: Whether A was picked.
        counts: How much each judgement counts, >= 0; 1 by default.
    """
    counts = counts or [1.0] * len(picked)
    right = sum(n * _right(p, pick) for p, pick, n in _zip(claimed, picked, counts))
    total = sum(counts)
    return {
        "auc": auc(claimed, picked, counts),
        "accuracy": round(right / total, 4) if total else None,
        "log_loss": log_loss(claimed, picked, counts),
        "bands": bands(claimed, picked, counts),
    }


def auc(
    claimed: Sequence[float], picked: Sequence[bool], counts: Sequence[float] | None = None
) -> float | None:
    """Return the probability that a picked A was claimed higher than one that was not."""
    ranked = sorted(_zip(claimed, picked, counts or [1.0] * len(picked)))
    below = higher = picks = 0.0
    for _, equal in groupby(ranked, key=lambda each: each[0]):
        same = list(equal)
        won = sum(n for _, pick, n in same if pick)
        lost = sum(n for _, pick, n in same if not pick)
        higher += won * (below + lost / 2)  # equal claims count half
        below, picks = below + lost, picks + won
    return round(higher / (picks * below), 4) if picks * below else None


def log_loss(
    claimed: Sequence[float], picked: Sequence[bool], counts: Sequence[float] | None = None
) -> float | None:
    """Return the mean of -ln P(what was picked): 0.693 for claims of one half throughout."""
    counts = counts or [1.0] * len(picked)
    losses = [-n * math.log(p if pick else 1.0 - p) for p, pick, n in _zip(claimed, picked, counts)]
    return round(sum(losses) / sum(counts), 4) if sum(counts) else None


def bands(
    claimed: Sequence[float], picked: Sequence[bool], counts: Sequence[float] | None = None
) -> list[dict[str, float]]:
    """Return claimed against observed agreement, in five bands from 0.5 to 1."""
    found = []
    for low in (5, 6, 7, 8, 9):
        inside = [
            (max(p, 1 - p), _right(p, pick), n)
            for p, pick, n in _zip(claimed, picked, counts or [1.0] * len(picked))
            if low == min(9, int(max(p, 1 - p) * 10))
        ]
        if total := sum(n for _, _, n in inside):
            found.append(
                {
                    "claimed_low": low / 10,
                    "claimed_high": (low + 1) / 10,
                    "n": len(inside),
                    "claimed": round(sum(n * p for p, _, n in inside) / total, 4),
                    "observed": round(sum(n * right for _, right, n in inside) / total, 4),
                }
            )
    return found


def _right(claimed: float, picked: bool) -> float:
    """Return 1 when the likelier account was picked, 0 when not, a half for an even claim."""
    return 0.5 if claimed == EVEN else float((claimed > EVEN) is picked)


def _zip(
    claimed: Sequence[float], picked: Sequence[bool], counts: Sequence[float]
) -> Iterable[tuple[float, bool, float]]:
    return zip(claimed, picked, counts, strict=True)
