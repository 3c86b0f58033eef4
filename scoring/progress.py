"""How an account does against its own past: never against anybody else."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

WEEKS: Final = 8
"""How far back one's own past goes."""

_WEEK: Final = timedelta(weeks=1)


class Point(NamedTuple):
    """A score as it was read.

    Attributes:
        as_of: When (aware, UTC).
        score: Points, 0 to 100.
        margin: Points.
        formula: The version that computed it.
    """

    as_of: datetime
    score: float
    margin: float
    formula: str


class Progress(NamedTuple):
    """An account against its own last weeks.

    Attributes:
        growth: Points above the mean of the weeks before, to a tenth; None without any.
        streak: How many weeks in a row each was above the one before, this one included.
        record: Whether it was never higher, in two weeks or more.
    """

    growth: float | None
    streak: int
    record: bool


def progress(points: Sequence[Point], now: datetime) -> Progress:
    """Hold the newest score against those of the last `WEEKS` weeks.

    Args:
        points: Oldest first; only those of the newest one's formula count, since points of two
            formulas cannot be told apart from a change of the account.
        now: The end of this week, aware.
    """
    if not points:
        return Progress(None, 0, record=False)
    newest = points[-1].formula
    weeks = [
        point.score if point else None
        for point in by_week([point for point in points if point.formula == newest], now)
    ]
    current, earlier = weeks[0], weeks[1:]
    if current is None:
        return Progress(None, 0, record=False)
    known = [score for score in earlier if score is not None]
    growth = round(current - sum(known) / len(known), 1) if known else None
    streak = 0
    for later, before in zip(weeks, earlier, strict=False):
        if later is None or before is None or later <= before:
            break
        streak += 1
    return Progress(growth, streak, record=bool(known) and current > max(known))


def by_week(points: Sequence[Point], now: datetime) -> list[Point | None]:
    """The last point of each week, this one's first; None for a week that was not read.

    Args:
        points: Oldest first; those of more than `WEEKS` weeks ago are left out.
        now: The end of this week, aware.
    """
    weeks: list[Point | None] = [None] * (WEEKS + 1)
    for point in points:
        age = max(0, (now - point.as_of) // _WEEK)
        if age <= WEEKS:
            weeks[age] = point
    return weeks
