"""Duels, pure: the choice of a pair, what votes weigh, the fit, claims against answers."""

import math
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scoring.duels.claimed_bands import Answer, band, bands, drift, held
from scoring.duels.pairing import CLAIMED, Contender, Evidence, choose, difference, in_use, inverse
from scoring.duels.robust_fit import Answered, robust_fit
from scoring.duels.voter_weights import MOST, CastVote, weights
from scoring.facts import Facts, Recent

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def facts(followers: int, listed: int | None = 10, network: str = "x", daily: int = 5) -> Facts:
    recent = Recent(56.0, 60, 0, 0, 56 * daily, 0, 56 * daily, 56.0)
    opened = NOW - timedelta(days=2_000)
    return Facts("", network, followers, 300, listed, 5_000, opened, NOW, recent)


def some(count: int = 30) -> list[Contender[int]]:
    chance = random.Random(1)  # noqa: S311
    return [
        Contender(n, facts(round(1_000 * 1.4**n), round(3 * 1.4**n * chance.uniform(0.3, 3))))
        for n in range(count)
    ]


def test_a_chosen_pair_is_neither_sure_nor_of_two_networks() -> None:
    chance = random.Random(2)  # noqa: S311
    contenders = some() + [
        Contender(100 + n, facts(1_500 * (n + 1), None, "bluesky")) for n in range(9)
    ]
    for _ in range(200):
        pair = choose(contenders, Evidence(in_use()), chance)
        assert pair
        assert pair.left.facts.network == pair.right.facts.network
        assert CLAIMED[0] <= max(pair.claim, 1 - pair.claim) <= CLAIMED[1]
        claim = in_use().probability(*(in_use().rated(each.facts) for each in pair[:2]))
        assert pair.claim == pytest.approx(claim)


def test_sides_are_balanced_and_pairs_that_are_avoided_never_come() -> None:
    chance, used = random.Random(3), set[frozenset[int]]()  # noqa: S311
    left = 0
    for _ in range(100):
        pair = choose(
            some(),
            Evidence(in_use()),
            chance,
            avoid=lambda one, other: frozenset((one, other)) in used,
        )
        assert pair
        names = frozenset((pair.left.name, pair.right.name))
        assert names not in used
        used.add(names)
        left += pair.claim > 1 / 2
    assert 30 <= left <= 70


def test_members_of_the_game_meet_only_each_other() -> None:
    contenders = [replace(each, member=each.name % 2 == 0) for each in some()]
    for seed in range(50):
        pair = choose(contenders, Evidence(in_use()), random.Random(seed))  # noqa: S311
        assert pair
        assert pair.left.member is pair.right.member
    alone = [Contender(1, facts(2_000), member=True), Contender(2, facts(2_500))]
    assert choose(alone, Evidence(in_use()), random.Random(0)) is None  # noqa: S311


def test_what_was_judged_often_is_wanted_less() -> None:
    evidence, one, other = Evidence(in_use()), facts(20_000), facts(30_000)
    before = evidence.wanted(one, other)
    evidence.add(one, other, 40)
    assert evidence.wanted(one, other) < before / 2
    assert evidence.wanted(facts(200), facts(300)) == before
    product = [
        sum(evidence.covariance()[i][k] * inverse(evidence.covariance())[k][j] for k in range(3))
        for i in range(3)
        for j in range(3)
    ]
    assert product == pytest.approx([1, 0, 0, 0, 1, 0, 0, 0, 1])


def cast(voter: str, choices: str, seconds: float = 10) -> list[CastVote]:
    words = {"l": "left", "r": "right", "c": "close"}
    return [CastVote(n, voter, words[each], seconds) for n, each in enumerate(choices)]


def test_an_attentive_voter_weighs_in_full() -> None:
    votes = [vote for n in range(4) for vote in cast(f"v{n}", "lrlrrlclrl" * 2)]
    assert set(weights(votes).values()) == {1.0}


