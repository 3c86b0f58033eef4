"""What is said, one module a conversation. `register` is the one list of all handlers."""

from telegram.ext import (
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    MessageHandler,
    filters,
)

from handlers import (
    alert,
    digest,
    errors,
    explain,
    follow,
    klout,
    language,
    membership,
    privacy,
    reply,
    schedule,
    start,
)
from handlers.context import Context, KloutApplication
from handlers.views.buttons import Action, pattern

_NEW = filters.UpdateType.MESSAGE
"""New messages only: an edited command is not run again, and has no `message`."""


def register(application: KloutApplication) -> None:
    """Add every handler. The order matters: the first that fits answers."""
    add = application.add_handler

    # Commands.
    add(CommandHandler("start", start.start, _NEW))
    add(CommandHandler("help", start.show_help, _NEW))
    add(CommandHandler("klout", klout.klout, _NEW))
    add(CommandHandler("why", explain.why, _NEW))
    add(CommandHandler("goal", explain.aim, _NEW))
    add(CommandHandler("method", explain.method, _NEW))
    add(CommandHandler("receipt", explain.receipt, _NEW))
    add(CommandHandler("follow", follow.follow, _NEW))
    add(CommandHandler("unfollow", follow.unfollow, _NEW))
    add(CommandHandler("following", follow.following, _NEW))
    add(CommandHandler("digest", digest.digest, _NEW))
    add(CommandHandler("schedule", schedule.schedule, _NEW))
    add(CommandHandler("pause", schedule.pause, _NEW))
    add(CommandHandler("resume", schedule.resume, _NEW))
    add(CommandHandler("alert", alert.alert, _NEW))
    add(CommandHandler("language", language.language, _NEW))
    add(CommandHandler("privacy", privacy.privacy, _NEW))
    add(CommandHandler("export", privacy.export, _NEW))
    add(CommandHandler("forget_me", privacy.forget_me, _NEW))

    # Buttons.
    add(CallbackQueryHandler(klout.press_score, pattern(Action.SCORE)))
    add(CallbackQueryHandler(klout.press_why, pattern(Action.WHY, Action.LESS, Action.MORE)))
    add(CallbackQueryHandler(follow.press_follow, pattern(Action.FOLLOW)))
    add(CallbackQueryHandler(klout.press_compare, pattern(Action.COMPARE)))
    add(CallbackQueryHandler(klout.press_link, pattern(Action.LINK)))
    add(CallbackQueryHandler(follow.press_unfollow, pattern(Action.UNFOLLOW)))
    add(CallbackQueryHandler(follow.press_following, pattern(Action.FOLLOWING)))
    add(CallbackQueryHandler(digest.press_page, pattern(Action.PAGE)))
    add(CallbackQueryHandler(schedule.press_schedule, pattern(Action.SCHEDULE)))
    add(CallbackQueryHandler(schedule.press_zone, pattern(Action.ZONE)))
    add(CallbackQueryHandler(schedule.press_change, pattern(*schedule.CHANGES)))
    add(CallbackQueryHandler(alert.press_off, pattern(Action.ALERT_OFF)))
    add(CallbackQueryHandler(language.press_language, pattern(Action.LANGUAGE)))
    add(CallbackQueryHandler(privacy.press_export, pattern(Action.EXPORT)))
    add(CallbackQueryHandler(privacy.press_forget, pattern(Action.FORGET)))
    add(CallbackQueryHandler(start.press_help, pattern(Action.HELP)))
    add(CallbackQueryHandler(privacy.press_privacy, pattern(Action.PRIVACY)))
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
