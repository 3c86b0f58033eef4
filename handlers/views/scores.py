"""A score as a message: the card, the reasons, several at once."""

import math
from collections.abc import Sequence
from datetime import datetime

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from handlers.views import Reply
from handlers.views.buttons import Action, button
from handlers.views.markup import bar, foreign
from handlers.views.problems import sentence
from handlers.wording import Wording
from scoring.errors import ScoringError
from scoring.handles import MAX_HANDLES, Request, key
from scoring.reader import Reading

Answer = Reading | ScoringError
"""What came of one handle."""


def answer(
    request: Request, answers: Sequence[Answer], now: datetime, wording: Wording, *, ask_whose: bool
) -> Reply:
    """The one message that answers a request for scores.

    Args:
        request: what was asked for.
        answers: what came of each of `request.handles`, in that order.
        ask_whose: offer a button by which the person says that the handle is theirs.
    """
    asked = list(zip(request.handles, answers, strict=True))
    blocks = [_block(handle, result, now, wording) for handle, result in asked]
    readings = [result for result in answers if isinstance(result, Reading)]
    if len(asked) == 1 and readings:
        markup: InlineKeyboardMarkup | None = keyboard(
            readings[0].handle, wording, ask_whose=ask_whose
        )
    else:
        markup = _one_by_one([reading.handle for reading in readings], wording)
    return Reply("\n\n".join(blocks + _remarks(request, wording)), markup)


def card(reading: Reading, now: datetime, wording: Wording, *, asked: str = "") -> str:
    """One account: the number, its margin, its parts, what they come from, and when.

    Args:
        asked: the handle that was asked for, where it may not be the account's any more.
    """
    score = reading.score
    facts = score.facts
    gettext, count = wording.gettext, wording.count
    names = (gettext("community"), gettext("activity"), gettext("reactions"))
    lines = [
        _headline(reading),
        foreign(reading.name),
        *(
            f"{bar(points / score.score if score.score else 0)} {wording.points(points)} {name}"
            for name, points in zip(names, score.parts.values(), strict=True)
        ),
        " · ".join(
            (
                count("{n} follower", "{n} followers", facts.followers),
                count("{n} list", "{n} lists", facts.listed),
                count("{n} post a day", "{n} posts a day", facts.posts_per_day),
            )
        ),
        *_notes(reading, asked, wording),
        gettext("Read {ago}.").format(ago=wording.ago(now - facts.as_of)),
    ]
    return "\n".join(lines)


def why(reading: Reading, now: datetime, wording: Wording) -> Reply:
    """The card again, with what each part is made of and how sure it is."""
    score = reading.score
    gettext = wording.gettext
    reasons = [
        gettext("The parts add up: {sum} = {score}.").format(
            sum=" + ".join(map(wording.points, score.parts.values())),
            score=wording.points(score.score),
        ),
        *_reasons(reading, wording),
        gettext(
            "± {margin} is how far the number may be off: people disagree about influence, and"
            " a few posts are a small sample."
        ).format(margin=wording.points(score.margin)),
        gettext(
            "Ten times the followers is one step up, not ten times the score. It says how far an"
            " account reaches on X, not what a person is worth. Formula {formula}."
        ).format(formula=score.formula),
    ]
    html = card(reading, now, wording) + "\n<blockquote>" + "\n".join(reasons) + "</blockquote>"
    less = button(gettext("Less"), Action.LESS, reading.handle)
    return Reply(html, InlineKeyboardMarkup([[less]]))


def keyboard(handle: str, wording: Wording, *, ask_whose: bool = False) -> InlineKeyboardMarkup:
    """The buttons under one score."""
    rows: list[list[InlineKeyboardButton]] = [
        [
            button(wording.gettext("Why?"), Action.WHY, handle),
            button(wording.gettext("Follow"), Action.FOLLOW, handle),
            button(wording.gettext("Compare"), Action.COMPARE, handle),
        ]
    ]
    if ask_whose:
        rows.append([button(wording.gettext("That’s me"), Action.LINK, handle)])
    return InlineKeyboardMarkup(rows)


def _one_by_one(names: Sequence[str], wording: Wording) -> InlineKeyboardMarkup | None:
    """One button a score, where there are several, to have it on its own."""
    text = wording.gettext("More about @{handle}")
    rows = [[button(text.format(handle=name), Action.SCORE, name)] for name in names]
    return InlineKeyboardMarkup(rows) if rows else None


def _block(asked: str, result: Answer, now: datetime, wording: Wording) -> str:
    if isinstance(result, Reading):
        return card(result, now, wording, asked=asked)
    return sentence(result, wording)


def _notes(reading: Reading, asked: str, wording: Wording) -> list[str]:
    """What a reader should know about this reading before trusting the number."""
    notes = []
    if asked and key(asked) != key(reading.handle):
        renamed = wording.gettext("@{old} goes by @{new} now.")
        notes.append(renamed.format(old=asked, new=reading.handle))
    if reading.protected:
        notes.append(wording.gettext("The posts are protected: only the profile counts."))
    elif reading.score.facts.recent is None:
        notes.append(wording.gettext("Recent posts were not read: only the profile counts."))
    if reading.problem is not None:
        notes.append(sentence(reading.problem, wording))
    return notes


def _reasons(reading: Reading, wording: Wording) -> list[str]:
    """What each part was made of, in the order of the parts."""
    facts = reading.score.facts
    count, gettext = wording.count, wording.gettext
    community = gettext("Community: {followers}, {lists}.").format(
        followers=count("{n} follower", "{n} followers", facts.followers),
        lists=count("{n} list", "{n} lists", facts.listed),
    )
    recent = facts.recent
    if recent is None or recent.days is None or recent.posts is None:
        typical = gettext(
            "Activity and reactions: not read, so what is usual for such a profile is assumed."
        )
        return [community, typical]
    drawn = sum(n or 0 for n in (recent.likes, recent.replies, recent.reposts, recent.quotes))
    activity = gettext("Activity: {posts} in {days}.").format(
        posts=count("{n} post of its own", "{n} posts of its own", recent.posts),
        days=count("{n} day", "{n} days", round(recent.days, 1)),
    )
    reactions = gettext("Reactions: {each} to a post").format(
        each=count("{n} reaction", "{n} reactions", round(drawn / max(1, recent.posts), 1))
    )
    if recent.mentions is not None and recent.mention_days is not None:
        reactions += ", " + gettext("{mentions} in {days}").format(
            mentions=count("{n} mention", "{n} mentions", recent.mentions),
            days=count("{n} day", "{n} days", recent.mention_days),
        )
    return [community, activity, reactions + "."]


def _remarks(request: Request, wording: Wording) -> list[str]:
    """What of the request could not be answered, and why."""
    remarks = []
    if request.rejected:
        text = wording.gettext(
            "{words} cannot be a handle on X: a handle has 1 to 15 letters (a–z), digits or"
            " underscores."
        )
        remarks.append(text.format(words=", ".join(map(foreign, request.rejected[:MAX_HANDLES]))))
    if request.left_out:
        text = wording.ngettext(
            "I answer for {most} at a time; {n} was left out.",
            "I answer for {most} at a time; {n} were left out.",
            request.left_out,
        )
        remarks.append(text.format(most=MAX_HANDLES, n=request.left_out))
    return remarks


def _headline(reading: Reading) -> str:
    points, margin = _whole(reading.score.score), max(1, _whole(reading.score.margin))
    return f"<b>@{reading.handle}</b> · <b>{points}/100</b> ± {margin}"


def _whole(points: float) -> int:
    """Rounded as people do: a half goes up."""
    return math.floor(points + 0.5)
