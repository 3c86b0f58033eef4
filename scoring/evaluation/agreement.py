"""Claims beside what people said: AUC, accuracy, and bands of claimed against observed."""

from collections.abc import Iterable, Sequence
from typing import Any

EVEN = 0.5


def agreement(claimed: Sequence[float], picked: Sequence[bool]) -> dict[str, Any]:
    """Return `auc`, `accuracy` (both None without a pair to judge by) and `bands`."""
    right = sum(_right(p, pick) for p, pick in _zip(claimed, picked))
    return {
        "auc": auc(claimed, picked),
        "accuracy": round(right / len(picked), 4) if picked else None,
        "bands": bands(claimed, picked),
    }


def auc(claimed: Sequence[float], picked: Sequence[bool]) -> float | None:
    """Return the probability that a picked A was claimed higher than one that was not."""
    ranked = sorted(range(len(claimed)), key=claimed.__getitem__)
    picks, ranks, start = sum(picked), 0.0, 0
    while start < len(ranked):
        end = start
        while end < len(ranked) and claimed[ranked[end]] == claimed[ranked[start]]:
            end += 1
        # equal claims share their mean rank
        ranks += (start + end + 1) / 2 * sum(picked[i] for i in ranked[start:end])
        start = end
    pairs = picks * (len(picked) - picks)
    return round((ranks - picks * (picks + 1) / 2) / pairs, 4) if pairs else None


def bands(claimed: Sequence[float], picked: Sequence[bool]) -> list[dict[str, float]]:
    """Return claimed against observed agreement, in five bands from 0.5 to 1."""
    found = []
    for low in (5, 6, 7, 8, 9):
        inside = [
            (max(p, 1 - p), _right(p, pick))
            for p, pick in _zip(claimed, picked)
            if low == min(9, int(max(p, 1 - p) * 10))
        ]
        if inside:
            found.append(
                {
                    "claimed_low": low / 10,
                    "claimed_high": (low + 1) / 10,
                    "n": len(inside),
                    "claimed": round(sum(p for p, _ in inside) / len(inside), 4),
                    "observed": round(sum(right for _, right in inside) / len(inside), 4),
                }
            )
    return found


def _right(claimed: float, picked: bool) -> float:
    """Return 1 when the likelier account was picked, 0 when not, a half for an even claim."""
    return 0.5 if claimed == EVEN else float((claimed > EVEN) is picked)


def _zip(claimed: Sequence[float], picked: Sequence[bool]) -> Iterable[tuple[float, bool]]:
    return zip(claimed, picked, strict=True)
