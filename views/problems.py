"""The sentence for each type of error: why there is no score, or only an old one."""

from functools import singledispatch

from scoring.reading.errors import (
    AccountError,
    AccountHidden,
    AccountSuspended,
    AccountUnreadable,
    BudgetSpent,
    CreditsDepleted,
    EndpointRefused,
    HandleNotFound,
    Interrupted,
    ItemRefused,
    NetworkNotRead,
    QuotaSpent,
    RateLimited,
    ScoringError,
    SourceUnreachable,
    TakesLonger,
    TokenRefused,
)
from scoring.reading.names import network_of
from scoring.reading.network_errors import (
    AccountDeactivated,
    AccountMoved,
    BridgedCopy,
    CountsHidden,
    HandleInvalid,
    NotForStrangers,
    ServerRefuses,
    ServerUnreachable,
)
from scoring.reading.networks.consent import Reason
from views.markup import profile_link, quoted
from views.network_names import inside, speaker, ways
from views.wording import Wording


@singledispatch
def sentence(error: ScoringError, wording: Wording) -> str:
    """Say what happened and what to do, as HTML.

    Raises:
        NotImplementedError: a type of error has no sentence yet; a test checks every type.
    """
    raise NotImplementedError(f"{type(error).__name__} has no sentence")


@sentence.register
def _(error: HandleNotFound, wording: Wording) -> str:
    text = wording.gettext(
        "There is no account {handle} on {network}. Check the spelling; people also change their"
        " handle."
    )
    network = inside(network_of(error.handle), wording)
    return _about(error, text, wording, network=network)


@sentence.register
def _(error: AccountSuspended, wording: Wording) -> str:
    text = wording.gettext("{network} has suspended {handle}, so there is nothing to score.")
    return _about(error, text, wording, network=speaker(network_of(error.handle), wording))


def _about(error: AccountError, text: str, wording: Wording, **given: str) -> str:
    """Put a sentence about an account together, and say when its network is asked again."""
    said = text.format(handle=profile_link(error.handle), **given)
    if error.again_at is None:
        return said
    text = wording.gettext("{network} said so already; I ask again after {moment}.")
    network = speaker(network_of(error.handle), wording)
    return f"{said} {text.format(network=network, moment=wording.moment(error.again_at))}"


@sentence.register
def _(error: AccountHidden, wording: Wording) -> str:
    text = wording.gettext(
        "Whoever {handle} belongs to has asked me not to show it to others, so I do not."
    )
    return text.format(handle=profile_link(error.handle))


@sentence.register
def _(error: AccountUnreadable, wording: Wording) -> str:
    text = wording.gettext(
        "The answer of {network} about {handle} is of no use at the moment: it is missing, or"
        " figures in it cannot be right. I would rather show nothing new than something wrong;"
        " please try again later."
    )
    network = inside(error.network, wording)
    return text.format(network=network, handle=_whose(error.handle, wording))


@sentence.register
def _(error: ItemRefused, wording: Wording) -> str:
    text = wording.gettext(
        "At the moment X does not show me the posts of {handle}, or how often it is named."
    )
    if error.network != "x":
        text = wording.gettext("At the moment I am not shown the posts of {handle}.")
    return text.format(handle=_whose(error.handle, wording))


def _whose(handle: str, wording: Wording) -> str:
    return profile_link(handle) if handle else wording.gettext("this account")


