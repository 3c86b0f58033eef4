"""A digest, an alert: what changed since a place was last told."""

import math
from datetime import datetime
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from delivery.digest import Digest, Entry
from handlers.views import Reply
from handlers.views.buttons import Action, button
from handlers.views.markup import profile_link
from handlers.views.problems import sentence
from handlers.views.reasons import rounded
from handlers.views.scores import headline
from handlers.wording import Wording
from scoring.change import Change
from scoring.errors import AccountError, SourceError
from scoring.facts import Facts, Recent
from scoring.handles import key
from scoring.reader import Reading

PER_PAGE: Final = 10
"""Accounts a message: about 2,000 characters, half of what Telegram takes."""

_REASONS: Final = 2
_WORTH_SAYING: Final = 0.2
_STALE_HOURS: Final = 24


def digest(told: Digest, page: int, now: datetime, wording: Wording) -> Reply:
    """One page of a digest, what moved most first.

    Args:
        page: from 0; one that does not exist is the nearest that does.
    """
    pages = max(1, math.ceil(len(told.entries) / PER_PAGE))
    page = min(max(0, page), pages - 1)
    shown = told.entries[page * PER_PAGE : (page + 1) * PER_PAGE]
    blocks = [_title(told, page, pages, wording)]
    blocks += [_entry(entry, now, wording) for entry in shown]
    # X's troubles concern all of them, and are told once
    blocks += dict.fromkeys(
        sentence(entry.problem, wording)
        for entry in shown
        if isinstance(entry.problem, SourceError)
    )
    return Reply("\n\n".join(blocks), _keyboard(told, shown, page, pages, wording))


def crossed(reading: Reading, threshold: float, wording: Wording, *, above: bool) -> Reply:
    """An alert: a score is on the other side of a line."""
    if above:
        text = wording.gettext("{headline}\nNow above {threshold}, by more than its margin.")
    else:
        text = wording.gettext("{headline}\nNow below {threshold}, by more than its margin.")
    shown = wording.count("{n}", "{n}", threshold)
    return _alert(reading, text.format(headline=headline(reading), threshold=shown), wording)


def moved(reading: Reading, base: float, wording: Wording) -> Reply:
    """An alert: a score has moved."""
    difference = wording.signed(reading.score.score - base)
    text = wording.gettext("{headline}\n{difference} points since you were last told.")
    return _alert(reading, text.format(headline=headline(reading), difference=difference), wording)


def may_be_lost(number: int | None, wording: Wording) -> Reply:
    """The connection broke while something was being sent here.

    Args:
        number: of the digest that it was, which a button then shows; None for anything else.
    """
    text = wording.gettext(
        "My last message here may not have arrived: the connection broke while I sent it. I do"
        " not send it again by myself; /digest shows where things stand."
    )
    if number is None:
        return Reply(text)
    again = button(
        wording.gettext("Show it"), Action.PAGE, f"{number}_0", language=wording.language
    )
    return Reply(text, InlineKeyboardMarkup([[again]]))


def _alert(reading: Reading, text: str, wording: Wording) -> Reply:
    buttons = [
        button(wording.gettext("Why?"), Action.MORE, reading.handle),
        button(wording.gettext("No more alerts"), Action.ALERT_OFF, reading.handle),
    ]
    return Reply(text, InlineKeyboardMarkup([buttons]))


def _title(told: Digest, page: int, pages: int, wording: Wording) -> str:
    gettext = wording.gettext
    title = gettext("<b>What changed</b>") if told.number else gettext("<b>Where things stand</b>")
    if pages > 1:
        title += f" ({page + 1}/{pages})"
    if told.due_at is not None and page == 0:
        late = gettext("This is late: it was due on {moment}, and I could not send it then.")
        title += "\n" + late.format(moment=wording.moment(told.due_at))
    return title


