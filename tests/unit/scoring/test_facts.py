"""What counts as facts, and what is said of what does not."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scoring import Facts, FactsError, Recent

AS_OF = datetime(2026, 3, 1, 12, tzinfo=UTC)
WEEK = Recent(7.0, 10, 25, 5, 3, 0, 20, 7.0)
BLOGGER = Facts(
    handle="lea",
    network="x",
    followers=2_500,
    following=400,
    listed=80,
    posts=17_000,
    created_at=AS_OF - timedelta(days=5 * 365.25),
    as_of=AS_OF,
    recent=WEEK,
)


def line(**changes: Any) -> dict[str, Any]:
    return {**BLOGGER.to_json(), **changes}


def recent_line(**changes: Any) -> dict[str, Any]:
    return line(recent={**WEEK.to_json(), **changes})


def test_seventeen_thousand_posts_in_five_years_are_9_3_a_day() -> None:
    assert round(BLOGGER.posts_per_day, 1) == 9.3


def test_posts_of_the_first_hour_are_not_a_rate() -> None:
    new = replace(BLOGGER, posts=3, created_at=AS_OF - timedelta(hours=1))
    assert new.posts_per_day == 3.0


def test_facts_survive_json() -> None:
    assert Facts.from_json(BLOGGER.to_json()) == BLOGGER


def test_a_moment_is_kept_in_utc() -> None:
    facts = Facts.from_json(line(created_at="2020-01-01T01:30:00+01:00"))
    assert facts.to_json()["created_at"] == "2020-01-01T00:30:00Z"


def test_twitter_is_the_older_name_of_x() -> None:
    assert Facts.from_json(line(network="Twitter")).network == "x"


@pytest.mark.parametrize("network", ["bluesky", "fediverse"])
def test_a_network_without_lists_has_none(network: str) -> None:
    facts = Facts.from_json(line(network=network, listed=None, handle="@".join(["a" * 64] * 2)))
    assert facts.listed is None
    assert json.loads(facts.to_line()) == facts.to_json()
    assert Facts.from_json(facts.to_json()) == facts


def test_keys_that_it_does_not_know_are_ignored() -> None:
    assert Facts.from_json(line(name="Léa")) == BLOGGER


@pytest.mark.parametrize(
    "half",
    [
        {"mentions": None, "mention_days": None},
        {"mentions": None},
        {"mention_days": None},
        dict.fromkeys(("days", "posts", "likes", "replies", "reposts", "quotes")),
    ],
)
def test_either_half_of_recent_may_be_missing(half: dict[str, None]) -> None:
    facts = Facts.from_json(recent_line(**half))
    assert facts.recent is not None
    assert facts.recent.known
    assert Facts.from_json(facts.to_json()) == facts


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("handle", None),
        ("handle", "x" * 321),
        ("network", "myspace"),
        ("network", 1),
        ("followers", -1),
        ("followers", 1.5),
        ("followers", True),
        ("followers", "12"),
        ("followers", None),
        ("followers", 10**400),
        ("followers", float("nan")),
        ("following", float("inf")),
        ("listed", []),
        ("listed", -1),
        ("posts", 2**53 + 1),
        ("created_at", "2020-01-01T00:00:00"),
        ("created_at", "yesterday"),
        ("created_at", 1_577_836_800),
        ("created_at", "0001-01-01T00:00:00+14:00"),
        ("as_of", None),
        ("as_of", "2001-01-01T00:00:00Z"),
        ("recent", []),
        ("recent", 7),
    ],
)
def test_what_cannot_be_is_named(field: str, value: object) -> None:
    with pytest.raises(FactsError, match=f"^{field} .*\\.$"):
        Facts.from_json(line(**{field: value}))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("days", 0),
        ("days", -1.0),
        ("days", float("nan")),
        ("days", float("inf")),
        ("days", "7"),
        ("days", True),
        ("days", None),
        ("posts", None),
        ("likes", None),
        ("replies", -3),
        ("reposts", 2.0),
        ("quotes", False),
        ("mentions", -1),
        ("mention_days", 0.0),
    ],
)
def test_what_cannot_be_recent_is_named(field: str, value: object) -> None:
    with pytest.raises(FactsError, match=f"^recent\\.{field} "):
        Facts.from_json(recent_line(**{field: value}))


@pytest.mark.parametrize("field", list(BLOGGER.to_json()))
def test_a_missing_field_is_named(field: str) -> None:
    incomplete = {name: value for name, value in BLOGGER.to_json().items() if name != field}
    with pytest.raises(FactsError, match=f"^{field} is missing"):
        Facts.from_json(incomplete)


@pytest.mark.parametrize("field", list(WEEK.to_json()))
def test_a_missing_field_of_recent_is_named(field: str) -> None:
    incomplete = {name: value for name, value in WEEK.to_json().items() if name != field}
    with pytest.raises(FactsError, match=f"^recent.{field} is missing"):
        Facts.from_json(line(recent=incomplete))


def test_mentions_need_days_to_be_a_rate() -> None:
    with pytest.raises(FactsError, match=r"^recent\.mention_days is missing"):
        Recent(None, None, None, None, None, None, 5, None)
