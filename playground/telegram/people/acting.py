"""The actions of people in chats, and the updates that the bot gets of them."""

from typing import Any, Final

from playground.telegram.methods.chats import member_json
from playground.telegram.methods.detection import with_detected
from playground.telegram.methods.text import FormattedText, clean, trim, utf16_slice
from playground.telegram.server.wire import Json
from playground.telegram.server.world import (
    PRESENT,
    CallbackQuery,
    Chat,
    GuestQuery,
    Person,
    Status,
    Topic,
    World,
    quoted,
)

MessageRef = Json | int
"""A message, or its id."""

GROUP_ANONYMOUS_BOT: Final = Person(1_087_968_824, "Group", None, "GroupAnonymousBot", is_bot=True)
"""The sender of messages that administrators write in the name of their group."""


def say(
    world: World,
    person: Person,
    chat: Chat,
    text: str,
    *,
    topic: Topic | None = None,
    reply_to: MessageRef | None = None,
    anonymous: bool = False,
) -> Json:
    """Let a person write; return the bot's update, empty when it gets none."""
    content = _text_content(text)
    sender = _member(world, chat, person)
    if anonymous:
        if chat.members[person.id] == "member":
            raise ValueError(f"{person.first_name} is no administrator of {chat.title}")
        sender = GROUP_ANONYMOUS_BOT
        content["sender_chat"] = chat.to_json()
    replied = find_message(chat, reply_to) if reply_to is not None else None
    thread = topic.id if topic else (replied or {}).get("message_thread_id")
    if thread in chat.closed_topics and chat.members[person.id] == "member":
        raise ValueError("the topic is closed")
    if thread is not None:
        content |= {"message_thread_id": thread, "is_topic_message": True}
        # In Telegram each message in a topic replies to the message that opened it.
        replied = replied or chat.messages[thread]
    if replied is not None:
        content["reply_to_message"] = quoted(replied)
    message = world.post(chat, sender, content)
    if chat.members.get(world.bot.id) not in PRESENT and _mentions_bot(world, message):
        return _summon(world, chat, message)
    return deliver(world, chat, "message", message)


def _summon(world: World, chat: Chat, message: Json) -> Json:
    """Queue a mention of the bot where it is no member: it may answer once, as a guest."""
    query = GuestQuery(world.next_query_id(), chat, message, world.clock())
    world.guest_queries[query.id] = query
    return world.updates.add("guest_message", message | {"guest_query_id": query.id})


def rewrite(world: World, person: Person, chat: Chat, text: str, edited: MessageRef) -> Json:
    """Let a person edit their own message; return the bot's update."""
    old = find_message(chat, edited)
    if old["from"]["id"] != person.id:
        raise ValueError(f"{person.first_name} did not write message {old['message_id']}")
    kept = {name: value for name, value in old.items() if name not in {"text", "entities"}}
    message = world.replace(chat, kept | _text_content(text) | {"edit_date": world.now()})
    return deliver(world, chat, "edited_message", message)


def press(world: World, person: Person, where: Chat | Json, button: str) -> Json:
    """Let a person press an inline button, named by its text or its callback data.

    Args:
        world: the world of the chat.
        person: the person who presses.
        where: the message, or a chat: then its newest message with such a button.
        button: the text or callback data.

    Raises:
        ValueError: there is no such button, or it opens something instead of asking the bot.
    """
    chat = where if isinstance(where, Chat) else world.chats[where["chat"]["id"]]
    candidates = reversed(chat.messages.values()) if isinstance(where, Chat) else [where]
    for candidate in candidates:
        message = chat.messages.get(candidate["message_id"], candidate)
        for pressed in buttons(message):
            if button in {pressed["text"], pressed.get("callback_data")}:
                return _ask(world, _member(world, chat, person), chat, message, pressed)
    known = [pressed["text"] for message in chat.messages.values() for pressed in buttons(message)]
    raise ValueError(f"no button {button!r} in {chat.title}; there are {known}")


def buttons(message: Json) -> list[Json]:
    """Return the inline buttons under a message, row by row."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", ())
    return [button for row in rows for button in row]


def _ask(world: World, person: Person, chat: Chat, message: Json, button: Json) -> Json:
    if "callback_data" not in button:
        raise ValueError(f"the button {button['text']!r} does not ask the bot: {button}")
    query = CallbackQuery(world.next_query_id(), person, world.clock())
    world.queries[query.id] = query
    inline_name = world.inline_name(chat, message)
    where = {"inline_message_id": inline_name} if inline_name else {"message": message}
    body = {
        "id": query.id,
        "from": person.to_json(),
        **where,
        "chat_instance": str(abs(chat.id) * 7919),
        "data": button["callback_data"],
    }
    return world.updates.add("callback_query", body)


def change_bot_status(world: World, actor: Person, chat: Chat, status: Status) -> Json:
    """Add, remove, promote or block the bot, which gets `my_chat_member`."""
    old = chat.members.get(world.bot.id, "left")
    chat.members[world.bot.id] = status
    if not chat.is_private and (old in PRESENT) != (status in PRESENT):
        bot = world.bot.to_json()
        came = status in PRESENT
        service: dict[str, Any] = {"new_chat_members": [bot]} if came else {"left_chat_member": bot}
        message = world.post(chat, actor, service)
        if came:
            deliver(world, chat, "message", message)
    body = {
        "chat": chat.to_json(),
        "from": actor.to_json(),
        "date": world.now(),
        "old_chat_member": member_json(world.bot, old),
        "new_chat_member": member_json(world.bot, status),
    }
    return world.updates.add("my_chat_member", body)


def change_status(world: World, person: Person, chat: Chat, status: Status) -> Json:
    """Change a person's status in a group; the bot gets a message when they join or leave."""
    old = chat.members.get(person.id, "left")
    chat.members[person.id] = status
    if (old in PRESENT) == (status in PRESENT):
        return {}  # Telegram tells a bot only when it asks for `chat_member`
    user = person.to_json()
    came = status in PRESENT
    service: Json = {"new_chat_members": [user]} if came else {"left_chat_member": user}
    return deliver(world, chat, "message", world.post(chat, person, service))


