"""A score as a message: the card, the reasons, several at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from handlers.views import Reply
from handlers.views.buttons import Action, button
from handlers.views.markup import bar, foreign, profile_link
from handlers.views.problems import sentence
from handlers.views.reasons import changes, listens, reasons, rounded, silent_days
from handlers.wording import Wording
from scoring.change import Change
from scoring.comparison import compare
from scoring.errors import ScoringError
from scoring.handles import MAX_HANDLES, Request, key
from scoring.reading import Reading
from scoring.score import whole
from scoring.versions import former

Answer = Reading | ScoringError
"""What came of one handle."""

_MOST: Final = 100
_PAIR: Final = 2
_ALL: Final = 10


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
    readings = [result for result in answers if isinstance(result, Reading)]
    if len(asked) == 1 and readings:
        html = card(readings[0], now, wording, asked=asked[0][0])
        markup = keyboard(readings[0].handle, wording, ask_whose=ask_whose)
        return Reply("\n\n".join([html, *remarks(request, wording)]), markup)
    blocks = [_block(handle, result, now, wording) for handle, result in asked]
    if len(readings) == len(asked) == _PAIR:
        blocks.append(verdict(readings[0], readings[1], wording))
    blocks += remarks(request, wording)
    return Reply("\n\n".join(blocks), _one_by_one(readings, wording))


def apology(error: ScoringError, wording: Wording) -> Reply:
    """Why there is no score."""
    return Reply(sentence(error, wording))


def card(reading: Reading, now: datetime, wording: Wording, *, asked: str = "") -> str:
    """One account: the number, its margin, its parts, what they come from, and when.

    Args:
        asked: the handle that was asked for, where it may not be the account's any more.
    """
    lines = [
        headline(reading),
        *_name(reading),
        *(
            f"{bar(points / _MOST)} {wording.points(points)} {name}"
            for name, points in _parts(reading, wording)
        ),
        _counts(reading, wording),
        *_manner(reading, wording),
        *_notes(reading, asked, now, wording),
        wording.gettext("Data read {ago}.").format(
            ago=wording.ago(now - reading.score.facts.as_of)
        ),
    ]
    return "\n".join(lines)


def why(
    reading: Reading,
    change: Change | None,
    now: datetime,
    wording: Wording,
    *,
    followed: bool = False,
    mine: bool = False,
) -> Reply:
    """The card again, with what each part is made of, how sure it is, and what changed.

    Args:
        change: from the last reading of an earlier day; None when there is none.
        followed: the chat follows the account already.
        mine: the person said already that it is theirs.
    """
    quote = "\n".join(reasons(reading, wording) + changes(change, wording))
    return Reply(
        f"{card(reading, now, wording)}\n<blockquote>{quote}</blockquote>",
        keyboard(reading.handle, wording, unfolded=True, ask_whose=not mine, followed=followed),
    )


def keyboard(
    handle: str,
    wording: Wording,
    *,
    unfolded: bool = False,
    ask_whose: bool = False,
    followed: bool = False,
) -> InlineKeyboardMarkup:
    """The buttons under one score.

    Args:
        unfolded: the reasons are shown, and can be hidden.
        ask_whose: offer to remember that the handle is the person's own.
        followed: the chat follows the account already, and can let it go.
    """
    gettext, language = wording.gettext, wording.language
    fold = (
        button(gettext("Hide"), Action.LESS, handle, language=language)
        if unfolded
        else button(gettext("Why?"), Action.WHY, handle, language=language)
    )
    rows: list[list[InlineKeyboardButton]] = [
        [
            fold,
            button(gettext("Unfollow"), Action.UNFOLLOW, handle)
            if followed
            else button(gettext("Follow"), Action.FOLLOW, handle),
            button(gettext("Compare"), Action.COMPARE, handle),
        ],
        [
            button(gettext("Card"), Action.CARD, handle),
            button(gettext("History"), Action.HISTORY, handle),
        ],
    ]
    if ask_whose:
        rows.append([button(gettext("That’s me"), Action.LINK, handle)])
    return InlineKeyboardMarkup(rows)


def _name(reading: Reading) -> list[str]:
    name = foreign(reading.name)
    return [name] if name else []


def _one_by_one(readings: Sequence[Reading], wording: Wording) -> InlineKeyboardMarkup | None:
    """One button a score, where there are several, to have it explained on its own."""
    text = wording.gettext("Why @{handle}?")
    names = [reading.handle for reading in readings]
    rows = [[button(text.format(handle=name), Action.MORE, name)] for name in names]
    return InlineKeyboardMarkup(rows) if rows else None


def _block(asked: str, result: Answer, now: datetime, wording: Wording) -> str:
    """One of several: a few lines."""
    if not isinstance(result, Reading):
        return sentence(result, wording)
    parts = " · ".join(
        f"{wording.points(points)} {name}" for name, points in _parts(result, wording)
    )
    notes = _notes(result, asked, now, wording)
    return "\n".join([headline(result), parts, _counts(result, wording), *notes])


def verdict(one: Reading, other: Reading, wording: Wording) -> str:
    """Who is ahead, as people would judge; or that it is too close to call."""
    comparison = compare(one.score, other.score)
    share = comparison.probability
    ahead, tenths = (one, round(share * 10)) if share >= 1 / 2 else (other, round(10 - share * 10))
    if comparison.tie:
        text = wording.gettext("Too close to call: about {n} in 10 people would pick {handle}.")
    elif tenths == _ALL:
        text = wording.gettext("Nearly everybody would pick {handle} as the more influential.")
    else:
        text = wording.gettext(
            "About {n} in 10 people would pick {handle} as the more influential."
        )
    return text.format(n=tenths, handle=profile_link(ahead.handle))


def _parts(reading: Reading, wording: Wording) -> list[tuple[str, float]]:
    gettext = wording.gettext
    names = (gettext("community"), gettext("activity"), gettext("reactions"))
    return list(zip(names, reading.score.parts.values(), strict=True))


def _counts(reading: Reading, wording: Wording) -> str:
    facts, count = reading.score.facts, wording.count
    return " · ".join(
        (
            count("{n} follower", "{n} followers", facts.followers),
            count("on {n} list", "on {n} lists", facts.listed),
            count("{n} post a day on average", "{n} posts a day on average", facts.posts_per_day),
        )
    )


def _manner(reading: Reading, wording: Wording) -> list[str]:
    """What the account puts in, and what each post brings: influence without living online."""
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
            posts=wording.count(
                "{n} post a day", "{n} posts a day", round(recent.posts / recent.days, 2)
            ),
            reactions=each,
        )
    ]


def _notes(reading: Reading, asked: str, now: datetime, wording: Wording) -> list[str]:
    """What a reader should know about this reading before trusting the number."""
    notes = []
    if asked and key(asked) != key(reading.handle):
        renamed = wording.gettext("{old} goes by {new} now.")
        notes.append(renamed.format(old=profile_link(asked), new=profile_link(reading.handle)))
    if reading.protected:
        notes.append(wording.gettext("The posts are protected: only the profile counts."))
    elif reading.score.facts.recent is None:
        notes.append(wording.gettext("Recent posts were not read: only the profile counts."))
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


def remarks(request: Request, wording: Wording, most: int = MAX_HANDLES) -> list[str]:
    """What of the request could not be answered, and why; `most` were taken at a time."""
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
        remarks.append(text.format(most=most, n=request.left_out))
    return remarks


def headline(reading: Reading) -> str:
    """The handle, the score and its margin, as whole points."""
    points, margin = whole(reading.score.score), max(1, whole(reading.score.margin))
    return f"<b>{profile_link(reading.handle)}</b> · <b>{points}/100</b> ± {margin}"
