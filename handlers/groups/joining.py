"""`/join`, `/leave`: who stands on a group's board; one's own handle is replaced when confirmed."""

from telegram import User

from handlers.context import Context
from handlers.incoming.requests import Command, Interaction, OldButton, Press
from handlers.outgoing.replies import prompt, replace, say, toast, working
from handlers.scores import lookup
from scoring.reading import handles
from scoring.reading.errors import ScoringError
from services.boards import BoardClosedError
from storage.accounts.board_members import KEPT, BoardFullError, HandleHeldError
from views import OutgoingMessage, pages, prompts
from views.groups import board_messages, joining_messages
from views.prompts import Question
from views.remarks import not_used, with_remarks
from views.scores.score_messages import apology


async def join(command: Command, context: Context) -> None:
    """Answer `/join @h`; bare, use the user's linked handle, or ask for one."""
    text = command.text or await lookup.own_handle(command, context)
    await take_join(command.with_text(text), context)


async def take_join(command: Command, context: Context) -> None:
    """Put the writer on the board with the handle of a text; ask before it replaces another."""
    wording, person = command.wording, command.person
    request = handles.parse(command.text)
    if command.private:
        await say(command.message, board_messages.only_in_groups(wording))
    elif person is None:
        await say(command.message, pages.nobody_in_particular(wording))
    elif len(request.handles) != 1:
        await prompt(command, Question.JOIN, request=request)
    else:
        (handle,) = request.handles
        present = await context.services.groups.member(command.message.chat_id, person.id)
        if present and handles.key(present.handle) != handles.key(handle):
            outcome = joining_messages.replace_question(present.handle, handle, wording)
        else:
            outcome = await _joined(command, context, person, handle)
        await say(command.message, with_remarks(outcome, not_used(request, wording)))


async def leave(command: Command, context: Context) -> None:
    """Take the user off the board."""
    message, wording = command.message, command.wording
    if command.private:
        await say(message, board_messages.only_in_groups(wording))
    elif command.person is None:
        await say(message, pages.nobody_in_particular(wording))
    else:
        handle = await context.services.groups.leave(message.chat_id, command.person.id)
        await say(message, joining_messages.left(handle, wording))


async def press_join(press: Press[str], context: Context) -> None:
    """Join with the handle of a button that answers the presser's own command, or ask for one."""
    if not press.argument:
        await _begin(press, context)
    elif await _is_askers(press):
        if context.services.clock() - press.message.date > KEPT:
            raise OldButton
        await toast(press.query)
        outcome = await _joined(press, context, press.query.from_user, press.argument)
        await replace(press.query, outcome)


async def press_keep(press: Press[None], context: Context) -> None:
    """Leave everything as it is."""
    del context
    if await _is_askers(press):
        await toast(press.query)
        await replace(press.query, joining_messages.kept(press.wording))


async def _begin(press: Press[str], context: Context) -> None:
    """Join with the presser's linked handle, where they are not on the board yet; else ask."""
    await toast(press.query)
    person, groups = press.query.from_user, context.services.groups
    own = await lookup.own_handle(press, context)
    if own and not await groups.member(press.message.chat_id, person.id):
        await say(press.message, await _joined(press, context, person, own))
    else:
        await say(press.message, prompts.ask_presser(press.wording, Question.JOIN, person))


async def _is_askers(press: Press[str] | Press[None]) -> bool:
    """Whether the presser sent the command that the message answers; tells another user."""
    command = press.message.reply_to_message
    asker = command.from_user if command else None
    if asker is None:
        raise OldButton
    if asker.id == press.query.from_user.id:
        return True
    await toast(press.query, joining_messages.not_yours(press.wording), alert=True)
    return False


async def _joined(to: Interaction, context: Context, person: User, handle: str) -> OutgoingMessage:
    groups, wording, chat_id = context.services.groups, to.wording, to.message.chat_id
    try:
        async with working(to, context):
            told = await groups.join(
                chat_id, person.id, person.first_name, handle, to.requester("join")
            )
    except BoardClosedError:
        return board_messages.closed(wording)
    except BoardFullError:
        return joining_messages.full(wording)
    except HandleHeldError:
        return joining_messages.held(handle, wording)
    except ScoringError as error:
        return apology(error, wording)
    return joining_messages.joined(told, wording)