def delete_topic(chat: Chat, topic: Topic) -> None:
    """Delete a topic with all its messages; Telegram sends no update about it."""
    del chat.topics[topic.id]
    chat.closed_topics.discard(topic.id)
    for number, message in tuple(chat.messages.items()):
        if message.get("message_thread_id") == topic.id:
            del chat.messages[number]


def open_topic(world: World, chat: Chat, creator: Person, name: str) -> Topic:
    """Open a topic; the group is a forum from then on."""
    chat.is_forum = True
    topic = Topic(world.next_message_id(chat), name)
    chat.topics[topic.id] = topic
    opened = {
        "message_id": topic.id,
        "message_thread_id": topic.id,
        "is_topic_message": True,
        "forum_topic_created": {"name": name, "icon_color": 7322096},
    }
    message = world.post(chat, creator, opened)
    deliver(world, chat, "message", message)
    return topic


def close_topic(
    world: World, chat: Chat, topic: Topic, actor: Person, *, closed: bool = True
) -> Json:
    """Close a topic to all but administrators, or reopen it."""
    (chat.closed_topics.add if closed else chat.closed_topics.discard)(topic.id)
    service = {
        "message_thread_id": topic.id,
        "is_topic_message": True,
        "forum_topic_closed" if closed else "forum_topic_reopened": {},
    }
    message = world.post(chat, _member(world, chat, actor), service)
    return deliver(world, chat, "message", message)


def migrate(world: World, group: Chat) -> Chat:
    """Turn a basic group into a supergroup with a new id; both get a message about it."""
    new = world.new_group(group.title, "supergroup", dict(group.members))
    creator = world.people[next(iter(group.members))]
    old_side = world.post(group, creator, {"migrate_to_chat_id": new.id})
    deliver(world, group, "message", old_side)
    group.migrated_to = new.id
    new_side = world.post(new, creator, {"migrate_from_chat_id": group.id})
    deliver(world, new, "message", new_side)
    return new


def deliver(world: World, chat: Chat, kind: str, message: Json) -> Json:
    """Queue an update if the bot is a member and privacy mode lets it see the message."""
    if chat.members.get(world.bot.id) not in PRESENT or not _visible(world, chat, message):
        return {}
    return world.updates.add(kind, message)


def find_message(chat: Chat, reference: MessageRef) -> Json:
    """Return a message of a chat in its present form.

    Raises:
        ValueError: the message is not there.
    """
    message_id = reference if isinstance(reference, int) else reference["message_id"]
    if message_id not in chat.messages:
        raise ValueError(f"there is no message {message_id} in {chat.title}")
    return chat.messages[message_id]


def _visible(world: World, chat: Chat, message: Json) -> bool:
    """Whether the bot sees a message: privacy mode hides groups' talk not meant for it."""
    if chat.is_private or chat.members[world.bot.id] == "administrator":
        return True
    if "text" not in message:
        return True
    if message.get("via_bot", {}).get("id") == world.bot.id:
        return True
    replied = message.get("reply_to_message", {})
    if replied.get("from", {}).get("id") == world.bot.id:
        return True
    return _addressed(world.bot.username or "", message)


def _addressed(username: str, message: Json) -> bool:
    for entity in message.get("entities", ()):
        written = utf16_slice(message["text"], entity["offset"], entity["length"]).lower()
        _, _, addressee = written.partition("@")
        if entity["type"] == "bot_command" and addressee in {"", username.lower()}:
            return entity["offset"] == 0 or bool(addressee)
    return False


def _mentions_bot(world: World, message: Json) -> bool:
    name = f"@{world.bot.username}".lower()
    return any(
        entity["type"] == "mention"
        and utf16_slice(message["text"], entity["offset"], entity["length"]).lower() == name
        for entity in message.get("entities", ())
    )


def _text_content(text: str) -> Json:
    formatted = with_detected(trim(FormattedText(clean(text))))
    if not formatted.text:
        raise ValueError("Telegram sends no empty messages")
    content: Json = {"text": formatted.text}
    if formatted.entities:
        content["entities"] = list(formatted.entities)
    return content


def _member(world: World, chat: Chat, person: Person) -> Person:
    if person.id not in world.people or chat.members.get(person.id) not in PRESENT:
        raise ValueError(f"{person.first_name} is not in {chat.title}")
    return person
