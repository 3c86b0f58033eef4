"""What a digest says of a change: lines that sum to it, and reasons that agree with their sign."""

import re
from datetime import timedelta

import pytest
from hypothesis import given, settings

from delivery.digest import Digest, Entry
from handlers.views import digests
from handlers.wording import wording_for
from scoring.change import Change, change
from scoring.facts import Facts, Recent
from scoring.reading import Reading
from scoring.score import score
from tests.accounts import NOW
from tests.unit.test_change import WEEK, any_facts, facts

ENGLISH = wording_for("en")


def told(moved: Change) -> str:
    """The second line of the entry: what stands behind the change; "" where nothing is said."""
    reading = Reading(1, "lea", "Léa", protected=False, score=moved.after)
    page = digests.digest(Digest(1, (Entry("lea", reading, moved),)), 0, NOW + WEEK, ENGLISH)
    _, _, entry = page.html.partition("\n\n")
    return entry.partition("\n")[2]


def number(text: str) -> float:
    return float(text.replace("−", "-").replace(",", ""))


@settings(max_examples=200, deadline=None)
@given(any_facts(), any_facts(NOW + WEEK))
def test_what_is_told_sums_to_the_change_and_agrees_with_its_signs(
    before: Facts, after: Facts
) -> None:
    moved = change(score(before), score(after))
    lines = re.split(r", (?=[+−]\d+\.\d )", re.sub(r"(\. )?Within .*", "", told(moved)))
    if lines != [""]:
        points = [number(line.split()[0]) for line in lines]
        assert sum(points) == pytest.approx(moved.difference)
    for line in lines:
        up = line.startswith("+")
        for one, other in re.findall(r": ([\d.,]+) → ([\d.,]+)", line):
            assert (number(other.rstrip(",")) > number(one)) is up
        for sign in re.findall(r"[(, ]([+−])\d[\d,.]* (?:list|follower)", line):
            assert (sign == "+") is up


def with_recent(as_of_weeks: int, **changes: float) -> Facts:
    recent: dict[str, float] = {
        "days": 7, "posts": 10, "likes": 300, "replies": 50, "reposts": 60, "quotes": 10,
        "mentions": 364, "mention_days": 7,
    }  # fmt: skip
    return facts(NOW + as_of_weeks * timedelta(weeks=1), Recent(**(recent | changes)))  # type: ignore[arg-type]


def test_mentions_fell_while_posts_drew_more() -> None:
    before, after = with_recent(0), with_recent(1, mentions=100, likes=900)
    line = told(change(score(before), score(after)))
    assert line.startswith("−")
    assert "reactions (mentions a week: 364 → 100)" in line
    assert "to a post" not in line


def test_mentions_are_compared_as_rates() -> None:
    before, after = with_recent(0), with_recent(1, mentions=182, mention_days=3.5)
    assert "mentions" not in told(change(score(before), score(after)))


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (with_recent(0), facts(NOW + WEEK), "as fewer facts were readable"),
        (facts(), with_recent(1), "as more was read this time"),
    ],
)
def test_what_could_be_read_is_told_by_what_was_read(
    before: Facts, after: Facts, words: str
) -> None:
    assert words in told(change(score(before), score(after)))
