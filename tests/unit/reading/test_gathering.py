"""The window that readings gather: each post once, no gap is silence, what is old leaves."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.change import change
from scoring.facts import Facts, Recent
from scoring.reading.gathering import Gathered, left_between
from scoring.reading.sources import MentionCount, MentionWindow, PostWindow, SeenPost
from scoring.reading.windows import LENGTH, LONGEST, SETTLED, SHORTEST, Span, covered, merged
from scoring.score import score
from tests.support.accounts import NOW
from tests.support.facts import facts as ordinary

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
A_WEEK = MentionWindow(7.0, 7)


def post(number: int, age: timedelta, likes: int = 1) -> SeenPost:
    """A post of a certain age at `NOW`."""
    return SeenPost(number, NOW - age, likes, 0, 0, 0)


def read(
    begins: timedelta, ends: timedelta, *posts: SeenPost, more: bool = False, left_out: int = 0
) -> PostWindow:
    """A reading of a period, given by the ages of its ends."""
    return PostWindow(NOW - begins, NOW - ends, posts, left_out, more)


def recent(gathered: Gathered, now: datetime = NOW) -> Recent:
    found = gathered.with_mentions(A_WEEK, now).recent(now)
    assert found is not None
    return found


def facts(gathered: Gathered, now: datetime) -> Facts:
    return ordinary(gathered.recent(now), as_of=now)


def test_a_post_counts_once_and_with_its_newest_counts() -> None:
    first = Gathered().with_posts(read(20 * DAY, 7 * DAY, post(2, 8 * DAY, 1), post(1, 15 * DAY)))
    both = first.with_posts(read(8 * DAY, 0 * DAY, post(3, DAY), post(2, 8 * DAY, 50)))
    assert (recent(both).posts, recent(both).likes) == (3, 52)


def test_what_overlaps_is_covered_once_and_gaps_are_not_covered() -> None:
    one = Gathered().with_posts(read(30 * DAY, 20 * DAY, post(1, 25 * DAY)))
    overlapping = one.with_posts(read(22 * DAY, 18 * DAY, post(2, 19 * DAY)))
    assert recent(overlapping).days == pytest.approx(12)
    apart = overlapping.with_posts(read(3 * DAY, 0 * DAY, post(3, DAY)))
    assert recent(apart).days == pytest.approx(15)


def test_more_posts_than_a_reading_returns_are_no_silence() -> None:
    """Forty posts a week, of which ten are read: the rate is forty a week all the same."""
    gathered = Gathered()
    for week in range(8, 0, -1):
        end = (week - 1) * 7 * DAY
        ten = [post(week * 100 + n, end + n * 7 * DAY / 40) for n in range(1, 11)]
        begins = end + 70 * DAY / 40
        gathered = gathered.with_posts(read(begins, end, *ten, more=True))
    found = recent(gathered)
    assert found.posts == 80
    assert found.days is not None
    assert found.posts / found.days * 7 == pytest.approx(40)


def test_weeks_without_a_reading_change_no_rate() -> None:
    gathered = Gathered().with_posts(
        read(30 * DAY, 25 * DAY, *[post(n, 26 * DAY) for n in range(20)])
    )
    before = recent(gathered, NOW - 25 * DAY)
    later = gathered.with_posts(read(5 * DAY, 0 * DAY, *[post(n, 2 * DAY) for n in range(30, 50)]))
    after = recent(later)
    assert [one.posts and one.days and one.posts / one.days for one in (before, after)] == [4, 4]


def test_posts_leave_the_window_with_age() -> None:
    ten = [post(n, n * DAY) for n in range(1, 11)]
    old = [post(n, LENGTH + n * DAY) for n in range(20, 23)]
    gathered = Gathered().with_posts(read(80 * DAY, 0 * DAY, *ten, *old))
    assert (recent(gathered).posts, recent(gathered).days) == (10, LENGTH / DAY)


def test_of_fewer_than_ten_posts_older_ones_stay_for_as_long_as_they_say_something() -> None:
    old = [post(n, LENGTH + n * DAY) for n in range(1, 6)]
    gathered = Gathered().with_posts(read(LONGEST, 0 * DAY, post(9, DAY), *old))
    assert (recent(gathered).posts, recent(gathered).days) == (6, LONGEST / DAY)
    later = NOW + LONGEST - LENGTH
    assert recent(gathered, later).posts == 1


def test_the_tenth_post_is_where_the_window_of_a_quiet_account_begins() -> None:
    posts = [post(n, n * 7 * DAY) for n in range(1, 13)]  # one a week
    gathered = Gathered().with_posts(read(LONGEST, 0 * DAY, *posts))
    assert (recent(gathered).posts, recent(gathered).days) == (10, 70)


def test_a_post_that_is_not_returned_any_more_was_deleted() -> None:
    first = Gathered().with_posts(
        read(9 * DAY, 0 * DAY, post(3, DAY), post(2, 2 * DAY), post(1, 8 * DAY))
    )
    again = first.with_posts(read(3 * DAY, 0 * DAY, post(3, DAY)))
    assert set(again.posts) == {3, 1}  # the oldest is not of the period that was read again
    full = first.with_posts(read(9 * DAY, 0 * DAY, post(3, DAY), more=True))
    assert set(full.posts) == {3, 2, 1}  # what is older than the page may be there
    odd = first.with_posts(read(9 * DAY, 0 * DAY, post(3, DAY), left_out=1))
    assert set(odd.posts) == {3, 2, 1}  # the one that could not be read may be any of them
    assert set(first.with_posts(read(9 * DAY, 0 * DAY, more=True)).posts) == {3, 2, 1}


def test_a_burst_that_fills_a_page_deletes_nothing_in_the_hour_before_it() -> None:
    early = Gathered().with_posts(read(7 * DAY, HOUR / 2, post(1, HOUR * 0.75)))
    minute = timedelta(minutes=1)
    burst = [post(n, n * minute) for n in range(10, 20)]
    again = early.with_posts(read(SHORTEST, 0 * DAY, *burst, more=True))
    assert 1 in again.posts


def test_only_what_is_new_or_not_settled_is_read_again() -> None:
    assert Gathered().unread_since(NOW) == NOW - LONGEST
    old, fresh = post(1, 10 * DAY), post(2, DAY)
    gathered = Gathered().with_posts(read(LONGEST, 0 * DAY, fresh, old))
    week = NOW + 7 * DAY
    assert gathered.unread_since(week) == fresh.created_at
    settled = gathered.with_posts(PostWindow(fresh.created_at, week, (fresh,)))
    assert settled.unread_since(week + 7 * DAY) == week
    assert settled.covering(week, week + DAY).unread_since(week + 7 * DAY) == week + DAY
    assert settled.unread_since(NOW + 400 * DAY) == NOW + 400 * DAY - LONGEST


def test_a_post_is_settled_by_its_age_when_it_was_read() -> None:
    gathered = Gathered().with_posts(
        read(LONGEST, 0 * DAY, post(1, SETTLED), post(2, SETTLED - HOUR))
    )
    assert [gathered.posts[number].is_settled for number in (1, 2)] == [True, False]


def days_of(now: datetime, *mentions: int) -> MentionWindow:
    """A count by UTC day; the first and the last day are parts of one."""
    begins = now - 7 * DAY
    midnights = [(begins + n * DAY).replace(hour=0) for n in range(1, 8)]
    edges = [begins, *midnights, now]
    counts = [
        MentionCount(one, two, n) for (one, two), n in zip(pairwise(edges), mentions, strict=True)
    ]
    return MentionWindow(7.0, sum(mentions), tuple(counts))


def test_mentions_of_a_day_that_is_counted_twice_count_once() -> None:
    first = Gathered().with_mentions(days_of(NOW, 1, 2, 3, 4, 5, 6, 7, 1), NOW)
    later = NOW + 2 * DAY
    both = first.with_mentions(days_of(later, 1, 4, 5, 6, 7, 9, 8, 2), later)
    found = both.recent(later)
    assert found is not None
    # 1 + 2 before; 3 whole, of which the second reading saw a part; then what it saw; today's part
    assert (found.mentions, found.mention_days) == (1 + 2 + 3 + 4 + 5 + 6 + 7 + 9 + 8 + 2, 9)


def test_a_sum_fills_the_days_that_are_not_counted_by_day() -> None:
    """As after an update: the reading before it kept nothing but a sum."""
    before = Gathered().with_mentions(MentionWindow(7.0, 70), NOW - DAY)
    both = before.with_mentions(days_of(NOW, 0, 1, 1, 1, 1, 1, 1, 0), NOW)
    found = both.recent(NOW)
    assert found is not None
    assert (found.mentions, found.mention_days) == (10 + 6, 8)


def test_mentions_leave_the_window_day_by_day() -> None:
    gathered = Gathered().with_mentions(MentionWindow(7.0, 70), NOW)
    found = gathered.recent(NOW + LENGTH - 3 * DAY)
    assert found is not None
    assert (found.mentions, found.mention_days) == (30, 3)
    assert gathered.recent(NOW + LENGTH) is None


def test_without_mentions_there_is_no_window_and_without_posts_half_of_one() -> None:
    posts = Gathered().with_posts(read(LONGEST, 0 * DAY, post(1, DAY)))
    assert posts.recent(NOW) is None
    assert score(facts(posts, NOW)).depth == "profile"
    mentions = Gathered().with_mentions(A_WEEK, NOW).recent(NOW)
    assert mentions == Recent(None, None, None, None, None, None, 7, 7.0)


def weekly(weeks: int, posts: Sequence[SeenPost]) -> Gathered:
    """What weekly readings gather that see everything."""
    gathered = Gathered()
    for week in range(weeks, -1, -1):
        now = NOW - week * 7 * DAY
        begins = now - (LONGEST if week == weeks else 7 * DAY)
        seen = tuple(p for p in posts if begins <= p.created_at <= now)
        gathered = gathered.with_posts(PostWindow(begins, now, seen)).with_mentions(A_WEEK, now)
    return gathered


def test_posts_that_left_have_a_line_and_the_lines_sum() -> None:
    old = [post(n, 60 * DAY + n * HOUR, likes=500) for n in range(1, 5)]
    gathered = weekly(1, [*old, *(post(n, n * DAY) for n in range(10, 40))])
    before, after = facts(gathered, NOW - 7 * DAY), facts(gathered, NOW)
    left = gathered.left(before, after)
    assert left is not None
    assert (left.posts, left.likes) == (4, 2_000)
    assert left.days == pytest.approx(7)
    period = left_between(before, after)
    assert period == Span(NOW - 63 * DAY, NOW - 56 * DAY)
    posts = gathered.posts.items()
    few = {n: kept for n, kept in posts if period.begins <= kept.post.created_at <= period.ends}
    assert replace(gathered, posts=few).left(before, after) == left
    moved = change(score(before), score(after), left)
    assert moved.lines["window"] < 0
    assert sum(round(10 * points) for points in moved.lines.values()) == round(
        10 * moved.difference
    )


def test_a_window_of_an_earlier_version_is_not_said_to_have_lost_anything() -> None:
    gathered = weekly(1, [post(n, n * 2 * DAY) for n in range(1, 40)])
    before, after = facts(gathered, NOW - 7 * DAY), facts(gathered, NOW)
    ten = Recent(20.0, 10, 10, 0, 0, 0, 7, 7.0)
    earlier = Facts(**{name: getattr(before, name) for name in Facts.__slots__} | {"recent": ten})
    assert gathered.left(before, after) is not None
    assert gathered.left(earlier, after) is None
    assert left_between(facts(Gathered(), NOW - DAY), after) is None
    assert gathered.left(after, after) is None


hours = st.integers(0, 24 * 120).map(lambda n: n * HOUR)
spans = st.lists(
    st.tuples(hours, hours).map(lambda two: Span(NOW - max(two), NOW - min(two))), max_size=12
)


@settings(deadline=None)
@given(spans, st.tuples(hours, hours))
def test_coverage_counts_whole_hours(
    periods: list[Span], ends: tuple[timedelta, timedelta]
) -> None:
    inside = Span(NOW - max(ends), NOW - min(ends))
    whole = merged(periods)
    assert all(one.ends < other.begins for one, other in pairwise(whole))
    moments = [inside.begins + n * HOUR + HOUR / 2 for n in range(inside.length // HOUR)]
    there = sum(any(s.begins <= moment < s.ends for s in periods) for moment in moments)
    assert covered(periods, inside) == there * HOUR


counted = st.lists(
    st.tuples(hours, hours)
    .filter(lambda two: two[0] != two[1])
    .map(lambda two: (NOW - min(two), (max(two) - min(two)) / DAY)),
    min_size=1,
    max_size=10,
)


@settings(deadline=None)
@given(counted, st.integers(0, 50))
def test_an_even_pace_of_mentions_is_found_whatever_was_counted(
    periods: list[tuple[datetime, float]], a_day: int
) -> None:
    gathered = Gathered()
    for now, days in periods:
        gathered = gathered.with_mentions(MentionWindow(days, round(a_day * days * 24) // 24), now)
    found = gathered.recent(NOW)
    inside = Span(NOW - LENGTH, NOW)
    whole = covered((Span(now - days * DAY, now) for now, days in periods), inside)
    if not whole:
        assert found is None
        return
    assert found is not None
    assert found.mentions is not None
    assert found.mention_days == pytest.approx(max(whole, SHORTEST) / DAY)
    # each count was rounded down to a whole mention, and the sum to the nearest
    assert a_day * whole / DAY - len(periods) - 1 <= found.mentions <= a_day * whole / DAY + 1


moments = st.lists(st.integers(0, 24 * 100), min_size=1, max_size=60, unique=True)


@settings(deadline=None)
@given(moments, st.lists(st.integers(1, 24 * 30), min_size=1, max_size=8))
def test_whenever_it_is_read_each_post_counts_once(ages: list[int], pauses: list[int]) -> None:
    """Readings at any time that ask for what `unread_since` says and get ten posts at most."""
    posts = sorted((post(n, n * HOUR + HOUR / 2) for n in ages), key=lambda p: p.created_at)
    now, gathered, read_posts = NOW - sum(pauses) * HOUR, Gathered(), 0
    for pause in [0, *pauses]:
        now += pause * HOUR
        since = min(gathered.unread_since(now), now - SHORTEST)
        there = [p for p in posts if since <= p.created_at <= now]
        page = tuple(there[-10:])
        more = len(there) > len(page)
        begins = min(page[0].created_at, now - SHORTEST) if more else since
        gathered = gathered.with_posts(PostWindow(begins, now, page, more=more))
        read_posts += len(page)
    found = recent(gathered, now)
    assert set(gathered.posts) <= {p.id for p in posts}
    assert found.posts is not None
    assert found.days is not None
    assert found.posts <= len(gathered.posts) <= read_posts
    assert SHORTEST / DAY <= found.days <= LONGEST / DAY
    inside = [p for p in posts if any(s.begins <= p.created_at <= s.ends for s in gathered.spans)]
    if not any(now - LONGEST > p.created_at for p in posts):
        assert len(gathered.posts) == len(inside)
