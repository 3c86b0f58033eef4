"""The one fact of an account that is worth telling a friend."""

from typing import Final, Literal, NamedTuple

from scoring.peers.rates import mentions_per_week, reactions_per_post
from scoring.peers.usual import Usual
from scoring.progress import Progress
from scoring.score import Score

_STREAK: Final = 3
"""The fewest weeks of growth in a row that are remarkable."""

_TELLING: Final = 1.5
"""The least ratio to what is usual that is remarkable."""

Kind = Literal["streak", "record", "reactions", "mentions", "followers"]


class Remarkable(NamedTuple):
    """A remarkable fact.

    Attributes:
        kind: weeks up in a row; never higher in the weeks known; reactions to a post or mentions
            a week against what is usual; else the number of followers.
        value: weeks, times the usual, or followers; 0 for a record.
    """

    kind: Kind
    value: float


def remarkable(score: Score, progress: Progress, usual: Usual) -> Remarkable:
    """Return the most remarkable fact of an account."""
    if progress.streak >= _STREAK:
        return Remarkable("streak", progress.streak)
    recent = score.facts.recent
    ratios: list[tuple[Kind, float | None, float | None]] = [
        ("reactions", reactions_per_post(recent), usual.reactions),
        ("mentions", mentions_per_week(recent), usual.mentions),
    ]
    times = [
        Remarkable(kind, own / common)
        for kind, own, common in ratios
        if own and common and own / common >= _TELLING
    ]
    if times:
        return max(times, key=lambda each: each.value)
    if progress.record:
        return Remarkable("record", 0)
    return Remarkable("followers", score.facts.followers)
