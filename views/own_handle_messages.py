"""Messages about the handle that a person says is theirs."""

from telegram import InlineKeyboardMarkup, User

from views import OutgoingMessage
from views.buttons import Action, button
from views.markup import mention, profile_link
from views.wording import Wording


def linked(handle: str, wording: Wording) -> str:
    """Return the toast after "that's me"."""
    return _noted(wording).format(handle=f"@{handle}")


def replace_question(person: User, own: str, handle: str, wording: Wording) -> OutgoingMessage:
    """Ask a person whether another handle is theirs from now on; the mention says who is asked."""
    text = wording.gettext("You said here that {own} is yours. Replace it by {handle}?")
    question = text.format(own=profile_link(own), handle=profile_link(handle))
    yes = button(wording.gettext("Replace"), Action.RELINK, handle)
    no = button(wording.gettext("Keep @{handle}").format(handle=own), Action.RELINK)
    return OutgoingMessage(f"{mention(person)}\n{question}", InlineKeyboardMarkup([[yes], [no]]))


def replaced(handle: str, wording: Wording) -> OutgoingMessage:
    """Confirm that another handle is a person's own now."""
    return OutgoingMessage(_noted(wording).format(handle=profile_link(handle)))


def _noted(wording: Wording) -> str:
    return wording.gettext("Noted: in this chat /klout alone now answers for {handle}.")
