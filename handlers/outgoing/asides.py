"""What concerns one person in a group: shown to them alone where Telegram can, else for a while."""

import asyncio
import logging
from typing import Final

from telegram import Message
from telegram.error import BadRequest, TelegramError

from delivery.send_errors import SendError, classify
from handlers.context import Context
from handlers.incoming.requests import Interaction
from handlers.outgoing.replies import say
from views import OutgoingMessage

_log = logging.getLogger(__name__)

_LASTS: Final = 60.0
"""Seconds after which a message that everybody sees, but that concerns one, is deleted."""


async def say_aside(to: Interaction, context: Context, reply: OutgoingMessage) -> None:
    """Answer one person; in a group by an ephemeral message, or by a reply that goes.

    Telegram takes ephemeral messages (Bot API 10.3) from bots that administer the group. A server
    that does not know them ignores the parameter and sends an ordinary message.
    """
    if to.private or to.person is None:
        await say(to.message, reply)
        return
    only = {"ephemeral_message_parameters": {"receiver_user_id": to.person.id}}
    try:
        sent = await to.message.reply_text(reply.html, reply_markup=reply.markup, api_kwargs=only)
    except BadRequest as error:
        if classify(error) in {SendError.WAIT, SendError.GONE, SendError.TOPIC_GONE}:
            raise
        sent = await to.message.reply_text(reply.html, reply_markup=reply.markup)
    if "ephemeral_message_id" not in sent.api_kwargs:
        _later(sent, context)


def _later(message: Message, context: Context) -> None:
    """Delete a message after a while; after a restart it stays, which does no harm."""

    def begin() -> None:
        if context.application.running:
            context.application.create_task(_delete(message), name="delete an aside")

    asyncio.get_running_loop().call_later(_LASTS, begin)


async def _delete(message: Message) -> None:
    try:
        await message.delete()
    except TelegramError as error:
        _log.info("an aside stays", extra={"error": str(error)})
