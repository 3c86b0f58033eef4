"""A comparison as a message: accounts in order, and a verdict on the first two."""

from collections.abc import Sequence
from typing import Final

from telegram import InlineKeyboardMarkup, Message, MessageEntity

from scoring.ranking import Placed, leaders, rank
from scoring.reading.account import Reading
from scoring.reading.handles import Request
from scoring.reading.names import network_of
from scoring.score import whole
from views import OutgoingMessage
from views.buttons import Action, button
from views.markup import linked, profile_link
from views.network_names import aside
from views.problems import sentence
from views.remarks import remarks
from views.scores.score_messages import Answer, verdict
from views.wording import Wording

MOST: Final = 10
"""The most accounts in one comparison."""

LEAST: Final = 2


def comparison(request: Request, answers: Sequence[Answer], wording: Wording) -> OutgoingMessage:
    """Return one line per account, the highest first; accounts too close to call share a place.

    Args:
        request: the parsed request.
        answers: the result for each of `request.handles`, in that order.
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
    return OutgoingMessage("\n\n".join(filter(None, blocks)), markup)


def line(placed: Placed, wording: Wording) -> str:
    """Format “1. @a · 66/100 ± 2”; a shared place begins with an equals sign.

    Those who share a place are too close to call among themselves, whatever their margins.
    """
    place = f"{'=' if placed.shared else ''}{placed.place}."
    margin = max(1, whole(placed.score.margin))
    number = f"<b>{whole(placed.score.score)}/100</b> ± {margin}"
    network = aside(network_of(placed.name), wording)
    line = f"{place} <b>{profile_link(placed.name)}</b> · {number}{network}"
    if placed.score.provisional:
        line = f"{line} · " + wording.gettext("provisional")
    return f"{line} ({wording.gettext('too close to call')})" if placed.shared else line


def compared(message: Message) -> list[str]:
    """Return the handles that a comparison gives scores of, read from its links in bold.

    A refusal in it links to its account, too, but not in bold: that account has no score there.
    """
    entities = message.entities or message.caption_entities
    bold = [
        range(each.offset, each.offset + each.length)
        for each in entities
        if each.type == MessageEntity.BOLD
    ]
    links = [
        each.url for each in entities if each.url and any(each.offset in piece for piece in bold)
    ]
    return [handle for link in links if (handle := linked(link))]


def _leads(ranked: Sequence[Placed], wording: Wording) -> str:
    """Say which account leads in which part."""
    gettext = wording.gettext
    names = {
        "community": gettext("community"),
        "activity": gettext("activity"),
        "reactions": gettext("reactions"),
    }
    told = [f"{names[part]} {profile_link(name)}" for part, name in leaders(ranked).items()]
    text = gettext("Leading in each part: {parts}.")
    return text.format(parts=", ".join(told)) if told else ""
