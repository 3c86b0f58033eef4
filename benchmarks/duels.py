"""Simulated crowds: does the fit find the weights that votes were drawn from, and how fast?

Accounts, voters and votes are made up: followers, lists and reactions are log-normal, attentive
people answer by a logistic of known weights. Careless voters always press the left button. Hostile
ones name the account that has fewer points, to turn the scale over: one person who plays in all
groups, or one in each of many groups, who agreed on it.
"""

import math
import random
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice, pairwise
from typing import Final, NamedTuple

from scoring.duels import claimed_bands
from scoring.duels.pairing import Contender, Evidence, Pair, choose, difference, in_use
from scoring.duels.robust_fit import Answered, Fitted, robust_fit
from scoring.duels.voter_weights import CastVote, weights
from scoring.evaluation.logistic import logistic
from scoring.facts import Facts, Recent

TRUE: Final = (1.3, 1.0, 0.6)
"""The weights of lists, heard followers and reactions that votes follow; a formula's are 1."""

VOTES: Final = 2_000
A_GROUP: Final = 10
"""Votes on a pair."""

ROUNDS: Final = 12
"""Crowds that are simulated."""

POOL: Final = 200
SIZES: Final = (100, 200, 400, 800)
"""Judgements of chosen pairs of which the error is measured, each by another voter."""

MORE: Final = (*SIZES, 1_600, 3_200)
"""Judgements of random pairs."""

_NOW: Final = datetime(2026, 11, 1, tzinfo=UTC)


class Vote(NamedTuple):
    """A simulated vote."""

    duel: int
    voter: str
    choice: str
    pair: Pair[int]


class Crowd(NamedTuple):
    """Who votes.

    Attributes:
        groups: of `A_GROUP` people each, who vote in turns.
        careless, hostile: seats of each group that such voters have.
        one: the hostile votes are one person's, in all groups.
    """

    name: str
    groups: int
    careless: int = 0
    hostile: int = 0
    one: bool = False


CROWDS: Final = (
    Crowd("fifty groups, all attentive", 50),
    Crowd("fifty groups, a tenth careless", 50, careless=1),
    Crowd("fifty groups, one hostile person in all", 50, hostile=1, one=True),
    Crowd("the same, and a tenth careless", 50, careless=1, hostile=1, one=True),
    Crowd("fifty groups, fifty hostile people", 50, hostile=1),
    Crowd("ten groups, ten hostile people", 10, hostile=1),
    Crowd("the same, and a tenth careless", 10, careless=1, hostile=1),
)


def run() -> None:
    """Print what fits find, and what the choice of pairs saves."""
    print(f"  {VOTES:,} votes, {A_GROUP} on a pair; true weights {TRUE}; means of {ROUNDS} crowds")
    for crowd in CROWDS:
        _print_crowd(crowd)
    _print_choice()


def _print_choice() -> None:
    print(f"  judgements of one voter each; error of the fit, root mean square of {ROUNDS}")
    chosen = {size: _error(size, chosen_pairs) for size in SIZES}
    for size, error in chosen.items():
        print(f"    {size:5,} chosen pairs: {error:.3f}")
    for size in MORE:
        error = _error(size, random_pairs)
        as_good = _needed(error, chosen)
        same = f"as with {as_good:,.0f} chosen ones" if as_good else "no chosen ones to compare"
        print(f"    {size:5,} random pairs: {error:.3f}, {same}")


def _needed(error: float, errors: Mapping[int, float]) -> float | None:
    """Return the judgements that bring an error, between those measured; None outside of them.

    Args:
        errors: by judgements. Between two of them the logarithms lie on a line.
    """
    for (few, large), (many, small) in pairwise(errors.items()):
        if small <= error <= large:
            way = math.log(large / error) / math.log(large / small)
            return float(few * (many / few) ** way)
    return None


def _print_crowd(crowd: Crowd) -> None:
    plain, bounded, errors, held = [], [], [], []
    within = 0
    for seed in range(ROUNDS):
        votes = list(crowd_votes(crowd, seed))
        plain.append(unguarded(votes))
        found = fitted(votes)
        bounded.append(found.weights)
        errors.append(found.errors)
        within += sum(
            abs(weight - true) <= 1.96 * error
            for weight, error, true in zip(found.weights, found.errors, TRUE, strict=True)
        )
        held += _bands(votes)
    print(
        f"    {crowd.name}: plain {_mean(plain)}, bounded {_mean(bounded)} ± {_mean(errors)};"
        f" true within 1.96 errors: {within / ROUNDS / len(TRUE):.0%}"
    )
    for low in claimed_bands.LOWS:
        inside = [band for band in held if band.low == low]
        claimed = statistics.fmean(band.claimed for band in inside)
        observed = statistics.fmean(band.observed for band in inside)
        error = statistics.fmean(band.error or 0.0 for band in inside)
        print(f"      claimed {claimed:.1%}: observed {observed:.1%}, stated error {error:.1%}")


