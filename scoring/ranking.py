"""The ranking of scores: who is ahead of whom, pair by pair."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from scoring.comparison import Comparison, common, compare
from scoring.score import PARTS, Score


class Placed(NamedTuple):
    """One of several scores, and its place.

    Attributes:
        name: The caller's name for the score.
        place: From 1: one more than the number of scores that are clearly ahead of it.
        shared: Whether another score has this place too.
    """

    name: str
    score: Score
    place: int
    shared: bool


def rank(scores: Mapping[str, Score]) -> list[Placed]:
    """Order scores, the highest first.

    Whether one score is ahead of another depends on these two alone, so a score's place changes
    only with who is clearly ahead of it. Scores too close to call need not share a place, since
    closeness is not transitive: of 50, 46 and 42 the last is behind the first and close to both
    neighbours, and has place 2.
    """
    ordered = in_order(scores.items())
    formula = common(*scores.values())
    rated = [formula.rated(score.facts) for _, score in ordered]
    places = [
        1 + sum(not Comparison(round(formula.probability(one, other), 9)).tie for one in rated[:i])
        for i, other in enumerate(rated)
    ]
    return [
        Placed(name, score, place, places.count(place) > 1)
        for (name, score), place in zip(ordered, places, strict=True)
    ]


def in_order(scores: Iterable[tuple[str, Score]]) -> list[tuple[str, Score]]:
    """Return named scores, the highest first; places are in that order, too.

    Scores that show the same tenth may differ on the formula's own scale, by which places go.
    """
    named = list(scores)
    formula = common(*(score for _, score in named))

    def position(item: tuple[str, Score]) -> tuple[float, float, str]:
        name, score = item
        return -score.score, -formula.rated(score.facts)[0], name.lower()

    return sorted(named, key=position)


def ahead(ranked: Sequence[Placed]) -> Comparison:
    """Compare the first with the second of at least two ranked scores."""
    return compare(ranked[0].score, ranked[1].score)


def leaders(ranked: Sequence[Placed]) -> dict[str, str]:
    """Return the leader's name for each part; a part in which two are level has no leader."""
    found = {}
    for part in PARTS:
        best = max(placed.score.parts[part] for placed in ranked)
        names = [placed.name for placed in ranked if placed.score.parts[part] == best]
        if len(names) == 1:
            found[part] = names[0]
    return found
