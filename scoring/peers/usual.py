"""What accounts with about as many followers usually draw: as read, or as the formula takes it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from statistics import median
from typing import Final, NamedTuple

from scoring.facts import Facts
from scoring.formulas import CURRENT, FORMULAS
from scoring.peers.rates import mentions_per_week, reactions_per_post
from scoring.score import Score

ENOUGH: Final = 30
"""The fewest accounts whose median says what is usual, and nothing of any one of them."""

_STEPS: Final = (1, 2, 5, 10)
_SMALLEST: Final = 100


class Band(NamedTuple):
    """Followers: at least `low`, and fewer than `high`."""

    low: int
    high: int


class Seen(NamedTuple):
    """What was read of one account; None where it was not read.

    Attributes:
        reactions: to an average post.
        mentions: in a week.
        as_of: when (aware, UTC).
    """

    reactions: float | None
    mentions: float | None
    as_of: datetime


class Usual(NamedTuple):
    """What is usual for accounts in a band.

    Attributes:
        reactions: to a post; None where too few accounts were read.
        mentions: in a week; None likewise.
        accounts: how many were read; 0 for the formula's typical values.
        until: the newest of those readings; None for the formula's values.
    """

    band: Band
    reactions: float | None
    mentions: float | None
    accounts: int = 0
    until: datetime | None = None


def band(followers: int) -> Band:
    """Return the band of an account: 0 to 100, then from 1, 2 or 5 times a power of ten."""
    if followers < _SMALLEST:
        return Band(0, _SMALLEST)
    power = 10 ** (len(str(followers)) - 1)
    low = max(step for step in _STEPS[:-1] if step * power <= followers)
    return Band(low * power, _STEPS[_STEPS.index(low) + 1] * power)


def usual(score: Score, others: Sequence[Seen]) -> Usual:
    """Return what is usual for accounts of a score's band.

    Args:
        others: other accounts of its band and network, as they were last read.

    Returns:
        The medians of at least `ENOUGH` accounts; with fewer, the typical values of the score's
        formula for the same profile (`docs/method.md`).
    """
    reactions = [each.reactions for each in others if each.reactions is not None]
    mentions = [each.mentions for each in others if each.mentions is not None]
    if len(reactions) < ENOUGH:
        return typical(score)
    return Usual(
        band(score.facts.followers),
        median(reactions),
        median(mentions) if len(mentions) >= ENOUGH else None,
        len(reactions),
        max(each.as_of for each in others),
    )


def typical(score: Score) -> Usual:
    """Return the formula's typical values for a score's profile."""
    profile: Facts = replace(score.facts, recent=None)
    recent = FORMULAS.get(score.formula, CURRENT).expected(profile)
    return Usual(band(profile.followers), reactions_per_post(recent), mentions_per_week(recent))
