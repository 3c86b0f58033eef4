"""The score of facts, and the receipt by which any reader can compute it again."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from scoring.facts import Facts, FactsError
from scoring.formula import Formula
from scoring.formulas import CURRENT, FORMULAS
from scoring.margin import SETTLED_DAYS

Depth = Literal["profile", "recent"]
MOST_POINTS = 100
POSTS_A_READING = 10
"""The posts that one reading brings at most, once a week."""

_SURE = 3.1
"""A margin in points that is hardly above its least, 2.9: what people do not tell apart."""

PARTS = ("community", "activity", "reactions")
Parts = tuple[float, float, float]  # points >= 0 of `PARTS`, in that order


@dataclass(frozen=True, slots=True)
class Score:
    """An account's influence and what it is made of; as JSON, its receipt.

    Attributes:
        score: 0 to 100, to one decimal.
        margin: Points above or below, one decimal; `scoring.margin` says of what.
        depth: "profile" when no recent days were read; mentions and reactions are then typical.
        formula: The version that computed it.
        parts: Points >= 0 of community, activity and reactions. They sum to `score` to the digit.
        facts: The input of the score.
    """

    score: float
    margin: float
    depth: Depth
    formula: str
    parts: dict[str, float]
    facts: Facts

    @property
    def in_parts(self) -> Parts:
        """The points of `PARTS`, in that order."""
        return self.parts["community"], self.parts["activity"], self.parts["reactions"]

    @property
    def provisional(self) -> bool:
        """Whether only the profile was read: how much is said of the account is a guess."""
        return self.depth == "profile"

    @property
    def settling(self) -> bool:
        """Whether weekly readings still make the score surer.

        They do not where the margin is near its least, where most of the window is read, where
        the network counts no mentions, or where an account posts twice as much as a reading brings.
        """
        recent = self.facts.recent
        if recent is None or recent.posts is None or recent.days is None:
            return True
        outruns = recent.posts > 2 * POSTS_A_READING / 7 * max(7.0, recent.days)
        sure = self.margin < _SURE or self.days_read > SETTLED_DAYS - 7
        return recent.mentions is not None and not outruns and not sure

    @property
    def days_read(self) -> float:
        """The days of posts that were read, or of mentions if these are fewer; 0 without posts."""
        recent = self.facts.recent
        if recent is None or recent.days is None:
            return 0.0
        if recent.mentions is not None and recent.mention_days is not None:
            return min(recent.days, recent.mention_days)
        return recent.days

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
        """Return whether `recompute` gives the same score, margin, depth and parts.

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
        """Read a receipt without checking its numbers, which `agrees` does.

        Raises:
            FactsError: A field is missing or impossible; the message names it.
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
        facts: The counts of the account.
        formula: The version to score it with.

    Returns:
        The score with its margin and parts; the same on every machine.
    """
    appraisal = formula.appraise(facts)
    # The running sums are rounded rather than the parts, so that these add up to the digit.
    community, activity, total, margin = map(_tenths, appraisal)
    return Score(
        score=total / 10,
        margin=margin / 10,
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
    """Return the points that posting a lot into silence takes off the community, to a tenth.

    Raises:
        KeyError: the score names a formula that does not exist.
    """
    return _tenths(FORMULAS[score.formula].lost_to_silence(score.facts)) / 10


def whole(points: float) -> int:
    """Round points to whole ones, a half up, as people are shown them."""
    return math.floor(points + 0.5)


def _tenths(points: float) -> int:
    # machines may differ in the last bit of a power, which must not decide the rounding
    return math.floor(points * 10 + 0.5 + 1e-9)


def _points(name: str, value: object) -> float:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not 0 <= value <= MOST_POINTS
    ):
        raise FactsError(f"{name} must be a number from 0 to 100.")
    return float(value)
