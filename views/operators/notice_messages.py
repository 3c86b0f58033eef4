"""Notices that operators get without asking."""

import html
from datetime import datetime
from typing import Final

from scoring.formulas import CURRENT
from services.duels.people_agreement import LATELY, Agreement
from services.failures import Failure
from storage.money.circuit_breaker import Outage
from views.wording import Wording

_MICRO: Final = 1_000_000
_ALL: Final = 100


def budget(percent: int, spent: int, cap: int, until: datetime, wording: Wording) -> str:
    """Say how much of the month's cap is spent.

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


def drifted(told: Agreement, wording: Wording) -> str:
    """Say that people do not agree with the formula as often as it claims."""
    gettext = wording.gettext
    assert told.all is not None  # noqa: S101 - without votes nothing drifts
    title = gettext("<b>Formula {formula} claims what people do not say</b>")
    text = gettext(
        "In duels of the last {days} days it claimed {claimed} on average, and people agreed"
        " {observed} of the time ({votes} on {pairs}). /method says it by what was claimed;"
        " <code>bot.py judgements</code> writes down what people said."
    )
    body = text.format(
        days=LATELY.days,
        claimed=wording.percent(round(100 * told.all.claimed)),
        observed=wording.percent(round(100 * told.all.observed)),
        votes=wording.count("{n} vote", "{n} votes", told.all.votes),
        pairs=wording.count("{n} pair", "{n} pairs", told.all.pairs),
    )
    return f"{title.format(formula=CURRENT.name)}\n{body}"


def refused(outage: Outage, wording: Wording) -> str:
    """Say that X refuses all reading, or one kind of it."""
    gettext = wording.gettext
    titles = {
        "post": gettext("<b>X does not let me read posts any more</b>"),
        "mention_count": gettext("<b>X does not let me count mentions any more</b>"),
    }
    everything = gettext("<b>X does not let me read any more</b>")
    title = titles.get(outage.resource, everything) if outage.resource else everything
    return f"{title}\n{why(outage, wording)}"


def why(outage: Outage, wording: Wording) -> str:
    """Explain why X refuses, and what follows."""
    gettext = wording.gettext
    if outage.reason == "client":
        return gettext(
            "It says that this app may not: see console.x.com, whether the app belongs to a project"
            " and its plan allows this. I try again every five minutes; scores go on without it."
        )
    if outage.resource:
        return gettext(
            "It refuses whichever account I ask about. I try again every five minutes; scores go on"
            " without it."
        )
    if outage.reason == "token":
        return gettext(
            "It does not accept X_BEARER_TOKEN. I try again every five minutes, and answer with"
            " what I already know until it does."
        )
    return gettext(
        "Its credits, its spending limit or its monthly usage cap are used up: see console.x.com."
        " I try again once an hour, which costs nothing, and answer with what I already know"
        " until it works."
    )


def answers_again(outage: Outage, wording: Wording) -> str:
    """Say that X can be read again."""
    gettext = wording.gettext
    texts = {
        "post": gettext("<b>X lets me read posts again.</b> It had refused since {moment}."),
        "mention_count": gettext(
            "<b>X lets me count mentions again.</b> It had refused since {moment}."
        ),
    }
    everything = gettext("<b>X lets me read again.</b> It had refused since {moment}.")
    text = texts.get(outage.resource, everything) if outage.resource else everything
    return text.format(moment=wording.moment(outage.opened_at))


def failed(failure: Failure, wording: Wording) -> str:
    """Report an unexpected error, without any user's data."""
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
