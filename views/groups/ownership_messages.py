"""Messages about proving that an account is one's own, and about hiding it."""

from telegram import InlineKeyboardMarkup

from scoring.reading.names import network_of
from views import OutgoingMessage
from views.buttons import Action, button
from views.markup import profile_link
from views.network_names import speaker
from views.wording import Wording


def how_to_prove(wording: Wording) -> OutgoingMessage:
    """Say how to use `/prove`, when it names no account."""
    text = wording.gettext(
        "<code>/prove @handle</code> shows that an account is yours: I give you a short code, and"
        " you put it into the account’s bio for a moment."
    )
    return OutgoingMessage(text)


def show_code(handle: str, code: str, wording: Wording) -> OutgoingMessage:
    """Return the code, and the button to press once it is in the bio."""
    text = wording.gettext(
        "Put <code>{code}</code> anywhere into the bio of {handle}, save it, and press the"
        " button. Once I have seen it you can take it out again."
    )
    return OutgoingMessage(
        text.format(code=code, handle=profile_link(handle)),
        InlineKeyboardMarkup([[button(wording.gettext("It is there"), Action.PROVE, handle)]]),
    )


def proved(handle: str, wording: Wording, *, hidden: bool) -> OutgoingMessage:
    """Confirm that the code was found.

    Args:
        handle: the account's.
        wording: the reader's language.
        hidden: it asks not to be shown to others, so that only its owner sees it.
    """
    text = (
        wording.gettext(
            "{handle} is yours. It asks not to be shown to people whom it does not know, so I show"
            " its score to you alone, here in private. <code>/hide @{name} off</code> shows it to"
            " everybody. You can take the code out of the bio."
        )
        if hidden
        else wording.gettext(
            "{handle} is yours. On a board it is yours alone now, and <code>/hide @{name}</code>"
            " keeps it from strangers. You can take the code out of the bio."
        )
    )
    return OutgoingMessage(text.format(handle=profile_link(handle), name=handle))


def not_proved(handle: str, wording: Wording, *, looked: bool) -> str:
    """Return the toast when the code was not found, or it is too soon to look."""
    if looked:
        text = wording.gettext("I do not see the code in the bio yet. {network} may need a minute.")
        return text.format(network=speaker(network_of(handle), wording))
    return wording.gettext("I looked just now. Please try again in two minutes.")


def no_code(handle: str, wording: Wording) -> str:
    """Return the toast when the button belongs to another user."""
    text = wording.gettext("You have not asked me for a code for @{handle}: /prove gives you one.")
    return text.format(handle=handle)


def how_to_hide(wording: Wording) -> OutgoingMessage:
    """Say how to use `/hide`, when it names no account."""
    text = wording.gettext(
        "<code>/hide @handle</code> keeps an account of yours from strangers: no scores, no"
        " comparisons, no boards. It needs /prove first; <code>/hide @handle off</code> ends it."
    )
    return OutgoingMessage(text)


def prove_first(handle: str, wording: Wording) -> OutgoingMessage:
    """Say that only the proven owner can hide an account."""
    text = wording.gettext(
        "I cannot know yet that {handle} is yours: <code>/prove @{name}</code> shows it."
    )
    return OutgoingMessage(text.format(handle=profile_link(handle), name=handle))


def hidden(handle: str, wording: Wording) -> OutgoingMessage:
    """Confirm that only the owner sees the account from now on."""
    text = wording.gettext(
        "Done: I show {handle} to nobody but you, and to no group. <code>/hide @{name} off</code>"
        " ends it."
    )
    return OutgoingMessage(text.format(handle=profile_link(handle), name=handle))


def shown_again(handle: str, wording: Wording) -> OutgoingMessage:
    """Confirm that the account is visible to all users again."""
    text = wording.gettext("Done: I answer everybody about {handle} again.")
    return OutgoingMessage(text.format(handle=profile_link(handle)))
