"""How often people agreed with the formula, as words of `/method` and of a notice."""

from typing import Final

from scoring.duels.claimed_bands import Band
from services.duels.people_agreement import LATELY, Agreement
from views.wording import Wording

_FEWEST: Final = 10
"""People from which on a share tells of people, and nothing of one person's votes."""


def agreement(told: Agreement, wording: Wording) -> str:
    """Say how often people agreed with the formula lately, by what it had claimed."""
    if told.all is None or told.people < _FEWEST:
        few = wording.gettext(
            "<b>What people say of it</b>\n"
            "Fewer than {n} people have judged pairs in a /duel lately: how often people agree with"
            " the formula will stand here."
        )
        return few.format(n=_FEWEST)
    text = wording.gettext(
        "<b>What people say of it</b>\n"
        "In /duel of the last {days} days {people}: {votes} on {pairs}. They agreed with the"
        " formula {share} of the time."
    )
    lines = [
        text.format(
            days=LATELY.days,
            people=wording.count("{n} person voted", "{n} people voted", told.people),
            votes=wording.count("{n} vote", "{n} votes", told.all.votes),
            pairs=wording.count("{n} pair", "{n} pairs", told.all.pairs),
            share=_share(told.all, wording),
        )
    ]
    lines += [_line(each, wording) for each in told.bands]
    if told.drifted:
        lines.append(
            wording.gettext("That differs from what it claims by more than chance would bring.")
        )
    return "\n".join(lines)


def _line(told: Band, wording: Wording) -> str:
    text = wording.gettext("It claimed {claimed}: they agreed {observed}, of {votes}.")
    return "– " + text.format(
        claimed=wording.percent(round(100 * told.claimed)),
        observed=_share(told, wording),
        votes=wording.count("{n} vote", "{n} votes", told.votes),
    )


def _share(told: Band, wording: Wording) -> str:
    """Format a share with its standard error; without one, as the share of a single pair."""
    share = wording.percent(round(100 * told.observed))
    return share if told.error is None else f"{share} {wording.margin(100 * told.error)}"
