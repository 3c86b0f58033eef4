"""The methods by which the bot asks about chats and their members."""

from typing import Final

from playground.telegram.server.wire import Json, Params, bad_request
from playground.telegram.server.world import PRESENT, Chat, Person, Status, World

_RIGHTS: Final = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)


def get_chat(world: World, params: Params) -> Json:
    """GetChat: everything about a chat."""
    chat = world.chat(params.values.get("chat_id"))
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription")
    return {
        **chat.to_json(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {**dict.fromkeys(gifts, True), "gifts_from_channels": True},
    }


def get_chat_member(world: World, params: Params) -> Json:
    """GetChatMember: one person's status; a person who was never there counts as left."""
    chat = world.open_chat(params.values.get("chat_id"))
    user_id = params.integer("user_id")
    person = world.bot if user_id == world.bot.id else world.people.get(user_id or 0)
    if person is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return member_json(person, chat.members.get(person.id, "left"))


def get_chat_administrators(world: World, params: Params) -> list[Json]:
    """GetChatAdministrators: people and this bot, without other bots."""
    chat = world.open_chat(params.values.get("chat_id"))
    if chat.is_private:
        raise bad_request("there are no administrators in the private chat")
    return [
        member_json(person, status)
        for person, status in _members(world, chat)
        if status in {"creator", "administrator"}
    ]


def get_chat_member_count(world: World, params: Params) -> int:
    """GetChatMemberCount: the number of members, the bot included."""
    chat = world.open_chat(params.values.get("chat_id"))
    return sum(status in PRESENT for status in chat.members.values())


def leave_chat(world: World, params: Params) -> bool:
    """LeaveChat: the bot leaves a group."""
    chat = world.open_chat(params.values.get("chat_id"))
    if chat.is_private:
        raise bad_request("chat member status can't be changed in private chats")
    chat.members[world.bot.id] = "left"
    world.post(chat, world.bot, {"left_chat_member": world.bot.to_json()})
    return True


def member_json(person: Person, status: Status) -> Json:
    """Return a member as the Bot API's ChatMember."""
    member: Json = {"user": person.to_json(), "status": status}
    if status in {"creator", "administrator"}:
        member["is_anonymous"] = False
    if status == "administrator":
        member |= dict.fromkeys(_RIGHTS, True) | {"can_be_edited": False}
    if status == "kicked":
        member["until_date"] = 0
    return member


def _members(world: World, chat: Chat) -> list[tuple[Person, Status]]:
    everybody = {**world.people, world.bot.id: world.bot}
    return [(everybody[user_id], status) for user_id, status in chat.members.items()]
