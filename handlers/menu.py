"""The command menu and the bot's own description, in every language."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from telegram import BotCommand, BotCommandScope, BotCommandScopeChat, BotCommandScopeDefault
from telegram.error import TelegramError
from telegram.ext import ExtBot

from handlers.wording import Wording, wording_for
from locales import DEFAULT_LANGUAGE, LANGUAGES

_log = logging.getLogger(__name__)


async def publish(bot: ExtBot[Any], operators: Iterable[int] = ()) -> None:
    """Bring the menus up to date, with a write only where one differs.

    A menu is a convenience: when Telegram refuses, the bot starts all the same.

    Args:
        operators: people whose own menu has their commands as well; Telegram knows only those
            who have spoken to the bot.
    """
    await _publish(bot, commands, BotCommandScopeDefault())
    for person in sorted(operators):
        await _publish(bot, operator_commands, BotCommandScopeChat(person))


async def _publish(
    bot: ExtBot[Any], menu: Callable[[Wording], list[BotCommand]], scope: BotCommandScope
) -> None:
    try:
        for language in LANGUAGES:
            code = None if language == DEFAULT_LANGUAGE else language
            wanted = menu(wording_for(language))
            if list(await bot.get_my_commands(scope=scope, language_code=code)) != wanted:
                await bot.set_my_commands(wanted, scope=scope, language_code=code)
    except TelegramError as error:
        _log.warning("the command menu could not be published", extra={"error": str(error)})


def operator_commands(wording: Wording) -> list[BotCommand]:
    """Every command, and those that only operators know."""
    gettext = wording.gettext
    return [
        *commands(wording),
        BotCommand("spend", gettext("what reading X costs")),
        BotCommand("stats", gettext("how much there is")),
        BotCommand("health", gettext("whether all is well")),
        BotCommand("broadcast", gettext("tell every chat something")),
    ]


def commands(wording: Wording) -> list[BotCommand]:
    """Every command, with what it does in a few words."""
    gettext = wording.gettext
    return [
        BotCommand("klout", gettext("the score of an account, and why")),
        BotCommand("why", gettext("the reasons, and what changed")),
        BotCommand("history", gettext("a score’s last eight weeks")),
        BotCommand("compare", gettext("several accounts side by side")),
        BotCommand("board", gettext("this group’s board")),
        BotCommand("join", gettext("stand on this group’s board")),
        BotCommand("leave", gettext("leave this group’s board")),
        BotCommand("goal", gettext("how far a score is from one you wish for")),
        BotCommand("method", gettext("how a score is made")),
        BotCommand("receipt", gettext("a file from which the score can be computed again")),
        BotCommand("follow", gettext("hear of an account every week")),
        BotCommand("following", gettext("whom this chat follows")),
        BotCommand("digest", gettext("what changed, now")),
        BotCommand("schedule", gettext("when the digest comes")),
        BotCommand("alert", gettext("be told when a score crosses a line")),
        BotCommand("unfollow", gettext("hear of an account no more")),
        BotCommand("pause", gettext("no digests for a while")),
        BotCommand("resume", gettext("digests again")),
        BotCommand("settings", gettext("what this chat has chosen")),
        BotCommand("language", gettext("English or French")),
        BotCommand("privacy", gettext("what I keep, and how to make me forget")),
        BotCommand("prove", gettext("show that an account is yours")),
        BotCommand("hide", gettext("keep your account from strangers")),
        BotCommand("export", gettext("everything I keep of you, as a file")),
        BotCommand("forget_me", gettext("erase everything I keep of you")),
        BotCommand("help", gettext("what I answer")),
    ]
