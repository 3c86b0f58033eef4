"""The reference that a score is compared with: the people of a named, dated study."""

from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from scoring.facts import FactsError
from scoring.formula import Formula
from scoring.formulas import CURRENT
from scoring.score import Score, score


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The scores of people that a score is compared with, without their data.

    Attributes:
        name: The study's author.
        year: The year of the study's judgements.
        size: The number of people in it.
        formula: The version that scored them; scores by another version cannot be compared.
        scores: Their scores at each whole percent, 0 to 100: 101 points, rising. The one at `p` is
            of the person at rank p (size - 1) / 100, rounded, counted from the lowest.
    """

    name: str
    year: int
    size: int
    formula: str
    scores: tuple[float, ...]

    def below(self, points: float) -> int:
        """Return how many people of a hundred have fewer points: 0 is none of them, 100 all.

        0 and 100 are exact; a share of some of them is rounded to 1 to 99.
        """
        if points < self.scores[0]:
            return 0
        if points > self.scores[-1]:
            return 100
        return min(99, max(1, bisect_left(self.scores, points) - 1))


class Percentile(NamedTuple):
    """A score among the people of a reference, in people of a hundred who have less.

    Attributes:
        low: The number at the lower end of the margin.
        about: The number at the score; 0 is none of them, 100 all of them.
        high: The number at the upper end of the margin.
        reference: The people.
    """

    low: int
    about: int
    high: int
    reference: Reference


# fmt: off
_SCORES = (  # `python -m scoring reference PAIRS.csv` prints them again
    11.5, 19.5, 22.3, 24.5, 26.9, 27.5, 28.1, 28.7, 30.1, 32.0, 33.7, 34.6, 35.6, 37.4, 37.9,
    38.4, 39.3, 39.7, 40.4, 41.1, 41.7, 42.5, 42.8, 43.1, 43.4, 43.7, 44.5, 45.2, 45.5, 46.1,
    46.4, 47.2, 47.7, 47.9, 48.2, 48.9, 49.2, 49.3, 49.5, 50.1, 50.6, 50.8, 51.0, 51.5, 51.9,
    52.2, 52.8, 53.1, 53.6, 54.0, 54.4, 55.4, 55.8, 56.2, 56.5, 56.8, 57.5, 57.9, 58.3, 58.5,
    58.8, 59.6, 59.8, 60.2, 61.0, 61.5, 62.0, 63.1, 63.6, 64.3, 64.5, 65.1, 65.4, 66.3, 67.4,
    68.4, 68.8, 69.4, 69.8, 70.4, 70.7, 71.6, 72.3, 73.0, 73.9, 74.5, 74.8, 75.6, 76.2, 76.9,
    77.7, 79.1, 80.0, 80.3, 81.7, 82.6, 84.4, 85.6, 87.6, 89.0, 98.2,
)
# fmt: on
REFERENCE = Reference(name="PeerIndex", year=2013, size=514, formula="2026.2", scores=_SCORES)


def percentile(score: Score, reference: Reference = REFERENCE) -> Percentile | None:
    """Return a score's percentile in a reference, whose people are X's.

    Returns:
        None when another formula computed the score, and for accounts of other networks.
    """
    if score.formula != reference.formula or score.facts.network != "x":
        return None
    return Percentile(
        reference.below(score.score - score.margin),
        reference.below(score.score),
        reference.below(score.score + score.margin),
        reference,
    )


def measure(path: Path, formula: Formula = CURRENT) -> dict[str, Any]:
    """Score the people of a pairs file, each once, with their recent days.

    Args:
        path: A CSV as `scoring.evaluation.judgements` reads it.
        formula: The version to score them with.

    Returns:
        The fields `formula`, `size` and `scores` of `Reference`.

    Raises:
        OSError: The file cannot be read.
        FactsError: A line of the file is invalid, or the file has none.
    """
    # only one command reads CSV files
    from scoring.evaluation.judgements import Judgements  # noqa: PLC0415

    people = Judgements.read(path).seen_by(formula).people
    if not people:
        raise FactsError(f"{path} holds no pairs.")
    scores = sorted(score(person, formula).score for person in people)
    ranks = (round(percent * (len(scores) - 1) / 100) for percent in range(101))
    return {
        "formula": formula.name,
        "size": len(scores),
        "scores": [scores[rank] for rank in ranks],
    }
