"""The places of a board: who grew more, who won and lost places, and what tells a tie apart."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from scoring.peers.rates import mentions_per_week, posts_per_week, reactions_per_post
from scoring.ranking import Placed
from scoring.score import Score

LEVEL: Final = 1.0
"""Points of growth that tell nothing apart: an account that goes on as before moves as far in a
week by chance (docs/method.md)."""

_TELLING: Final = 1.5
"""The least ratio that is worth a sentence."""

Trait = Literal["reactions", "mentions", "posts", "followers"]


class Growth(NamedTuple):
    """One account's growth.

    Attributes:
        points: above its own last weeks; None without a past.
    """

    score: Score
    points: float | None


class Apart(NamedTuple):
    """What tells two accounts apart whose scores do not.

    Attributes:
        trait: in what the first is ahead.
        ahead, behind: their names.
        times: how many times as much the first has, >= 1.5.
    """

    trait: Trait
    ahead: str
    behind: str
    times: float


def by_growth(growths: Mapping[str, Growth]) -> list[Placed]:
    """Order accounts by growth, the highest first; those without a past come last.

    A place is one more than the number of accounts that grew by `LEVEL` more.
    """
    ordered = sorted(growths.items(), key=_highest_first)
    places = [
        1 + sum(_is_ahead(other, growth) for other in growths.values()) for _, growth in ordered
    ]
    return [
        Placed(name, growth.score, place, places.count(place) > 1)
        for (name, growth), place in zip(ordered, places, strict=True)
    ]


def places_won(before: Sequence[Placed], after: Sequence[Placed]) -> dict[str, int]:
    """Return the places that each name won, or lost (below 0); both rank the same names."""
    then = {each.name: each.place for each in before}
    return {each.name: then[each.name] - each.place for each in after}


def overtakings(before: Sequence[Placed], after: Sequence[Placed]) -> list[tuple[str, str]]:
    """Return who passed whom, the present leader first: ahead now, and behind before."""
    then = {each.name: each.place for each in before}
    return [
        (one.name, other.name)
        for place, one in enumerate(after)
        for other in after[place + 1 :]
        if one.place < other.place and then[one.name] > then[other.name]
    ]


def apart(tied: Mapping[str, Score]) -> Apart | None:
    """Return the trait in which one of several tied accounts is furthest ahead; None for none."""
    found = []
    for trait, measure in _TRAITS.items():
        known = [(measure(score), name) for name, score in tied.items()]
        ordered = sorted(
            ((value, name) for value, name in known if value is not None), reverse=True
        )
        for (most, ahead), (less, behind) in list(pairwise(ordered))[:1]:
            if less > 0 and most / less >= _TELLING:
                found.append(Apart(trait, ahead, behind, most / less))
    return max(found, key=lambda each: each.times, default=None)


_TRAITS: Final[Mapping[Trait, Callable[[Score], float | None]]] = {
    "reactions": lambda score: reactions_per_post(score.facts.recent),
    "mentions": lambda score: mentions_per_week(score.facts.recent),
    "posts": lambda score: posts_per_week(score.facts.recent),
    "followers": lambda score: score.facts.followers,
}


def _is_ahead(one: Growth, other: Growth) -> bool:
    if one.points is None or other.points is None:
        return other.points is None and one.points is not None
    return round(one.points - other.points, 1) >= LEVEL


def _highest_first(item: tuple[str, Growth]) -> tuple[bool, float, float, str]:
    name, growth = item
    return growth.points is None, -(growth.points or 0.0), -growth.score.score, name.lower()
