"""The command menus that Telegram shows, in every language."""

import logging
from collections.abc import Callable, Iterable
from typing import Any, Final

from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
)
from telegram.error import TelegramError
from telegram.ext import ExtBot

from delivery.send_errors import SendError, classify, wait_of
from handlers.incoming.permissions import Permission
from handlers.outgoing.unparsed import ask
from handlers.registry import COMMANDS, Entry
from locales import DEFAULT_LANGUAGE, LANGUAGES
from views.wording import Wording, wording_for

_log = logging.getLogger(__name__)


async def publish(bot: ExtBot[Any], operators: Iterable[int] = ()) -> float | None:
    """Bring the menus up to date; write only a menu that differs.

    A menu is a convenience: a failure is logged, and the other menus are published.

    Args:
        bot: whose menus these are.
        operators: people whose own menu has their commands as well; Telegram knows only those
            who have spoken to the bot.

    Returns:
        Seconds after which another try may do better, at least; None when none would.
    """
    waits = [
        await _publish(bot, menu, scope)
        for menu, scope in (
            (commands, BotCommandScopeDefault()),
            (private_commands, BotCommandScopeAllPrivateChats()),
            (group_commands, BotCommandScopeAllGroupChats()),
        )
    ]
    for person in sorted(operators):
        waits.append(await _publish(bot, operator_commands, BotCommandScopeChat(person)))  # noqa: PERF401
    return max((wait for wait in waits if wait is not None), default=None)


async def _publish(
    bot: ExtBot[Any], menu: Callable[[Wording], list[BotCommand]], scope: BotCommandScope
) -> float | None:
    """Publish one menu in every language; return the seconds to wait as `publish` does."""
    try:
        for language in LANGUAGES:
            code = None if language == DEFAULT_LANGUAGE else language
            wanted = menu(wording_for(language))
            there = await ask(bot, "getMyCommands", scope=scope, language_code=code)
            if _pairs(there) != [(each.command, each.description) for each in wanted]:
                await bot.set_my_commands(wanted, scope=scope, language_code=code)
    except TelegramError as error:
        _log.warning("the command menu could not be published", extra={"error": str(error)})
        match classify(error):
            case SendError.WAIT:
                return wait_of(error).total_seconds()
            case SendError.NOT_SENT | SendError.UNKNOWN | SendError.OURSELVES:
                return 0.0
            case _:
                return None
    return None


def _pairs(answer: object) -> list[tuple[object, object]] | None:
    """Return Telegram's commands and their descriptions; None when the answer is unreadable."""
    if not isinstance(answer, list) or not all(isinstance(each, dict) for each in answer):
        return None
    return [(each.get("command"), each.get("description")) for each in answer]


def operator_commands(wording: Wording) -> list[BotCommand]:
    """Return the menu of an operator's private chat, with what only operators find."""
    return _of((entry for entry in COMMANDS if entry.where != "groups"), wording)


def commands(wording: Wording) -> list[BotCommand]:
    """Return every command that all people find, with what it does in a few words."""
    return _of(_FOR_ALL, wording)


def private_commands(wording: Wording) -> list[BotCommand]:
    """Return the menu of a private chat."""
    return _of((entry for entry in _FOR_ALL if entry.where != "groups"), wording)


def group_commands(wording: Wording) -> list[BotCommand]:
    """Return the menu of a group."""
    return _of((entry for entry in _FOR_ALL if entry.where != "private"), wording)


_FOR_ALL: Final = [each for each in COMMANDS if each.permission is not Permission.OPERATORS]


def _of(entries: Iterable[Entry], wording: Wording) -> list[BotCommand]:
    return [BotCommand(entry.name, wording.gettext(entry.menu)) for entry in entries if entry.menu]
