"""Why a score is what it is, in sentences."""

from typing import Final

from handlers.wording import Wording
from scoring.change import Change
from scoring.facts import Facts, Recent
from scoring.reading import Reading
from scoring.reference import percentile
from scoring.score import Score, silence, whole
from scoring.windows import LONGEST

_ALL: Final = 100

_SELDOM: Final = 1 / 14
"""Posts a day below which an account listens rather than speaks."""


def reasons(reading: Reading, wording: Wording) -> list[str]:
    """What each part is made of, what was taken off, how sure it is, and what it is not."""
    score, gettext = reading.score, wording.gettext
    sum_of_parts = gettext("The three parts add up: {sum} = {score}.").format(
        sum=" + ".join(map(wording.points, score.parts.values())),
        score=wording.points(score.score),
    )
    if score.depth == "recent":
        margin = gettext(
            "± {margin} is the margin of error: people disagree about influence, and a few posts"
            " are a small sample."
        )
    else:
        margin = gettext(
            "± {margin} is the margin of error: people disagree about influence, and the posts"
            " were not read."
        )
    meaning = gettext(
        "From a few hundred followers on, each tenfold in followers and lists adds roughly the same"
        " few points. The score is about reach on X, not about a person’s worth. Formula {formula}."
    ).format(formula=score.formula)
    if silent_days(score.facts):
        calm = gettext("A rest is fine: how often somebody posts hardly counts here.")
    else:
        calm = gettext("Listening is fine: how often somebody posts hardly counts here.")
    lost = silence(score)
    quiet = gettext(
        "Posting a lot while hardly anybody reacts takes {points} points off the community."
    ).format(points=wording.points(lost))
    return [
        sum_of_parts,
        *_parts(score.facts, wording),
        *([calm] if listens(score.facts) else []),
        *([quiet] if lost else []),
        margin.format(margin=wording.points(score.margin)) + _range(score, wording),
        *_percentile(score, wording),
        meaning,
    ]


def listens(facts: Facts) -> bool:
    """Whether the account lately listened rather than spoke."""
    recent = facts.recent
    if recent is None or recent.posts is None or recent.days is None:
        return False
    return recent.posts / recent.days < _SELDOM


def silent_days(facts: Facts) -> int:
    """For how many whole days nothing was posted, when that is a whole window; else 0."""
    recent = facts.recent
    if recent is None or recent.posts != 0 or recent.days is None:
        return 0
    days = round(recent.days)
    return days if days >= LONGEST.days else 0


def _range(score: Score, wording: Wording) -> str:
    """What the margin means at an end of the scale, where it is cut off."""
    low, high = score.score - score.margin, score.score + score.margin
    if low >= 0 and high <= _ALL:
        return ""
    text = wording.gettext("With it the score lies between {low} and {high}.")
    return " " + text.format(low=whole(max(0.0, low)), high=whole(min(float(_ALL), high)))


def changes(change: Change | None, wording: Wording) -> list[str]:
    """What became of the score since it was last read: lines that sum to the difference."""
    if change is None:
        return []
    gettext = wording.gettext
    day = wording.day(change.before.facts.as_of)
    if not any(change.lines.values()):
        return [gettext("Nothing moved since {day}.").format(day=day)]
    names = line_names(change, wording)
    lines = sorted(change.lines.items(), key=lambda line: -abs(line[1]))
    told = ", ".join(f"{wording.signed(points)} {names[name]}" for name, points in lines if points)
    since = gettext("Since {day}: {difference} ({lines}).").format(
        day=day, difference=wording.signed(change.difference), lines=told
    )
    return [f"{since} {noise(change, wording)}".rstrip()]


def line_names(change: Change, wording: Wording) -> dict[str, str]:
    """What each line of a change is called."""
    gettext = wording.gettext
    read = _halves_read(change.after.facts) - _halves_read(change.before.facts)
    if read > 0:
        depth = gettext("as more was read this time")
    elif read < 0:
        depth = gettext("as fewer facts were readable")
    else:
        depth = gettext("as other facts were readable")
    return {
        "formula": gettext("another formula"),
        "depth": depth,
        "community": gettext("community"),
        "activity": gettext("activity"),
        "reactions": gettext("reactions"),
        "window": gettext("posts that became too old to count"),
    }


