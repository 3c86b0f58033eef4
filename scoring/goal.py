"""Goals: how far a score is from a wanted one, what would raise it that far, what would not."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

from scoring.facts import Facts, Recent
from scoring.formula import Formula
from scoring.formulas import FORMULAS
from scoring.score import PARTS, Score, silence

LeverName = Literal["followers", "lists", "reactions", "mentions"]

BULK: Final = 10_000
"""The most silent followers that a goal adds; to an account with fewer it adds as many again."""

TENFOLD: Final = 10

_MOST: Final = 100.0
"""A lever that had to grow by more than this factor is no advice."""

_FEW: Final = 10.0
"""A count below this one is taken for this one when it is multiplied by `_MOST`."""

_HALVINGS: Final = 40

_KINDS: Final = ("likes", "replies", "reposts", "quotes")
"""The kinds of reactions to a post."""


@dataclass(frozen=True, slots=True)
class Lever:
    """One thing that moves the score, all others being equal.

    Attributes:
        name: what is counted: `reactions` to each post, `mentions` in the window. Followers move
            alone here, as those do who never react.
        now: the present count.
        needed: the count that would reach the goal; None when a hundred times as much would not.
        doubled: the points that twice the count would add.
    """

    name: LeverName
    now: float
    needed: float | None
    doubled: float


@dataclass(frozen=True, slots=True)
class Goal:
    """A score compared with a wanted one.

    Attributes:
        wanted: from 0 to 100.
        distance: points still missing; zero or less once it is reached.
        within_margin: whether the distance is within the score's margin.
        levers: what moves the score, the strongest first; what was not read has no lever.
        parts: the points that each part could bring, if all that it counts were twice as much.
        silent_lot: followers who never react: as many as the account has, at most `BULK`.
        silent_followers: the points that `silent_lot` more of them would add.
        louder: the points that `TENFOLD` posts with the same reactions would add: 0 or less.
        unheard: the points that posting into silence costs the account now.
    """

    score: Score
    wanted: float
    distance: float
    within_margin: bool
    levers: tuple[Lever, ...]
    parts: dict[str, float]
    silent_lot: int
    silent_followers: float
    louder: float
    unheard: float

    @property
    def side(self) -> Literal["below", "near", "above"]:
        """On which side of the wish the score is; "near" where the margin cannot tell."""
        if self.within_margin:
            return "near"
        return "below" if self.distance > 0 else "above"


def goal(score: Score, wanted: float) -> Goal:
    """Return what would move a score to `wanted` (0 to 100), by the formula that computed it.

    Each thing moves alone. What was not read stays what the formula takes for granted, so that
    followers are never said to bring reactions along.

    Raises:
        KeyError: the score names a formula that does not exist.
    """
    formula = FORMULAS[score.formula]
    facts = _held(score.facts, formula)
    names = [name for name in _AMOUNT if _is_known(name, score.facts)]
    levers = [_lever(name, facts, formula, wanted) for name in names]
    distance, lot = round(wanted - score.score, 1), min(facts.followers, BULK)
    return Goal(
        score=score,
        wanted=wanted,
        distance=distance,
        within_margin=abs(distance) <= score.margin,
        levers=tuple(sorted(levers, key=lambda lever: -lever.doubled)),
        parts={part: _gain(facts, _twice(facts, part), formula) for part in PARTS},
        silent_lot=lot,
        silent_followers=_gain(facts, replace(facts, followers=facts.followers + lot), formula),
        louder=_gain(facts, _louder(facts), formula),
        unheard=silence(score),
    )


def _held(facts: Facts, formula: Formula) -> Facts:
    """Return the facts with each half that was not read as the formula expects it to be."""
    recent, expected = facts.recent, formula.expected(facts)
    if recent is None or not recent.known:
        return replace(facts, recent=expected)
    if recent.posts is None:
        mentions, days = recent.mentions, recent.mention_days
        return replace(facts, recent=replace(expected, mentions=mentions, mention_days=days))
    return facts  # mentions follow from the reactions


def _twice(facts: Facts, part: str) -> Facts:
    """Return the facts with all that a part counts twice; a count of zero stays."""
    recent = facts.recent
    if part == "community" or recent is None:
        lists = facts.listed and 2 * facts.listed
        return replace(facts, followers=2 * facts.followers, listed=lists)
    counts = [*_KINDS]
    counts.append("posts" if part == "activity" else "mentions")
    doubled = {name: 2 * value for name in counts if (value := getattr(recent, name)) is not None}
    return replace(facts, recent=replace(recent, **doubled))


def _lever(name: LeverName, facts: Facts, formula: Formula, wanted: float) -> Lever:
    now = _AMOUNT[name](facts)
    return Lever(
        name=name,
        now=now,
        needed=_needed(name, facts, formula, wanted),
        doubled=_gain(facts, _grown(name, facts, 2.0), formula),
    )


def _needed(name: LeverName, facts: Facts, formula: Formula, wanted: float) -> float | None:
    """Find the count that is enough, by bisection: points never fall as a lever grows."""
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
    """Return the facts with one count `factor` times as large; a count of zero becomes one."""
    if name == "followers":
        return replace(facts, followers=_times(facts.followers, factor))
    if name == "lists":
        return replace(facts, listed=_times(facts.listed, factor))
    recent = facts.recent
    if recent is None:
        return facts
    if name == "mentions":
        return replace(facts, recent=replace(recent, mentions=_times(recent.mentions, factor)))
    if not _reactions(recent):
        return replace(facts, recent=replace(recent, reposts=_times(0, factor)))
    # of each kind in the same proportion: a part that is doubled gains by the same measure
    grown = {kind: round(n * factor) for kind in _KINDS if (n := getattr(recent, kind)) is not None}
    return replace(facts, recent=replace(recent, **grown))


def _times(count: int | None, factor: float) -> int:
    return round(max(1, count or 0) * factor) if factor > 1 else (count or 0)


def _louder(facts: Facts) -> Facts:
    recent = facts.recent
    if recent is not None and recent.posts is not None:
        recent = replace(recent, posts=recent.posts * TENFOLD)
    return replace(facts, posts=facts.posts * TENFOLD, recent=recent)


def _is_known(name: LeverName, facts: Facts) -> bool:
    recent = facts.recent
    if name == "lists":
        return facts.listed is not None
    if name == "reactions":
        return recent is not None and bool(recent.posts)
    return name != "mentions" or (recent is not None and recent.mentions is not None)


def _reactions(recent: Recent) -> int:
    return sum(getattr(recent, kind) or 0 for kind in _KINDS)


def _per_post(facts: Facts) -> float:
    recent = facts.recent
    return _reactions(recent) / max(1, recent.posts or 0) if recent else 0.0


_AMOUNT: Final[dict[LeverName, Callable[[Facts], float]]] = {
    "followers": lambda facts: facts.followers,
    "lists": lambda facts: facts.listed or 0,
    "reactions": _per_post,
    "mentions": lambda facts: (facts.recent.mentions if facts.recent else None) or 0,
}


def _gain(before: Facts, after: Facts, formula: Formula) -> float:
    return round(_points(after, formula) - _points(before, formula), 1) + 0.0


def _points(facts: Facts, formula: Formula) -> float:
    return formula.points(facts)
