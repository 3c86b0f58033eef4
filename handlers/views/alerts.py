"""What is said around alerts."""

from collections.abc import Sequence

from telegram import InlineKeyboardMarkup

from delivery.subscriptions import MOST_FOLLOWED
from handlers.views import Reply
from handlers.views.buttons import Action, button
from handlers.views.markup import profile_link
from handlers.views.scores import headline
from handlers.wording import Wording
from scoring.reading import Reading
from storage.alerts import Alert


def set_for(
    reading: Reading, value: float, wording: Wording, *, step: bool, replaced: bool
) -> Reply:
    """An alert was set, perhaps in the place of another one on the same account."""
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
    when = wording.gettext("I look whenever it is read anyway: at most once a day.")
    off = button(wording.gettext("No more alerts"), Action.ALERT_OFF, reading.handle)
    told = text.format(headline=headline(reading), value=shown)
    instead = wording.gettext("This alert replaces the one that was set on this account.")
    lines = [f"{told} {when}", *([instead] if replaced else [])]
    return Reply("\n".join(lines), InlineKeyboardMarkup([[off]]))


def too_many(wording: Wording) -> Reply:
    """A chat has as many alerts as it can."""
    text = wording.gettext("A chat can have {most} alerts. /alert shows them, to let one go.")
    return Reply(text.format(most=MOST_FOLLOWED))


def off(handle: str, wording: Wording, *, removed: bool) -> Reply:
    """An alert was taken back, or there was none."""
    if removed:
        text = wording.gettext("No more alerts about {handle}.")
    else:
        text = wording.gettext("There was no alert about {handle}.")
    return Reply(text.format(handle=profile_link(handle)))


def off_toast(handle: str, wording: Wording, *, removed: bool) -> str:
    """The same as a toast."""
    if removed:
        text = wording.gettext("No more alerts about {handle}.")
    else:
        text = wording.gettext("There was no alert about {handle}.")
    return text.format(handle=f"@{handle}")


def hint(wording: Wording, example: str) -> Reply:
    """What can be asked for."""
    text = wording.gettext(
        "For instance <code>/alert @{example} 35</code>: when the score crosses 35."
        " <code>/alert @{example} ±5</code>: when it has moved by 5 points."
        " <code>/alert @{example} off</code> ends it. Scores go from 0 to 100."
    )
    return Reply(text.format(example=example))


def overview(alerts: Sequence[Alert], wording: Wording, example: str) -> Reply:
    """Every alert of a chat, or how to set one."""
    if not alerts:
        return hint(wording, example)
    lines = [wording.gettext("<b>Alerts here</b>")]
    for alert in alerts:
        value = alert.threshold if alert.step is None else alert.step
        shown = wording.count("{n}", "{n}", value or 0.0)
        lines.append(f"{profile_link(alert.handle)} · {'' if alert.step is None else '±'}{shown}")
    rows = [[button(f"✕ @{alert.handle}", Action.ALERT_OFF, alert.handle)] for alert in alerts[:20]]
    return Reply("\n".join(lines), InlineKeyboardMarkup(rows))
