"""The parser of X's answers about one account's newest posts and its count of mentions."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from scoring.reading.budget import result_item
from scoring.reading.errors import AccountUnreadable, ItemRefused
from scoring.reading.sources import (
    MAX_POSTS,
    MentionCount,
    MentionWindow,
    PostWindow,
    Profile,
    SeenPost,
)
from scoring.reading.sources.json_items import OddFieldError, moment_of
from scoring.reading.sources.x_items import (
    Odd,
    UnusableError,
    count_of,
    list_of,
    made_at,
    partial_errors,
    post_of,
)
from scoring.reading.sources.x_refusals import Json, is_of_one, slug_of
from scoring.reading.windows import SHORTEST

MENTION_DAYS: Final = 7.0
"""The days that `counts/recent` covers."""

_SLACK: Final = timedelta(minutes=1)
"""How much older than asked for a post may be: X counts in whole seconds, or minutes."""


def post_window(
    body: Json, profile: Profile, since: datetime, now: datetime
) -> tuple[PostWindow, Odd]:
    """Read the answer of `GET /2/users/:id/tweets`.

    X cuts the page before it takes reposts and replies out of it. So the window's span is: all
    from `since` when there was no more to page through; else up to the oldest own post seen,
    readable or not; else, when all ten were replies or reposts, the time in which this account
    puts out ten posts on average.

    Args:
        since: the start of the period that was asked for, aware.

    Raises:
        UnusableError: the answer does not say whether there are posts.
        scoring.reading.errors.ItemRefused: X withholds this account's posts.
        scoring.reading.errors.AccountUnreadable: most posts cannot be read.
    """
    given, meta, odd = list_of(body, "data"), body.get("meta"), Odd()
    _withheld(body, profile.handle, odd, anything=bool(given))
    posts, moments, left_out = _own_posts(given, profile.id, since, odd)
    if left_out > len(posts):
        raise AccountUnreadable(
            profile.handle, sorted(odd), may_be_billed=True, results=_results(given)
        )
    more = True
    if isinstance(meta, dict):
        more = bool(meta.get("next_token"))
        if not given and meta.get("result_count") not in (None, 0):
            raise UnusableError("posts are counted and not given")
    elif given:
        odd["meta"] += 1
    else:
        raise UnusableError("neither posts nor meta")
    start = since
    if more and moments:
        start = min(moments)
    elif more:
        lifetime = max(now - profile.created_at, SHORTEST)
        start = now - MAX_POSTS * lifetime / max(profile.posts, MAX_POSTS)
    begins = min(max(start, since), now - SHORTEST)
    newest_first = sorted(posts, key=lambda post: (post.created_at, post.id), reverse=True)
    return PostWindow(begins, now, tuple(newest_first), left_out, more, _results(given)), odd


def _results(given: Sequence[object]) -> dict[str, datetime | None]:
    """Return the items that X charges for, each with its moment where that can be read."""
    results: dict[str, datetime | None] = {}
    for each in given:
        moment = None
        if isinstance(each, dict):
            with suppress(OddFieldError):
                moment = made_at(each)
        results[result_item("post", each)] = moment
    return results


def _own_posts(
    given: Sequence[object], author_id: int, since: datetime, odd: Odd
) -> tuple[list[SeenPost], list[datetime], int]:
    """Return readable posts, the known moments of all posts, and the number of unreadable ones."""
    posts: dict[int, SeenPost] = {}
    moments: list[datetime] = []
    left_out = 0
    for each in given:
        try:
            post = _own_post(each, author_id, since, moments)
        except OddFieldError as error:
            odd[error.field] += 1
            left_out += 1
        else:
            if post.id in posts:
                odd["id"] += 1  # a duplicate, which X charges for once
            posts[post.id] = post
    return list(posts.values()), moments, left_out


def _own_post(given: object, author_id: int, since: datetime, moments: list[datetime]) -> SeenPost:
    """Parse one post; note its moment even if its counts are odd: the window reaches to it."""
    if not isinstance(given, dict):
        raise OddFieldError("data")
    if str(given.get("author_id", author_id)) != str(author_id):
        raise OddFieldError("author_id")
    created_at = made_at(given)
    if created_at < since - _SLACK:
        raise OddFieldError("created_at")
    moments.append(created_at)
    return post_of(given)


def mention_window(body: Json, profile: Profile, now: datetime) -> tuple[MentionWindow, Odd]:
    """Read the answer of `GET /2/tweets/counts/recent`.

    Args:
        now: the moment of reading, aware.

    Raises:
        UnusableError: the answer has no count.
        scoring.reading.errors.ItemRefused: X does not count for this account.
        scoring.reading.errors.AccountUnreadable: the count is impossible.
    """
    meta, odd = body.get("meta"), Odd()
    days = list_of(body, "data")
    _withheld(body, profile.handle, odd, anything=bool(days or meta))
    if not isinstance(meta, dict):
        if not days:
            raise UnusableError("no count")
        odd["meta"] += 1
        meta = {}
    try:
        if meta.keys() & {"total_tweet_count", "total_post_count"}:
            total = count_of(meta, "total_tweet_count", "total_post_count")
        else:
            total = _sum_of(days)
    except OddFieldError as error:
        raise AccountUnreadable(profile.handle, (error.field,), may_be_billed=True) from None
    by_day = _by_day(days, now)
    if sum(count.mentions for count in by_day) != total:
        by_day = ()
    return MentionWindow(MENTION_DAYS, total, by_day), odd


def _by_day(days: Sequence[object], now: datetime) -> tuple[MentionCount, ...]:
    """Return the counts by day, oldest first; none where one cannot be read or placed."""
    counts: list[MentionCount] = []
    for day in days:
        if not isinstance(day, dict):
            return ()
        try:
            count = MentionCount(
                moment_of(day, "start"),
                moment_of(day, "end"),
                count_of(day, "tweet_count", "post_count"),
            )
        except OddFieldError:
            return ()
        counts.append(count)
    counts.sort()
    previous = now - timedelta(days=MENTION_DAYS) - _SLACK
    for begins, ends, _ in counts:
        if not previous <= begins < ends <= now + _SLACK:
            return ()
        previous = ends
    return tuple(counts)


def _sum_of(days: Sequence[object]) -> int:
    """Sum up the days, where X leaves the total out; a day without a count has none."""
    whole = [day for day in days if isinstance(day, dict) and "start" in day]
    if not whole or len(whole) < len(days):
        raise OddFieldError("total_tweet_count")
    return sum(count_of(day, "tweet_count", "post_count") for day in whole)


def _withheld(body: Json, handle: str, odd: Odd, *, anything: bool) -> None:
    """Count partial errors; without other content they mean that X refuses this account."""
    problems = partial_errors(body, odd)
    for problem in problems:
        odd[f"error {slug_of(problem) or 'without a type'}"] += 1
    if anything:
        return
    for problem in problems:
        if is_of_one(problem):
            raise ItemRefused(handle, status=200, problem_type=slug_of(problem))
    if problems:
        raise UnusableError("errors alone")
