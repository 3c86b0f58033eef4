"""The span that a change is explained over, and the reading that it is counted from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from scoring.change import Change
from scoring.progress import Point, weeks_ago
from scoring.reading.account import Reading
from scoring.reading.reader import Reader


class Span(StrEnum):
    """Since when a change is explained; the value is what a button carries."""

    TOLD = "t"
    WEEK = "w"
    MONTH = "m"
    EIGHT_WEEKS = "e"
    HIGHEST = "h"


_LENGTHS: Final = {
    Span.WEEK: timedelta(weeks=1),
    Span.MONTH: timedelta(days=30),
    Span.EIGHT_WEEKS: timedelta(weeks=8),
}
_EVER: Final = datetime(1, 1, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Explained:
    """A change with the span that was asked for.

    Attributes:
        span: `TOLD` where the change counts from what the place was told.
        base: the moment of the reading that the message with the button counted from; None when
            the place had been told nothing.
        change: None when there is no earlier reading.
    """

    span: Span
    base: datetime | None
    change: Change | None


async def explain(reader: Reader, reading: Reading, span: Span, base: datetime | None) -> Explained:
    """Explain a score's change over a span; the network is never asked.

    The reading nearest to the span's beginning is taken; for eight weeks the one from which the
    review and the pictures count, too. A place that was told nothing gets the last week.

    Args:
        base: the moment of the reading that was told before this one, or None.
    """
    if span is Span.TOLD and base is not None:
        change = await reader.change(reading, base)
        if change is not None:
            return Explained(span, base, change)
    if span is Span.TOLD:
        span = Span.WEEK
    return Explained(span, base, await _over(reader, reading, span))


async def _over(reader: Reader, reading: Reading, span: Span) -> Change | None:
    as_of = reading.score.facts.as_of
    points = [point for point in await reader.history(reading, _EVER) if point.as_of < as_of]
    if not points:
        return None
    if span is Span.HIGHEST:
        alike = [point for point in points if point.formula == reading.score.formula] or points
        # of several as high, the newest: what came after it is what has changed
        highest = max(alike, key=lambda point: (point.score, point.as_of))
        return await reader.change(reading, highest.as_of)
    return await reader.change(reading, _begin(points, as_of, span).as_of)


def _begin(points: Sequence[Point], as_of: datetime, span: Span) -> Point:
    """Return the earlier score that a span begins with."""
    if span is Span.EIGHT_WEEKS and (first := weeks_ago(points, as_of)):
        return first
    begin = as_of - _LENGTHS[span]
    return min(points, key=lambda point: abs(point.as_of - begin))
