"""Two scores side by side: how many people would pick one, and when it is too close to call."""

import math
from dataclasses import dataclass

from scoring.facts import Facts
from scoring.formula import CURRENT, FORMULAS, Formula
from scoring.margin import deviation
from scoring.score import Score

# Between these it is a tie (docs/method.md): two people shown the same pair agree 74 % of the
# time, so a claim that six in ten would pick A says little.
TIE = (0.40, 0.60)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two scores say about each other.

    Attributes:
        probability: The share of people expected to pick A over B, strictly between 0 and 1.
    """

    probability: float

    @property
    def tie(self) -> bool:
        """Whether it is too close to call."""
        return TIE[0] <= self.probability <= TIE[1]


def compare(a: Score, b: Score) -> Comparison:
    """Compare two scores.

    Scores of different formulas are both read with the current one: ratings of two formulas
    have no common zero.
    """
    return Comparison(probability(a, b))


def probability(a: Score, b: Score) -> float:
    """Return the probability, in (0, 1), that a person picks A over B as the more influential.

    A difference of ratings says how strongly people lean. What the margins leave open pulls it
    towards one half: the mean of a logistic over a normal, as MacKay (1992) approximates it.
    """
    formula = FORMULAS[a.formula] if a.formula == b.formula else CURRENT
    return rated_probability(rated(a.facts, formula), rated(b.facts, formula), formula)


def rated(facts: Facts, formula: Formula) -> tuple[float, float]:
    """Return an account's rating and its standard deviation, both in log-odds."""
    rates = formula.rates(facts)
    rating = formula.rate(facts, rates)
    return rating.total, deviation(facts, formula, rates, rating)


def rated_probability(a: tuple[float, float], b: tuple[float, float], formula: Formula) -> float:
    """Return the probability that A is picked over B, from what `rated` says of each."""
    log_odds = formula.log_odds(gap(a, b))
    # beyond 30 the logistic is 0 or 1 to almost every digit of a float, and exp soon overflows
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, log_odds))))


def gap(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the difference of two ratings, smaller the less is sure of them."""
    return (a[0] - b[0]) / math.sqrt(1.0 + math.pi / 8.0 * (a[1] ** 2 + b[1] ** 2))
