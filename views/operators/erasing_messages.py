"""Messages about deleting what is kept of one account."""

from telegram import InlineKeyboardMarkup

from views import OutgoingMessage
from views.buttons import Action, button
from views.markup import profile_link
from views.wording import Wording


def how(wording: Wording) -> OutgoingMessage:
    """Say how to name the account."""
    text = wording.gettext("<code>/erase @handle</code> deletes what is kept of an account.")
    return OutgoingMessage(text)


def question(handle: str, wording: Wording) -> OutgoingMessage:
    """Ask whether what is kept of an account shall be deleted."""
    text = wording.gettext(
        "Delete all that is kept of {handle}: its readings, scores, counts, former handles and"
        " pictures? That cannot be undone. Who follows it has it read again; /hide by its owner"
        " keeps it from others."
    )
    yes = button(
        wording.gettext("Delete @{handle}").format(handle=handle), Action.ERASE_ACCOUNT, handle
    )
    return OutgoingMessage(text.format(handle=profile_link(handle)), InlineKeyboardMarkup([[yes]]))


def nothing(handle: str, wording: Wording) -> OutgoingMessage:
    """Say that nothing is kept of an account."""
    text = wording.gettext("Nothing is kept of {handle}.")
    return OutgoingMessage(text.format(handle=profile_link(handle)))


def erased(handle: str, wording: Wording) -> OutgoingMessage:
    """Confirm that what was kept of an account is deleted."""
    text = wording.gettext("Deleted: nothing is kept of {handle} any more, but in backups.")
    return OutgoingMessage(text.format(handle=profile_link(handle)))
