"""Several accounts in an order, and what people would say of the first two."""

from collections.abc import Sequence
from typing import Final

from telegram import InlineKeyboardMarkup

from handlers.views import Reply
from handlers.views.buttons import Action, button
from handlers.views.markup import profile_link
from handlers.views.problems import sentence
from handlers.views.scores import Answer, remarks, verdict
from handlers.wording import Wording
from scoring.handles import Request
from scoring.ranking import Placed, leaders, rank
from scoring.reading import Reading
from scoring.score import whole

MOST: Final = 10
"""Accounts in one comparison."""

LEAST: Final = 2


def comparison(request: Request, answers: Sequence[Answer], wording: Wording) -> Reply:
    """One line an account, the highest first; who is too close to call shares a place.

    Args:
        request: what was asked for.
        answers: what came of each of `request.handles`, in that order.
    """
    readings = {each.handle: each for each in answers if isinstance(each, Reading)}
    ranked = rank({name: reading.score for name, reading in readings.items()})
    blocks = ["\n".join(line(placed, wording) for placed in ranked)] if ranked else []
    if len(ranked) >= LEAST:
        judged = verdict(readings[ranked[0].name], readings[ranked[1].name], wording)
        if len(ranked) > LEAST:
            judged = wording.gettext("Between the first two:") + f"\n{judged}"
        blocks.append(judged)
        blocks.append(_leads(ranked, wording))
    blocks += [sentence(answer, wording) for answer in answers if not isinstance(answer, Reading)]
    blocks += remarks(request, wording, MOST)
    why = wording.gettext("Why @{handle}?")
    rows = [
        [
            button(why.format(handle=placed.name), Action.MORE, placed.name)
            for placed in ranked[i : i + 2]
        ]
        for i in range(0, min(len(ranked), 4), 2)
    ]
    if len(ranked) >= LEAST:
        rows.append([button(wording.gettext("Picture"), Action.CONTEST)])
    markup = InlineKeyboardMarkup(rows) if rows else None
    return Reply("\n\n".join(filter(None, blocks)), markup)


def line(placed: Placed, wording: Wording) -> str:
    """“1. @a · 66/100 ± 2”; a shared place begins with an equals sign."""
    place = f"{'=' if placed.shared else ''}{placed.place}."
    margin = max(1, whole(placed.score.margin))
    number = f"<b>{whole(placed.score.score)}/100</b> ± {margin}"
    line = f"{place} <b>{profile_link(placed.name)}</b> · {number}"
    return f"{line} ({wording.gettext('too close to call')})" if placed.shared else line


def _leads(ranked: Sequence[Placed], wording: Wording) -> str:
    """Who leads in which part."""
    gettext = wording.gettext
    names = {
        "community": gettext("community"),
        "activity": gettext("activity"),
        "reactions": gettext("reactions"),
    }
    told = [f"{names[part]} {profile_link(name)}" for part, name in leaders(ranked).items()]
    text = gettext("Leading in each part: {parts}.")
    return text.format(parts=", ".join(told)) if told else ""
