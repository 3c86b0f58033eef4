"""The lines of a change in words, with the facts behind them; what is chance, what the formula."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from scoring.change import Change
from scoring.facts import Facts, Recent
from scoring.formulas import FORMULAS
from scoring.score import whole
from scoring.versions import switched
from views.wording import Wording

_WEEK: Final = 7
_WORTH_A_REASON: Final = 0.5
"""Points below which it is not said what moved a score most."""

_ACCOUNT: Final = ("community", "activity", "reactions", "window")


def ends(change: Change, wording: Wording) -> str:
    """Return both ends of a change and the earlier date: "51.3 → 58.9 since 26 November".

    One decimal, since whole points would not always differ by the difference that stands beside.
    """
    text = wording.gettext("{before} → {after} since {day}")
    before, after = (wording.points(each.score) for each in (change.before, change.after))
    return text.format(before=before, after=after, day=since_day(change, wording))


def since_day(change: Change, wording: Wording) -> str:
    """Return the day of a change's earlier reading, with the year where it is another one."""
    before, after = change.before.facts.as_of, change.after.facts.as_of
    return wording.day(before) if before.year == after.year else wording.date(before)


def difference(change: Change, wording: Wording) -> str:
    """Return the difference of a change as points: "+7.6 points"."""
    return _points(change.difference, wording)


def _points(points: float, wording: Wording) -> str:
    text = wording.for_points("{n} point", "{n} points", points)
    return text.format(n=wording.signed(points))


def receipt(change: Change, wording: Wording) -> str:
    """Return the difference with all its lines, which sum to it; "" for a change without any."""
    told = [line(name, points, change, wording) for name, points in ordered(change) if points]
    if not told:
        return ""
    text = wording.gettext("{difference}: {lines}")
    return text.format(difference=difference(change, wording), lines=", ".join(told))


def told(change: Change, wording: Wording) -> list[str]:
    """Tell a change in two lines: both ends, then all that it is made of; [] without a change."""
    if not any(change.lines.values()):
        return []
    if not change.own and not change.lines["formula"]:
        return [f"{ends(change, wording)}.", deeper(change, wording)]
    said = [f"{receipt(change, wording)}.", noise(change, wording), deeper(change, wording)]
    return [f"{ends(change, wording)}.", " ".join(filter(None, said))]


def answer(change: Change, wording: Wording) -> str:
    """Say in one line how far a score has moved, since when, and what moved it most."""
    gettext = wording.gettext
    if change.before.facts.as_of == change.after.facts.as_of or not any(change.lines.values()):
        text = gettext("Nothing has changed since {day} ({points}).")
        points = wording.points(change.before.score)
        return text.format(points=points, day=since_day(change, wording))
    if not change.difference:
        text = gettext("{points}, as on {day}.")
        points = wording.points(change.after.score)
        return text.format(points=points, day=since_day(change, wording))
    text = gettext("{ends} ({difference})")
    moved = text.format(ends=ends(change, wording), difference=difference(change, wording))
    said = [f"{moved}."]
    if sure := noise(change, wording):
        said.append(sure)
    elif abs(change.own) >= _WORTH_A_REASON:
        most = gettext("Above all: {line}.")
        said.append(most.format(line=line(*_most(change), change, wording)))
    if other := deeper(change, wording):
        said.append(other)
    return " ".join(said)


def fact(change: Change, wording: Wording) -> str:
    """Return the fact behind the line that moved an account most, or else that line."""
    name, points = _most(change)
    facts = _FACTS.get(name)
    moved = facts(change.before.facts, change.after.facts, wording, points > 0) if facts else []
    return moved[0] if moved else line(name, points, change, wording)


def _most(change: Change) -> tuple[str, float]:
    """Return the line that moved an account most in the direction in which it moved."""
    sign = 1 if change.own >= 0 else -1
    lines = [each for each in ordered(change) if each[0] in _ACCOUNT]
    return max(lines, key=lambda each: each[1] * sign)


def itemised(change: Change, wording: Wording) -> list[str]:
    """Return a change as a list of its lines, which sum to its difference."""
    told = [
        f"• {line(name, points, change, wording)}" for name, points in ordered(change) if points
    ]
    if not told:
        return []
    text = wording.gettext("What changed: {difference} since {day}.")
    title = text.format(difference=difference(change, wording), day=since_day(change, wording))
    return [title, *told]


def ordered(change: Change) -> list[tuple[str, float]]:
    """Return the lines of a change, the largest first; the formula's always comes first."""
    return sorted(change.lines.items(), key=lambda line: (line[0] != "formula", -abs(line[1])))


def line(name: str, points: float, change: Change, wording: Wording) -> str:
    """Return one line of a change, with the facts that moved in its direction."""
    before, after = change.before.facts, change.after.facts
    facts = _FACTS.get(name)
    moved = facts(before, after, wording, points > 0) if facts else []
    text = f"{_name(name, points, change, wording)} {wording.signed(points)}"
    return f"{text} ({', '.join(moved)})" if moved else text


def noise(change: Change, wording: Wording) -> str:
    """Say that a difference may be chance, and how much chance makes, when it may; else ""."""
    if not change.noise or not change.own:
        return ""
    text = wording.for_points(
        "It may be chance, which makes up to {points} point.",
        "It may be chance, which makes up to {points} points.",
        change.margin,
    )
    return text.format(points=wording.points(change.margin))


def deeper(change: Change, wording: Wording) -> str:
    """Say that what was read, rather than the account, moved the score, when it did; else ""."""
    points = change.lines["depth"]
    if not points:
        return ""
    if _halves_read(change.after.facts) < _halves_read(change.before.facts):
        text = wording.gettext(
            "No change of the account: {points}, as what could not be read is estimated from"
            " similar profiles."
        )
    else:
        text = wording.gettext(
            "No change of the account: {points}, as what had been estimated was read."
        )
    return text.format(points=_points(points, wording))


