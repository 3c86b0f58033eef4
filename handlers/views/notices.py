"""What operators are told without asking."""

import html
from datetime import datetime
from typing import Final

from delivery.notices import Failure
from handlers.wording import Wording
from storage.outages import Outage

_MICRO: Final = 1_000_000
_ALL: Final = 100


def budget(percent: int, spent: int, cap: int, until: datetime, wording: Wording) -> str:
    """So much of the month's cap is spent.

    Args:
        spent, cap: micro-dollars.
        until: when the next month begins.
    """
    gettext = wording.gettext
    if percent < _ALL:
        title = gettext("<b>{share} of this month’s budget for X is spent</b>")
        rest = gettext("{money} of {cap}. /spend says what for.")
    else:
        title = gettext("<b>This month’s budget for X is spent</b>")
        rest = gettext(
            "{money} of {cap}. I read X again from {moment}, or once X_BUDGET_USD_MONTH is raised"
            " and I am restarted; until then I answer with what I already know. /spend says what"
            " it went for."
        )
    text = rest.format(
        money=wording.dollars(spent / _MICRO),
        cap=wording.dollars(cap / _MICRO),
        moment=wording.moment(until),
    )
    return f"{title.format(share=wording.percent(percent))}\n{text}"


def refused(outage: Outage, wording: Wording) -> str:
    """X refuses to be read."""
    return "\n".join(
        (wording.gettext("<b>X does not let me read any more</b>"), why(outage, wording))
    )


def why(outage: Outage, wording: Wording) -> str:
    """Why X refuses, and what becomes of it."""
    if outage.reason == "token":
        return wording.gettext(
            "It does not accept X_BEARER_TOKEN. I try again every five minutes, and answer with"
            " what I already know until it does."
        )
    return wording.gettext(
        "Its credits, its spending limit or its monthly usage cap are used up: see console.x.com."
        " I try again once an hour, which costs nothing, and answer with what I already know"
        " until it works."
    )


def answers_again(outage: Outage, wording: Wording) -> str:
    """X can be read again."""
    text = wording.gettext("<b>X lets me read again.</b> It had refused since {moment}.")
    return text.format(moment=wording.moment(outage.opened_at))


def failed(failure: Failure, wording: Wording) -> str:
    """Something nobody expected, without anybody's data."""
    gettext = wording.gettext
    lines = [
        gettext("<b>Something went wrong</b>"),
        f"<code>{html.escape(failure.kind)}</code>"
        + (f" · <code>{html.escape(failure.place)}</code>" if failure.place else ""),
    ]
    if failure.error_id:
        text = gettext("In the log it is error <code>{id}</code>.")
        lines.append(text.format(id=html.escape(failure.error_id)))
    lines.append(gettext("However often this one happens, I tell of it once a day."))
    return "\n".join(lines)
