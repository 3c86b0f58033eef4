"""The choice of a pair: the two accounts of which people's answer would teach most.

What a vote teaches is measured as in the optimal design of experiments (D-optimality): a vote on a
difference of terms x, of which p is claimed, adds p (1 - p) x x' to the information about the
weights of the terms, and log(1 + p (1 - p) x' C x) to the logarithm of its determinant, where C is
the inverse of the information so far. Pairs of sizes and kinds that few votes are about count more.
"""

import math
import random
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from typing import Final, Generic, NamedTuple, TypeVar

from scoring.evaluation.fit import points_of_terms
from scoring.facts import Facts
from scoring.formula import Rated
from scoring.formulas import CURRENT
from scoring.formulas.y2026_2 import PointsFormula

CLAIMED: Final = (0.5, 0.8)
"""What may be claimed of the likelier account: beyond, nearly everybody says the same."""

TRIED: Final = 40
"""Accounts of a network among which one choice is made, drawn by chance: 780 pairs at most."""

_KEPT: Final = 10
"""Pairs that teach most, of which one is drawn: two groups do not see the same ones in a row."""

_PRIOR: Final = 1.0
"""How far, as a standard deviation, the weight of a term may be from that of the formula, which
is 1: what is known before the first vote."""

_FEW: Final = 20.0
"""Votes on pairs of a kind that make the next one of it half as wanted, about."""

Name = TypeVar("Name", bound=Hashable)
Vector = tuple[float, ...]
Matrix = tuple[Vector, ...]
Cell = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Contender(Generic[Name]):
    """An account that a duel may be about.

    Attributes:
        name: what tells it from others.
        facts: the facts of its newest reading.
        member: it belongs to a person who joined the game; such accounts meet only each other.
    """

    name: Name
    facts: Facts
    member: bool = False


class Pair(NamedTuple, Generic[Name]):
    """A chosen pair.

    Attributes:
        claim: the probability that a person picks the left account.
    """

    left: Contender[Name]
    right: Contender[Name]
    claim: float


@dataclass(slots=True)
class Evidence:
    """What earlier votes taught: the information about the weights, and how many of each kind.

    Args:
        formula: whose terms are weighed.
    """

    formula: PointsFormula
    _information: list[list[float]] = field(init=False)
    _votes: Counter[Cell] = field(default_factory=Counter, init=False)

    def __post_init__(self) -> None:
        self._information = [
            [1 / _PRIOR**2 if row == column else 0.0 for column in range(_TERMS)]
            for row in range(_TERMS)
        ]

    def add(self, one: Facts, other: Facts, votes: float = 1.0) -> None:
        """Add votes on a pair."""
        x, p = difference(self.formula, one, other), _probability(self.formula, one, other)
        for row in range(_TERMS):
            for column in range(_TERMS):
                self._information[row][column] += votes * p * (1 - p) * x[row] * x[column]
        self._votes[cell(one, other)] += round(votes)

    def covariance(self) -> Matrix:
        """Return the inverse of the information."""
        return inverse(self._information)

    def wanted(self, one: Facts, other: Facts) -> float:
        """Return how wanted a pair of this kind is: 1 without a vote so far, less with each."""
        return 1.0 / math.sqrt(1.0 + 3.0 * self._votes[cell(one, other)] / _FEW)


def choose(
    contenders: Sequence[Contender[Name]],
    evidence: Evidence,
    chance: random.Random,
    *,
    avoid: Callable[[Name, Name], bool] = lambda _one, _other: False,
) -> Pair[Name] | None:
    """Choose a pair.

    Args:
        contenders: accounts of any networks; a pair is of one network.
        evidence: what earlier votes taught.
        chance: draws among the pairs that teach most, and which account is on the left.
        avoid: whether a pair must not be chosen.

    Returns:
        None when no pair fits.
    """
    covariance, best = evidence.covariance(), list[tuple[float, Pair[Name]]]()
    for group in _groups(contenders):
        some = chance.sample(group, TRIED) if len(group) > TRIED else group
        best += _ranked(some, evidence, covariance, avoid)
    best = sorted(best, key=lambda each: -each[0])[:_KEPT]
    if not best:
        return None
    chosen = chance.choices([pair for _, pair in best], [gain for gain, _ in best])[0]
    if chance.random() < 1 / 2:  # a fair coin: always left is no answer
        return chosen
    return Pair(chosen.right, chosen.left, 1.0 - chosen.claim)


