"""An order that people would agree with, and the words that say it."""

import random
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import Facts, Score, compare, score
from scoring.facts import Recent
from scoring.formulas.y2026_2 import FORMULA_2026_2
from scoring.ranking import ahead, leaders, rank
from scoring.reading.account import Reading
from scoring.reading.handles import Request
from scoring.score import PARTS, whole
from services.visibility import Visible
from tests.support.accounts import NOW
from tests.support.facts import facts
from tests.unit.scoring.test_score_properties import accounts
from views.scores.comparison_messages import comparison
from views.scores.score_messages import verdict
from views.wording import wording_for

ENGLISH = wording_for("en")


def scored(followers: int, listed: int = 5) -> Score:
    account = facts(days=1826, followers=followers, listed=listed, posts=4_000)
    return score(account, FORMULA_2026_2)


def near(facts: Facts, more: int) -> Facts:
    return replace(facts, followers=facts.followers + more)


# Independent accounts are hardly ever close to each other: half of these are near the first.
friends = st.builds(
    lambda first, others, steps: [first, *others, *(near(first, step) for step in steps)],
    accounts,
    st.lists(accounts, min_size=1, max_size=5),
    st.lists(st.integers(0, 2_000), max_size=4),
).map(
    lambda found: {
        f"user{number}": score(facts, FORMULA_2026_2) for number, facts in enumerate(found)
    }
)


@given(friends)
def test_the_ranking_puts_accounts_behind_all_clearly_ahead_of_them(
    scores: dict[str, Score],
) -> None:
    ranked = rank(scores)
    assert sorted(one.name for one in ranked) == sorted(scores)
    assert [one.score.score for one in ranked] == sorted(
        (one.score for one in scores.values()), reverse=True
    )
    for index, one in enumerate(ranked):
        ahead_of = [each for each in ranked[:index] if not compare(each.score, one.score).tie]
        assert one.place == 1 + len(ahead_of)
        assert one.shared == (sum(other.place == one.place for other in ranked) > 1)
    places = [one.place for one in ranked]
    assert places == sorted(places)


def test_places_go_with_the_order_within_a_tenth() -> None:
    busy = Recent(None, None, None, None, None, None, mentions=630_968, mention_days=10.0)

    def new(followers: int, listed: int, recent: Recent | None) -> Score:
        facts = Facts("new", "x", followers, 0, listed, 0, NOW, NOW, recent)
        return score(facts, FORMULA_2026_2)

    scores = {"a": new(329_569, 0, busy), "b": new(329_798, 0, busy), "c": new(4_049_566, 16, None)}
    assert scores["a"].score == scores["b"].score
    ranked = rank(scores)
    assert [one.name for one in ranked if one.name != "c"] == ["b", "a"]
    assert [one.place for one in ranked] == sorted(one.place for one in ranked)


@given(friends, st.randoms(use_true_random=False))
def test_a_place_changes_only_when_another_account_is_clearly_ahead(
    scores: dict[str, Score], draw: random.Random
) -> None:
    company = {one.name: one for one in rank(scores)}
    names = draw.sample(sorted(scores), draw.randint(1, len(scores)))
    for one in rank({name: scores[name] for name in names}):
        gone = [
            other
            for other in company.values()
            if other.name not in names
            and other.score.score > one.score.score
            and not compare(other.score, one.score).tie
        ]
        assert one.place == company[one.name].place - len(gone)


@given(friends, st.randoms(use_true_random=False))
def test_the_order_of_asking_changes_nothing(scores: dict[str, Score], draw: random.Random) -> None:
    shuffled = list(scores.items())
    draw.shuffle(shuffled)
    assert rank(dict(shuffled)) == rank(scores)


@given(friends)
def test_the_account_with_most_of_a_part_leads_it(scores: dict[str, Score]) -> None:
    led = leaders(rank(scores))
    for part in PARTS:
        most = max(one.parts[part] for one in scores.values())
        best = [name for name, one in scores.items() if one.parts[part] == most]
        assert led.get(part) == (best[0] if len(best) == 1 else None)


def reading(name: str, found: Score) -> Visible:
    return Visible(Reading(hash(name), name, name, protected=False, score=found))


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
@given(accounts, accounts)
def test_a_verdict_is_the_same_in_both_orders(language: str, one: Facts, other: Facts) -> None:
    a, b = (
        reading(name, score(facts, FORMULA_2026_2)) for name, facts in (("a", one), ("b", other))
    )
    assert verdict(a, b, wording_for(language)) == verdict(b, a, wording_for(language))


def test_accounts_that_differ_only_in_the_last_bit_are_named_alike_both_ways() -> None:
    recent = Recent(1.0, 0, 999_999, 0, 0, 0, None, None)
    new = facts(recent, days=0, followers=25_279, following=0, listed=99, posts=0)
    a, b = reading("a", score(new)), reading("b", score(replace(new, posts=9)))
    assert verdict(a, b, ENGLISH) == verdict(b, a, ENGLISH)
    assert compare(a.score, b.score).probability + compare(b.score, a.score).probability == 1


def test_a_chain_of_ties_is_not_a_tie() -> None:
    chain = {f"user{n}": scored(int(1_000 * 1.5**n), 10 + 8 * n) for n in range(10)}
    ranked = rank(chain)
    assert compare(ranked[0].score, ranked[1].score).tie
    places = [one.place for one in ranked]
    assert places[:2] == [1, 1]
    assert 1 < len(set(places)) < len(places)


def test_equal_scores_are_ordered_by_name() -> None:
    ranked = rank({"b": scored(300), "A": scored(300), "c": scored(300)})
    assert [(one.name, one.place, one.shared) for one in ranked] == [
        ("A", 1, True),
        ("b", 1, True),
        ("c", 1, True),
    ]


def test_an_empty_ranking_and_a_ranking_of_one() -> None:
    assert rank({}) == []
    (alone,) = rank({"a": scored(300)})
    assert (alone.place, alone.shared) == (1, False)
    assert leaders([alone]) == dict.fromkeys(PARTS, "a")


def test_a_tie_in_a_part_has_no_leader() -> None:
    assert leaders(rank({"a": scored(300), "b": scored(300)})) == {}
