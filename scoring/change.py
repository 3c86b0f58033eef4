"""Two scores of one account: a receipt of the difference whose lines sum to it, to the digit.

The way from the earlier score to the later one is walked in steps, each of which changes one
thing: the formula, how much was read, then what the account did, and last the posts that left
the window. A step's line is what it adds to the points; since every step starts where the one
before it ended, the lines telescope to the whole difference.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from scoring.facts import Facts, Recent
from scoring.formula import FORMULAS, Formula
from scoring.score import Score

LINES = ("formula", "depth", "community", "activity", "reactions", "window")


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a score.

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
    def noise(self) -> bool:
        """Whether the difference is no larger than what another reading could give."""
        return abs(self.difference) <= math.hypot(self.before.margin, self.after.margin)


def change(before: Score, after: Score, left: Recent | None = None) -> Change:
    """Explain how one score became another.

    Args:
        before: the earlier score.
        after: the later score of the same account.
        left: the sums over the posts that are in the earlier window and not in the later one;
            None when nothing left, or it is not known which.

    Returns:
        The change; formulas are looked up by the names in the scores.

    Raises:
        KeyError: a score names a formula that does not exist.
    """
    was, now = FORMULAS[before.formula], FORMULAS[after.formula]
    points = [_points(before.facts, was), *_way(before.facts, after.facts, now, left)]
    steps = ["formula", "depth", *_ACCOUNT, "window", "depth"]
    totals = dict.fromkeys(LINES, 0)
    for step, start, end in zip(steps, points, points[1:], strict=False):
        totals[step] += _tenths(end) - _tenths(start)
    return Change(before, after, {name: tenths / 10 for name, tenths in totals.items()})


_ACCOUNT = ("community", "activity", "reactions")


def _way(before: Facts, after: Facts, formula: Formula, left: Recent | None) -> Iterator[float]:
    """The points after each step, in the order of the steps."""
    yield _points(before, formula)
    before_alike, after_alike = _alike(before, after)
    yield _points(before_alike, formula)
    still_there = _with(after_alike, left)
    yield from _attributed(before_alike, still_there, formula)
    yield _points(after_alike, formula)
    yield _points(after, formula)


def _alike(one: Facts, other: Facts) -> tuple[Facts, Facts]:
    """Both with only those halves of the recent window that were read both times."""
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
    """The facts as if the posts that left were still counted."""
    recent = facts.recent
    if left is None or recent is None or recent.posts is None:
        return facts
    sums = {
        name: (getattr(recent, name) or 0) + (getattr(left, name) or 0)
        for name in ("days", "posts", "likes", "replies", "reposts", "quotes")
    }
    return replace(facts, recent=replace(recent, **sums))


def _attributed(before: Facts, after: Facts, formula: Formula) -> Iterator[float]:
    """The points after community, then activity, then reactions changed.

    Each term is given its change of rating at the average slope of the curve between the two
    ratings, so that no term gains from the order in which they are walked.
    """
    one, other = formula.rate(before), formula.rate(after)
    start, end = formula.points(one.total), formula.points(other.total)
    moved = other.total - one.total
    if abs(moved) > _LEVEL:
        slope = (end - start) / moved
    else:
        slope = (formula.points(one.total + _LEVEL) - start) / _LEVEL
    community = start + slope * (other.community - one.community)
    yield community
    yield community + slope * (other.activity - one.activity)
    yield end


_LEVEL = 1e-6
"""Log-odds below which two ratings are level and the curve's own slope is taken."""


def _points(facts: Facts, formula: Formula) -> float:
    return formula.points(formula.rate(facts).total)


def _tenths(points: float) -> int:
    return math.floor(points * 10 + 0.5 + 1e-9)
