"""Recognises commands by their text, since not every client has Telegram mark them.

A phone may put an invisible character before or behind a command, a client may link one to
`tg://bot_command?…`, and a caption may hold a command as a text does.
"""

import re
import unicodedata
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

from telegram import Message, MessageEntity
from telegram.ext import ExtBot
from telegram.ext.filters import MessageFilter

_COMMAND: Final = re.compile(r"/([a-z0-9_]{1,64})", re.IGNORECASE)
_ADDRESSEE: Final = re.compile(r"@([a-z0-9_]{3,32})", re.IGNORECASE)
_GOES_ON: Final = re.compile(r"[\w/<>]")
"""Characters behind a word that make it no command for Telegram, such as a path."""

_BLANK: Final = str.maketrans(dict.fromkeys("\u034f\u115f\u1160\u2800\u3164\uffa0", "\u200b"))
"""Maps characters that show nothing, but are in none of the categories below, to one that is."""

_INVISIBLE: Final = frozenset(("Cc", "Cf", "Zl", "Zp", "Zs"))
"""Unicode's categories of control and format characters and of spaces."""

_LINK: Final = "tg://bot_command"


class WrittenCommand(NamedTuple):
    """A command as it was written.

    Attributes:
        name: lower case, without the slash.
        addressee: the bot that the command names, lower case; "" for none.
        marked: whether Telegram marked it as a command.
        rest: the text behind it, without this bot's name.
        end: the index in the text where the rest begins.
    """

    name: str
    addressee: str
    marked: bool
    rest: str
    end: int


def command_of(message: Message, own: str) -> WrittenCommand | None:
    """Return the command with which a message begins; None when it begins with none.

    Args:
        message: a text, or a picture or file with a caption.
        own: the bot's username, without `@`; it may stand before the command.
    """
    text, entities = _words(message)
    text = text.translate(_BLANK)
    begin = _skip(text, 0)
    called = ""
    while named := re.compile(rf"@{own}(?!\w)", re.IGNORECASE).match(text, begin):
        called, begin = own, _skip(text, named.end())
    match = _COMMAND.match(text, begin)
    if match is None:
        return None
    addressed = _addressed(text, match.end(), own)
    end = addressed.end() if addressed else match.end()
    if _GOES_ON.match(text, end):
        return None
    marks = [each for each in entities if each.offset == _utf16(text[:begin])]
    linked = next(filter(None, map(_linked_bot, marks)), "")
    addressee = addressed[1] if addressed else linked or called
    rest = without_name(text[end:], own)
    marked = any(each.type == MessageEntity.BOT_COMMAND for each in marks)
    return WrittenCommand(match[1].lower(), addressee.lower(), marked, rest, end)


def behind_command(message: Message, own: str) -> str:
    """Return, as HTML, the text behind the command of a message or caption."""
    command = command_of(message, own)
    if command is None:
        return ""
    text, entities = _words(message)
    shift = _utf16(text[: command.end])
    moved = []
    for each in entities:
        begin, end = max(each.offset - shift, 0), each.offset + each.length - shift
        if end > begin:
            place = {"offset": begin, "length": end - begin}
            moved.append(MessageEntity.de_json(each.to_dict() | place))
    rest = text[command.end :]
    behind = Message(message.message_id, message.date, message.chat, text=rest, entities=moved)
    return behind.text_html if rest else ""


def without_name(text: str, own: str) -> str:
    """Return a text without mentions of the bot itself, which name no account."""
    return re.sub(rf"(?<![\w@])@{own}(?!\w)", " ", text, flags=re.IGNORECASE)


def _addressed(text: str, end: int, own: str) -> re.Match[str] | None:
    """Match the bot name behind a command; a name after an invisible sign may be no bot."""
    begin = _skip(text, end, spaces=False)
    match = _ADDRESSEE.match(text, begin)
    if match and begin > end and not _is_bot(match[1].lower(), own):
        return None
    return match


def _is_bot(name: str, own: str) -> bool:
    """Whether a lower-case name is a bot's: all end alike."""
    return name == own.lower() or name.endswith("bot")


def is_for(command: WrittenCommand, message: Message, bot: ExtBot[Any]) -> bool:
    """Whether a command is this bot's to answer.

    In a group, a command that Telegram did not mark has to name the bot or reply to it, since
    other people write there too.
    """
    if command.addressee:
        return command.addressee == bot.username.lower()
    replied = message.reply_to_message
    ours = replied is not None and replied.from_user is not None and replied.from_user.id == bot.id
    return command.marked or message.chat.type == message.chat.PRIVATE or ours


def is_for_another(command: WrittenCommand, own: str) -> bool:
    """Whether a command names another bot."""
    return command.addressee != own.lower() and _is_bot(command.addressee, own)


def arguments(text: str) -> list[str]:
    """Return the words behind a command, without invisible characters around them."""
    words = (_bare(word) for word in text.split())
    return [word for word in words if word]


class _BeginsWithCommand(MessageFilter):
    """Matches a message that begins with a command, for any bot, known or not."""

    def filter(self, message: Message) -> bool:
        """Whether the message begins with a command."""
        return command_of(message, message.get_bot().username) is not None


BEGINS_WITH_COMMAND: Final = _BeginsWithCommand()


def _words(message: Message) -> tuple[str, tuple[MessageEntity, ...]]:
    """Return a message's text, or its caption, with the entities."""
    if message.text or not message.effective_attachment:
        return message.text or "", message.entities
    return message.caption or "", message.caption_entities


def _skip(text: str, begin: int, *, spaces: bool = True) -> int:
    """Return the index of the next visible character, from `begin` on."""
    while begin < len(text) and _shows_nothing(text[begin]):
        if not spaces and text[begin].isspace():
            break
        begin += 1
    return begin


def _bare(word: str) -> str:
    begin = _skip(word, 0)
    end = len(word)
    while end > begin and _shows_nothing(word[end - 1]):
        end -= 1
    return word[begin:end]


def _shows_nothing(character: str) -> bool:
    return unicodedata.category(character) in _INVISIBLE


def _linked_bot(entity: MessageEntity) -> str:
    """Return the bot that a link to a command names."""
    if entity.type != MessageEntity.TEXT_LINK or not str(entity.url).lower().startswith(_LINK):
        return ""
    try:
        return parse_qs(urlsplit(str(entity.url)).query).get("bot", [""])[0].removeprefix("@")
    except ValueError:
        return ""


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
