"""The methods for messages: texts, edits, deletions, drafts, actions, reactions."""

from dataclasses import dataclass
from typing import Any, Final

from telegram.constants import ChatAction, ReactionEmoji

from playground.telegram.methods.formatting import TEXT_LIMIT, formatted_text, too_long
from playground.telegram.methods.keyboard_rules import checked_markup
from playground.telegram.methods.text import FormattedText
from playground.telegram.server.wire import Json, Params, bad_request
from playground.telegram.server.world import Chat, World, quoted

DELETABLE_SECONDS: Final = 48 * 3600
_ACTIONS: Final = frozenset(ChatAction)
_REACTIONS: Final = frozenset(ReactionEmoji)


def send_message(world: World, params: Params) -> Json:
    """SendMessage: send a text to a chat or topic, also as a reply."""
    if not params.text("text"):
        raise bad_request("message text is empty")
    destination = find_destination(world, params)
    formatted = formatted_text(params, "text", complain=world.complain)
    if not formatted.text:
        raise bad_request("text must be non-empty")
    if too_long(formatted, TEXT_LIMIT):
        raise bad_request("message is too long")
    return destination.post(world, text_content(world, formatted) | link_preview(params))


def edit_message_text(world: World, params: Params) -> Json | bool:
    """EditMessageText: replace the text of a bot's message; a keyboard not given is removed."""
    if not params.text("text"):
        raise bad_request("message text is empty")
    chat, message = own_message(world, params)
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    formatted = formatted_text(params, "text", complain=world.complain)
    if not formatted.text:
        raise bad_request("text must be non-empty")
    if too_long(formatted, TEXT_LIMIT):
        raise bad_request("MESSAGE_TOO_LONG")
    content = text_content(world, formatted) | link_preview(params)
    return edit(world, chat, message, content, params, instead_of=("text", "entities"))


def edit_message_reply_markup(world: World, params: Params) -> Json | bool:
    """EditMessageReplyMarkup: replace the keyboard under a message."""
    chat, message = own_message(world, params)
    return edit(world, chat, message, {}, params, instead_of=())


def delete_message(world: World, params: Params) -> bool:
    """DeleteMessage: any in private chats or where the bot is administrator, else its own."""
    chat = world.open_chat(params.values.get("chat_id"))
    message = chat.messages.get(_message_id(params))
    if message is None:
        raise bad_request("message to delete not found")
    own = message["from"]["id"] == world.bot.id
    may = own or chat.is_private or chat.members[world.bot.id] == "administrator"
    if not may or world.now() - message["date"] > DELETABLE_SECONDS:
        raise bad_request("message can't be deleted")
    del chat.messages[message["message_id"]]
    world.publish("deleted", chat, message_id=message["message_id"])
    return True


def send_chat_action(world: World, params: Params) -> bool:
    """SendChatAction: show "typing…" for five seconds or until the next message."""
    destination = find_destination(world, params)
    if params.text("action") not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    world.publish(
        "action", destination.chat, topic=destination.thread_id, action=params.text("action")
    )
    return True


def send_message_draft(world: World, params: Params) -> bool:
    """SendMessageDraft: show a text that is still being written; an empty one as "thinking"."""
    destination = find_destination(world, params)
    if not destination.chat.is_private:
        raise bad_request("TEXTDRAFT_PEER_INVALID")
    if not params.integer("draft_id"):
        raise bad_request("TEXTDRAFT_ID_INVALID")
    formatted = formatted_text(params, "text", complain=world.complain)
    if too_long(formatted, TEXT_LIMIT):
        raise bad_request("message is too long")
    content = text_content(world, formatted)
    draft = {"id": params.integer("draft_id"), "text": "", **content}
    world.publish("draft", destination.chat, topic=destination.thread_id, draft=draft)
    return True


def set_message_reaction(world: World, params: Params) -> bool:
    """SetMessageReaction: set at most one free emoji; an empty list removes it."""
    chat = world.open_chat(params.values.get("chat_id"))
    message = chat.messages.get(_message_id(params))
    if message is None:
        raise bad_request("message to react not found")
    emojis = [reaction.get("emoji") for reaction in params.array("reaction") or ()]
    if len(emojis) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    if not _REACTIONS.issuperset(emojis):
        raise bad_request("REACTION_INVALID")
    reactions = chat.reactions.setdefault(message["message_id"], {})
    reactions[world.bot.id] = emojis[0] if emojis else ""
    world.publish("reaction", chat, message_id=message["message_id"], emojis=emojis)
    return True


