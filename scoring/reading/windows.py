"""Periods: how long the window is, and which part of it several readings cover."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

LENGTH: Final = timedelta(days=56)
"""The window: an unchanged week moves a score by less than a point, and eight weeks renew it."""

LONGEST: Final = timedelta(days=90)
"""How far back posts are looked for where `LENGTH` holds fewer than ten: older ones say nothing
about today (Klout's own limit, 2016-04)."""

SHORTEST: Final = timedelta(hours=1)
"""The shortest window: a burst of posts within less time is not a rate."""

SETTLED: Final = timedelta(days=2)
"""The age at which a post has drawn nearly all of its reactions.

The median post has half of its impressions after 80 minutes, and 95 % of posts get no relevant
number of them after 24 hours (Pfeffer, Matter and Sargsyan, The Half-Life of a Tweet, ICWSM 2023).
Reactions follow impressions; the second day is for those that come late. A post that was younger
when it was last read is read once more. For an account that is read weekly that is two posts in
seven; with a limit of seven days it would be all of them, at twice the price.
"""

DAY: Final = timedelta(days=1)


class Span(NamedTuple):
    """A period from `begins` to `ends`, both aware."""

    begins: datetime
    ends: datetime

    @property
    def length(self) -> timedelta:
        """Return how long it is; never negative."""
        return max(self.ends - self.begins, timedelta())

    def within(self, other: "Span") -> "Span":
        """Return the part that lies in another span; its length is 0 when there is none."""
        return Span(max(self.begins, other.begins), min(self.ends, other.ends))


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the same periods as spans that neither overlap nor touch, oldest first."""
    whole: list[Span] = []
    for span in sorted(spans):
        if whole and span.begins <= whole[-1].ends:
            whole[-1] = Span(whole[-1].begins, max(whole[-1].ends, span.ends))
        else:
            whole.append(span)
    return whole


def covered(spans: Iterable[Span], inside: Span) -> timedelta:
    """Return how much of a period some spans cover; what several of them cover counts once."""
    return sum((span.within(inside).length for span in merged(spans)), timedelta())