@pytest.mark.parametrize(
    ("choices", "seconds"),
    [("l" * 20, 10.0), ("rlrllrrlrl" * 2, 10.0), ("lrlrrlllrl" * 2, 0.5)],
    ids=["always left", "against everybody", "too fast"],
)
def test_a_vote_without_a_look_weighs_little(choices: str, seconds: float) -> None:
    others = [vote for n in range(4) for vote in cast(f"v{n}", "lrlrrllrlr" * 2)]
    found = weights(others + cast("odd", choices, seconds))
    assert found["odd"] < 0.1
    assert all(found[f"v{n}"] == 1 for n in range(4))


def test_one_person_in_many_groups_weighs_no_more_than_so_many_votes() -> None:
    found = weights(cast("busy", "lr" * 200))
    assert found["busy"] * 400 == pytest.approx(MOST)


def answered(voters: int, each: int, hostile: int, seed: int) -> list[Answered]:
    chance, true, votes = random.Random(seed), (1.4, 0.8), []  # noqa: S311
    for voter in range(voters):
        for _ in range(each):
            x = chance.uniform(-2, 2), chance.uniform(-2, 2)
            logit = sum(a * b for a, b in zip(true, x, strict=True))
            picked = chance.random() < 1 / (1 + math.exp(-logit))
            picked = logit < 0 if voter < hostile else picked
            votes.append(Answered(f"{voter}", x, float(picked)))
    return votes


@pytest.mark.parametrize("hostile", [0, 10])
def test_the_fit_finds_the_weights_within_its_error(hostile: int) -> None:
    found = robust_fit(answered(100, 20, hostile, seed=5))
    for weight, error, true in zip(found.weights, found.errors, (1.4, 0.8), strict=True):
        assert abs(weight - true) <= 2.5 * error
        assert 0 < error < 0.2
    assert all(found.trust[f"{n}"] < 0.01 for n in range(hostile))


def test_one_persons_influence_is_bounded() -> None:
    honest = answered(100, 20, 0, seed=6)
    without = robust_fit(honest).weights
    shouting = [each._replace(voter="one") for each in answered(1, 400, 1, seed=7)]
    with_it = robust_fit(honest + shouting).weights
    assert with_it == pytest.approx(without, abs=0.02)


def test_claims_are_held_against_the_likelier_account() -> None:
    assert held(0.7, "left") == (0.7, 1.0)
    assert held(0.3, "left") == (0.7, 0.0)
    assert held(0.3, "right") == (0.7, 1.0)
    assert held(0.7, "close") == (0.7, 0.5)


def test_an_error_counts_pairs_and_not_votes() -> None:
    alike = [Answer(n, 0.7, float(n % 2)) for n in range(20) for _ in range(8)]
    apart = [Answer(n, 0.7, float(n % 2)) for n in range(160)]
    one, other = band(alike), band(apart)
    assert one
    assert other
    assert (one.votes, one.pairs, other.pairs) == (160, 20, 160)
    assert one.error
    assert other.error
    assert one.error == pytest.approx(math.sqrt(0.25 / 19))
    assert other.error < one.error / 2
    alone = band([Answer(1, 0.7, 1.0)])
    assert alone
    assert alone.error is None
    assert band([Answer(1, 0.7, 1.0, 0.0)]) is None


def test_each_claim_is_in_one_band() -> None:
    answers = [Answer(n, n / 100, 1.0) for n in range(50, 101)]
    found = bands(answers)
    assert [(each.low, each.high) for each in found] == [(0.5, 0.6), (0.6, 0.7), (0.7, 1.0)]
    assert sum(each.votes for each in found) == len(answers)


def test_claims_that_people_do_not_bear_out_have_drifted() -> None:
    chance = random.Random(8)  # noqa: S311

    def crowd(agrees: float) -> list[Answer]:
        return [Answer(n // 4, 0.75, float(chance.random() < agrees)) for n in range(400)]

    honest, off = drift(crowd(0.75)), drift(crowd(0.55))
    assert honest is not None
    assert off is not None
    assert abs(honest) < 3 < -off
    assert drift(crowd(0.55)[:80]) is None


def test_the_terms_are_those_of_the_formula() -> None:
    one, other = facts(20_000), facts(5_000, 100, daily=40)
    points = in_use().points(one) - in_use().points(other)
    assert sum(difference(in_use(), one, other)) == pytest.approx(in_use().sharpness * points)
