"""The operators' pages: costs, counts and health."""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, get_args

from telegram import InlineKeyboardMarkup

from scoring.reading.names import Network
from services.network_states import NetworkState
from storage.maintenance.row_counts import Figures, Health
from storage.money.circuit_breaker import Outage
from storage.money.spending import Bought
from storage.money.usage import Used
from views import OutgoingMessage
from views.buttons import Action, button
from views.network_names import inside, label
from views.operators.notice_messages import refused
from views.wording import Wording

_MICRO: Final = 1_000_000

_DEAREST: Final = 65_000
"""The dearest reading: a profile, ten posts and a count of mentions, in micro-dollars."""


@dataclass(frozen=True, slots=True)
class Costs:
    """The costs of reading X.

    Attributes:
            today, month: what was bought, by resource.
            cap: micro-dollars a month.
            total, commands, chats: this month's use, in all and by purpose; only the dearest chats.
            outages: what X refuses.
            free: the networks that are read for nothing.
    """

    today: Mapping[str, Bought]
    month: Mapping[str, Bought]
    cap: int
    total: Used
    commands: Mapping[str, Used]
    chats: Mapping[int, Used]
    outages: Sequence[Outage]
    free: Sequence[Network]


def spend(costs: Costs, now: datetime, wording: Wording) -> OutgoingMessage:
    """Return the page of costs: amounts, purposes, and the month's projection at this pace."""
    gettext = wording.gettext
    used = _sum(costs.month)
    pace = used * calendar.monthrange(now.year, now.month)[1] / now.day
    names = {
        "user": gettext("profiles"),
        "post": gettext("posts"),
        "mention_count": gettext("counts of mentions"),
    }
    lines = [
        gettext("<b>What reading X costs</b>"),
        gettext("Today: {money}.").format(money=_dollars(_sum(costs.today), wording)),
        gettext("This month: {money} of {cap}.").format(
            money=_dollars(used, wording), cap=_dollars(costs.cap, wording)
        ),
        gettext("At this pace: {money} by the end of the month.").format(
            money=_dollars(pace, wording)
        ),
        *(
            wording.labelled(
                names[name], f"{_number(bought.units, wording)} · {_dollars(bought.spent, wording)}"
            )
            for name, bought in costs.month.items()
        ),
    ]
    if aside := sum(bought.reserved for bought in costs.month.values()):
        text = gettext("Of that, {money} is set aside for requests that were never answered.")
        lines.append(text.format(money=_dollars(aside, wording)))
    lines += [refused(outage, wording) for outage in costs.outages]
    lines += [
        wording.gettext("Reading {network} costs nothing.").format(network=inside(network, wording))
        for network in costs.free
    ]
    lines += _saved(costs.total, wording)
    if costs.commands:
        lines += ["", gettext("<b>What for, this month</b>")]
        lines += [_line(name, each, wording) for name, each in costs.commands.items()]
    if costs.chats:
        lines += ["", gettext("<b>Which chats, this month</b>")]
        lines += [_line(f"<code>{n}</code>", each, wording) for n, each in costs.chats.items()]
    return OutgoingMessage("\n".join(lines), _try_now("spend", costs.outages, wording))


def tried(page: OutgoingMessage, outcome: str) -> OutgoingMessage:
    """Return a page with the outcome of a retry of X.

    Args:
        outcome: as HTML.
    """
    return OutgoingMessage(f"{page.html}\n\n{outcome}", page.markup)


def let_in(wording: Wording) -> str:
    """Say that X answered."""
    return wording.gettext("I asked X just now: it lets me read.")


def still_refused(reason: str, wording: Wording) -> str:
    """Say that X still refuses, or could not be asked.

    Args:
        reason: as HTML.
    """
    return wording.gettext("I tried just now: {reason}").format(reason=reason)


def _try_now(page: str, outages: Sequence[Outage], wording: Wording) -> InlineKeyboardMarkup | None:
    """Return a button that retries X; None while X refuses nothing."""
    if not outages:
        return None
    ask = button(wording.gettext("Try now"), Action.TRY_NOW, page)
    return InlineKeyboardMarkup([[ask]])


def _line(name: str, used: Used, wording: Wording) -> str:
    accounts = wording.count("{n} account", "{n} accounts", used.profiles)
    return wording.labelled(name, f"{_dollars(used.spent, wording)} · {accounts}")


