"""What a voter's votes weigh: less for who answers too fast, always left, or against everybody.

Each of the three is held against what chance allows an attentive voter, never against what the
formula claims: weights that depended on the claims would make any formula look right.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, Literal, NamedTuple

Choice = Literal["left", "right", "close"]

TOO_FAST: Final = 2.0
"""Seconds in which two accounts cannot be read and compared."""

_ALLOWED: Final = 2.0
"""Standard deviations from what is expected up to which a voter weighs in full: 19 attentive voters
in 20 stay below."""

_OTHERS: Final = 2
"""Others who have to agree on a pair before it tells anything of a voter."""

MOST: Final = 100.0
"""Votes in full that one person's votes weigh together at most, however many groups they play in:
no one person moves a fit by more."""


class CastVote(NamedTuple):
    """One vote.

    Attributes:
        seconds: from the duel's beginning to the vote.
    """

    duel: int
    voter: str
    choice: str
    seconds: float


def weights(votes: Sequence[CastVote]) -> dict[str, float]:
    """Return what one vote of each voter weighs, 0 to 1.

    Args:
        votes: all votes on the duels that are judged together.
    """
    by_voter, by_duel = defaultdict[str, list[CastVote]](list), defaultdict[int, list[str]](list)
    for vote in votes:
        by_voter[vote.voter].append(vote)
        by_duel[vote.duel].append(vote.choice)
    return {
        voter: _capped(
            chance(_sided(theirs)) * chance(_against(theirs, by_duel)) * _unhurried(theirs),
            len(theirs),
        )
        for voter, theirs in by_voter.items()
    }


def chance(deviations: float) -> float:
    """Return a weight that falls fast beyond what chance allows.

    It is the density of a normal distribution there, relative to that at `_ALLOWED` deviations: 1
    up to 2 deviations, 0.08 at 3, 0.002 at 4.
    """
    return min(1.0, math.exp((_ALLOWED**2 - deviations**2) / 2.0)) if deviations > 0 else 1.0


def _sided(votes: Sequence[CastVote]) -> float:
    """Return by how many deviations a voter prefers a side, which a fair coin chose."""
    left = sum(vote.choice == "left" for vote in votes)
    right = sum(vote.choice == "right" for vote in votes)
    return abs(left - right) / math.sqrt(left + right) if left + right else 0.0


def _against(votes: Iterable[CastVote], by_duel: defaultdict[int, list[str]]) -> float:
    """Return by how many deviations more than half of a voter's votes go against most others.

    Attentive voters go with most others more often than not, so that half is generous. Pairs on
    which fewer than two others agree tell nothing.
    """
    against = told = 0
    for vote in votes:
        others = list(by_duel[vote.duel])
        others.remove(vote.choice)
        lead = others.count("left") - others.count("right")
        if vote.choice != "close" and abs(lead) >= _OTHERS:
            told += 1
            against += (vote.choice == "left") is not (lead > 0)
    return (2 * against - told) / math.sqrt(told) if told else 0.0


def _unhurried(votes: Sequence[CastVote]) -> float:
    """Return the share of votes that took long enough to read both accounts."""
    return sum(vote.seconds >= TOO_FAST for vote in votes) / len(votes)


def _capped(weight: float, votes: int) -> float:
    return weight * min(1.0, MOST / votes)
