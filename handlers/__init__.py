"""What people ask for: commands, buttons, replies. `register` gives PTB every handler in order."""

from telegram import Message
from telegram.ext import ChatMemberHandler, InlineQueryHandler, MessageHandler, filters

from handlers import error_handler
from handlers.chat import membership
from handlers.context import Context, KloutApplication
from handlers.following import digest
from handlers.incoming.adapters import (
    ButtonAdapter,
    CommandAdapter,
    on_inline_query,
    on_membership,
    on_message,
)
from handlers.incoming.commands import BEGINS_WITH_COMMAND
from handlers.incoming.prompt_replies import TO_THE_BOT, reply
from handlers.incoming.unknown_commands import answer_unknown
from handlers.outgoing.delivery_tracking import place_of
from handlers.registry import BUTTONS, COMMANDS
from handlers.scores import guest, inline, klout
from storage.chats.places import Place

_NEW = filters.UpdateType.MESSAGE
"""New messages only: an edited command is not run again, and has no `message`."""


def register(application: KloutApplication) -> None:
    """Add every handler. The order matters: the first that fits answers."""
    add = application.add_handler

    # Where the bot is no member it answers in another way: before everything else.
    add(MessageHandler(filters.UpdateType.GUEST_MESSAGE, on_message(guest.guest)))
    add(InlineQueryHandler(on_inline_query(inline.inline)))

    add(CommandAdapter(COMMANDS))
    add(ButtonAdapter(BUTTONS))

    # The answer to a prompt; unknown commands; in private, anything else.
    add(MessageHandler(_NEW & filters.TEXT & ~BEGINS_WITH_COMMAND & TO_THE_BOT, on_message(reply)))
    add(MessageHandler(_NEW & BEGINS_WITH_COMMAND, on_message(answer_unknown)))
    add(
        MessageHandler(
            _NEW & filters.ChatType.PRIVATE & ~filters.StatusUpdate.ALL, on_message(klout.words)
        )
    )

    # The life of a chat.
    add(ChatMemberHandler(on_membership(membership.changed), ChatMemberHandler.MY_CHAT_MEMBER))
    for notice, run in (
        (filters.StatusUpdate.MIGRATE, membership.migrated),
        (filters.StatusUpdate.FORUM_TOPIC_CLOSED, membership.topic_closed),
        (filters.StatusUpdate.FORUM_TOPIC_REOPENED, membership.topic_reopened),
    ):
        add(MessageHandler(notice, on_message(run)))

    # After whatever was answered.
    doubted = _Doubted(application)
    add(MessageHandler(_NEW & ~filters.StatusUpdate.ALL & doubted, on_message(digest.offer)), 1)

    application.add_error_handler(error_handler.handle_error)


class _Doubted(filters.MessageFilter):
    """Matches a message where an earlier one of the bot's may not have arrived."""

    def __init__(self, application: KloutApplication) -> None:
        super().__init__()
        self._application = application

    def filter(self, message: Message) -> bool:
        """Whether a message to this place may not have arrived."""
        place = place_of(message)
        return not self._application.delivery.doubted.isdisjoint((place, Place(place.chat_id)))


__all__ = ["Context", "KloutApplication", "register"]
