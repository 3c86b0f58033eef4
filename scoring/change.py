"""Two scores of one account: a receipt of the difference whose lines sum to it, to the digit.

The difference is split into steps, each of which changes one thing: the formula, how much was
read, what the account did, and last the posts that left the window. A step's line is what it adds
to the points. Every step starts where the one before it ended, so the lines sum to the whole
difference.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from scoring.facts import SECONDS_A_DAY, Facts, Recent
from scoring.formula import Formula
from scoring.formulas import FORMULAS
from scoring.margin import change_margin
from scoring.score import Score

LINES = ("formula", "depth", "community", "activity", "reactions", "window")


@dataclass(frozen=True, slots=True)
class Change:
    """The difference between two scores of an account, line by line.

    Attributes:
        before: the earlier score.
        after: the later one, of the same account.
        lines: points by name, in the order of `LINES`; they sum to `difference` to the digit.
            `formula`: the same facts by another formula. `depth`: more or less was read.
            `community`, `activity`, `reactions`: what the account and its audience did.
            `window`: posts that were counted before and are too old now.
    """

    before: Score
    after: Score
    lines: dict[str, float]

    @property
    def difference(self) -> float:
        """Points gained (or lost), to one decimal."""
        return _tenths(self.after.score - self.before.score) / 10

    @property
    def own(self) -> float:
        """Points that the account gained (or lost) by one formula, to one decimal.

        What a deeper or shallower reading adds is no change of the account either.
        """
        return _tenths(self.difference - self.lines["formula"] - self.lines["depth"]) / 10

    @property
    def noise(self) -> bool:
        """Whether what the account gained may be chance.

        It is within its margin, no other formula has a share in the difference, and followers and
        lists, which are counted in full, make less than half of it.
        """
        if self.lines["formula"] or abs(self.own) > self.margin:
            return False
        counted = _counted(self.before.facts, self.after.facts, FORMULAS[self.after.formula])
        return abs(counted) <= abs(self.own) / 2

    @property
    def margin(self) -> float:
        """Points by which two readings may differ while the account stays as it is, one decimal.

        Sampling is all that it holds: people's disagreement is the same on both sides.
        """
        before, after = self.before.facts, self.after.facts
        return _tenths(_margin(before, after, FORMULAS[self.after.formula])) / 10


def change(before: Score, after: Score, left: Recent | None = None) -> Change:
    """Explain how one score became another.

    Args:
        before: the earlier score.
        after: the later score of the same account.
        left: the sums over the posts that are in the earlier window and not in the later one;
            None when no post left, or it is not known which.

    Returns:
        The change; formulas are looked up by the names in the scores.

    Raises:
        KeyError: a score names a formula that does not exist.
    """
    was, now = FORMULAS[before.formula], FORMULAS[after.formula]
    points = [was.points(before.facts), *_way(before.facts, after.facts, now, left)]
    steps = ["formula", "depth", *_ACCOUNT, "window", "depth"]
    totals = dict.fromkeys(LINES, 0)
    for step, start, end in zip(steps, points, points[1:], strict=False):
        totals[step] += _tenths(end) - _tenths(start)
    return Change(before, after, {name: tenths / 10 for name, tenths in totals.items()})


_ACCOUNT = ("community", "activity", "reactions")


def _way(before: Facts, after: Facts, formula: Formula, left: Recent | None) -> Iterator[float]:
    """Yield the points after each step, in the order of the steps."""
    yield formula.points(before)
    before_alike, after_alike = _alike(before, after)
    yield formula.points(before_alike)
    still_there = _with(after_alike, left)
    yield from _attributed(before_alike, still_there, formula)
    yield formula.points(after_alike)
    yield formula.points(after)


def _alike(one: Facts, other: Facts) -> tuple[Facts, Facts]:
    """Return both facts with only the halves of the recent window that both have."""
    posts = all(f.recent is not None and f.recent.posts is not None for f in (one, other))
    mentions = all(f.recent is not None and f.recent.mentions is not None for f in (one, other))
    return _only(one, posts=posts, mentions=mentions), _only(other, posts=posts, mentions=mentions)


def _only(facts: Facts, *, posts: bool, mentions: bool) -> Facts:
    recent = facts.recent
    if recent is None or not (posts or mentions):
        return replace(facts, recent=None)
    if not posts:
        days = recent.mention_days or recent.days
        recent = Recent(None, None, None, None, None, None, recent.mentions, days)
    if not mentions:
        recent = replace(recent, mentions=None, mention_days=None)
    return replace(facts, recent=recent)


def _with(facts: Facts, left: Recent | None) -> Facts:
    """Return the facts as if the posts that left were still counted."""
    recent = facts.recent
    if left is None or recent is None or recent.posts is None:
        return facts
    sums = {
        name: (getattr(recent, name) or 0) + (getattr(left, name) or 0)
        for name in ("days", "posts", "likes", "replies", "reposts", "quotes")
    }
    return replace(facts, recent=replace(recent, **sums))


def _attributed(before: Facts, after: Facts, formula: Formula) -> Iterator[float]:
    """Yield the points after community, then activity, then reactions changed."""
    start, steps = formula.points(before), formula.steps(before, after)
    yield start + steps.community
    yield start + steps.community + steps.activity
    yield formula.points(after)


def _counted(before: Facts, after: Facts, formula: Formula) -> float:
    """Return the points, to a tenth, that followers and lists alone gained."""
    alone = replace(before, followers=after.followers, listed=after.listed)
    return _tenths(formula.points(alone) - formula.points(before)) / 10


def _margin(before: Facts, after: Facts, formula: Formula) -> float:
    alike = _read(before) == _read(after)
    shared = _shared(before, after) if alike else 0.0
    return change_margin((formula.spread(before), formula.spread(after)), shared)


def _read(facts: Facts) -> tuple[bool, bool]:
    """Return whether posts and mentions were read."""
    recent = facts.recent
    return recent is not None and recent.posts is not None, (
        recent is not None and recent.mentions is not None
    )


def _shared(before: Facts, after: Facts) -> float:
    """Return the share of the days read that lie in both windows; 1 where none were read."""
    elapsed = (after.as_of - before.as_of).total_seconds() / SECONDS_A_DAY
    shares = [
        max(0.0, min(earlier, later - elapsed)) / math.sqrt(earlier * later)
        for earlier, later in zip(_days(before), _days(after), strict=True)
    ]
    return min([1.0, *shares])


def _days(facts: Facts) -> list[float]:
    """Return the days over which posts and mentions were counted, where they were."""
    recent = facts.recent
    if recent is None:
        return []
    mention_days = (recent.mention_days or recent.days) if recent.mentions is not None else None
    return [days for days in (recent.days, mention_days) if days is not None]


def _tenths(points: float) -> int:
    return math.floor(points * 10 + 0.5 + 1e-9)