@sentence.register
def _(error: RateLimited, wording: Wording) -> str:
    text = wording.gettext("{network} asks us to slow down. Please try again after {moment}.")
    network = speaker(error.network, wording)
    return text.format(network=network, moment=wording.moment(error.until))


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
    if error.network != "x":
        text = wording.gettext(
            "That was a lot of accounts, and reading them is work for others’ servers. I read the"
            " next from {moment}; whatever was read today I show at any time."
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
def _(error: EndpointRefused, wording: Wording) -> str:
    gettext = wording.gettext
    if error.resource == "post":
        return gettext(
            "X does not let this bot read posts at the moment, so the rest has to do. Only the"
            " bot’s operator can mend that."
        )
    return gettext(
        "X does not let this bot count mentions at the moment, so the rest has to do. Only the"
        " bot’s operator can mend that."
    )


@sentence.register
def _(error: SourceUnreachable, wording: Wording) -> str:
    text = wording.gettext(
        "{network} is not answering right now. Please try again in a few minutes."
    )
    return text.format(network=speaker(error.network, wording))


@sentence.register
def _(error: NetworkNotRead, wording: Wording) -> str:
    text = wording.gettext(
        "This bot does not read {network}, so I cannot score {handle}. Write accounts of the"
        " networks that it reads like this: {ways}."
    )
    return text.format(
        network=inside(error.network, wording),
        handle=profile_link(error.handle),
        ways=ways(error.read, wording),
    )


@sentence.register
def _(_error: TakesLonger, wording: Wording) -> str:
    return wording.gettext(
        "Reading takes longer than I can wait here. Ask me again in a minute, or in private."
    )


@sentence.register
def _(_error: Interrupted, wording: Wording) -> str:
    return wording.gettext("I am being restarted. Please ask again in a minute.")


@sentence.register
def _(error: AccountDeactivated, wording: Wording) -> str:
    text = wording.gettext(
        "Its owner has deactivated {handle}, so there is nothing to score. It may come back."
    )
    return _about(error, text, wording)


@sentence.register
def _(error: HandleInvalid, wording: Wording) -> str:
    text = wording.gettext(
        "The name {handle} does not lead to its account on Bluesky any more. Only its owner can"
        " mend that; the account may also have another name."
    )
    return _about(error, text, wording)


@sentence.register
def _(error: AccountMoved, wording: Wording) -> str:
    if not error.moved_to:
        text = wording.gettext("{handle} has moved to another account, so I do not score it.")
        return _about(error, text, wording)
    text = wording.gettext("{handle} has moved to {new}. Ask me for that one.")
    return _about(error, text, wording, new=profile_link(error.moved_to))


@sentence.register
def _(error: BridgedCopy, wording: Wording) -> str:
    if not error.original:
        text = wording.gettext(
            "{handle} is a bridge’s copy of an account elsewhere, and I score originals only."
        )
        return _about(error, text, wording)
    text = wording.gettext("{handle} is a bridge’s copy of {original}, and I score originals only.")
    return _about(error, text, wording, original=quoted([error.original]))


@sentence.register
def _(error: NotForStrangers, wording: Wording) -> str:
    gettext = wording.gettext
    if Reason.MEMORIAL in error.reasons:
        text = gettext("{handle} is kept in memory of somebody. I leave it in peace.")
    elif Reason.SUSPENDED in error.reasons:
        text = gettext("{network} has suspended {handle}, so there is nothing to score.")
    elif error.reasons == (Reason.NO_WORD,):
        text = gettext(
            "{handle} has not agreed to be shown to people whom it does not know, so I do not"
            " score it. If it is yours, /prove it, or agree in its settings, where your server"
            " offers to feature your profile."
        )
    else:
        text = gettext(
            "{handle} asks not to be shown to people whom it does not know, so I do not score it."
            " If it is yours: /prove."
        )
    return _about(error, text, wording, network=speaker(network_of(error.handle), wording))


@sentence.register
def _(error: CountsHidden, wording: Wording) -> str:
    text = wording.gettext(
        "{handle} does not show how many people follow it, so there is nothing to score."
    )
    return _about(error, text, wording)


@sentence.register
def _(error: ServerRefuses, wording: Wording) -> str:
    text = wording.gettext(
        "{server} shows accounts to its own people only, so I cannot score {handle}."
    )
    return _about(error, text, wording, server=quoted([error.server]))


@sentence.register
def _(error: ServerUnreachable, wording: Wording) -> str:
    text = wording.gettext(
        "I get no usable answer from {server}. Check the spelling, or try again later."
    )
    return text.format(server=quoted([error.server]))
