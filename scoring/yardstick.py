"""What the parts of a score are held against: the largest accounts, and similar profiles."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

from scoring.facts import Facts, Recent
from scoring.formulas import CURRENT, FORMULAS
from scoring.score import PARTS, Parts, Score, score

_DAYS: Final = 56
_NOW: Final = datetime(2026, 11, 27, tzinfo=UTC)
_LARGEST: Final = Facts(
    handle="",
    network="x",
    followers=100_000_000,
    following=0,
    listed=150_000,
    posts=18_260,
    created_at=_NOW - timedelta(days=1826),
    as_of=_NOW,
    recent=Recent(
        days=_DAYS,
        posts=10 * _DAYS,
        likes=0,
        replies=0,
        reposts=100_000 * _DAYS,
        quotes=0,
        mentions=50_000 * _DAYS,
        mention_days=_DAYS,
    ),
)


def typical(points: Score) -> Parts:
    """Return the parts of a typical account with the same profile, by the score's formula.

    A typical account draws the mentions and reactions that `docs/method.md` takes where only the
    profile was read. For a provisional score these are its own parts.
    """
    formula = FORMULAS.get(points.formula, CURRENT)
    return score(replace(points.facts, recent=None), formula).in_parts


@cache
def largest(name: str) -> Parts:
    """Return the parts of one of the largest accounts: 100 million followers, ten posts a day.

    The account of `docs/method.md`: on 150,000 lists, with 50,000 mentions a day; its posts draw
    100,000 reposts a day.

    Args:
        name: The formula's version; an unknown one means the formula in use.
    """
    return score(_LARGEST, FORMULAS.get(name, CURRENT)).in_parts


def most(name: str) -> dict[str, int]:
    """Return about the most points that each part reaches, rounded up, by part.

    Activity is highest for an account of the largest size that posts often, reactions for one that
    posts once a day.

    Args:
        name: The formula's version; an unknown one means the formula in use.
    """
    formula, recent = FORMULAS.get(name, CURRENT), _LARGEST.recent
    assert recent is not None  # noqa: S101 - given above
    seldom = replace(_LARGEST, recent=replace(recent, posts=_DAYS))
    parts = (largest(name), score(seldom, formula).in_parts)
    return {part: math.ceil(max(each)) for part, *each in zip(PARTS, *parts, strict=True)}
