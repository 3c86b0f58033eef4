"""What a score is compared with: how many people of a named, dated study have a lower one."""

from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from scoring.facts import FactsError
from scoring.formula import CURRENT, Formula
from scoring.score import Score, score


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """People that scores are compared with; numbers, not their data.

    Attributes:
        name: Whose study it is.
        year: When people were judged in it.
        size: The number of people in it.
        formula: The version that scored them; it says nothing about scores of another one.
        scores: Theirs at each whole percent, 0 to 100: 101 points, rising. The one at `p` is that
            of the person at rank p (size - 1) / 100, rounded, counted from the lowest.
    """

    name: str
    year: int
    size: int
    formula: str
    scores: tuple[float, ...]

    def below(self, points: float) -> int:
        """Return the people with fewer points in a hundred: 0 is none of them, 100 all.

        These two are certain; whatever lies between is a share of some, 1 to 99.
        """
        if points < self.scores[0]:
            return 0
        if points > self.scores[-1]:
            return 100
        return min(99, max(1, bisect_left(self.scores, points) - 1))


class Percentile(NamedTuple):
    """A score among the people of a reference, in people of a hundred who have less.

    Attributes:
        low: At the lower end of the margin.
        about: At the score; 0 is none of them, 100 all of them.
        high: At the upper end of the margin.
        reference: Who these people are.
    """

    low: int
    about: int
    high: int
    reference: Reference


# fmt: off
_SCORES = (  # `python -m scoring reference PAIRS.csv` prints them again
    11.5, 18.6, 23.9, 29.0, 30.8, 31.6, 34.9, 36.0, 36.4, 37.5, 38.1, 38.6, 39.6, 40.4, 41.6,
    42.0, 42.7, 43.7, 44.6, 45.5, 45.9, 46.6, 47.0, 47.3, 47.6, 47.8, 48.1, 48.5, 48.9, 49.3,
    49.7, 50.0, 50.4, 50.4, 50.7, 50.9, 51.4, 51.6, 51.9, 52.2, 52.6, 52.9, 53.2, 53.5, 53.7,
    54.1, 54.4, 55.0, 55.3, 55.6, 56.2, 56.5, 56.8, 57.1, 57.5, 57.6, 57.9, 58.3, 58.9, 59.3,
    59.8, 60.0, 61.1, 61.9, 62.5, 63.2, 63.7, 64.1, 64.7, 65.4, 66.1, 67.1, 67.9, 68.9, 69.7,
    70.7, 71.5, 72.0, 72.4, 73.2, 73.8, 74.9, 75.4, 76.1, 77.2, 77.9, 78.5, 79.6, 79.9, 80.6,
    81.3, 82.6, 83.3, 84.9, 85.9, 86.3, 87.4, 88.8, 89.4, 91.2, 100.0,
)
# fmt: on
REFERENCE = Reference(name="PeerIndex", year=2013, size=514, formula="2026.1", scores=_SCORES)


def percentile(score: Score, reference: Reference = REFERENCE) -> Percentile | None:
    """Return where a score stands in a reference; None when another formula made it."""
    if score.formula != reference.formula:
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
        `formula`, `size` and `scores`, as `Reference` has them.

    Raises:
        OSError: The file cannot be read.
        FactsError: A line of it cannot be, or there is none.
    """
    # reading CSV files is one command's business alone
    from scoring.evaluation.judgements import Judgements  # noqa: PLC0415

    people = Judgements.read(path).people
    if not people:
        raise FactsError(f"{path} holds no pairs.")
    scores = sorted(score(person, formula).score for person in people)
    ranks = (round(percent * (len(scores) - 1) / 100) for percent in range(101))
    return {
        "formula": formula.name,
        "size": len(scores),
        "scores": [scores[rank] for rank in ranks],
    }