def noise(change: Change, wording: Wording) -> str:
    """That a difference may be none, where it may; "" elsewhere.

    Both readings have a margin, so it may be larger than the one that is shown.
    """
    if not change.noise:
        return ""
    if abs(change.difference) > max(1, whole(change.after.margin)):
        return wording.gettext("Within both margins of error.")
    return wording.gettext("Within the margin of error.")


def _halves_read(facts: Facts) -> int:
    """How many of posts and mentions were read."""
    recent = facts.recent
    return 0 if recent is None else (recent.posts is not None) + (recent.mentions is not None)


def _percentile(score: Score, wording: Wording) -> list[str]:
    """Where the score stands, never without the word of what it is compared with."""
    gettext = wording.gettext
    place = percentile(score)
    if place is None:
        return []
    if place.about == 0:
        text = gettext(
            "The score is lower than those of all {size} people judged in {name}’s study of {year}"
            " (well-connected, English-speaking accounts)."
        )
    elif place.about == _ALL:
        text = gettext(
            "The score is higher than those of all {size} people judged in {name}’s study of {year}"
            " (well-connected, English-speaking accounts)."
        )
    else:
        text = gettext(
            "The score is higher than about {n} in 100 of the {size} people judged in {name}’s"
            " study of {year} (well-connected, English-speaking accounts); given the margin, {low}"
            " to {high} in 100."
        )
    reference = place.reference
    told = text.format(
        n=place.about,
        low=place.low,
        high=place.high,
        size=reference.size,
        name=reference.name,
        year=reference.year,
    )
    return [told]


def _parts(facts: Facts, wording: Wording) -> list[str]:
    """What each part was made of, in the order of the parts."""
    count, gettext = wording.count, wording.gettext
    community = gettext("Community: {followers}, {lists}.").format(
        followers=count("{n} follower", "{n} followers", facts.followers),
        lists=count("on {n} list", "on {n} lists", facts.listed),
    )
    recent = facts.recent
    if recent is None or recent.days is None or recent.posts is None:
        typical = gettext(
            "Activity and reactions: not read, so they are estimated from similar profiles."
        )
        return [community, typical]
    activity = gettext("Activity: {posts} in {time} (no reposts, no replies).").format(
        posts=count("{n} post", "{n} posts", recent.posts), time=_time(recent.days, wording)
    )
    return [community, activity, _reactions(recent, wording)]


def _reactions(recent: Recent, wording: Wording) -> str:
    count, gettext = wording.count, wording.gettext
    if recent.posts:
        drawn = sum(n or 0 for n in (recent.likes, recent.replies, recent.reposts, recent.quotes))
        each = count("{n} reaction", "{n} reactions", rounded(drawn / recent.posts))
        drew = gettext("{reactions} to a post").format(reactions=each)
    else:
        drew = gettext("no posts to react to")
    if recent.mentions is not None and recent.mention_days is not None:
        named = gettext("{mentions} in {time}").format(
            mentions=count("{n} mention", "{n} mentions", recent.mentions),
            time=_time(recent.mention_days, wording),
        )
        return gettext("Reactions: {drew}, {named}.").format(drew=drew, named=named)
    return gettext("Reactions: {drew}.").format(drew=drew)


def _time(days: float, wording: Wording) -> str:
    if days < 1:
        return wording.count("{n} hour", "{n} hours", max(1, round(days * 24)))
    return wording.count("{n} day", "{n} days", rounded(days))


def rounded(value: float) -> float:
    """One decimal below ten, none above, three digits at most: more would claim too much."""
    return round(value, 1) if value < 10 else round(float(f"{value:.3g}"))  # noqa: PLR2004 - said
