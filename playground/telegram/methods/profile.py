"""The methods for the bot's own profile: name, command menu, descriptions, menu button."""

import re
from collections.abc import Iterator
from typing import Final

from playground.telegram.server.wire import Json, Params, bad_request
from playground.telegram.server.world import Chat, Person, World

COMMAND_LIMIT: Final = 100
COMMAND_DESCRIPTION_LIMIT: Final = 256
_COMMAND: Final = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE: Final = re.compile(r"(?:[a-z]{2})?")
_TEXT_LIMITS: Final = {"name": 64, "description": 512, "short_description": 120}
_CHAT_SCOPES: Final = frozenset({"chat", "chat_administrators", "chat_member"})
_GLOBAL_SCOPES: Final = frozenset(
    {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}
)

ScopeKey = tuple[str, int, int]
"""Scope type, chat id and user id; 0 where the scope has none."""


def get_me(world: World, _: Params) -> Json:
    """GetMe: return the bot as a User, with its abilities."""
    return {
        **world.bot.to_json(),
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": True,
        "supports_guest_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def set_my_commands(world: World, params: Params) -> bool:
    """SetMyCommands: set the menu of one scope and language; an empty list removes it."""
    commands = params.array("commands")
    if commands is None:
        raise bad_request('can\'t find field "commands"')
    if len(commands) > COMMAND_LIMIT:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not _COMMAND.fullmatch(command.get("command", "").removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 0 < len(command.get("description", "")) <= COMMAND_DESCRIPTION_LIMIT:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    key = (*_scope(world, params), _language(params))
    world.commands.pop(key, None)
    if commands:
        world.commands[key] = commands
    world.publish("commands", None)
    return True


def get_my_commands(world: World, params: Params) -> list[Json]:
    """GetMyCommands: return exactly what was set for a scope and language."""
    return world.commands.get((*_scope(world, params), _language(params)), [])


def delete_my_commands(world: World, params: Params) -> bool:
    """DeleteMyCommands: remove a scope's menu, so that the wider scope shows again."""
    world.commands.pop((*_scope(world, params), _language(params)), None)
    world.publish("commands", None)
    return True


def menu(world: World, person: Person, chat: Chat) -> list[Json]:
    """Return the commands offered to a person in a chat: the narrowest scope with any."""
    language = (person.language_code or "")[:2]
    for scope in _scopes_of(person, chat):
        for spoken in (language, ""):
            if commands := world.commands.get((*scope, spoken)):
                return commands
    return []


def _scopes_of(person: Person, chat: Chat) -> Iterator[ScopeKey]:
    """Yield scopes from the narrowest to the widest, in the order that Telegram documents."""
    if chat.is_private:
        yield "chat", chat.id, 0
        yield "all_private_chats", 0, 0
    else:
        administers = chat.members.get(person.id) in {"creator", "administrator"}
        yield "chat_member", chat.id, person.id
        if administers:
            yield "chat_administrators", chat.id, 0
        yield "chat", chat.id, 0
        if administers:
            yield "all_chat_administrators", 0, 0
        yield "all_group_chats", 0, 0
    yield "default", 0, 0


def _scope(world: World, params: Params) -> ScopeKey:
    scope = params.mapping("scope") or {"type": "default"}
    kind = scope.get("type")
    if kind in _GLOBAL_SCOPES:
        return kind, 0, 0
    if kind not in _CHAT_SCOPES:
        raise bad_request("unsupported type of BotCommandScope")
    chat = world.chat(scope.get("chat_id"))
    if kind != "chat" and chat.is_private:
        raise bad_request("can't use the scope in a private chat")
    return kind, chat.id, int(scope.get("user_id", 0))


def _language(params: Params) -> str:
    language = params.text("language_code")
    if not _LANGUAGE.fullmatch(language):
        raise bad_request("invalid language code specified")
    return language


def set_text(name: str, world: World, params: Params) -> bool:
    """SetMyName, setMyDescription, setMyShortDescription: store one of these texts."""
    text = params.text(name)
    if len(text) > _TEXT_LIMITS[name]:
        raise bad_request(f"{name.replace('_', ' ')} is too long")
    world.profile[name, _language(params)] = text
    return True


def get_text(name: str, world: World, params: Params) -> Json:
    """GetMyName, getMyDescription, getMyShortDescription: in a language, else the default."""
    known = world.profile
    default = world.bot.first_name if name == "name" else ""
    return {name: known.get((name, _language(params))) or known.get((name, "")) or default}


def set_chat_menu_button(world: World, params: Params) -> bool:
    """SetChatMenuButton: set what the button beside the composer does."""
    world.menu_buttons[params.integer("chat_id") or 0] = params.mapping("menu_button") or {
        "type": "default"
    }
    return True


def get_chat_menu_button(world: World, params: Params) -> Json:
    """GetChatMenuButton: return the chat's button, else that of all private chats."""
    buttons = world.menu_buttons
    return buttons.get(params.integer("chat_id") or 0) or buttons.get(0) or {"type": "commands"}
