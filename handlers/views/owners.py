"""What is said to somebody who shows that an account is theirs."""

from telegram import InlineKeyboardMarkup

from handlers.views import Reply
from handlers.views.buttons import Action, button
from handlers.views.markup import profile_link
from handlers.wording import Wording


def how_to_prove(wording: Wording) -> Reply:
    """The command names no account."""
    text = wording.gettext(
        "<code>/prove @handle</code> shows that an account is yours: I give you a short code, and"
        " you put it into the account’s bio on X for a moment."
    )
    return Reply(text)


def show_code(handle: str, code: str, wording: Wording) -> Reply:
    """The code, and the button for when it is in the bio."""
    text = wording.gettext(
        "Put <code>{code}</code> anywhere into the bio of {handle} on X, save it, and press the"
        " button. Once I have seen it you can take it out again."
    )
    return Reply(
        text.format(code=code, handle=profile_link(handle)),
        InlineKeyboardMarkup([[button(wording.gettext("It is there"), Action.PROVE, handle)]]),
    )


def proved(handle: str, wording: Wording) -> Reply:
    """The code was there."""
    text = wording.gettext(
        "{handle} is yours. On a board it is yours alone now, and <code>/hide @{name}</code> keeps"
        " it from strangers. You can take the code out of the bio."
    )
    return Reply(text.format(handle=profile_link(handle), name=handle))


def not_proved(wording: Wording, *, looked: bool) -> str:
    """The toast when the code was not there, or it is too soon to look."""
    if looked:
        return wording.gettext("I do not see the code in the bio yet. X may need a minute.")
    return wording.gettext("I looked just now. Please try again in two minutes.")


def no_code(handle: str, wording: Wording) -> str:
    """The toast of a button that was somebody else's."""
    text = wording.gettext("You have not asked me for a code for @{handle}: /prove gives you one.")
    return text.format(handle=handle)


def how_to_hide(wording: Wording) -> Reply:
    """The command names no account."""
    text = wording.gettext(
        "<code>/hide @handle</code> keeps an account of yours from strangers: no scores, no"
        " comparisons, no boards. It needs /prove first; <code>/hide @handle off</code> ends it."
    )
    return Reply(text)


def prove_first(handle: str, wording: Wording) -> Reply:
    """Nobody can hide an account but its owner."""
    text = wording.gettext(
        "I cannot know yet that {handle} is yours: <code>/prove @{name}</code> shows it."
    )
    return Reply(text.format(handle=profile_link(handle), name=handle))


def hidden(handle: str, wording: Wording) -> Reply:
    """From now on only its owner is answered."""
    text = wording.gettext(
        "Done: I show {handle} to nobody but you, and to no group. <code>/hide @{name} off</code>"
        " ends it."
    )
    return Reply(text.format(handle=profile_link(handle), name=handle))


def shown_again(handle: str, wording: Wording) -> Reply:
    """Everybody is answered again."""
    text = wording.gettext("Done: I answer everybody about {handle} again.")
    return Reply(text.format(handle=profile_link(handle)))
