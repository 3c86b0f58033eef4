"""`/board`: a group's board of members who joined it, and what administrators choose of it."""

from typing import Final

from handlers.context import Context
from handlers.incoming.button_arguments import Pictured
from handlers.incoming.permissions import allowed
from handlers.incoming.requests import Command, OldButton, Press
from handlers.outgoing import picture_replies
from handlers.outgoing.replies import replace, say, toast, working
from handlers.scores import lookup
from scoring.reading import handles
from services.standings import Board, Order
from services.visibility import Visible
from storage.accounts.board_members import KEPT
from views import OutgoingMessage, pages
from views.groups import board_messages, joining_messages
from views.pictures import illustrations
from views.remarks import not_used, with_remarks
from views.wording import Wording

_ORDERS: Final[dict[str, Order]] = {
    "growth": "growth",
    "progression": "growth",
    "score": "score",
    "scores": "score",
}
_WEEKLY: Final[dict[str, bool | None]] = {"on": None, "weekly": True, "daily": False}
"""Words that switch the board on, and whether it then comes with the digest."""


async def board(command: Command, context: Context) -> None:
    """Show the board; administrators may say `weekly`, `on`, `off`, or `remove @h`."""
    message, wording = command.message, command.wording
    words = command.text.lower().split()
    first = words[0] if words else "growth"
    if command.private:
        await say(message, board_messages.only_in_groups(wording))
    elif first == "remove" or (len(words) == 1 and (first in _WEEKLY or first == "off")):
        if await allowed(command, context):
            await _choose(command, context, first)
    elif len(words) > 1 or first not in _ORDERS:
        await say(message, board_messages.choices(words, wording))
    else:
        await _note_name(command, context)
        async with working(command, context):
            who = command.requester("board")
            members = await context.services.groups.board(message.chat_id, who)
        await say(message, _page(members, _ORDERS[first], wording))
        await lookup.tell(command, context, _shown(members))


async def press_board(press: Press[str], context: Context) -> None:
    """Switch the board between growth and score, in place, or show it in a new message."""
    await toast(press.query)
    wording = press.as_written if press.language else press.wording
    order: Order = "score" if press.argument == "score" else "growth"
    members = await context.services.groups.board(press.message.chat_id)
    page = _page(members, order, wording)
    if press.argument == "new":
        await say(press.message, page)
    else:
        await replace(press.query, page)
    await lookup.tell(press, context, _shown(members))


async def press_off(press: Press[str], context: Context) -> None:
    """Switch the board off, keep it, or undo that, as an administrator answered."""
    groups, chat_id, wording = context.services.groups, press.message.chat_id, press.wording
    if context.services.clock() - press.message.date > KEPT:
        raise OldButton
    await toast(press.query)
    match press.argument:
        case "off":
            await groups.close(chat_id)
            await replace(press.query, board_messages.switched_off(wording))
        case "undo":
            await groups.open(chat_id)
            members = len(await groups.members(chat_id))
            await replace(
                press.query, board_messages.switched_on(members, wording, is_weekly=False)
            )
        case _:
            await replace(press.query, board_messages.stays(wording))


async def press_picture(press: Press[Pictured[str]], context: Context) -> None:
    """Draw the board, or turn it to the other theme, in place; X is not read."""
    chat, wording = press.message.chat, picture_replies.wording_of(press)
    members = await context.services.groups.board(chat.id)
    by_score = press.argument.subject == "score"
    chart = illustrations.standings(members, chat.title or "", wording, by_score=by_score)
    if members.settings.closed or chart is None:
        raise OldButton
    await picture_replies.press(press, context, chart)
    await lookup.tell(press, context, _shown(members))


async def _choose(command: Command, context: Context, choice: str) -> None:
    groups, wording, chat_id = context.services.groups, command.wording, command.message.chat_id
    if choice == "remove":
        await _remove(command, context)
    elif choice == "off":
        members = len(await groups.members(chat_id))
        if members:
            await say(command.message, board_messages.off_question(members, wording))
        else:
            await groups.close(chat_id)
            await say(command.message, board_messages.switched_off(wording))
    else:
        settings = await groups.open(chat_id, weekly=_WEEKLY[choice])
        if settings.weekly:
            await context.services.subscriptions.begin(chat_id)
        members = len(await groups.members(chat_id))
        confirmation = board_messages.switched_on(members, wording, is_weekly=settings.weekly)
        await say(command.message, confirmation)


async def _remove(command: Command, context: Context) -> None:
    groups, wording, chat_id = context.services.groups, command.wording, command.message.chat_id
    request = handles.parse(" ".join(command.text.split()[1:]))
    if len(request.handles) > 1:
        await say(command.message, pages.one_at_a_time(wording))
        return
    outcome = pages.not_understood(wording, context.services.example)
    for handle in request.handles:
        gone = await groups.remove(chat_id, handle)
        outcome = joining_messages.removed(gone or handle, wording, was_there=gone is not None)
    await say(command.message, with_remarks(outcome, not_used(request, wording)))


async def _note_name(command: Command, context: Context) -> None:
    """Store the name that the writer, if a member, goes by now."""
    if person := command.person:
        chat_id = command.message.chat_id
        await context.services.groups.note_name(chat_id, person.id, person.first_name)


def _page(members: Board, order: Order, wording: Wording) -> OutgoingMessage:
    if members.settings.closed:
        return board_messages.closed(wording)
    return board_messages.board(members, wording, by_score=order == "score")


def _shown(members: Board) -> list[Visible]:
    """Return the readings that a board shows."""
    readings = [standing.reading for standing in members.standings]
    return [] if members.settings.closed else [reading for reading in readings if reading]
