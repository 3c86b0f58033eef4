"""Which posts and mentions a query asks for, by its times and numbers."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from playground.x.accounts import Post

_COUNTED: Final = timedelta(days=7)
"""The period of `counts/recent`."""

_WEEK: Final = timedelta(weeks=1)
_EPOCH: Final = datetime(2010, 11, 6, tzinfo=UTC)


def is_asked_for(post: Post, query: Mapping[str, str]) -> bool:
    """Whether a timeline's query asks for a post.

    As at X, a start is inclusive, an end and both numbers are exclusive, and a number takes the
    place of the time beside it.
    """
    if "since_id" in query:
        after = post.id > int(query["since_id"])
    else:
        after = _second(post.created_at) >= _moment(query.get("start_time"), _EPOCH)
    if "until_id" in query:
        return after and post.id < int(query["until_id"])
    end = query.get("end_time")
    return after and (end is None or post.created_at < datetime.fromisoformat(end))


def by_day(
    a_week: int, now: datetime, query: Mapping[str, str]
) -> Iterator[tuple[datetime, datetime, int]]:
    """Yield the mentions of the last seven days, or of the part asked for, by UTC day.

    Args:
        a_week: mentions a week, at an even pace: two overlapping counts agree.

    Yields:
        Begin, end and mentions of each day; the first and the last are parts of a day.
    """
    end = min(now, _moment(query.get("end_time"), now))
    begins = max(now - _COUNTED, _moment(query.get("start_time"), now - _COUNTED))
    while begins < end:
        midnight = begins.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        ends = min(midnight, end)
        yield begins, ends, _until(ends, a_week) - _until(begins, a_week)
        begins = ends


def _until(moment: datetime, a_week: int) -> int:
    microseconds = (moment - _EPOCH) // timedelta(microseconds=1)
    return a_week * microseconds // (_WEEK // timedelta(microseconds=1))


def _moment(text: str | None, otherwise: datetime) -> datetime:
    return datetime.fromisoformat(text) if text else otherwise


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