def _entry(entry: Entry, now: datetime, wording: Wording) -> str:
    """One account in two or three lines; never a number that nobody read."""
    gettext = wording.gettext
    if entry.reading is None:
        if isinstance(entry.problem, AccountError):
            return f"<b>{profile_link(entry.asked)}</b>\n{sentence(entry.problem, wording)}"
        nothing = gettext("I have not been able to read it yet.")
        return f"<b>{profile_link(entry.asked)}</b>\n{nothing}"
    reading = entry.reading
    lines = [headline(reading) + _difference(entry.change, wording)]
    if entry.change is not None and (told := _because(entry.change, wording)):
        lines.append(told)
    if key(entry.asked) != key(reading.handle):
        old, new = profile_link(entry.asked), profile_link(reading.handle)
        lines.append(gettext("{old} goes by {new} now.").format(old=old, new=new))
    if reading.protected:
        lines.append(gettext("The posts are protected: only the profile counts."))
    age = now - reading.score.facts.as_of
    if age.total_seconds() > _STALE_HOURS * 3600:
        lines.append(gettext("Data read {ago}.").format(ago=wording.ago(age)))
    return "\n".join(lines)


def _difference(change: Change | None, wording: Wording) -> str:
    """By how much it moved, " · +3.1"; nothing when nothing was read since."""
    if change is None:
        return " · " + wording.gettext("new here")
    if change.before == change.after:
        return ""
    if not change.difference:
        return " · " + wording.gettext("unchanged")
    return f" · {wording.signed(change.difference)}"


def _because(change: Change, wording: Wording) -> str:
    """The receipt of a change in half a line: the lines that mattered, in words."""
    if not change.difference:
        return ""
    lines = sorted(change.lines.items(), key=lambda line: -abs(line[1]))
    told = [
        f"{wording.signed(points)} {_line(name, change, wording)}"
        for name, points in lines[:_REASONS]
        if abs(points) >= _WORTH_SAYING
    ]
    if change.noise:
        told.append(wording.gettext("within the noise"))
    return ", ".join(told)


def _line(name: str, change: Change, wording: Wording) -> str:
    """What stands behind one line of a change."""
    gettext = wording.gettext
    before, after = change.before.facts, change.after.facts
    if name == "community":
        return _community(before, after, wording)
    if name == "reactions":
        return _reactions(before, after, wording)
    return {
        "activity": gettext("activity"),
        "window": gettext("posts that became too old to count"),
        "depth": gettext("more or less was read"),
        "formula": gettext("another formula"),
    }[name]


def _community(before: Facts, after: Facts, wording: Wording) -> str:
    lists, followers = after.listed - before.listed, after.followers - before.followers
    moves = [
        (lists, wording.count("{n} list", "{n} lists", abs(lists))),
        (followers, wording.count("{n} follower", "{n} followers", abs(followers))),
    ]
    told = [f"{'+' if move > 0 else '−'}{text}" for move, text in moves if move]
    community = wording.gettext("community")
    return f"{community} ({', '.join(told)})" if told else community


def _reactions(before: Facts, after: Facts, wording: Wording) -> str:
    one, other = _per_post(before.recent), _per_post(after.recent)
    if one is None or other is None or one == other:
        return wording.gettext("reactions")
    if other > one:
        text = wording.gettext("more reactions to a post ({one} → {other})")
    else:
        text = wording.gettext("fewer reactions to a post ({one} → {other})")
    return text.format(
        one=wording.count("{n}", "{n}", one), other=wording.count("{n}", "{n}", other)
    )


def _per_post(recent: Recent | None) -> float | None:
    if recent is None or not recent.posts:
        return None
    drawn = sum(n or 0 for n in (recent.likes, recent.replies, recent.reposts, recent.quotes))
    return rounded(drawn / recent.posts)


def _keyboard(
    told: Digest, shown: tuple[Entry, ...], page: int, pages: int, wording: Wording
) -> InlineKeyboardMarkup:
    gettext, language = wording.gettext, wording.language
    rows: list[list[InlineKeyboardButton]] = []
    if pages > 1:
        turns = [("◀", page - 1), ("▶", page + 1)]
        rows.append(
            [
                button(arrow, Action.PAGE, f"{told.number}_{other}", language=language)
                for arrow, other in turns
                if 0 <= other < pages
            ]
        )
    names = [entry.reading.handle for entry in shown if entry.reading and entry.change]
    why = gettext("Why @{handle}?")
    rows += [[button(why.format(handle=name), Action.MORE, name)] for name in names[:3]]
    rows.append(
        [
            button(gettext("Unfollow…"), Action.FOLLOWING, "0"),
            button(gettext("Less often"), Action.QUIET, "3"),
            button(gettext("Pause"), Action.PAUSE),
        ]
    )
    return InlineKeyboardMarkup(rows)
