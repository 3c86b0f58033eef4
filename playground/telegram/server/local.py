"""The local Telegram: a Telegram in memory for one bot, as tests and the demo use it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from telegram.request import BaseRequest

from playground.telegram.methods import inline_methods, profile
from playground.telegram.people import acting
from playground.telegram.people.acting import MessageRef
from playground.telegram.server.api import BotApi
from playground.telegram.server.contract import Contract, published_contract
from playground.telegram.server.transport import LocalRequest
from playground.telegram.server.wire import Answer, Call, Json, RefusedError, Upload
from playground.telegram.server.world import Chat, ChatType, Event, Person, Status, Topic, World


class LocalTelegram:
    """Telegram without the network: it refuses what Telegram refuses, in Telegram's words.

    People act through methods such as `say` and `press`, which return the bot's update (an empty
    object when the bot gets none). The bot acts through `request()`, a transport for
    python-telegram-bot, or over HTTP (`playground.telegram.server.web`).

    Args:
        token: the bot's token; the number before the colon is its user id.
        username: the bot's username.
        clock: returns the time, always aware.
        bot_name: the name that people see above the bot's messages.
        contract: the published Bot API to check requests against; by default the newest here.
    """

    def __init__(
        self,
        token: str,
        username: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        bot_name: str = "Klout",
        contract: Contract | None = None,
    ) -> None:
        self.world = World(token, username, clock, bot_name)
        self.api = BotApi(self.world, contract or published_contract())

    @property
    def token(self) -> str:
        """The token with which the bot authenticates."""
        return self.world.token

    @property
    def bot(self) -> Person:
        """The bot as a user."""
        return self.world.bot

    # People and places

    def person(
        self, first_name: str, language_code: str | None = "en", username: str | None = None
    ) -> Person:
        """Add a person."""
        return self.world.new_person(first_name, language_code, username)

    def private_chat(self, person: Person) -> Chat:
        """Return the chat of a person with the bot; the same one each time."""
        return self.world.private_chat(person)

    def group(
        self,
        title: str,
        members: Iterable[Person],
        administrators: Iterable[Person] = (),
        *,
        forum: bool = False,
        kind: ChatType = "supergroup",
        with_bot: bool = True,
    ) -> Chat:
        """Make a group.

        Args:
            title: the group's name.
            members: all members; the first one is the creator.
            administrators: the members who are administrators, without the creator.
            forum: whether it has topics.
            kind: `group` for a basic group, which `migrate` can turn into a supergroup.
            with_bot: whether the bot is a member.
        """
        statuses: dict[int, Status] = {person.id: "member" for person in members}
        statuses |= {person.id: "administrator" for person in administrators}
        statuses[next(iter(statuses))] = "creator"
        if with_bot:
            statuses[self.bot.id] = "member"
        group = self.world.new_group(title, kind, statuses)
        group.is_forum = forum
        return group

    def topic(self, group: Chat, name: str) -> Topic:
        """Open a topic; the group is then a forum, and the bot gets the service message."""
        creator = self.world.people[next(iter(group.members))]
        return acting.open_topic(self.world, group, creator, name)

    def close_topic(self, group: Chat, topic: Topic, by: Person) -> Json:
        """Close a topic: only administrators write there until it is reopened."""
        return acting.close_topic(self.world, group, topic, by)

    def reopen_topic(self, group: Chat, topic: Topic, by: Person) -> Json:
        """Reopen a topic."""
        return acting.close_topic(self.world, group, topic, by, closed=False)

    def delete_topic(self, group: Chat, topic: Topic) -> None:
        """Delete a topic with all its messages; Telegram sends no update about it."""
        acting.delete_topic(group, topic)

    def migrate(self, group: Chat) -> Chat:
        """Turn a basic group into a supergroup and return it; the old id only redirects."""
        return acting.migrate(self.world, group)

    # What people do

    def say(
        self,
        person: Person,
        chat: Chat,
        text: str,
        *,
        topic: Topic | None = None,
        reply_to: MessageRef | None = None,
        edit_of: MessageRef | None = None,
        anonymous: bool = False,
    ) -> Json:
        """Let a person write, reply, or edit a message; administrators also anonymously.

        Returns:
            The bot's update; empty when privacy mode or a block keeps it from the bot.
        """
        if edit_of is not None:
            return acting.rewrite(self.world, person, chat, text, edit_of)
        return acting.say(
            self.world, person, chat, text, topic=topic, reply_to=reply_to, anonymous=anonymous
        )

    def press(self, person: Person, where: Chat | Json, button: str) -> Json:
        """Let a person press an inline button, named by its text or its callback data.

        Args:
            person: the person who presses.
            where: the message, or a chat: then its newest message with such a button.
            button: the text or callback data.

        Returns:
            The update with the callback query.

        Raises:
            ValueError: there is no such button, or it opens a link instead of asking the bot.
        """
        return acting.press(self.world, person, where, button)

    def type_inline(self, person: Person, chat: Chat, query: str, *, offset: str = "") -> Json:
        """Let a person type `@bot query` in a chat; return the update with the inline query."""
        return inline_methods.type_query(self.world, person, chat, query, offset)

    def choose_inline(
        self, person: Person, query_id: str, result_id: str, *, topic: Topic | None = None
    ) -> Json:
        """Let a person choose a result of an answered inline query; return its message."""
        return inline_methods.choose(self.world, person, query_id, result_id, topic)

    def block(self, person: Person) -> Json:
        """Let a person block the bot in their private chat."""
        return acting.change_bot_status(self.world, person, self.private_chat(person), "kicked")

    def unblock(self, person: Person) -> Json:
        """Let a person unblock the bot."""
        return acting.change_bot_status(self.world, person, self.private_chat(person), "member")

    def add_bot(self, group: Chat, by: Person, *, administrator: bool = False) -> Json:
        """Add the bot to a group, or make it an administrator there."""
        status: Status = "administrator" if administrator else "member"
        return acting.change_bot_status(self.world, by, group, status)

    def remove_bot(self, group: Chat, by: Person) -> Json:
        """Remove the bot from a group."""
        return acting.change_bot_status(self.world, by, group, "kicked")

    def join(self, person: Person, group: Chat) -> Json:
        """Let a person join a group."""
        return acting.change_status(self.world, person, group, "member")

    def leave(self, person: Person, group: Chat) -> Json:
        """Let a person leave a group."""
        return acting.change_status(self.world, person, group, "left")

    def promote(self, person: Person, group: Chat, *, administrator: bool = True) -> None:
        """Make a member an administrator, or a plain member again."""
        acting.change_status(
            self.world, person, group, "administrator" if administrator else "member"
        )

    # What there is to see

    def take_updates(self) -> list[Json]:
        """Return and confirm all that getUpdates would return now."""
        return self.world.updates.take()

    def history(self, chat: Chat, topic: Topic | None = None) -> list[Json]:
        """Return the messages of a chat or one topic in their present form, oldest first."""
        return [
            message
            for message in chat.messages.values()
            if topic is None or message.get("message_thread_id") == topic.id
        ]

    def menu(self, person: Person, chat: Chat) -> list[Json]:
        """Return the commands that a person is offered in a chat."""
        return profile.menu(self.world, person, chat)

    def sent(self, method: str | None = None) -> list[Call]:
        """Return the bot's calls, oldest first, without getUpdates."""
        return [call for call in self.api.calls if method in {None, call.method}]

    @property
    def violations(self) -> list[str]:
        """Return malformed requests as readable lines, without scripted failures and blocks."""
        return self.world.violations

    def watch(self, watcher: Callable[[Event], None]) -> Callable[[], None]:
        """Call a watcher with each event; return the function that ends this."""
        self.world.watchers.add(watcher)
        return lambda: self.world.watchers.discard(watcher)

    # What goes wrong on purpose

    def fail(
        self,
        method: str,
        code: int,
        description: str,
        *,
        times: int = 1,
        retry_after: int | None = None,
        migrate_to_chat_id: int | None = None,
    ) -> None:
        """Refuse the next calls of a method."""
        extra = {"retry_after": retry_after, "migrate_to_chat_id": migrate_to_chat_id}
        parameters = {name: value for name, value in extra.items() if value is not None}
        self.api.script(method, RefusedError(code, description, **parameters), times)

    def hang(self, method: str, *, times: int = 1, delivered: bool = False) -> None:
        """Leave the next calls of a method without an answer.

        Args:
            method: which.
            times: how many of them.
            delivered: whether the request still took effect, as when only the answer is lost.
        """
        self.api.script(method, None, times, delivered=delivered)

    def garble(
        self, method: str, status: int, content: bytes, *, times: int = 1, delivered: bool = False
    ) -> None:
        """Answer the next calls of a method as a proxy would, or in another odd way.

        Args:
            method: which.
            status: the HTTP status.
            content: the body to send.
            times: how many of them.
            delivered: whether the request still took effect.
        """
        garbled = Answer(status, {}, content)
        self.api.script(method, None, times, delivered=delivered, garbled=garbled)

    def recover(self) -> None:
        """Drop the scripted failures that are left."""
        self.api.recover()

    @property
    def faults_to_come(self) -> int:
        """Return how many scripted failures are left."""
        return self.api.faults_to_come

    # What the bot holds

    async def call(
        self,
        method: str,
        params: Mapping[str, Any] | None = None,
        files: Mapping[str, Upload] | None = None,
        token: str | None = None,
    ) -> Answer:
        """Answer one request of the bot."""
        return await self.api.call(method, params or {}, files, token)

    def request(self, read_timeout: float = 5.0) -> BaseRequest:
        """Return a transport for a bot of python-telegram-bot."""
        return LocalRequest(self.api, read_timeout)
