"""Money and counts, for operators."""

import calendar
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from handlers.views import Reply
from handlers.wording import Wording
from storage.figures import Figures
from storage.spending import Bought

_MICRO: Final = 1_000_000


def spend(
    today: Mapping[str, Bought],
    month: Mapping[str, Bought],
    cap: int,
    now: datetime,
    wording: Wording,
) -> Reply:
    """What X cost, and what the month comes to at this pace.

    Args:
        today, month: what was bought, by resource.
        cap: micro-dollars a month.
    """
    gettext = wording.gettext
    used = _sum(month)
    days = calendar.monthrange(now.year, now.month)[1]
    pace = used * days / now.day
    names = {
        "user": gettext("profiles"),
        "post": gettext("posts"),
        "mention_count": gettext("counts of mentions"),
    }
    lines = [
        gettext("<b>What reading X costs</b>"),
        gettext("Today: {money}.").format(money=_dollars(_sum(today), wording)),
        gettext("This month: {money} of {cap}.").format(
            money=_dollars(used, wording), cap=_dollars(cap, wording)
        ),
        gettext("At this pace: {money} by the end of the month.").format(
            money=_dollars(pace, wording)
        ),
        *(
            f"{names[name]}: {wording.count('{n}', '{n}', bought.units)}"
            f" · {_dollars(bought.spent, wording)}"
            for name, bought in month.items()
        ),
    ]
    if aside := sum(bought.reserved for bought in month.values()):
        text = gettext("Of that, {money} is set aside for requests that were never answered.")
        lines.append(text.format(money=_dollars(aside, wording)))
    return Reply("\n".join(lines))


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
    lines += [f"{name}: {wording.count('{n}', '{n}', number)}" for name, number in rows]
    if figures.oldest is not None:
        late = gettext("The oldest message was due {ago}.")
        lines.append(late.format(ago=wording.ago(now - figures.oldest)))
    return Reply("\n".join(lines))


def _sum(bought: Mapping[str, Bought]) -> int:
    return sum(each.spent + each.reserved for each in bought.values())


def _dollars(micro: float, wording: Wording) -> str:
    return wording.dollars(micro / _MICRO)
