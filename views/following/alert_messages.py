"""Alerts as messages, and messages about setting, listing and removing them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from services.digests.last_told import Step
from services.digests.spans import Span
from services.subscriptions import MOST_FOLLOWED
from services.visibility import Visible
from storage.accounts.alerts import Alert
from views import OutgoingMessage
from views.buttons import Action, Ends, button, explaining
from views.markup import profile_link
from views.scores.change_lines import other_formula, other_meaning, told
from views.scores.score_card import headline
from views.wording import Wording

_STEPS: Final = (3, 5)
_MOST: Final = 100
_OVERDUE: Final = timedelta(days=8)
"""An account with an alert is read weekly: after that it could not be."""


def set_for(
    reading: Visible, value: float, wording: Wording, *, step: bool, replaced: bool
) -> OutgoingMessage:
    """Say that an alert was set, or replaced another one on the same account."""
    shown = wording.count("{n}", "{n}", value)
    if step:
        text = wording.gettext(
            "{headline}\nI tell this chat when it has moved by {value} or more since you were last"
            " told."
        )
    else:
        text = wording.gettext(
            "{headline}\nI tell this chat when it crosses {value}, either way, by more than its"
            " margin."
        )
    when = wording.gettext(
        "I read it once a week, and look whenever it is read anyway; you hear of it at most once a"
        " day."
    )
    off = _off(reading.handle, wording)
    promise = text.format(headline=headline(reading, wording), value=shown)
    instead = wording.gettext("This alert replaces the one that was set on this account.")
    lines = [f"{promise} {when}", *([instead] if replaced else [])]
    return OutgoingMessage("\n".join(lines), InlineKeyboardMarkup([[off]]))


def offers(reading: Visible, wording: Wording) -> OutgoingMessage:
    """Offer alerts on an account: two steps, and the next tens above and below its score."""
    handle, score = reading.handle, reading.score.score
    text = wording.gettext("When shall I tell this chat of {handle}?").format(
        handle=profile_link(handle)
    )
    moves = wording.gettext("Moves by {n}")
    crosses = wording.gettext("Crosses {n}")
    tens = [n for n in (int(score // 10) * 10, int(score // 10) * 10 + 10) if 0 < n < _MOST]
    rows = [
        [button(moves.format(n=n), Action.TELL, f"{handle}/s{n}") for n in _STEPS],
        [button(crosses.format(n=n), Action.TELL, f"{handle}/t{n}") for n in tens],
    ]
    return OutgoingMessage(text, InlineKeyboardMarkup([row for row in rows if row]))


def crossed(
    step: Step, threshold: float, today: date, wording: Wording, *, above: bool
) -> OutgoingMessage:
    """Return the alert that a score crossed a line.

    Args:
        step: the reading, with its change since the chat was last told; without one where the chat
            knows the reading already.
    """
    if above:
        text = wording.gettext("{headline}\nNow above {threshold}, by more than its margin.")
    else:
        text = wording.gettext("{headline}\nNow below {threshold}, by more than its margin.")
    shown = wording.count("{n}", "{n}", threshold)
    crossing = text.format(headline=headline(step.reading, wording), threshold=shown)
    meaning = other_meaning(threshold, today, wording)
    return _alert(step, [crossing, *_lines(step, wording), meaning], wording)


def moved(step: Step, wording: Wording) -> OutgoingMessage:
    """Return the alert that an account has moved.

    Args:
        step: the reading, with its change since the chat was last told.
    """
    formula = other_formula(step.change, wording) if step.change else ""
    return _alert(step, [headline(step.reading, wording), *_lines(step, wording), formula], wording)


def late(step: Step, wording: Wording) -> OutgoingMessage:
    """Tell of an account whose alert could not be sent in time."""
    text = wording.gettext("I could not send an alert about this account in time. Now:")
    return _alert(step, [text, headline(step.reading, wording), *_lines(step, wording)], wording)


def too_many(wording: Wording) -> OutgoingMessage:
    """Say that the chat has reached its limit of alerts."""
    text = wording.gettext("A chat can have {most} alerts. /alert shows them, to let one go.")
    return OutgoingMessage(text.format(most=MOST_FOLLOWED))


def off(handle: str, wording: Wording, *, removed: bool) -> OutgoingMessage:
    """Say that an alert was removed, or that there was none."""
    if removed:
        text = wording.gettext("No more alerts about {handle}.")
    else:
        text = wording.gettext("There was no alert about {handle}.")
    return OutgoingMessage(text.format(handle=profile_link(handle)))


def off_toast(handle: str, wording: Wording, *, removed: bool) -> str:
    """Return the toast that an alert was removed, or that there was none."""
    if removed:
        text = wording.gettext("No more alerts about {handle}.")
    else:
        text = wording.gettext("There was no alert about {handle}.")
    return text.format(handle=f"@{handle}")


def hint(wording: Wording, example: str) -> OutgoingMessage:
    """Say how to set an alert."""
    text = wording.gettext(
        "For instance <code>/alert @{example} 35</code>: when the score crosses 35."
        " <code>/alert @{example} ±5</code>: when it has moved by 5 points."
        " <code>/alert @{example} off</code> ends it. Scores go from 0 to 100."
    )
    return OutgoingMessage(text.format(example=example))


def overview(
    alerts: Sequence[Alert], now: datetime, wording: Wording, example: str
) -> OutgoingMessage:
    """List every alert of a chat, or say how to set one; say which accounts could not be read."""
    if not alerts:
        return hint(wording, example)
    lines = [wording.gettext("<b>Alerts here</b>")]
    for alert in alerts:
        value = alert.threshold if alert.step is None else alert.step
        shown = wording.count("{n}", "{n}", value or 0.0)
        line = f"{profile_link(alert.handle)} · {'' if alert.step is None else '±'}{shown}"
        if now - alert.seen_at > _OVERDUE:
            text = wording.gettext("{alert} · not read since {day}")
            line = text.format(alert=line, day=wording.day(alert.seen_at))
        lines.append(line)
    rows = [[button(f"✕ @{alert.handle}", Action.ALERT_OFF, alert.handle)] for alert in alerts[:20]]
    return OutgoingMessage("\n".join(lines), InlineKeyboardMarkup(rows))


def _lines(step: Step, wording: Wording) -> list[str]:
    return told(step.change, wording) if step.change else []


def _alert(step: Step, lines: Sequence[str], wording: Wording) -> OutgoingMessage:
    reading = step.reading
    ends = Ends(reading.score.facts.as_of, step.base)
    why = explaining(reading.handle, Span.TOLD, ends)
    buttons = [
        button(wording.gettext("Why?"), Action.MORE, why),
        _off(reading.handle, wording),
    ]
    return OutgoingMessage("\n".join(filter(None, lines)), InlineKeyboardMarkup([buttons]))


def _off(handle: str, wording: Wording) -> InlineKeyboardButton:
    text = wording.gettext("No more alerts on @{handle}").format(handle=handle)
    return button(text, Action.ALERT_OFF, handle)
