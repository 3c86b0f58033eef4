"""An order that people would agree with, and the words that say it."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.views.comparisons import comparison
from handlers.views.scores import verdict
from handlers.wording import wording_for
from scoring import Facts, Score, compare, probability, score
from scoring.handles import Request
from scoring.ranking import ahead, leaders, rank
from scoring.reading import Reading
from scoring.score import PARTS, whole
from tests.unit.test_score_properties import accounts, many

AS_OF = datetime(2026, 3, 1, tzinfo=UTC)
ENGLISH = wording_for("en")


def somebody(followers: int, listed: int = 5) -> Score:
    born = AS_OF - timedelta(days=1826)
    return score(Facts("somebody", "x", followers, 300, listed, 4_000, born, AS_OF, None))


def near(facts: Facts, more: int) -> Facts:
    return replace(facts, followers=facts.followers + more)


# Independent accounts are hardly ever close to each other: half of these are near the first.
friends = st.builds(
    lambda first, others, steps: [first, *others, *(near(first, step) for step in steps)],
    accounts,
    st.lists(accounts, min_size=1, max_size=5),
    st.lists(st.integers(0, 2_000), max_size=4),
).map(lambda found: {f"user{number}": score(facts) for number, facts in enumerate(found)})


@many
@given(friends)
def test_the_highest_first_and_a_place_is_shared_with_whoever_leads_it(
    scores: dict[str, Score],
) -> None:
    ranked = rank(scores)
    assert sorted(one.name for one in ranked) == sorted(scores)
    assert [one.score.score for one in ranked] == sorted(
        (one.score for one in scores.values()), reverse=True
    )
    for index, one in enumerate(ranked):
        first = ranked[one.place - 1]
        assert first.place == one.place <= index + 1
        assert first is one or compare(first.score, one.score).tie
        assert one.shared == (sum(other.place == one.place for other in ranked) > 1)
    for before, after in pairwise(ranked):
        if before.place != after.place:
            assert after.place == ranked.index(after) + 1
            assert not compare(ranked[before.place - 1].score, after.score).tie


@many
@given(friends)
def test_a_part_is_led_by_whoever_alone_has_most_of_it(scores: dict[str, Score]) -> None:
    led = leaders(rank(scores))
    for part in PARTS:
        most = max(one.parts[part] for one in scores.values())
        best = [name for name, one in scores.items() if one.parts[part] == most]
        assert led.get(part) == (best[0] if len(best) == 1 else None)


def reading(name: str, found: Score) -> Reading:
    return Reading(hash(name), name, name, protected=False, score=found)


@many
@given(friends)
def test_what_is_said_agrees_with_what_is_computed(scores: dict[str, Score]) -> None:
    readings = [reading(name, found) for name, found in scores.items()]
    html = comparison(Request(tuple(scores), (), 0), readings, ENGLISH).html
    text = re.sub(r"<[^>]+>", "", html)
    ranked = rank(scores)
    lines = [line for line in text.split("\n") if "/100 ± " in line]
    assert len(lines) == len(ranked)
    for one, line in zip(ranked, lines, strict=True):
        equal = "=" if one.shared else ""
        assert line.startswith(f"{equal}{one.place}. @{one.name} · {whole(one.score.score)}/100")
        assert line.endswith("(too close to call)") == one.shared
    (said,) = re.findall(r"^.* would pick .*$", text, re.MULTILINE)
    share = ahead(ranked).probability
    picked = ranked[0 if share >= 0.5 else 1].name
    assert f"@{picked}" in said
    assert said.startswith("Too close to call") == (ranked[1].place == ranked[0].place)
    number = re.search(r"(\d+) in 10", said)
    if number:
        assert abs(int(number[1]) / 10 - max(share, 1 - share)) <= 0.05 + 1e-9
    else:
        assert said.startswith("Nearly everybody")
        assert max(share, 1 - share) >= 0.95


@pytest.mark.parametrize("language", ["en", "fr"])
@many
@given(accounts, accounts)
def test_both_ways_round_the_same_is_said(language: str, one: Facts, other: Facts) -> None:
    a, b = reading("a", score(one)), reading("b", score(other))
    if probability(a.score, b.score) != 0.5:
        assert verdict(a, b, wording_for(language)) == verdict(b, a, wording_for(language))


def test_being_close_is_not_handed_on() -> None:
    chain = {f"user{n}": somebody(int(1_000 * 1.5**n), 10 + 8 * n) for n in range(10)}
    ranked = rank(chain)
    assert compare(ranked[0].score, ranked[1].score).tie
    places = [one.place for one in ranked]
    assert 1 < len(set(places)) < len(places)


def test_equal_scores_are_ordered_by_name() -> None:
    ranked = rank({"b": somebody(300), "A": somebody(300), "c": somebody(300)})
    assert [(one.name, one.place, one.shared) for one in ranked] == [
        ("A", 1, True),
        ("b", 1, True),
        ("c", 1, True),
    ]


def test_nobody_and_one_alone() -> None:
    assert rank({}) == []
    (alone,) = rank({"a": somebody(300)})
    assert (alone.place, alone.shared) == (1, False)
    assert leaders([alone]) == dict.fromkeys(PARTS, "a")


def test_two_who_are_level_in_a_part_leave_it_without_a_leader() -> None:
    assert leaders(rank({"a": somebody(300), "b": somebody(300)})) == {}