def difference(formula: PointsFormula, one: Facts, other: Facts) -> Vector:
    """Return one account's terms less another's, in log-odds: what the weights are applied to.

    The terms are the points of lists, of heard followers and of reactions.
    """
    return _less(formula, _measured(formula, one)[1], _measured(formula, other)[1])


def cell(one: Facts, other: Facts) -> Cell:
    """Return the kind of a pair: its network, and the orders of magnitude of its followers."""
    sizes = sorted(int(math.log10(1 + facts.followers)) for facts in (one, other))
    return one.network, sizes[0], sizes[1]


def information_gain(p: float, x: Vector, covariance: Matrix) -> float:
    """Return what one vote adds to the logarithm of the information's determinant."""
    spread = sum(
        x[row] * covariance[row][column] * x[column]
        for row in range(len(x))
        for column in range(len(x))
    )
    return math.log1p(p * (1 - p) * spread)


def inverse(matrix: Sequence[Sequence[float]]) -> Matrix:
    """Return the inverse of a small, symmetric, positive matrix (Gauss and Jordan)."""
    size = len(matrix)
    rows = [[*row, *(float(i == j) for j in range(size))] for i, row in enumerate(matrix)]
    for i in range(size):
        pivot = [value / rows[i][i] for value in rows[i]]
        rows = [[x - row[i] * y for x, y in zip(row, pivot, strict=True)] for row in rows]
        rows[i] = pivot
    return tuple(tuple(row[size:]) for row in rows)


_TERMS: Final = 3


def _groups(contenders: Iterable[Contender[Name]]) -> list[list[Contender[Name]]]:
    """Return those who may meet: of one network, and members of the game only each other."""
    found: dict[tuple[str, bool], list[Contender[Name]]] = {}
    for each in contenders:
        found.setdefault((each.facts.network, each.member), []).append(each)
    return list(found.values())


def _ranked(
    group: Sequence[Contender[Name]],
    evidence: Evidence,
    covariance: Matrix,
    avoid: Callable[[Name, Name], bool],
) -> list[tuple[float, Pair[Name]]]:
    """Return the pairs of a group that may be chosen, each with what it would teach."""
    formula = evidence.formula
    known = {each.name: _measured(formula, each.facts) for each in group}
    ranked = []
    for one, other in combinations(group, 2):
        (a, terms_of_a), (b, terms_of_b) = known[one.name], known[other.name]
        p = formula.probability(a, b)
        if not CLAIMED[0] <= max(p, 1 - p) <= CLAIMED[1] or avoid(one.name, other.name):
            continue
        x = _less(formula, terms_of_a, terms_of_b)
        gain = information_gain(p, x, covariance) * evidence.wanted(one.facts, other.facts)
        ranked.append((gain, Pair(one, other, p)))
    return sorted(ranked, key=lambda each: -each[0])[:_KEPT]


def _probability(formula: PointsFormula, one: Facts, other: Facts) -> float:
    return formula.probability(_measured(formula, one)[0], _measured(formula, other)[0])


@lru_cache(maxsize=2_000)
def _measured(formula: PointsFormula, facts: Facts) -> tuple[Rated, Vector]:
    """Return an account's place on the formula's scale, and its terms; choices repeat them."""
    return formula.rated(facts), points_of_terms(facts, formula)


def _less(formula: PointsFormula, terms: Vector, others: Vector) -> Vector:
    return tuple(formula.sharpness * (x - y) for x, y in zip(terms, others, strict=True))


def in_use() -> PointsFormula:
    """Return the formula in use, whose terms duels weigh."""
    assert isinstance(CURRENT, PointsFormula)  # noqa: S101 - the next shape brings its own terms
    return CURRENT
