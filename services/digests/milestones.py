"""What is worth saying once of an account, besides how far its score moved."""

import math
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from scoring.change import Change
from scoring.progress import Point, progress, week_end
from services.alert_rules import judged, rebased, side
from storage.accounts.alerts import Alert

SILENCE: Final = timedelta(weeks=4)
"""How long an account has not posted when that is told."""

CLEAR: Final = 0.5
"""Points from which on a change beyond chance is told: below, the score looks the same."""

_STREAKS: Final = (8, 5)
_EARLIER: Final = 4
"""The earlier scores that a highest one takes: the second reading is no record."""

_LEAST_ROUND: Final = 100
_NEAR: Final = 5.0
"""Points to a goal from which on it is mentioned."""


class Kind(StrEnum):
    """What a milestone is about; the value is stored in digests."""

    HIGHEST = "highest"
    STREAK = "streak"
    FOLLOWERS = "followers"
    LISTED = "listed"
    SILENT = "silent"
    RETURNED = "returned"
    PROTECTED = "protected"
    ABOVE = "above"
    BELOW = "below"
    NEAR = "near"


class Milestone(NamedTuple):
    """One thing that a change brought.

    Attributes:
        number: of what the kind counts: weeks in a row, followers, weeks of silence, the score
            that an alert waits for; 0 where the kind says all.
    """

    kind: Kind
    number: float = 0.0


def milestones(
    change: Change,
    points: Sequence[Point],
    posted: Sequence[datetime],
    alert: Alert | None,
    *,
    protected: bool,
) -> tuple[Milestone, ...]:
    """Return what a change brought; told with each change, it is told once.

    Args:
        points: the account's scores up to the later reading, oldest first.
        posted: the moments of the account's posts that are known, oldest first; empty where they
            were not all read.
        alert: the place's alert on the account.
        protected: the account's posts are not public now.
    """
    if protected and change.before.facts.recent is not None and change.after.facts.recent is None:
        return (Milestone(Kind.PROTECTED),)
    return (
        *_of_score(change, points),
        *_of_counts(change),
        *_of_posting(change, posted),
        *_of_alert(change, alert),
    )


def _of_score(change: Change, points: Sequence[Point]) -> Iterator[Milestone]:
    before, after = change.before, change.after
    alike = [point for point in points if point.formula == after.formula]
    earlier = [point.score for point in alike if point.as_of < before.facts.as_of]
    is_sure = change.own >= CLEAR and not change.noise and not change.lines["depth"]
    # told when it passes an earlier peak, not with every step of a steady climb
    if is_sure and len(earlier) >= _EARLIER and before.score <= max(earlier) < after.score:
        yield Milestone(Kind.HIGHEST)
    ends = [week_end(score.facts.as_of) for score in (before, after)]
    if ends[0] == ends[1]:
        return
    streak = progress(alike, ends[1]).streak
    until = [point for point in alike if point.as_of <= before.facts.as_of]
    known = progress(until, ends[0]).streak if until else 0
    for weeks in _STREAKS:
        if known < weeks <= streak:
            yield Milestone(Kind.STREAK, weeks)
            return


def _of_counts(change: Change) -> Iterator[Milestone]:
    before, after = change.before.facts, change.after.facts
    passed = _largest_round(after.followers)
    if before.followers < passed:
        yield Milestone(Kind.FOLLOWERS, passed)
    if before.listed == 0 and after.listed:
        yield Milestone(Kind.LISTED)


def _largest_round(count: int) -> int:
    """Return the largest of 100, 200, 500, 1,000 … up to a count; 0 below 100."""
    if count < _LEAST_ROUND:
        return 0
    magnitude: int = 10 ** (len(str(count)) - 1)
    return next(n * magnitude for n in (5, 2, 1) if n * magnitude <= count)


def _of_posting(change: Change, posted: Sequence[datetime]) -> Iterator[Milestone]:
    before, after = change.before.facts.as_of, change.after.facts.as_of
    if not posted:
        return
    last = posted[-1]
    weeks = math.floor((after - last) / timedelta(weeks=1))
    if before - last < SILENCE <= after - last:
        yield Milestone(Kind.SILENT, weeks)
    earlier = [moment for moment in posted if moment <= before]
    if last > before and earlier and before - earlier[-1] >= SILENCE:
        yield Milestone(Kind.RETURNED)


def _of_alert(change: Change, alert: Alert | None) -> Iterator[Milestone]:
    if alert is None or alert.threshold is None:
        return
    after = change.after
    _, crossed = judged(rebased(alert, change), after, change.own)
    if crossed:
        above = side(after, alert.threshold)
        yield Milestone(Kind.ABOVE if above else Kind.BELOW, alert.threshold)
    elif 0 < alert.threshold - after.score <= _NEAR and change.own > 0:
        yield Milestone(Kind.NEAR, alert.threshold)
