"""Messages about joining and leaving a group's board."""

from telegram import InlineKeyboardMarkup

from services.boards import Joined
from storage.accounts.board_members import MOST_MEMBERS
from views import OutgoingMessage
from views.buttons import Action, button
from views.markup import profile_link
from views.wording import Wording


def joined(told: Joined, wording: Wording) -> OutgoingMessage:
    """Confirm that a user joined the board; offer to undo it where it replaced another handle."""
    gettext, name = wording.gettext, told.reading.handle
    if told.before:
        text = gettext("{handle} is on this group’s board now, in place of {before}.")
        lines = [text.format(handle=profile_link(name), before=profile_link(told.before))]
    else:
        text = gettext("{handle} is on this group’s board now; /leave takes you off.")
        lines = [text.format(handle=profile_link(name))]
    if not told.proved:
        text = gettext("It is marked “not proved” until <code>/prove @{name}</code> shows it.")
        lines.append(text.format(name=name))
    buttons = [button(gettext("Show the board"), Action.BOARD, "growth")]
    if told.before:
        buttons.append(button(gettext("Undo"), Action.JOIN, told.before))
    return OutgoingMessage("\n".join(lines), InlineKeyboardMarkup([buttons]))


def replace_question(before: str, handle: str, wording: Wording) -> OutgoingMessage:
    """Ask whether another handle shall stand on the board in place of the user's present one."""
    text = wording.gettext("You are on this group’s board as {before}. Replace it by {handle}?")
    yes = button(wording.gettext("Replace"), Action.JOIN, handle)
    no = button(wording.gettext("Keep @{handle}").format(handle=before), Action.KEEP)
    return OutgoingMessage(
        text.format(before=profile_link(before), handle=profile_link(handle)),
        InlineKeyboardMarkup([[yes], [no]]),
    )


def kept(wording: Wording) -> OutgoingMessage:
    """Confirm that nothing was changed."""
    return OutgoingMessage(wording.gettext("Nothing has changed."))


def not_yours(wording: Wording) -> str:
    """Return the toast for a user who answers a question that another user was asked."""
    return wording.gettext("This question is for the person who sent the command.")


def left(handle: str | None, wording: Wording) -> OutgoingMessage:
    """Confirm that a user left the board; offer to undo it."""
    if handle is None:
        return OutgoingMessage(wording.gettext("You are not on this group’s board."))
    text = wording.gettext(
        "{handle} is off this group’s board, and I have erased that it was there."
    )
    undo = button(wording.gettext("Undo"), Action.JOIN, handle)
    return OutgoingMessage(text.format(handle=profile_link(handle)), InlineKeyboardMarkup([[undo]]))


def removed(handle: str, wording: Wording, *, was_there: bool) -> OutgoingMessage:
    """Confirm that an administrator removed a handle."""
    if was_there:
        text = wording.gettext("{handle} is off this group’s board.")
    else:
        text = wording.gettext("{handle} is not on this group’s board.")
    return OutgoingMessage(text.format(handle=profile_link(handle)))


def held(handle: str, wording: Wording) -> OutgoingMessage:
    """Say that another user in the group joined with that handle."""
    text = wording.gettext(
        "Somebody else has joined here with {handle}, or proved that it is theirs. If it is yours,"
        " <code>/prove @{name}</code> shows it, and it becomes yours here too."
    )
    return OutgoingMessage(text.format(handle=profile_link(handle), name=handle))


def full(wording: Wording) -> OutgoingMessage:
    """Say that the board is full."""
    text = wording.gettext("The board holds {most} people, and it is full.")
    return OutgoingMessage(text.format(most=MOST_MEMBERS))