def surer(change: Change, wording: Wording) -> str:
    """Say that the margin of the score narrowed, if it did by a whole point; else ""."""
    before, after = (max(1, whole(score.margin)) for score in (change.before, change.after))
    if after >= before or change.before.formula != change.after.formula:
        return ""
    text = wording.gettext("Surer now: ± {before} → ± {after}.")
    return text.format(before=before, after=after)


def other_formula(change: Change, wording: Wording) -> str:
    """Say that the formula changed between two scores, and what that means; "" if it did not."""
    now = FORMULAS[change.after.formula]
    if change.before.formula == now.name:
        return ""
    text = wording.gettext(
        "Scores are by formula {formula} now. What it alone changed has a line of its own and is no"
        " move of the account; a number such as 35 means something else by it. /method tells more."
    )
    return text.format(formula=now.name)


def other_meaning(threshold: float, today: date, wording: Wording) -> str:
    """Say for some weeks after a change of formula that a threshold means something else."""
    change = switched(today)
    if change is None:
        return ""
    text = wording.gettext(
        "Scores are by formula {formula} since {day}: {threshold} means something else than before."
    )
    return text.format(
        formula=change.formula.name,
        day=wording.day(change.since),
        threshold=wording.count("{n}", "{n}", threshold),
    )


def rounded(value: float) -> float:
    """Round to one decimal below ten, none above, and three digits: more would claim too much."""
    return round(value, 1) if value < 10 else round(float(f"{value:.3g}"))  # noqa: PLR2004 - see the docstring


def _name(name: str, points: float, change: Change, wording: Wording) -> str:
    """Return the name of a line of a change."""
    gettext = wording.gettext
    match name:
        case "formula":
            return gettext("the new formula {formula}").format(formula=change.after.formula)
        case "depth":
            return _depth(change, wording)
        case "window" if points < 0:
            return gettext("posts that became too old to count")
        case "window":
            return gettext("a weaker stretch of posts that became too old to count")
    return {
        "community": gettext("community"),
        "activity": gettext("activity"),
        "reactions": gettext("reactions"),
    }[name]


def _depth(change: Change, wording: Wording) -> str:
    read = _halves_read(change.after.facts) - _halves_read(change.before.facts)
    if read > 0:
        return wording.gettext("as more was read this time")
    if read < 0:
        return wording.gettext("as fewer facts were readable")
    return wording.gettext("as other facts were readable")


def _halves_read(facts: Facts) -> int:
    """Return how many of posts and mentions were read, 0 to 2."""
    recent = facts.recent
    return 0 if recent is None else (recent.posts is not None) + (recent.mentions is not None)


def _community(before: Facts, after: Facts, wording: Wording, up: bool) -> list[str]:
    lists = (after.listed or 0) - (before.listed or 0)
    followers = after.followers - before.followers
    moves = [
        (lists, wording.count("{n} list", "{n} lists", abs(lists))),
        (followers, wording.count("{n} follower", "{n} followers", abs(followers))),
    ]
    told = [f"{'+' if up else '−'}{text}" for move, text in moves if move and (move > 0) is up]
    one, other = _mentions_a_week(before.recent), _mentions_a_week(after.recent)
    if told or one is None or other is None or one == other or (other > one) is not up:
        return told
    if up:
        return [wording.gettext("mentions bear out more of the followers")]
    return [wording.gettext("mentions bear out fewer of the followers")]


def _activity(before: Facts, after: Facts, wording: Wording, up: bool) -> list[str]:
    text = wording.gettext("posts a week: {one} → {other}")
    return _moved(before, after, wording, up, [(text, _posts_a_week)])


def _reactions(before: Facts, after: Facts, wording: Wording, up: bool) -> list[str]:
    rates = [
        (wording.gettext("mentions a week: {one} → {other}"), _mentions_a_week),
        (wording.gettext("reactions to a post: {one} → {other}"), _per_post),
    ]
    return _moved(before, after, wording, up, rates)


_FACTS: Final[dict[str, Callable[[Facts, Facts, Wording, bool], list[str]]]] = {
    "community": _community,
    "activity": _activity,
    "reactions": _reactions,
}


def _moved(
    before: Facts,
    after: Facts,
    wording: Wording,
    up: bool,
    rates: Sequence[tuple[str, Callable[[Recent | None], float | None]]],
) -> list[str]:
    """Return the rates that moved up, or down; rates, since the windows differ in length."""
    told = []
    for text, rate in rates:
        one, other = rate(before.recent), rate(after.recent)
        if one is not None and other is not None and one != other and (other > one) is up:
            shown = (wording.count("{n}", "{n}", value) for value in (one, other))
            told.append(text.format(**dict(zip(("one", "other"), shown, strict=True))))
    return told


def _posts_a_week(recent: Recent | None) -> float | None:
    if recent is None or recent.posts is None or not recent.days:
        return None
    return rounded(recent.posts / recent.days * _WEEK)


def _mentions_a_week(recent: Recent | None) -> float | None:
    days = recent and (recent.mention_days or recent.days)
    if recent is None or recent.mentions is None or not days:
        return None
    return rounded(recent.mentions / days * _WEEK)


def _per_post(recent: Recent | None) -> float | None:
    if recent is None or not recent.posts:
        return None
    drawn = sum(n or 0 for n in (recent.likes, recent.replies, recent.reposts, recent.quotes))
    return rounded(drawn / recent.posts)
