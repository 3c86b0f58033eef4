"""A digest, an alert: what changed since a place was last told."""

import math
from datetime import datetime
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from delivery.digest import Digest, Entry
from handlers.views import Reply
from handlers.views.boards import weekly
from handlers.views.buttons import Action, button
from handlers.views.following import pause_button, quiet_button
from handlers.views.markup import profile_link
from handlers.views.problems import sentence
from handlers.views.reasons import line_names, noise, rounded
from handlers.views.scores import headline
from handlers.wording import Wording
from scoring.change import Change
from scoring.errors import AccountError, SourceError
from scoring.facts import Facts, Recent
from scoring.handles import key
from scoring.reading import Reading

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
    if told.board is not None and page == 0:
        blocks.append(weekly(told.board, wording))
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
    news = any(entry.change and entry.change.before != entry.change.after for entry in told.entries)
    title = gettext("<b>What changed</b>") if news else gettext("<b>Where things stand</b>")
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
    known = entry.change.before.facts.handle if entry.change else entry.asked
    if key(known) != key(reading.handle):  # a change of name is told once
        old, new = profile_link(known), profile_link(reading.handle)
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
    """The receipt of a change in half a line: the lines that mattered, in words, and the rest."""
    if not change.difference:
        return ""
    lines = sorted(change.lines.items(), key=lambda line: -abs(line[1]))
    shown = [(name, points) for name, points in lines[:_REASONS] if abs(points) >= _WORTH_SAYING]
    told = [
        f"{wording.signed(points)} {_line(name, points, change, wording)}" for name, points in shown
    ]
    rest = round(change.difference - sum(points for _, points in shown), 1)
    if told and rest:
        told.append(wording.gettext("{points} other").format(points=wording.signed(rest)))
    return ". ".join(filter(None, (", ".join(told), noise(change, wording))))


def _line(name: str, points: float, change: Change, wording: Wording) -> str:
    """One line of a change, with those facts behind it that moved the way it did."""
    before, after = change.before.facts, change.after.facts
    facts = {"community": _community, "reactions": _reactions}.get(name)
    told = facts(before, after, wording, up=points > 0) if facts else []
    text = line_names(change, wording)[name]
    return f"{text} ({', '.join(told)})" if told else text


def _community(before: Facts, after: Facts, wording: Wording, *, up: bool) -> list[str]:
    lists, followers = after.listed - before.listed, after.followers - before.followers
    moves = [
        (lists, wording.count("{n} list", "{n} lists", abs(lists))),
        (followers, wording.count("{n} follower", "{n} followers", abs(followers))),
    ]
    return [f"{'+' if up else '−'}{text}" for move, text in moves if move and (move > 0) is up]


def _reactions(before: Facts, after: Facts, wording: Wording, *, up: bool) -> list[str]:
    """Mentions and reactions a post, as rates: the windows differ in length."""
    moves = [
        (wording.gettext("mentions a week: {one} → {other}"), _mentions_a_week),
        (wording.gettext("reactions to a post: {one} → {other}"), _per_post),
    ]
    told = []
    for text, rate in moves:
        one, other = rate(before.recent), rate(after.recent)
        if one is not None and other is not None and one != other and (other > one) is up:
            shown = (wording.count("{n}", "{n}", value) for value in (one, other))
            told.append(text.format(**dict(zip(("one", "other"), shown, strict=True))))
    return told


def _mentions_a_week(recent: Recent | None) -> float | None:
    days = recent and (recent.mention_days or recent.days)
    if recent is None or recent.mentions is None or not days:
        return None
    return rounded(recent.mentions / days * 7)


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
            quiet_button(told.schedule, gettext("Less often"), wording),
            pause_button(told.schedule, wording),
        ]
    )
    return InlineKeyboardMarkup(rows)