def unguarded(votes: Sequence[Vote]) -> list[float]:
    """Fit weights by a logistic regression without any safeguard."""
    rows = [difference(in_use(), vote.pair.left.facts, vote.pair.right.facts) for vote in votes]
    return logistic(rows, [vote.choice == "left" for vote in votes])


def fitted(votes: Sequence[Vote]) -> Fitted:
    """Fit weights to simulated votes, with every safeguard."""
    weight = _weights(votes)
    return robust_fit(
        [
            Answered(
                vote.voter,
                difference(in_use(), vote.pair.left.facts, vote.pair.right.facts),
                float(vote.choice == "left"),
                weight[vote.voter],
            )
            for vote in votes
        ]
    )


def _weights(votes: Sequence[Vote]) -> dict[str, float]:
    return weights([CastVote(vote.duel, vote.voter, vote.choice, 10.0) for vote in votes])


def _bands(votes: Sequence[Vote]) -> list[claimed_bands.Band]:
    """Hold what the true weights claim against the votes, as a formula with them would."""
    weight = _weights(votes)
    answers = []
    for vote in votes:
        claim = true_claim(vote.pair)
        answers.append(
            claimed_bands.Answer(
                vote.duel, *claimed_bands.held(claim, vote.choice), weight[vote.voter]
            )
        )
    return claimed_bands.bands(answers)


def true_claim(pair: Pair[int]) -> float:
    """Return the probability that an honest voter picks the left account."""
    terms = difference(in_use(), pair.left.facts, pair.right.facts)
    logit = sum(weight * term for weight, term in zip(TRUE, terms, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def crowd_votes(crowd: Crowd, seed: int) -> Iterator[Vote]:
    """Yield votes of groups in which some are careless, or hostile."""
    chance = random.Random(seed)  # noqa: S311 - simulated
    for duel, pair in enumerate(_first_pairs(seed)):
        for seat in range(A_GROUP):
            voter = f"{duel % crowd.groups}/{seat}"
            choice = "left" if chance.random() < true_claim(pair) else "right"
            if seat < crowd.careless:
                choice = "left"
            elif seat < crowd.careless + crowd.hostile:
                choice = "right" if pair.claim >= 1 / 2 else "left"
                voter = "one" if crowd.one else voter
            yield Vote(duel, voter, choice, pair)


@cache
def _first_pairs(seed: int) -> list[Pair[int]]:
    pairs = chosen_pairs(random.Random(seed))  # noqa: S311 - simulated
    return list(islice(pairs, VOTES // A_GROUP))


def chosen_pairs(chance: random.Random) -> Iterator[Pair[int]]:
    """Yield pairs as the product chooses them, each once."""
    pool, evidence = _pool(chance), Evidence(in_use())
    used: set[tuple[int, int]] = set()

    def avoid(one: int, other: int) -> bool:
        return (min(one, other), max(one, other)) in used

    while pair := choose(pool, evidence, chance, avoid=avoid):
        one, other = pair.left.name, pair.right.name
        used.add((min(one, other), max(one, other)))
        evidence.add(pair.left.facts, pair.right.facts)
        yield pair


def random_pairs(chance: random.Random) -> Iterator[Pair[int]]:
    """Yield any two accounts of the pool."""
    pool, formula = _pool(chance), in_use()
    while True:
        left, right = chance.sample(pool, 2)
        claim = formula.probability(formula.rated(left.facts), formula.rated(right.facts))
        yield Pair(left, right, claim)


def _error(size: int, pairs: Callable[[random.Random], Iterator[Pair[int]]]) -> float:
    """Return the root mean square error of the weights after so many judgements."""
    squares = []
    for seed in range(ROUNDS):
        chance = random.Random(seed)  # noqa: S311 - simulated
        source = pairs(chance)
        votes = []
        for number, pair in enumerate(islice(source, size)):
            choice = "left" if chance.random() < true_claim(pair) else "right"
            votes.append(Vote(number, f"{number}", choice, pair))
        found = unguarded(votes)
        squares += [(weight - true) ** 2 for weight, true in zip(found, TRUE, strict=True)]
    return math.sqrt(statistics.fmean(squares))


def _pool(chance: random.Random) -> list[Contender[int]]:
    """Return made-up accounts: a thousand to ten million followers."""
    found = []
    for number in range(POOL):
        followers = round(min(1e7, max(1_000, chance.lognormvariate(math.log(30_000), 2.0))))
        listed = round(followers * chance.lognormvariate(math.log(0.015), 1.2))
        daily = 0.002 * followers**0.75 * chance.lognormvariate(0.0, 1.5)
        recent = Recent(56.0, 90, 0, 0, round(56 * daily), 0, round(56 * daily), 56.0)
        facts = Facts(
            "", "x", followers, 300, listed, 9_000, _NOW - timedelta(days=3_000), _NOW, recent
        )
        found.append(Contender(number, facts))
    return found


def _mean(found: Sequence[Sequence[float]]) -> str:
    return "/".join(f"{statistics.fmean(column):.2f}" for column in zip(*found, strict=True))


if __name__ == "__main__":
    run()
