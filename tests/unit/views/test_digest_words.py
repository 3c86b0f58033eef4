"""What a digest says of a change: lines that sum to it, and reasons that agree with their sign."""

import re

import pytest
from hypothesis import given

from scoring.change import Change, change
from scoring.comparison import compare
from scoring.facts import Facts, Recent
from scoring.reading.account import Reading
from scoring.score import score
from services.visibility import Visible
from tests.support.accounts import NOW
from tests.support.facts import facts
from tests.unit.scoring.test_change import WEEK, any_facts
from views.scores import change_lines, score_messages
from views.wording import wording_for

ENGLISH = wording_for("en")


def told(moved: Change) -> str:
    """What a digest says to stand behind the change; "" where nothing is said."""
    return change_lines.receipt(moved, ENGLISH)


def number(text: str) -> float:
    return float(text.replace("−", "-").replace(",", ""))


@given(any_facts(), any_facts(NOW + WEEK))
def test_what_is_told_sums_to_the_change_and_agrees_with_its_signs(
    before: Facts, after: Facts
) -> None:
    moved = change(score(before), score(after))
    total, _, rest = told(moved).partition(": ")
    lines = re.split(r", (?=[a-z ]+(?:2026\.\d )?[+−]\d+\.\d(?: \(|,|$))", rest)
    if lines != [""]:
        points = [number(re.findall(r" ([+−][\d.]+)(?: \(|$)", line)[0]) for line in lines]
        assert sum(points) == pytest.approx(moved.difference)
        assert number(total.split()[0].replace("±", "")) == moved.difference
    for line in filter(None, lines):
        up = re.findall(r" ([+−])[\d.]+(?: \(|$)", line)[0] == "+"
        for one, other in re.findall(r": ([\d.,]+) → ([\d.,]+)", line):
            assert (number(other.rstrip(",")) > number(one)) is up
        for sign in re.findall(r"[(, ]([+−])\d[\d,.]* (?:list|follower)", line):
            assert (sign == "+") is up


def with_recent(as_of_weeks: int, **changes: float) -> Facts:
    recent: dict[str, float] = {
        "days": 7, "posts": 10, "likes": 300, "replies": 50, "reposts": 60, "quotes": 10,
        "mentions": 364, "mention_days": 7,
    }  # fmt: skip
    return facts(Recent(**(recent | changes)), as_of=NOW + as_of_weeks * WEEK)  # type: ignore[arg-type]


def test_mentions_fell_while_posts_drew_more() -> None:
    before, after = with_recent(0), with_recent(1, mentions=10, likes=330)
    line = told(change(score(before), score(after)))
    assert line.startswith("−")
    assert re.search(r"reactions −[\d.]+ \(mentions a week: 364 → 10\)", line)
    assert "to a post" not in line


def test_mentions_are_compared_as_rates() -> None:
    before, after = with_recent(0), with_recent(1, mentions=182, mention_days=3.5)
    assert "mentions" not in told(change(score(before), score(after)))


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (with_recent(0), facts(as_of=NOW + WEEK), "as fewer facts were readable"),
        (facts(), with_recent(1), "as more was read this time"),
    ],
)
def test_what_could_be_read_is_told_by_what_was_read(
    before: Facts, after: Facts, words: str
) -> None:
    assert words in told(change(score(before), score(after)))


def test_six_in_ten_is_said_of_a_tie_and_of_a_lead_in_different_words() -> None:
    known = Visible(Reading(1, "one", "", protected=False, score=score(facts())))
    seen = set()
    for followers in range(2_500, 60_000, 250):
        rated = score(facts(followers=followers))
        other = Visible(Reading(2, "two", "", protected=False, score=rated))
        said = score_messages.verdict(known, other, ENGLISH)
        assert "bout 6 in 10" not in said
        seen |= {"no more than 6 in 10"} if "close to call: no more than 6 in 10" in said else set()
        seen |= {"more than 6 in 10"} if said.startswith("More than 6 in 10") else set()
        tie = compare(known.score, rated).tie
        assert said.startswith("Too close to call") is tie
    assert len(seen) == 2
