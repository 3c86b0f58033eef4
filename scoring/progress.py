"""The progress of an account against its own past, never against other accounts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from scoring.score import Parts

WEEKS: Final = 8
"""How many weeks back an account is compared with."""

STREAK_WEEKS: Final = 26
"""How many weeks back a streak is followed."""

_WEEK: Final = timedelta(weeks=1)


class Point(NamedTuple):
    """A score at the moment of its reading.

    Attributes:
        as_of: When (aware, UTC).
        score: Points, 0 to 100.
        margin: Points, above or below.
        formula: The version that computed it.
        parts: The points of community, activity and reactions; None where they are not known.
    """

    as_of: datetime
    score: float
    margin: float
    formula: str
    parts: Parts | None = None


Move = Literal["up", "down", "quiet", "unread"]
"""What a week did to a score; `quiet` is less than a point, which may be chance."""


class Progress(NamedTuple):
    """An account compared with its own last weeks.

    Attributes:
        growth: Points above the mean of the weeks before, to a tenth; None without any.
        streak: How many weeks in a row rose above the week before, this week included.
        record: Whether no week had a higher score, of at least two weeks.
        restarted: Whether earlier weeks do not count, as another formula computed them.
    """

    growth: float | None
    streak: int
    record: bool
    restarted: bool = False


def progress(points: Sequence[Point], now: datetime) -> Progress:
    """Compare the newest score with those of the last `WEEKS` weeks.

    Args:
        points: Oldest first, of `STREAK_WEEKS` weeks before this one; only those by the formula of
            the newest count, since a change of formula looks like a change of the account.
        now: The end of this week, aware.
    """
    if not points:
        return Progress(None, 0, record=False)
    newest = points[-1].formula
    restarted = any(point.formula != newest for point in points)
    weeks = [
        point.score if point else None
        for point in by_week([p for p in points if p.formula == newest], now, STREAK_WEEKS)
    ]
    current, earlier = weeks[0], weeks[1:]
    if current is None:
        return Progress(None, 0, record=False, restarted=restarted)
    known = [score for score in earlier[:WEEKS] if score is not None]
    growth = round(current - sum(known) / len(known), 1) if known else None
    streak = 0
    for later, before in zip(weeks, earlier, strict=False):
        if later is None or before is None or later <= before:
            break
        streak += 1
    record = bool(known) and current > max(known)
    return Progress(growth, streak, record, restarted)


def week_end(moment: datetime) -> datetime:
    """Return the end of the calendar week (ISO, UTC) that a moment lies in.

    As the end of `progress` it makes weeks of the calendar, which do not slide from day to day.
    """
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=7 - midnight.weekday())


def by_week(points: Sequence[Point], now: datetime, most: int = WEEKS) -> list[Point | None]:
    """Return the last point of each week, this week's first; None for a week without one.

    Args:
        points: Oldest first; those of more than `most` weeks ago are left out.
        now: The end of this week, aware.
        most: How many weeks back.
    """
    weeks: list[Point | None] = [None] * (most + 1)
    for point in points:
        age = max(0, -1 - (point.as_of - now) // _WEEK)  # a week begins with its first moment
        if age <= most:
            weeks[age] = point
    return weeks


def weeks_ago(points: Sequence[Point], now: datetime, most: int = WEEKS) -> Point | None:
    """Return the score from which the last weeks count; None where none of them was read.

    It is the last one of the calendar week that lies `most` weeks back, or else of the first week
    after it that was read.

    Args:
        points: Oldest first.
        now: In this week, aware.
        most: How many weeks back.
    """
    return next(filter(None, reversed(by_week(points, week_end(now), most))), None)


def weekly_moves(points: Sequence[Point], now: datetime, weeks: int) -> list[Move]:
    """Return what each week did to a score, the oldest first.

    A week is held against the last week before it that was read by the same formula; the first
    such week is quiet.

    Args:
        points: Oldest first.
        now: The end of this week, aware.
        weeks: How many weeks, this one included.
    """
    moves: list[Move] = []
    before: Point | None = None
    for point in by_week(points, now, weeks)[::-1]:
        if point is None:
            moves.append("unread")
            continue
        same = before is not None and before.formula == point.formula
        gained = round(point.score - before.score, 1) if before is not None and same else 0.0
        moves.append("up" if gained >= 1 else "down" if gained <= -1 else "quiet")
        before = point
    return moves[1:]
