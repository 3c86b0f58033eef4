"""Scores in an order that people would agree with: who cannot be told apart shares a place."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from scoring.comparison import Comparison, compare
from scoring.score import PARTS, Score


class Placed(NamedTuple):
    """One of several scores, and its place.

    Attributes:
        name: By which the caller knows it.
        place: From 1; the same for those who are too close to call.
        shared: Whether somebody else has this place too.
    """

    name: str
    score: Score
    place: int
    shared: bool


def rank(scores: Mapping[str, Score]) -> list[Placed]:
    """Order scores, the highest first.

    A score shares the place of the one that leads it when `comparison.compare` calls the two a tie.
    So everybody in a place is too close to call with its first; the last of a place and the first
    of the next may be as close as that, too: being close is not handed on.
    """
    ordered = sorted(scores.items(), key=lambda item: (-item[1].score, item[0].lower()))
    places: list[int] = []
    first = 0
    for index, (_, score) in enumerate(ordered):
        if not index or not compare(ordered[first][1], score).tie:
            first = index
        places.append(first + 1)
    return [
        Placed(name, score, place, places.count(place) > 1)
        for (name, score), place in zip(ordered, places, strict=True)
    ]


def ahead(ranked: Sequence[Placed]) -> Comparison:
    """What people would say of the first and the second of at least two."""
    return compare(ranked[0].score, ranked[1].score)


def leaders(ranked: Sequence[Placed]) -> dict[str, str]:
    """Who leads in each part, by name; a part in which two are level has no leader."""
    found = {}
    for part in PARTS:
        best = max(placed.score.parts[part] for placed in ranked)
        names = [placed.name for placed in ranked if placed.score.parts[part] == best]
        if len(names) == 1:
            found[part] = names[0]
    return found