def _saved(total: Used, wording: Wording) -> list[str]:
    """Estimate what answers without a read saved, at an account's average cost."""
    if not total.served:
        return []
    each = total.spent / total.profiles if total.profiles else _DEAREST
    times = wording.count(
        "{n} answer came from what I knew: reading again would have cost up to",
        "{n} answers came from what I knew: reading again would have cost up to",
        total.served,
    )
    return [f"{times} {_dollars(each * total.served, wording)}."]


def stats(figures: Figures, now: datetime, wording: Wording) -> OutgoingMessage:
    """Return the page of counts, and of messages that wait to be sent."""
    gettext = wording.gettext
    rows = [
        (gettext("accounts known"), sum(figures.accounts.values())),
        *(
            (gettext("on {network}").format(network=inside(network, wording)), number)
            for network in get_args(Network)
            if (number := figures.accounts.get(network))
        ),
        (gettext("readings kept"), figures.readings),
        (gettext("chats with a digest"), figures.places),
        (gettext("accounts followed"), figures.follows),
        (gettext("alerts"), figures.alerts),
        (gettext("people on boards"), figures.members),
        (gettext("digests in seven days"), figures.digests),
        (gettext("messages waiting"), figures.waiting),
        (gettext("messages that may not have arrived"), figures.uncertain),
    ]
    lines = [gettext("<b>How it goes</b>")]
    lines += [wording.labelled(name, _number(number, wording)) for name, number in rows]
    if figures.oldest is not None:
        late = gettext("The oldest message was due {ago}.")
        lines.append(late.format(ago=wording.ago(now - figures.oldest)))
    return OutgoingMessage("\n".join(lines))


@dataclass(frozen=True, slots=True)
class Wellbeing:
    """The state of the parts of the bot.

    Attributes:
            spent, cap: this month's, in micro-dollars.
            outages: what X refuses.
            networks: how the networks that are read answered last.
            version, since: the program's version and start.
    """

    health: Health
    networks: Sequence[NetworkState]
    spent: int
    cap: int
    outages: Sequence[Outage]
    version: str
    since: datetime


def health(told: Wellbeing, now: datetime, wording: Wording) -> OutgoingMessage:
    """Return the page of health: one line per part."""
    gettext = wording.gettext
    found = told.health
    milliseconds = _number(found.latency / timedelta(milliseconds=1), wording)
    lines = [
        gettext("<b>How I am</b>"),
        gettext("Version {version}, started {ago}.").format(
            version=told.version, ago=wording.ago(now - told.since)
        ),
        gettext("Database: answers within {n} ms, schema {revision}.").format(
            n=milliseconds, revision=found.revision
        ),
        gettext("Updates: the oldest came {ago}.").format(
            ago=wording.ago(now - found.oldest_update)
        )
        if found.oldest_update
        else gettext("Updates: none waits."),
        gettext("Messages: the oldest was due {ago}.").format(ago=wording.ago(now - found.oldest))
        if found.oldest
        else gettext("Messages: none waits."),
        gettext("Sending: last sign of life {ago}.").format(
            ago=wording.ago(max(now - found.sender_seen_at, timedelta()))
        )
        if found.sender_seen_at
        else gettext("Sending: nobody does it at the moment."),
    ]
    for state in told.networks:
        if state.network == "x":
            lines += _x_health(told, wording)
        else:
            lines.append(_network_health(state, now, wording))
    return OutgoingMessage("\n".join(lines), _try_now("health", told.outages, wording))


def _x_health(told: Wellbeing, wording: Wording) -> list[str]:
    money, cap = _dollars(told.spent, wording), _dollars(told.cap, wording)
    budget = wording.gettext("Budget: {money} of {cap} this month.").format(money=money, cap=cap)
    refusals = [refused(outage, wording) for outage in told.outages]
    return [budget, *(refusals or [wording.gettext("X: lets me read.")])]


def _network_health(state: NetworkState, now: datetime, wording: Wording) -> str:
    gettext, name = wording.gettext, label(state.network, wording)
    if state.failing and state.failed_at:
        text, moment = gettext("{network}: gave no usable answer {ago}."), state.failed_at
    elif state.answered_at:
        text, moment = gettext("{network}: answered {ago}."), state.answered_at
    else:
        return gettext("{network}: not asked since I started.").format(network=name)
    return text.format(network=name, ago=wording.ago(now - moment))


def _number(number: float, wording: Wording) -> str:
    return wording.count("{n}", "{n}", number)


def _sum(bought: Mapping[str, Bought]) -> int:
    return sum(each.spent + each.reserved for each in bought.values())


def _dollars(micro: float, wording: Wording) -> str:
    return wording.dollars(micro / _MICRO)
