"""How far a score is from a wished one, what would bring it there, and what would not."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

from scoring.facts import Facts, Recent
from scoring.formula import FORMULAS, Formula
from scoring.score import Score

LeverName = Literal["followers", "lists", "reactions", "mentions"]

BULK: Final = 10_000
"""Silent followers come in lots of ten thousand; to fewer than that, as many again."""

TENFOLD: Final = 10

_MOST: Final = 1000.0
"""More than a thousand times as much is no advice…"""

_FEW: Final = 10.0
"""…where there is something to multiply: less than ten counts as ten."""

_HALVINGS: Final = 40


@dataclass(frozen=True, slots=True)
class Lever:
    """One thing that moves the score, all others being equal.

    Attributes:
        name: what; `reactions` are those to each post, `mentions` those of the window.
        now: how much there is.
        needed: how much would reach the goal; None when a thousand times as much would not.
        doubled: the points that twice as much would add.
    """

    name: LeverName
    now: float
    needed: float | None
    doubled: float


@dataclass(frozen=True, slots=True)
class Goal:
    """A score and a wished one.

    Attributes:
        wanted: from 0 to 100.
        distance: points still missing; zero or less once it is reached.
        within_margin: the score cannot be told from the goal.
        levers: what moves the score, the strongest first; of what was not read there is none.
        silent_lot: followers who never react: as many as there are, at most `BULK`.
        silent_followers: the points that `silent_lot` more of them would add.
        louder: the points that `TENFOLD` posts with the same reactions would add: 0 or less.
    """

    score: Score
    wanted: float
    distance: float
    within_margin: bool
    levers: tuple[Lever, ...]
    silent_lot: int
    silent_followers: float
    louder: float


def goal(score: Score, wanted: float) -> Goal:
    """Say what would move a score to `wanted`, by the formula that computed it.

    Raises:
        KeyError: the score names a formula that does not exist.
    """
    formula, facts = FORMULAS[score.formula], score.facts
    levers = [_lever(name, facts, formula, wanted) for name in _AMOUNT if _is_known(name, facts)]
    distance, lot = round(wanted - score.score, 1), min(facts.followers, BULK)
    return Goal(
        score=score,
        wanted=wanted,
        distance=distance,
        within_margin=abs(distance) <= score.margin,
        levers=tuple(sorted(levers, key=lambda lever: -lever.doubled)),
        silent_lot=lot,
        silent_followers=_gain(facts, replace(facts, followers=facts.followers + lot), formula),
        louder=_gain(facts, _louder(facts), formula),
    )


def _lever(name: LeverName, facts: Facts, formula: Formula, wanted: float) -> Lever:
    now = _AMOUNT[name](facts)
    return Lever(
        name=name,
        now=now,
        needed=_needed(name, facts, formula, wanted),
        doubled=_gain(facts, _grown(name, facts, 2.0), formula),
    )


def _needed(name: LeverName, facts: Facts, formula: Formula, wanted: float) -> float | None:
    """How much is enough, by bisection: points never fall as a lever grows."""
    low, high = 1.0, _MOST * _FEW / min(_FEW, max(1.0, _AMOUNT[name](facts)))
    if _points(_grown(name, facts, high), formula) < wanted:
        return None
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _points(_grown(name, facts, middle), formula) < wanted:
            low = middle
        else:
            high = middle
    return _AMOUNT[name](_grown(name, facts, high))


def _grown(name: LeverName, facts: Facts, factor: float) -> Facts:
    """The facts with one thing `factor` times as large; one where there was nothing yet."""
    if name == "followers":
        return replace(facts, followers=_times(facts.followers, factor))
    if name == "lists":
        return replace(facts, listed=_times(facts.listed, factor))
    recent = facts.recent
    if recent is None:
        return facts
    if name == "mentions":
        return replace(facts, recent=replace(recent, mentions=_times(recent.mentions, factor)))
    return replace(
        facts,
        recent=replace(
            recent,
            reposts=_times(recent.reposts, 1) + round((factor - 1) * max(1, _reactions(recent))),
        ),
    )


def _times(count: int | None, factor: float) -> int:
    return round(max(1, count or 0) * factor) if factor > 1 else (count or 0)


def _louder(facts: Facts) -> Facts:
    recent = facts.recent
    if recent is not None and recent.posts is not None:
        recent = replace(recent, posts=recent.posts * TENFOLD)
    return replace(facts, posts=facts.posts * TENFOLD, recent=recent)


def _is_known(name: LeverName, facts: Facts) -> bool:
    recent = facts.recent
    if name == "reactions":
        return recent is not None and bool(recent.posts)
    return name != "mentions" or (recent is not None and recent.mentions is not None)


def _reactions(recent: Recent) -> int:
    counts = (recent.likes, recent.replies, recent.reposts, recent.quotes)
    return sum(count or 0 for count in counts)


def _per_post(facts: Facts) -> float:
    recent = facts.recent
    return _reactions(recent) / max(1, recent.posts or 0) if recent else 0.0


_AMOUNT: Final[dict[LeverName, Callable[[Facts], float]]] = {
    "followers": lambda facts: facts.followers,
    "lists": lambda facts: facts.listed,
    "reactions": _per_post,
    "mentions": lambda facts: (facts.recent.mentions if facts.recent else None) or 0,
}


def _gain(before: Facts, after: Facts, formula: Formula) -> float:
    return round(_points(after, formula) - _points(before, formula), 1) + 0.0


def _points(facts: Facts, formula: Formula) -> float:
    return formula.points(formula.rate(facts).total)
