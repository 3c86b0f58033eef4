"""`/duel`: two accounts side by side, votes, the next one, one's own record."""

import logging
from typing import get_args

from telegram.error import TelegramError

from delivery.send_errors import SendError, classify
from handlers.context import Context
from handlers.incoming.button_arguments import Numbered
from handlers.incoming.requests import Command, Interaction, Press
from handlers.outgoing.replies import say, toast
from services.duels.duel_game import ENOUGH, TooFewAccountsError, TooManyDuelsError
from storage.duels.duel_players import NoMemberError, NotProvedError
from storage.duels.votes import Choice
from views import OutgoingMessage, pages
from views.duels import duel_messages, said_messages
from views.groups import board_messages
from views.wording import Wording

_log = logging.getLogger(__name__)


async def duel(command: Command, context: Context) -> None:
    """Begin a duel; `record` tells one's own, `join` and `leave` say who may be in the group's."""
    match command.text.lower():
        case "":
            await _begin(command, context, command.wording)
        case "record":
            await _record(command, context)
        case "join" | "leave" as word:
            await say(command.message, await _enter(command, context, joins=word == "join"))
        case _:
            await say(command.message, duel_messages.not_understood(command.wording))


async def press_vote(press: Press[Numbered], context: Context) -> None:
    """Count the presser's vote; the message is edited at the pace that Telegram allows."""
    number, word = press.argument.number, press.argument.word
    choice: Choice = next(each for each in get_args(Choice) if each == word)
    person = press.query.from_user
    chat_id, message_id = press.message.chat_id, press.message.message_id
    cast = await context.services.duels.vote(
        number, person.id, choice, chat_id=chat_id, message_id=message_id
    )
    context.delivery.steps.duels.wake(number)
    told = duel_messages.toast(cast, press.wording, private=press.private)
    await toast(press.query, told)


async def press_next(press: Press[None], context: Context) -> None:
    """Begin the next duel, in the language of the last one."""
    await toast(press.query)
    await _begin(press, context, press.as_written)


async def press_record(press: Press[None], context: Context) -> None:
    """Tell the presser alone how they judged so far."""
    record = await context.services.duel_records.of_person(press.query.from_user.id)
    await toast(press.query, said_messages.record(record, press.wording), alert=True)


async def _begin(to: Interaction, context: Context, wording: Wording) -> None:
    game, person = context.services.duels, to.update.effective_user
    members = 1 if to.private else await _members(to, context)
    try:
        begun = await game.begin(to.place, person.id if person else 0, wording.language, members)
    except TooManyDuelsError as error:
        await say(to.message, duel_messages.too_many(wording, is_open=error.open))
    except TooFewAccountsError:
        await say(to.message, duel_messages.too_few(wording))
    else:
        sent = await say(to.message, duel_messages.duel(begun, wording))
        await game.shown_in(begun.id, sent.message_id)


async def _members(to: Interaction, context: Context) -> int:
    """Return how many people a group has; where Telegram does not say, those of a larger one."""
    try:
        return await context.bot.get_chat_member_count(to.message.chat_id) - 1
    except TelegramError as error:
        if classify(error) in {SendError.WAIT, SendError.NOT_SENT, SendError.UNKNOWN}:
            raise
        _log.info("Telegram does not count the members", extra={"error": str(error)})
        return ENOUGH


async def _record(command: Command, context: Context) -> None:
    """Tell a person their own record; only in private, where no other user reads it."""
    if not command.private or command.person is None:
        await say(command.message, pages.only_in_private(command.wording))
        return
    record = await context.services.duel_records.of_person(command.person.id)
    await say(command.message, OutgoingMessage(said_messages.record(record, command.wording)))


async def _enter(command: Command, context: Context, *, joins: bool) -> OutgoingMessage:
    """Put a member's own account into the group's duels, or take it out; return the answer."""
    game, wording = context.services.duels, command.wording
    if command.private:
        return board_messages.only_in_groups(wording)
    if command.person is None:
        return pages.nobody_in_particular(wording)
    chat_id, person_id = command.message.chat_id, command.person.id
    if not joins:
        return duel_messages.left(wording, was_in=await game.leave(chat_id, person_id))
    try:
        await game.join(chat_id, person_id)
    except NoMemberError:
        return duel_messages.no_member(wording)
    except NotProvedError as error:
        return duel_messages.not_proved(error.handle, wording)
    return duel_messages.joined(wording)
