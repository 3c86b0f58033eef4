"""Why there is no score, or only an old one: one kind sentence for each type of error."""

from functools import singledispatch

from handlers.views.markup import profile_link
from handlers.wording import Wording
from scoring.errors import (
    AccountError,
    AccountHidden,
    AccountSuspended,
    BudgetSpent,
    CreditsDepleted,
    HandleNotFound,
    Interrupted,
    QuotaSpent,
    RateLimited,
    ScoringError,
    SourceUnreachable,
    TakesLonger,
    TokenRefused,
)


@singledispatch
def sentence(error: ScoringError, wording: Wording) -> str:
    """Say what happened and what to do, as HTML.

    Raises:
        NotImplementedError: a type of error has no sentence yet; a test walks through them all.
    """
    raise NotImplementedError(f"{type(error).__name__} has no sentence")


@sentence.register
def _(error: HandleNotFound, wording: Wording) -> str:
    text = wording.gettext(
        "There is no account {handle} on X. Check the spelling; people also change their handle."
    )
    return text.format(handle=profile_link(error.handle)) + _asked_before(error, wording)


@sentence.register
def _(error: AccountSuspended, wording: Wording) -> str:
    text = wording.gettext("X has suspended {handle}, so there is nothing to score.")
    return text.format(handle=profile_link(error.handle)) + _asked_before(error, wording)


def _asked_before(error: AccountError, wording: Wording) -> str:
    if error.again_at is None:
        return ""
    text = wording.gettext("X said so already; I ask again after {moment}.")
    return " " + text.format(moment=wording.moment(error.again_at))


@sentence.register
def _(error: AccountHidden, wording: Wording) -> str:
    text = wording.gettext(
        "Whoever {handle} belongs to has asked me not to show it to others, so I do not."
    )
    return text.format(handle=profile_link(error.handle))


@sentence.register
def _(error: RateLimited, wording: Wording) -> str:
    text = wording.gettext("X asks us to slow down. Please try again after {moment}.")
    return text.format(moment=wording.moment(error.until))


@sentence.register
def _(error: BudgetSpent, wording: Wording) -> str:
    text = wording.gettext(
        "This bot has used up its budget for reading X this month. It will read again from"
        " {moment}; until then it answers with what it already knows."
    )
    return text.format(moment=wording.moment(error.until))


@sentence.register
def _(error: QuotaSpent, wording: Wording) -> str:
    text = wording.gettext(
        "That was a lot of accounts, and each one costs money to read. I read the next from"
        " {moment}; whatever was read today I show at any time."
    )
    return text.format(moment=wording.moment(error.until))


@sentence.register
def _(_error: CreditsDepleted, wording: Wording) -> str:
    return wording.gettext(
        "X is not letting this bot read any further: its prepaid reads are used up. The bot’s"
        " operator has to top them up; until then it answers with what it already knows."
    )


@sentence.register
def _(_error: TokenRefused, wording: Wording) -> str:
    return wording.gettext(
        "X does not accept this bot’s key at the moment. Only the bot’s operator can mend that;"
        " please try again later."
    )


@sentence.register
def _(_error: SourceUnreachable, wording: Wording) -> str:
    return wording.gettext("X is not answering right now. Please try again in a few minutes.")


@sentence.register
def _(_error: TakesLonger, wording: Wording) -> str:
    return wording.gettext(
        "Reading X takes longer than I can wait here. Ask me again in a minute, or in private."
    )


@sentence.register
def _(_error: Interrupted, wording: Wording) -> str:
    return wording.gettext("I am being restarted. Please ask again in a minute.")
