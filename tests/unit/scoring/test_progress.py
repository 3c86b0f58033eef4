"""How an account does against its own past."""

from datetime import UTC, datetime, timedelta

import pytest

from scoring.progress import WEEKS, Point, Progress, progress

NOW = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)


def weeks(*scores: float | None, formula: str = "2026.1") -> list[Point]:
    """One point a week, the last of them of this week; None for a week that was not read."""
    ages = range(len(scores) - 1, -1, -1)
    return [
        Point(NOW - timedelta(weeks=age, hours=1), score, 2.0, formula)
        for age, score in zip(ages, scores, strict=True)
        if score is not None
    ]


def told(*scores: float | None) -> Progress:
    return progress(weeks(*scores), NOW)


def test_growth_is_against_the_mean_of_the_weeks_before() -> None:
    assert told(30.0, 32.0, 34.0).growth == 3.0
    assert told(34.0, 32.0, 30.0).growth == -3.0
    assert told(30.0, 30.0).growth == 0.0


def test_without_a_past_there_is_no_growth_and_no_record() -> None:
    assert progress([], NOW) == Progress(None, 0, record=False)
    assert told(30.0) == Progress(None, 0, record=False)


def test_a_streak_counts_the_weeks_that_rose_up_to_this_one() -> None:
    assert told(30.0, 31.0, 32.0, 33.0).streak == 3
    assert told(33.0, 31.0, 32.0, 33.0).streak == 2
    assert told(30.0, 31.0, 31.0).streak == 0  # staying is not rising


def test_a_streak_is_counted_beyond_the_weeks_that_growth_is_measured_by() -> None:
    long = told(*(30.0 + week for week in range(13)))
    assert long.streak == 12
    assert long.growth == told(*(34.0 + week for week in range(9))).growth


def test_a_week_that_was_not_read_ends_a_streak_and_counts_for_nothing_else() -> None:
    gap = told(30.0, None, 32.0, 33.0)
    assert gap == Progress(2.0, 1, record=True)
    assert told(30.0, 31.0, None) == Progress(None, 0, record=False)


def test_a_record_is_above_all_that_is_known() -> None:
    assert told(30.0, 29.0, 30.1).record
    assert not told(30.1, 29.0, 30.1).record
    assert not told(31.0, 30.0).record


def test_the_last_reading_of_a_week_is_the_weeks() -> None:
    earlier = Point(NOW - timedelta(days=3), 90.0, 2.0, "2026.1")
    points = sorted([*weeks(30.0, 31.0), earlier])
    assert progress(points, NOW) == progress(weeks(30.0, 31.0), NOW)


def test_only_scores_of_the_newest_formula_count_as_progress() -> None:
    old = weeks(10.0, 11.0, 12.0, formula="2020.1")[:2]
    anew = Progress(None, 0, record=False, restarted=True)
    assert progress([*old, *weeks(30.0)], NOW) == anew
    mixed = [*old[:1], *weeks(30.0, 31.0)]
    assert progress(mixed, NOW) == Progress(1.0, 1, record=True, restarted=True)


def test_progress_ignores_scores_older_than_eight_weeks() -> None:
    long = told(*[90.0], *[30.0] * WEEKS, 31.0)
    assert long == Progress(1.0, 1, record=True)
    assert told(90.0, *[30.0] * (WEEKS - 1), 31.0).record is False


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(seconds=30)])
def test_a_reading_of_this_moment_or_by_a_clock_ahead_is_this_weeks(ahead: timedelta) -> None:
    assert progress([Point(NOW + ahead, 30.0, 2.0, "2026.1")], NOW).growth is None
    points = [*weeks(30.0, None), Point(NOW + ahead, 31.0, 2.0, "2026.1")]
    assert progress(points, NOW).growth == 1.0


def test_growth_is_told_to_a_tenth() -> None:
    assert told(30.0, 30.1, 30.1, 30.25).growth == 0.2
