"""A fit of weights that a few careless or hostile voters cannot move, with its error.

The weights of terms are fitted by logistic regression to the votes of attentive people. Who is one
is not known: each voter may be attentive, prefer a side, press any button, or name the account that
others hold for the less likely. The probabilities of these follow from the votes, together with the
weights, by expectation maximization (latent classes; Dawid and Skene, Applied Statistics 28, 1979).
A voter counts as far as they are probably attentive, so that one person's influence is bounded:
the further their votes go against the fit, the less they count. The error is that of the whole
model (Louis, Journal of the Royal Statistical Society B 44, 1982), and counts people, not votes.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import mul
from typing import Final, NamedTuple

from scoring.duels.pairing import Vector, inverse

_PRIOR: Final = (8.0, 0.5, 0.5, 0.5, 0.5)
"""How many voters of each class are taken for granted: attentive, left, right, any, hostile."""

_SURELY: Final = 0.95
"""How often a voter who prefers a side names it, and a hostile one the less likely account."""

_ROUNDS: Final = 30
_STEPS: Final = 8
_TINY: Final = 1e-5


class Answered(NamedTuple):
    """One vote.

    Attributes:
        voter: who cast it.
        difference: the left account's terms less the right one's, in log-odds.
        picked: 1 for the left account, 0 for the right one, a half for "too close".
        weight: what it weighs, 0 to 1 (`scoring.duels.voter_weights`).
    """

    voter: str
    difference: Vector
    picked: float
    weight: float = 1.0


class Fitted(NamedTuple):
    """Fitted weights of terms.

    Attributes:
        weights: one for each term.
        errors: the standard error of each.
        trust: the probability that each voter is attentive.
    """

    weights: Vector
    errors: Vector
    trust: Mapping[str, float]


def robust_fit(votes: Sequence[Answered]) -> Fitted:
    """Fit the weights of terms to votes.

    Args:
        votes: at least one.
    """
    by_voter: dict[str, list[Answered]] = defaultdict(list)
    for vote in votes:
        if vote.weight > 0:
            by_voter[vote.voter].append(vote)
    model = _Model(by_voter, (1.0,) * len(votes[0].difference))
    for _ in range(_ROUNDS):
        model.weigh_voters()
        if model.fit() < _TINY:
            break
    return Fitted(model.weights, model.errors(), model.trust)


@dataclass
class _Model:
    """The state of a fit.

    Attributes:
        weights: of the terms.
        trust: the probability that each voter is attentive.
        shares: how common each class of voters is.
    """

    voters: Mapping[str, Sequence[Answered]]
    weights: Vector
    trust: dict[str, float] = field(default_factory=dict)
    shares: Vector = tuple(share / sum(_PRIOR) for share in _PRIOR)

    def weigh_voters(self) -> None:
        """Say how probable each class is of each voter, and how common it is of all."""
        sums = list(_PRIOR)
        for voter, votes in self.voters.items():
            logs = [
                math.log(share) + likelihood
                for share, likelihood in zip(self.shares, self._likelihoods(votes), strict=True)
            ]
            most = max(logs)
            odds = [math.exp(each - most) for each in logs]
            probable = [each / sum(odds) for each in odds]
            self.trust[voter] = probable[0]
            sums = list(map(float.__add__, sums, probable))
        self.shares = tuple(each / sum(sums) for each in sums)

    def fit(self) -> float:
        """Fit the weights by Newton's method; return by how much the largest changed."""
        before = self.weights
        for _ in range(_STEPS):
            slope, bend = self._sums(self.trust)
            step = _times(inverse(bend), slope)
            self.weights = tuple(w + s for w, s in zip(self.weights, step, strict=True))
            if max(map(abs, step)) < _TINY:
                break
        return max(abs(a - b) for a, b in zip(self.weights, before, strict=True))

    def errors(self) -> Vector:
        """Return the standard errors: bend⁻¹ (sum over people of slope slope') bend⁻¹.

        The bend is that of the whole model: of each voter, what an attentive one would tell, less
        what it leaves open whether they are one.
        """
        size = len(self.weights)
        bend = [[_TINY * (i == j) for j in range(size)] for i in range(size)]
        spread = [[0.0] * size for _ in range(size)]
        for voter, votes in self.voters.items():
            trust = self.trust[voter]
            slope, own = self._derivatives(votes)
            for i in range(size):
                for j in range(size):
                    outer = slope[i] * slope[j]
                    bend[i][j] += trust * own[i][j] - trust * (1 - trust) * outer
                    spread[i][j] += trust**2 * outer
        bread = inverse(bend)
        few = len(self.voters) / max(1, len(self.voters) - 1)
        variances = [few * sum(map(mul, _times(spread, bread[i]), bread[i])) for i in range(size)]
        return tuple(math.sqrt(max(0.0, variance)) for variance in variances)

    def _likelihoods(self, votes: Sequence[Answered]) -> list[float]:
        """Return the logarithm of the votes' probability, by each class of voters."""
        found = [0.0] * len(_PRIOR)
        yes, no, even = math.log(_SURELY), math.log(1 - _SURELY), math.log(1 / 2)
        for vote in votes:
            p = self._claim(vote)
            y, weight = vote.picked, vote.weight
            against = y if p < 1 / 2 else 1 - y
            for number, logarithm in enumerate(
                (
                    y * math.log(p) + (1 - y) * math.log(1 - p),
                    y * yes + (1 - y) * no,
                    y * no + (1 - y) * yes,
                    even,
                    against * yes + (1 - against) * no,
                )
            ):
                found[number] += weight * logarithm
        return found

    def _sums(self, trust: Mapping[str, float]) -> tuple[Vector, list[list[float]]]:
        size = len(self.weights)
        slope = [0.0] * size
        bend = [[_TINY * (i == j) for j in range(size)] for i in range(size)]
        for voter, votes in self.voters.items():
            if trust[voter] > _TINY:
                own_slope, own_bend = self._derivatives(votes)
                for i in range(size):
                    slope[i] += trust[voter] * own_slope[i]
                    for j in range(size):
                        bend[i][j] += trust[voter] * own_bend[i][j]
        return tuple(slope), bend

    def _derivatives(self, votes: Sequence[Answered]) -> tuple[list[float], list[list[float]]]:
        """Return the slope of an attentive voter's log-likelihood, and its bend, negated."""
        size = len(self.weights)
        slope, bend = [0.0] * size, [[0.0] * size for _ in range(size)]
        for vote in votes:
            p, x = self._claim(vote), vote.difference
            miss, variance = vote.weight * (vote.picked - p), vote.weight * p * (1 - p)
            for i in range(size):
                slope[i] += miss * x[i]
                for j in range(size):
                    bend[i][j] += variance * x[i] * x[j]
        return slope, bend

    def _claim(self, vote: Answered) -> float:
        logit = sum(map(mul, self.weights, vote.difference))
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


def _times(matrix: Sequence[Sequence[float]], vector: Sequence[float]) -> Vector:
    return tuple(sum(map(mul, row, vector)) for row in matrix)
