"""The reasons of a score, in sentences."""

import math
from typing import Final

from scoring.facts import Facts, Recent
from scoring.margin import SETTLED_DAYS
from scoring.reading.windows import LONGEST
from scoring.reference import percentile
from scoring.score import Score, silence, whole
from services.visibility import Visible
from views.scores.change_lines import rounded
from views.wording import Wording

_ALL: Final = 100
_HOURS_A_DAY: Final = 24

_SELDOM: Final = 1 / 14
"""Posts a day below which an account counts as a listener."""


def reasons(reading: Visible, wording: Wording) -> list[str]:
    """Return what the score is made of, how sure it is, and where it stands."""
    score, gettext = reading.score, wording.gettext
    sum_of_parts = gettext("The three parts add up: {sum} = {score}.").format(
        sum=" + ".join(map(wording.points, score.parts.values())),
        score=wording.points(score.score),
    )
    if silent_days(score.facts):
        calm = gettext(
            "A rest is fine, though it shows: what was posted counts for eight weeks, then its"
            " points are gone. New posts bring them back."
        )
    else:
        calm = gettext(
            "Listening is fine, though it shows: a score is about reach, and so few posts bring few"
            " points for activity and reactions."
        )
    lost = silence(score)
    quiet = wording.for_points(
        "Posting a lot while hardly anybody reacts takes {points} point off the community.",
        "Posting a lot while hardly anybody reacts takes {points} points off the community.",
        lost,
    ).format(points=wording.points(lost))
    return [
        sum_of_parts,
        *_parts(score.facts, wording),
        *([calm] if listens(score.facts) else []),
        *([quiet] if lost else []),
        _margin(score, wording) + _range(score, wording),
        *_percentile(score, wording),
    ]


def certainty(score: Score, wording: Wording) -> str:
    """Say that a score is provisional, or how much of its window is read; "" once all is."""
    gettext = wording.gettext
    if score.provisional:
        return gettext("Provisional: what posts and mentions bring is estimated.")
    if not score.settling:
        return ""
    if score.facts.recent is None or score.facts.recent.posts is None:
        return gettext("It settles within eight weeks, once posts are read.")
    text = gettext(
        "{days} of {window} read so far: read every week, it settles within eight weeks."
    )
    days = wording.count("{n} day", "{n} days", max(1, math.floor(score.days_read)))
    return text.format(days=days, window=SETTLED_DAYS)


def listens(facts: Facts) -> bool:
    """Whether the account lately listened rather than posted."""
    recent = facts.recent
    if recent is None or recent.posts is None or recent.days is None:
        return False
    return recent.posts / recent.days < _SELDOM


def silent_days(facts: Facts) -> int:
    """Return the whole days without a post, if they fill the window; else 0."""
    recent = facts.recent
    if recent is None or recent.posts != 0 or recent.days is None:
        return 0
    days = round(recent.days)
    return days if days >= LONGEST.days else 0


def _margin(score: Score, wording: Wording) -> str:
    """Say what the margin holds."""
    gettext = wording.gettext
    if score.provisional:
        text = gettext(
            "{margin} is its margin: the posts and mentions were not read, and may say otherwise."
        )
    elif score.settling:
        text = gettext(
            "{margin} is its margin: what more reading may change, and what people do not tell"
            " apart. It narrows as more days are read."
        )
    else:
        text = gettext(
            "{margin} is its margin: what another eight weeks may change, and what people do not"
            " tell apart."
        )
    return text.format(margin=wording.margin(score.margin))


def _range(score: Score, wording: Wording) -> str:
    """Explain the margin at an end of the scale, where it is cut off."""
    low, high = score.score - score.margin, score.score + score.margin
    if low >= 0 and high <= _ALL:
        return ""
    text = wording.gettext("With it the score lies between {low} and {high}.")
    return " " + text.format(low=whole(max(0.0, low)), high=whole(min(float(_ALL), high)))


def _percentile(score: Score, wording: Wording) -> list[str]:
    """Say where the score stands, always with the group that it is compared with."""
    gettext = wording.gettext
    place = percentile(score)
    if place is None:
        return []
    if place.about == 0:
        text = gettext(
            "It is lower than those of all {size} accounts that people judged in a study (/method):"
            " well-connected and English-speaking ones."
        )
    elif place.about == _ALL:
        text = gettext(
            "It is higher than those of all {size} accounts that people judged in a study"
            " (/method): well-connected and English-speaking ones."
        )
    else:
        text = gettext(
            "It is higher than about {n} in 100 of the {size} accounts that people judged in a"
            " study (/method): well-connected and English-speaking ones. Given the margin: {low} to"
            " {high} in 100."
        )
    told = text.format(n=place.about, low=place.low, high=place.high, size=place.reference.size)
    return [told]


def _parts(facts: Facts, wording: Wording) -> list[str]:
    """Say what each part was made of, in the order of the parts."""
    count, gettext = wording.count, wording.gettext
    followers = count("{n} follower", "{n} followers", facts.followers)
    if facts.listed is None:
        community = gettext("Community: {followers}.").format(followers=followers)
    else:
        community = gettext("Community: {followers}, {lists}.").format(
            followers=followers, lists=count("on {n} list", "on {n} lists", facts.listed)
        )
    recent = facts.recent
    if recent is None or not recent.known:
        typical = gettext(
            "Activity and reactions: not read, so they are estimated from similar profiles."
        )
        return [community, typical]
    if recent.days is None or recent.posts is None:
        estimated = gettext("Activity: not read. Reactions: {named}, the rest is estimated.")
        return [community, estimated.format(named=_mentions(recent, wording))]
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
    if recent.mentions is None:
        text = gettext("Reactions: {drew}; mentions were not counted and are estimated from these.")
        return text.format(drew=drew)
    named = _mentions(recent, wording)
    return gettext("Reactions: {drew}, {named}.").format(drew=drew, named=named)


def _mentions(recent: Recent, wording: Wording) -> str:
    return wording.gettext("{mentions} in {time}").format(
        mentions=wording.count("{n} mention", "{n} mentions", recent.mentions or 0),
        time=_time(recent.mention_days or recent.days or 1.0, wording),
    )


def _time(days: float, wording: Wording) -> str:
    if (hours := round(days * 24)) < _HOURS_A_DAY:
        return wording.count("{n} hour", "{n} hours", max(1, hours))
    return wording.count("{n} day", "{n} days", rounded(days))
