"""Money and counts, for operators."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from handlers.views import Reply
from handlers.views.notices import refused
from handlers.wording import Wording
from storage.figures import Figures, Health
from storage.outages import Outage
from storage.spending import Bought
from storage.usage import Used

_MICRO: Final = 1_000_000

_DEAREST: Final = 65_000
"""A profile, ten posts and a count of mentions, in micro-dollars."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What reading X cost.

    Attributes:
        today, month: what was bought, by resource.
        cap: micro-dollars a month.
        total, commands, chats: what it was for, this month; the dearest chats alone.
        outage: X refuses to be read; None when it does not.
    """

    today: Mapping[str, Bought]
    month: Mapping[str, Bought]
    cap: int
    total: Used
    commands: Mapping[str, Used]
    chats: Mapping[int, Used]
    outage: Outage | None


def spend(costs: Costs, now: datetime, wording: Wording) -> Reply:
    """What X cost, what for, and what the month comes to at this pace."""
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
    if costs.outage:
        lines.append(refused(costs.outage, wording))
    lines += _saved(costs.total, wording)
    if costs.commands:
        lines += ["", gettext("<b>What for, this month</b>")]
        lines += [_line(name, each, wording) for name, each in costs.commands.items()]
    if costs.chats:
        lines += ["", gettext("<b>Which chats, this month</b>")]
        lines += [_line(f"<code>{n}</code>", each, wording) for n, each in costs.chats.items()]
    return Reply("\n".join(lines))


def _line(name: str, used: Used, wording: Wording) -> str:
    accounts = wording.count("{n} account", "{n} accounts", used.profiles)
    return wording.labelled(name, f"{_dollars(used.spent, wording)} · {accounts}")


def _saved(total: Used, wording: Wording) -> list[str]:
    """What was answered without reading; each would have cost what an account does on average."""
    if not total.served:
        return []
    each = total.spent / total.profiles if total.profiles else _DEAREST
    times = wording.count(
        "{n} answer came from what I knew: reading again would have cost up to",
        "{n} answers came from what I knew: reading again would have cost up to",
        total.served,
    )
    return [f"{times} {_dollars(each * total.served, wording)}."]


def stats(figures: Figures, now: datetime, wording: Wording) -> Reply:
    """Counts, and what waits to be sent."""
    gettext = wording.gettext
    rows = [
        (gettext("accounts known"), figures.accounts),
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
    return Reply("\n".join(lines))


@dataclass(frozen=True, slots=True)
class Wellbeing:
    """Whether everything does what it should.

    Attributes:
        spent, cap: of this month's budget, in micro-dollars.
        outage: X refuses to be read; None when it does not.
        version, since: of this program.
    """

    health: Health
    spent: int
    cap: int
    outage: Outage | None
    version: str
    since: datetime


def health(told: Wellbeing, now: datetime, wording: Wording) -> Reply:
    """One line for each part."""
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
        gettext("Budget: {money} of {cap} this month.").format(
            money=_dollars(told.spent, wording), cap=_dollars(told.cap, wording)
        ),
        refused(told.outage, wording) if told.outage else gettext("X: lets me read."),
    ]
    return Reply("\n".join(lines))


def _number(number: float, wording: Wording) -> str:
    return wording.count("{n}", "{n}", number)


def _sum(bought: Mapping[str, Bought]) -> int:
    return sum(each.spent + each.reserved for each in bought.values())


def _dollars(micro: float, wording: Wording) -> str:
    return wording.dollars(micro / _MICRO)