@dataclass(frozen=True, slots=True)
class Destination:
    """The destination of a message, and what the message carries beside its content."""

    chat: Chat
    thread_id: int | None
    reply: Json | None
    markup: Json | None
    protected: bool

    def post(self, world: World, content: Json) -> Json:
        """Send a message with this content; return the message."""
        message = dict(content)
        if self.thread_id is not None:
            message |= {"message_thread_id": self.thread_id, "is_topic_message": True}
        if self.reply is not None:
            message["reply_to_message"] = quoted(self.reply)
        if self.protected:
            message["has_protected_content"] = True
        inline = self.markup is not None and "inline_keyboard" in self.markup
        if inline:
            message["reply_markup"] = self.markup
        return world.post(self.chat, world.bot, message, prompt=None if inline else self.markup)


def find_destination(world: World, params: Params) -> Destination:
    """Check everything about a send except its content.

    Raises:
        RefusedError: there is no such chat, topic or message, the bot is not welcome, or the
            keyboard is wrong.
    """
    chat = world.open_chat(params.values.get("chat_id"))
    reply = _replied_to(chat, params.mapping("reply_parameters"))
    thread_id = params.integer("message_thread_id")
    if thread_id is not None and thread_id not in chat.topics:
        raise bad_request("message thread not found")
    if thread_id is None and reply is not None and reply.get("is_topic_message"):
        thread_id = reply["message_thread_id"]
    if thread_id in chat.closed_topics and chat.members[world.bot.id] != "administrator":
        raise bad_request("TOPIC_CLOSED")
    markup = checked_markup(params.mapping("reply_markup"))
    return Destination(chat, thread_id, reply, markup, params.flag("protect_content"))


def _replied_to(chat: Chat, reply: Json | None) -> Json | None:
    if reply is None:
        return None
    if "message_id" not in reply:
        raise bad_request('can\'t find field "message_id"')
    message = chat.messages.get(reply["message_id"])
    if message is None and not reply.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return message


def own_message(world: World, params: Params) -> tuple[Chat, Json]:
    """Return the chat and the message that an edit names.

    Raises:
        RefusedError: there is no such message, or the bot may not edit it.
    """
    if name := params.text("inline_message_id"):
        if name not in world.inline_messages:
            raise bad_request("MESSAGE_ID_INVALID")
        chat_id, message_id = world.inline_messages[name]
        return world.chats[chat_id], world.chats[chat_id].messages[message_id]
    chat = world.open_chat(params.values.get("chat_id"))
    message = chat.messages.get(_message_id(params))
    if message is None:
        raise bad_request("message to edit not found")
    if message["from"]["id"] != world.bot.id:
        raise bad_request("message can't be edited")
    return chat, message


def edit(
    world: World,
    chat: Chat,
    message: Json,
    content: Json,
    params: Params,
    *,
    instead_of: tuple[str, ...],
) -> Json | bool:
    """Replace some fields and the keyboard of a message.

    Returns:
        The message; True where the bot knows it by its inline name only.

    Raises:
        RefusedError: nothing would change.
    """
    markup = checked_markup(params.mapping("reply_markup"), inline_only=True)
    gone = {*instead_of, "reply_markup"}
    kept = {name: value for name, value in message.items() if name not in gone}
    edited = kept | content | ({"reply_markup": markup} if markup else {})
    if edited == message:
        raise bad_request(
            "message is not modified: specified new message content and reply markup are "
            "exactly the same as a current content and reply markup of the message"
        )
    if content:  # a new keyboard alone does not count as an edit
        edited["edit_date"] = world.now()
    replaced = world.replace(chat, edited)
    return True if params.text("inline_message_id") else replaced


def text_content(world: World, formatted: FormattedText, name: str = "text") -> Json:
    """Return a text or caption as fields of a Message."""
    if not formatted.text:
        return {}
    content: Json = {name: formatted.text}
    entities = [entity for entity in map(_named_user(world), formatted.entities) if entity]
    if entities:
        content["entities" if name == "text" else f"{name}_entities"] = entities
    return content


def _named_user(world: World) -> Any:
    def resolve(entity: Json) -> Json | None:
        """Replace a mention by id with the person; Telegram drops one of an unknown user."""
        if "user_id" not in entity:
            return entity
        person = world.people.get(entity["user_id"])
        others = {name: value for name, value in entity.items() if name != "user_id"}
        return {**others, "user": person.to_json()} if person else None

    return resolve


def link_preview(params: Params) -> Json:
    """Return the preview options as a Message repeats them."""
    options = params.mapping("link_preview_options")
    return {"link_preview_options": options} if options else {}


def _message_id(params: Params) -> int:
    message_id = params.integer("message_id")
    if message_id is None:
        raise bad_request("message identifier is not specified")
    return message_id
