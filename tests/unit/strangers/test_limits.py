"""How often strangers' servers are asked, by each person and in all."""

from datetime import timedelta

import pytest

from scoring.reading.errors import QuotaSpent
from scoring.reading.strangers.limits import HostBreaker, NewServers, Pause, RateLimit
from scoring.reading.strangers.retry_times import retry_time
from tests.conftest import Clock
from tests.support.accounts import NOW

HOUR = timedelta(hours=1)


def test_a_rate_is_kept_over_any_period(clock: Clock) -> None:
    limit = RateLimit(2, HOUR, clock)
    assert limit.take("a") is None
    clock.forward(minutes=50)
    assert limit.take("a") is None
    assert limit.take("a") == NOW + HOUR
    assert limit.take("b") is None
    clock.forward(minutes=10)
    assert limit.take("a") is None
    assert limit.take("a") == NOW + timedelta(minutes=110)


def test_a_limit_remembers_so_many_keys_and_no_more(clock: Clock) -> None:
    limit = RateLimit(1, HOUR, clock)
    for key in range(10_001):
        assert limit.take(str(key)) is None
    assert limit.take("1")
    assert limit.take("0") is None  # the one that was used first was forgotten


def test_a_person_has_five_new_servers_an_hour_asked(clock: Clock) -> None:
    new = NewServers(clock)
    for number in range(5):
        new.admit(f"s{number}.example.org", person=1)
        new.admit("s0.example.org", person=1)  # the same one again costs nothing
    with pytest.raises(QuotaSpent) as caught:
        new.admit("s5.example.org", person=1)
    assert caught.value.until == NOW + HOUR
    new.admit("s5.example.org", person=2)
    clock.forward(hours=1)
    new.admit("s5.example.org", person=1)


def test_known_servers_and_work_that_no_person_waits_for_are_not_counted(clock: Clock) -> None:
    new = NewServers(clock)
    new.note_answer("known.example.org")
    for _ in range(10):
        new.admit("known.example.org", person=1)
        new.admit("new.example.org", person=None)
    for number in range(5):
        new.admit(f"s{number}.example.org", person=1)


def test_a_host_is_left_alone_after_failures_in_a_row_only(clock: Clock) -> None:
    breaker = HostBreaker(clock)
    for _ in range(2):
        breaker.note_failure("a")
    breaker.note_answer("a")
    for _ in range(2):
        breaker.note_failure("a")
    assert breaker.admit("a") is None
    breaker.note_failure("a")
    assert breaker.admit("a") == Pause(NOW + timedelta(minutes=10), wished=False)
    clock.forward(minutes=10)
    assert breaker.admit("a") is None
    assert breaker.admit("a") == Pause(NOW + timedelta(minutes=20), wished=False)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "30"}, 30),
        ({"RateLimit-Reset": str(int(NOW.timestamp()) + 90)}, 90),
        ({"X-RateLimit-Reset": "2026-03-18T12:02:00.000000Z"}, 120),
        ({"X-RateLimit-Reset": "2026-03-18T13:02:00+01:00"}, 120),
        ({"X-RateLimit-Reset": "2026-03-18T12:02:00"}, 300),
        ({"Retry-After": "86400"}, 300),
        ({"Retry-After": "-5"}, 300),
        ({"Retry-After": "9" * 30}, 300),
        ({"RateLimit-Reset": "9" * 11}, 300),
        ({"X-RateLimit-Reset": "2025-03-18T12:02:00Z"}, 300),
        ({"X-RateLimit-Reset": "soon"}, 300),
        ({}, 300),
    ],
)
def test_the_end_of_a_limit_is_believed_within_an_hour(
    headers: dict[str, str], seconds: int
) -> None:
    assert retry_time(headers, NOW) == NOW + timedelta(seconds=seconds)
