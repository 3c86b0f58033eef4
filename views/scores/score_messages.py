"""Scores as messages: the card, the reasons, several accounts at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from telegram import InlineKeyboardMarkup

from scoring.comparison import TIE, compare
from scoring.peers.usual import Usual
from scoring.ranking import in_order
from scoring.reading.account import Reading
from scoring.reading.errors import ScoringError
from scoring.reading.handles import Request
from services.digests.last_told import Step
from services.digests.milestones import CLEAR
from services.digests.spans import Explained
from services.visibility import Visible
from views import OutgoingMessage
from views.buttons import Ends
from views.markup import profile_link
from views.problems import sentence
from views.remarks import remarks
from views.scores import change_lines
from views.scores.peer_lines import compared
from views.scores.reasons import reasons
from views.scores.score_buttons import ends_of, keyboard, one_by_one, spans
from views.scores.score_card import card, counts, headline, notes, parts_of
from views.wording import Wording

Answer = Visible | ScoringError
"""The result for one handle."""

NOTHING_TOLD: Final[Mapping[int, Step]] = MappingProxyType({})
"""No change to tell: the message goes where no telling is remembered."""

_PAIR: Final = 2
_ALL: Final = 10

LIMIT: Final = round(10 * TIE[1])
"""People in ten to which both shares just below a tie's end and just above it are rounded."""


def answer(
    request: Request,
    answers: Sequence[Answer],
    now: datetime,
    wording: Wording,
    *,
    ask_whose: bool,
    followed: bool = False,
    steps: Mapping[int, Step] = NOTHING_TOLD,
) -> OutgoingMessage:
    """Return the one message that answers a request for scores.

    Args:
        request: the parsed request.
        answers: the result for each of `request.handles`, in that order.
        ask_whose: offer a button by which the user says that the handle is theirs.
        followed: whether the chat follows the first account.
        steps: by the account's number, the change since the place was told of another reading.
    """
    asked = list(zip(request.handles, answers, strict=True))
    readings = [result for result in answers if isinstance(result, Reading)]
    if len(asked) == 1 and readings:
        (reading,) = readings
        step = steps.get(reading.account_id)
        html = card(reading, now, wording, asked=asked[0][0], moved=moved(step, wording))
        markup = keyboard(
            reading.handle,
            wording,
            ask_whose=ask_whose,
            followed=followed,
            ends=ends_of(reading, step),
        )
        return OutgoingMessage("\n\n".join([html, *remarks(request, wording)]), markup)
    blocks = [_block(handle, result, now, wording, steps) for handle, result in asked]
    if len(readings) == len(asked) == _PAIR:
        blocks.append(verdict(readings[0], readings[1], wording))
    blocks += remarks(request, wording)
    return OutgoingMessage("\n\n".join(blocks), one_by_one(readings, wording, steps))


def apology(error: ScoringError, wording: Wording) -> OutgoingMessage:
    """Say why there is no score."""
    return OutgoingMessage(sentence(error, wording))


def why(
    reading: Visible,
    explained: Explained,
    now: datetime,
    wording: Wording,
    *,
    usual: Usual | None = None,
    followed: bool = False,
    mine: bool = False,
) -> OutgoingMessage:
    """Return the card with the reasons: what changed, what it is made of, how sure, where it is.

    Args:
        explained: the change over the span that was asked for.
        usual: what accounts with as many followers draw; None to leave it out.
        followed: the chat follows the account already.
        mine: the user said already that the account is theirs.
    """
    change = explained.change
    quote = [
        *(change_lines.itemised(change, wording) if change else []),
        *filter(None, [change_lines.surer(change, wording) if change else ""]),
        *reasons(reading, wording),
        *(compared(reading, usual, wording) if usual else []),
    ]
    since = change_lines.answer(change, wording) if change else ""
    ends = Ends(reading.score.facts.as_of, explained.base)
    buttons = keyboard(
        reading.handle,
        wording,
        unfolded=True,
        ask_whose=not mine,
        followed=followed,
        ends=ends,
    )
    rows = [list(row) for row in buttons.inline_keyboard]
    if change:
        rows[1:1] = spans(reading.handle, explained.span, ends, wording)
    text = "\n".join(quote)
    return OutgoingMessage(
        f"{card(reading, now, wording, moved=since)}\n<blockquote>{text}</blockquote>",
        InlineKeyboardMarkup(rows),
    )


def moved(step: Step | None, wording: Wording) -> str:
    """Say how far an account has moved since the place was told; "" where nothing is to be said."""
    if step is None or step.change is None or abs(step.change.difference) < CLEAR:
        return ""
    return change_lines.answer(step.change, wording)


def _block(
    asked: str, result: Answer, now: datetime, wording: Wording, steps: Mapping[int, Step]
) -> str:
    """Return a few lines on one of several accounts."""
    if not isinstance(result, Reading):
        return sentence(result, wording)
    parts = " · ".join(
        f"{wording.points(points)} {name}" for name, points in parts_of(result, wording)
    )
    caveats = notes(result, asked, now, wording)
    since = moved(steps.get(result.account_id), wording)
    lines = [headline(result, wording), since, parts, counts(result, wording), *caveats]
    return "\n".join(filter(None, lines))


def verdict(one: Visible, other: Visible, wording: Wording) -> str:
    """Say which account is ahead by people's judgement, or that it is too close to call.

    The result does not depend on the order of the two: where people would be split evenly, it names
    the account that `scoring.ranking.rank` places first.
    """
    pair = in_order((each.handle, each.score) for each in (one, other))
    comparison = compare(*(score for _, score in pair))
    share = comparison.probability
    first = share >= 1 / 2
    (ahead, _), share = pair[0 if first else 1], share if first else 1 - share
    tenths = round(10 * share)
    if comparison.tie:
        text = wording.gettext("Too close to call: about {n} in 10 people would pick {handle}.")
        if tenths == LIMIT:
            text = wording.gettext(
                "Too close to call: no more than {n} in 10 people would pick {handle}."
            )
    elif tenths == LIMIT:
        text = wording.gettext(
            "More than {n} in 10 people would pick {handle} as the more influential."
        )
    elif tenths == _ALL:
        text = wording.gettext("Nearly everybody would pick {handle} as the more influential.")
    else:
        text = wording.gettext(
            "About {n} in 10 people would pick {handle} as the more influential."
        )
    judged = text.format(n=tenths, handle=profile_link(ahead))
    if one.network == other.network:
        return judged
    apart = wording.gettext(
        "They are on different networks: the score goes by the figures that each shows, and the"
        " same person reaches more people on one than on another."
    )
    return f"{judged} {apart}"
