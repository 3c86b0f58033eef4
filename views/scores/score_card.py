"""The card of one score: headline, parts, counts and caveats."""

from datetime import datetime

from scoring.reading.account import Note
from scoring.reading.handles import key
from scoring.score import whole
from scoring.versions import former
from scoring.yardstick import most
from services.visibility import Visible
from views.markup import bar, foreign, profile_link, quoted
from views.network_names import aside, label
from views.problems import sentence
from views.scores.change_lines import rounded
from views.scores.reasons import certainty, listens, silent_days
from views.wording import Wording


def card(
    reading: Visible, now: datetime, wording: Wording, *, asked: str = "", moved: str = ""
) -> str:
    """Return an account's card: score, margin, parts, the counts behind them, and the age.

    Args:
        asked: the requested handle, if the account may have changed it since.
        moved: how far the score has moved; "" to say nothing of it.
    """
    lines = [
        headline(reading, wording),
        *([moved] if moved else []),
        *_name(reading),
        *_bars(reading, wording),
        counts(reading, wording),
        *manner(reading, wording),
        *notes(reading, asked, now, wording),
        _read_from(reading, now, wording),
    ]
    return "\n".join(lines)


def headline(reading: Visible, wording: Wording) -> str:
    """Return the handle, the score and its margin, as whole points, and the network."""
    points, margin = whole(reading.score.score), max(1, whole(reading.score.margin))
    return f"<b>{profile_link(reading.handle)}</b> · <b>{points}/100</b> ± {margin}" + aside(
        reading.network, wording
    )


def named(reading: Visible) -> str:
    """Return an account's name with its handle, "Bob, @bob_at_home"; the handle if it has none."""
    name = foreign(reading.name)
    return f"{name}, {profile_link(reading.handle)}" if name else profile_link(reading.handle)


def counts(reading: Visible, wording: Wording) -> str:
    """Return the counts of a profile: followers, lists, posts a day."""
    facts, count = reading.score.facts, wording.count
    lists = [] if facts.listed is None else [count("on {n} list", "on {n} lists", facts.listed)]
    return " · ".join(
        (
            count("{n} follower", "{n} followers", facts.followers),
            *lists,
            count("{n} post a day on average", "{n} posts a day on average", facts.posts_per_day),
        )
    )


def manner(reading: Visible, wording: Wording) -> list[str]:
    """Say how much the account puts in, and what each post brings: influence is not activity."""
    recent = reading.score.facts.recent
    if recent is None or recent.posts is None or recent.days is None:
        return []
    if silent := silent_days(reading.score.facts):
        return [wording.count("No post in {n} day.", "No post in {n} days.", silent)]
    if listens(reading.score.facts):
        text = wording.gettext("Mostly listens: fewer than one post in a fortnight lately.")
        return [text]
    drawn = sum(n or 0 for n in (recent.likes, recent.replies, recent.reposts, recent.quotes))
    each = wording.count("{n} reaction", "{n} reactions", rounded(drawn / recent.posts))
    return [
        wording.gettext("{posts} lately, {reactions} to each").format(
            posts=wording.count("{n} post a day", "{n} posts a day", recent.posts / recent.days),
            reactions=each,
        )
    ]


def _name(reading: Visible) -> list[str]:
    name = foreign(reading.name)
    return [name] if name else []


def parts_of(reading: Visible, wording: Wording) -> list[tuple[str, float]]:
    """Return the parts with their names, in the reader's words."""
    gettext = wording.gettext
    names = (gettext("community"), gettext("activity"), gettext("reactions"))
    return list(zip(names, reading.score.parts.values(), strict=True))


def _bars(reading: Visible, wording: Wording) -> list[str]:
    """Return a line for each part: how far it is towards the most that it can bring."""
    text = wording.gettext("{bar} {points} {part} (of {most})")
    limits = most(reading.score.formula).values()
    return [
        text.format(bar=bar(points / limit), points=wording.points(points), part=name, most=limit)
        for (name, points), limit in zip(parts_of(reading, wording), limits, strict=True)
    ]


def notes(reading: Visible, asked: str, now: datetime, wording: Wording) -> list[str]:
    """Return caveats of this reading, to know before trusting the number."""
    notes = []
    if asked and key(asked) != key(reading.handle) and not asked.startswith("did:"):
        renamed = wording.gettext("{old} goes by {new} now.")
        notes.append(renamed.format(old=profile_link(asked), new=profile_link(reading.handle)))
    notes += _kind(reading, wording)
    notes += _unread(reading, wording)
    if sure := certainty(reading.score, wording):
        notes.append(sure)
    if reading.problem is not None:
        notes.append(sentence(reading.problem, wording))
    if other := former(reading.score, now.date()):
        text = wording.gettext("By formula {formula} (until {day}): {points}.")
        notes.append(
            text.format(
                formula=other.score.formula,
                day=wording.day(other.until),
                points=whole(other.score.score),
            )
        )
    return notes


def _kind(reading: Visible, wording: Wording) -> list[str]:
    """Say what its network says of the account besides its counts."""
    texts: dict[Note, str] = {
        "bot": wording.gettext("A program posts here, by its own word."),
        "group": wording.gettext("A group: its posts are its members’."),
        "service": wording.gettext("A service that labels other accounts."),
        "limited": wording.gettext("Its server limits what others see of it."),
    }
    return [text for note, text in texts.items() if note in reading.notes]


def _unread(reading: Visible, wording: Wording) -> list[str]:
    """Say what of the last weeks was not read, and what stands for it."""
    gettext, recent, unread = wording.gettext, reading.score.facts.recent, reading.unread
    if reading.protected:
        return [gettext("The posts are protected: only the profile counts.")]
    if recent is None and unread == ("mention_count",):
        return [gettext("Mentions were not counted: only the profile counts.")]
    if recent is None:
        return [gettext("Recent posts were not read: only the profile counts.")]
    if recent.posts is None:
        return [gettext("Posts were not read: what they draw is estimated from the mentions.")]
    texts = {
        "post": gettext("No new posts were read this time: those of earlier readings count."),
        "mention_count": gettext("No new mentions were counted this time: earlier counts stand."),
    }
    return [texts[resource] for resource in unread if resource in texts]


def _read_from(reading: Visible, now: datetime, wording: Wording) -> str:
    """Say how old the figures are, and which network's: in the fediverse the server's own."""
    ago = wording.ago(now - reading.score.facts.as_of)
    if server := reading.external_id.partition("/")[0] if reading.network == "fediverse" else "":
        text = wording.gettext("Read from the fediverse {ago}; the figures are {server}’s own.")
        return text.format(ago=ago, server=quoted([server]))
    return wording.gettext("Read from {network} {ago}.").format(
        network=label(reading.network, wording), ago=ago
    )
