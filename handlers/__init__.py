"""What is said, one module a conversation. `register` is the one list of all handlers."""

from typing import Final

from telegram.ext import (
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    InlineQueryHandler,
    MessageHandler,
    filters,
)

from handlers import (
    admin,
    alert,
    board,
    broadcast,
    compare,
    digest,
    errors,
    explain,
    follow,
    guest,
    history,
    inline,
    klout,
    language,
    membership,
    owner,
    privacy,
    reply,
    schedule,
    settings,
    start,
)
from handlers.context import Context, KloutApplication
from handlers.presses import Button
from handlers.views.buttons import Action

_NEW = filters.UpdateType.MESSAGE
"""New messages only: an edited command is not run again, and has no `message`."""


_COMMANDS: Final = {
    "start": start.start,
    "help": start.show_help,
    "klout": klout.klout,
    "why": explain.why,
    "goal": explain.aim,
    "method": explain.method,
    "receipt": explain.receipt,
    "history": history.history,
    "compare": compare.compare,
    "join": board.join,
    "leave": board.leave,
    "board": board.board,
    "prove": owner.prove,
    "hide": owner.hide,
    "follow": follow.follow,
    "unfollow": follow.unfollow,
    "following": follow.following,
    "digest": digest.digest,
    "schedule": schedule.schedule,
    "pause": schedule.pause,
    "resume": schedule.resume,
    "alert": alert.alert,
    "settings": settings.settings,
    "spend": admin.spend,
    "stats": admin.stats,
    "health": admin.health,
    "broadcast": broadcast.broadcast,
    "language": language.language,
    "privacy": privacy.privacy,
    "export": privacy.export,
    "forget_me": privacy.forget_me,
}

_BUTTONS: Final = (
    (klout.press_score, Action.SCORE),
    (klout.press_why, Action.WHY, Action.LESS, Action.MORE),
    (follow.press_follow, Action.FOLLOW),
    (klout.press_compare, Action.COMPARE),
    (klout.press_link, Action.LINK),
    (board.press_board, Action.BOARD),
    (history.press_picture, Action.CARD, Action.HISTORY),
    (compare.press_picture, Action.CONTEST),
    (board.press_picture, Action.STANDINGS),
    (owner.press_prove, Action.PROVE),
    (follow.press_unfollow, Action.UNFOLLOW),
    (follow.press_following, Action.FOLLOWING),
    (digest.press_page, Action.PAGE),
    (schedule.press_schedule, Action.SCHEDULE),
    (schedule.press_zone, Action.ZONE),
    (schedule.press_change, *schedule.CHANGES),
    (alert.press_alerts, Action.ALERTS),
    (alert.press_off, Action.ALERT_OFF),
    (language.press_language, Action.LANGUAGE),
    (privacy.press_export, Action.EXPORT),
    (settings.press_news, Action.NEWS),
    (broadcast.press_broadcast, Action.BROADCAST),
    (privacy.press_forget, Action.FORGET),
    (start.press_help, Action.HELP),
    (privacy.press_privacy, Action.PRIVACY),
    (inline.press_why, Action.INLINE_WHY, Action.INLINE_LESS),
)
"""What a press does; whatever fits none of these is an old button, or a forged one."""


def register(application: KloutApplication) -> None:
    """Add every handler. The order matters: the first that fits answers."""
    add = application.add_handler

    # Where the bot is no member it answers in another way: before everything else.
    add(MessageHandler(filters.UpdateType.GUEST_MESSAGE, guest.guest))
    add(InlineQueryHandler(inline.inline))

    for name, command in _COMMANDS.items():
        add(CommandHandler(name, command, _NEW))
    for press, *actions in _BUTTONS:
        add(Button(press, *actions))
    add(CallbackQueryHandler(start.press_old))

    # The answer to a prompt; commands nobody knows; in private, anything else.
    add(MessageHandler(_NEW & filters.TEXT & ~filters.COMMAND & filters.REPLY, reply.reply))
    add(MessageHandler(_NEW & filters.COMMAND, start.unknown_command))
    add(MessageHandler(_NEW & filters.ChatType.PRIVATE & ~filters.StatusUpdate.ALL, klout.words))

    # The life of a chat.
    add(ChatMemberHandler(membership.changed, ChatMemberHandler.MY_CHAT_MEMBER))
    add(MessageHandler(filters.StatusUpdate.MIGRATE, membership.migrated))
    add(MessageHandler(filters.StatusUpdate.FORUM_TOPIC_CLOSED, membership.topic_closed))
    add(MessageHandler(filters.StatusUpdate.FORUM_TOPIC_REOPENED, membership.topic_reopened))

    # After whatever was answered.
    add(MessageHandler(_NEW & ~filters.StatusUpdate.ALL, digest.offer), group=1)

    application.add_error_handler(errors.report)


__all__ = ["Context", "KloutApplication", "register"]
