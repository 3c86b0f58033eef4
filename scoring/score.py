"""Facts -> Score, and the receipt by which anybody can compute it again."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from scoring.facts import Facts, FactsError
from scoring.formula import CURRENT, FORMULAS, Formula
from scoring.margin import band, deviation

Depth = Literal["profile", "recent"]
MOST_POINTS = 100
PARTS = ("community", "activity", "reactions")


@dataclass(frozen=True, slots=True)
class Score:
    """An account's influence and what it is made of; as JSON, its receipt.

    Attributes:
        score: 0 to 100, to one decimal.
        margin: Half of the band that nine readings in ten would fall in, points, one decimal.
        depth: "profile" when no recent days were read; mentions and reactions are then typical.
        formula: The version that computed it.
        parts: Points >= 0 of community, activity and reactions. They sum to `score` to the digit.
        facts: What it was computed from.
    """

    score: float
    margin: float
    depth: Depth
    formula: str
    parts: dict[str, float]
    facts: Facts

    def recompute(self) -> "Score":
        """Return the score of the same facts by the formula that the receipt names.

        Raises:
            FactsError: There is no such formula.
        """
        formula = FORMULAS.get(self.formula)
        if formula is None:
            raise FactsError(f"formula must be one of {', '.join(FORMULAS)}.")
        return score(self.facts, formula)

    def agrees(self) -> bool:
        """Return whether `recompute` gives this very score, margin, depth and parts.

        Raises:
            FactsError: There is no such formula.
        """
        return self == self.recompute()

    def to_json(self) -> dict[str, Any]:
        """Return the receipt, ready for `json.dumps`."""
        return {
            "score": self.score,
            "margin": self.margin,
            "depth": self.depth,
            "formula": self.formula,
            "parts": self.parts,
            "facts": self.facts.to_json(),
        }

    def to_line(self) -> str:
        """Return the receipt as a line: `json.dumps(self.to_json())`, in a third of the time."""
        parts = self.parts
        return (
            f'{{"score": {self.score!r}, "margin": {self.margin!r}, "depth": "{self.depth}", '
            f'"formula": "{self.formula}", "parts": {{"community": {parts["community"]!r}, '
            f'"activity": {parts["activity"]!r}, "reactions": {parts["reactions"]!r}}}, '
            f'"facts": {self.facts.to_line()}}}'
        )

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read a receipt, as it is: whether its numbers are right is for `agrees` to say.

        Raises:
            FactsError: A field is missing or cannot be; the message names it.
        """
        try:
            parts, facts, depth = value["parts"], value["facts"], value["depth"]
            if not isinstance(parts, Mapping) or set(parts) != set(PARTS):
                raise FactsError(f"parts must be an object of {', '.join(PARTS)}.")
            if not isinstance(facts, Mapping):
                raise FactsError("facts must be an object.")
            if depth not in ("profile", "recent"):
                raise FactsError("depth must be profile or recent.")
            if not isinstance(value["formula"], str):
                raise FactsError("formula must be the name of a version.")
            return cls(
                score=_points("score", value["score"]),
                margin=_points("margin", value["margin"]),
                depth=depth,
                formula=value["formula"],
                parts={name: _points(f"parts.{name}", parts[name]) for name in PARTS},
                facts=Facts.from_json(facts),
            )
        except KeyError as missing:
            raise FactsError(f"{missing.args[0]} is missing.") from None


def score(facts: Facts, formula: Formula = CURRENT) -> Score:
    """Score an account.

    Args:
        facts: What was seen of it.
        formula: The version to score it with.

    Returns:
        The score with its margin and parts; the same on every machine.
    """
    rates = formula.rates(facts)
    rating = formula.rate(facts, rates)
    # A part is what its term adds to the points of the terms before it. The running sums are
    # rounded rather than the parts, so that these add up to the score to the digit.
    community = _tenths(formula.points(rating.community))
    activity = _tenths(formula.points(rating.community + rating.activity))
    total = _tenths(formula.points(rating.total))
    return Score(
        score=total / 10,
        margin=_tenths(band(rating.total, deviation(facts, formula, rates, rating), formula)) / 10,
        depth="recent" if facts.recent and facts.recent.known else "profile",
        formula=formula.name,
        parts={
            "community": community / 10,
            "activity": (activity - community) / 10,
            "reactions": (total - activity) / 10,
        },
        facts=facts,
    )


def silence(score: Score) -> float:
    """The points that posting a lot into silence takes off the community, to one decimal.

    Raises:
        KeyError: the score names a formula that does not exist.
    """
    formula = FORMULAS[score.formula]
    rates = formula.rates(score.facts)
    rating = formula.rate(score.facts, rates)
    whole = rating.community / (1.0 - rates.unheard)
    return (_tenths(formula.points(whole)) - _tenths(formula.points(rating.community))) / 10


def whole(points: float) -> int:
    """Points as people are shown them: rounded to whole ones, a half up."""
    return math.floor(points + 0.5)


def _tenths(points: float) -> int:
    # machines may differ in the last bit of a power; a tie must not turn on it
    return math.floor(points * 10 + 0.5 + 1e-9)


def _points(name: str, value: object) -> float:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not 0 <= value <= MOST_POINTS
    ):
        raise FactsError(f"{name} must be a number from 0 to 100.")
    return float(value)
