"""Two scores side by side: how many people would pick one, and when it is too close to call."""

from dataclasses import dataclass

from scoring.formula import Formula
from scoring.formulas import CURRENT, FORMULAS
from scoring.score import Score

# Between these it is a tie (docs/method.md): two people shown the same pair agree 74 % of the
# time, so a claim that six in ten would pick A says little.
TIE = (0.40, 0.60)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The result of comparing two scores, A and B.

    Attributes:
        probability: The share of people expected to pick A over B, strictly between 0 and 1.
    """

    probability: float

    @property
    def tie(self) -> bool:
        """Whether the two are too close to call: the probability lies within `TIE`."""
        return TIE[0] <= self.probability <= TIE[1]


def compare(a: Score, b: Score) -> Comparison:
    """Compare two scores.

    Scores of different formulas are both read with the current one: two formulas have no common
    scale.
    """
    # To nine digits: the last bits of a float depend on which of the two comes first.
    return Comparison(round(probability(a, b), 9))


def probability(a: Score, b: Score) -> float:
    """Return the probability, in (0, 1), that a person picks A over B as the more influential."""
    formula = common(a, b)
    return formula.probability(formula.rated(a.facts), formula.rated(b.facts))


def common(*scores: Score) -> Formula:
    """Return the formula that compares scores: their own when it is one, else the current one."""
    names = {score.formula for score in scores}
    return FORMULAS.get(names.pop(), CURRENT) if len(names) == 1 else CURRENT
