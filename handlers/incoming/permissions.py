"""Permissions: who may change a chat's settings, and who is an operator."""

import logging
from enum import Enum, auto
from typing import Final

from telegram.constants import ChatMemberStatus
from telegram.error import TelegramError

from delivery.send_errors import SendError, classify
from handlers.context import Context
from handlers.incoming.requests import Command, Interaction, OldButton, Press
from handlers.incoming.unknown_commands import answer_unknown
from handlers.outgoing.asides import say_aside
from handlers.outgoing.replies import toast
from handlers.outgoing.unparsed import ask
from views import pages

_log = logging.getLogger(__name__)


class Permission(Enum):
    """Who may use a command or a button."""

    EVERYONE = auto()
    CHANGES = auto()
    """Everyone may look; for a change the handler asks `allowed`."""
    ADMINISTRATORS = auto()
    """Administrators in a group; any user in private."""
    OPERATORS = auto()
    """Users of `ADMIN_IDS`, in private; for others the command or button does not exist."""


async def permitted(permission: Permission, request: Interaction, context: Context) -> bool:
    """Whether the user has a permission; tells a user who has not.

    Raises:
        OldButton: the button is for operators, and the user is none.
    """
    match permission:
        case Permission.EVERYONE | Permission.CHANGES:
            return True
        case Permission.ADMINISTRATORS:
            return await allowed(request, context)
        case Permission.OPERATORS:
            if is_operator(request, context):
                return True
            if not isinstance(request, Command):
                raise OldButton
            await answer_unknown(request, context)
            return False


async def allowed(request: Interaction, context: Context) -> bool:
    """Whether the user may change the chat; tells a user who may not."""
    may = await may_change(request, context)
    if may:
        return True
    wording = request.wording
    refusal = pages.administrators_only(wording) if may is False else pages.rights_hidden(wording)
    if isinstance(request, Press):
        await toast(request.query, refusal.html, alert=True)
    else:
        await say_aside(request, context, refusal)
    return False


async def may_change(request: Interaction, context: Context) -> bool | None:
    """Whether the user may change the chat: any user in private, an administrator in a group.

    Anonymous administrators count. Telegram is asked at this moment, since a button may be older
    than a user's rights.

    Returns:
        None when Telegram does not say who the administrators are.
    """
    chat, person = request.message.chat, request.update.effective_user
    if person is None:
        return False
    if request.private:
        return True
    if not isinstance(request, Press) and (sender := request.message.sender_chat):
        return sender.id == chat.id
    standing = await _answer(context, "getChatMember", chat_id=chat.id, user_id=person.id)
    if isinstance(standing, dict) and isinstance(standing.get("status"), str):
        return standing["status"] in _ADMINISTER
    # a group that hides its members still lists its administrators
    administrators = await _answer(context, "getChatAdministrators", chat_id=chat.id)
    if not isinstance(administrators, list):
        return None
    users = [each.get("user") for each in administrators if isinstance(each, dict)]
    return person.id in [user.get("id") for user in users if isinstance(user, dict)]


_ADMINISTER: Final = frozenset((ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR))


async def _answer(context: Context, method: str, **parameters: int) -> object:
    """Return Telegram's answer; None when it refuses."""
    try:
        return await ask(context.bot, method, **parameters)
    except TelegramError as error:
        if classify(error) in _NO_ANSWER:
            raise
        _log.info("Telegram does not say", extra={"method": method, "error": str(error)})
        return None


_NO_ANSWER: Final = (SendError.NOT_SENT, SendError.WAIT, SendError.UNKNOWN, SendError.OURSELVES)


def is_operator(request: Interaction, context: Context) -> bool:
    """Whether the user is one of `ADMIN_IDS`, in private, where no other user reads along."""
    person = request.update.effective_user
    return request.private and person is not None and person.id in context.services.operators
