"""A whole Telegram in memory, for one bot: what tests and the demo hold in their hands."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from telegram.request import BaseRequest

from playground.telegram import inline, people, profile
from playground.telegram.api import BotApi
from playground.telegram.contract import Contract, published_contract
from playground.telegram.people import MessageRef
from playground.telegram.transport import LocalRequest
from playground.telegram.wire import Answer, Call, Json, RefusedError, Upload
from playground.telegram.world import Chat, ChatType, Event, Person, Status, Topic, World


class LocalTelegram:
    """Telegram without the network: it refuses what Telegram refuses, in its words.

    People act through `say`, `press` and their like, which return the update the bot is sent (an
    empty object when it is sent none). The bot acts through `request()`, a transport for
    python-telegram-bot, or over HTTP (`playground.telegram.web`).

    Args:
        token: the bot's; the number before the colon is its user id.
        username: the bot's.
        clock: tells the time, always aware.
        bot_name: what people see above its messages.
        contract: the published Bot API to hold requests against; by default the one at hand.
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
        """What the bot authenticates with."""
        return self.world.token

    @property
    def bot(self) -> Person:
        """The bot as a user."""
        return self.world.bot

    # People and places

    def person(
        self, first_name: str, language_code: str | None = "en", username: str | None = None
    ) -> Person:
        """Somebody new."""
        return self.world.new_person(first_name, language_code, username)

    def private_chat(self, person: Person) -> Chat:
        """The conversation of a person with the bot; the same one each time."""
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
        """A group.

        Args:
            title: its name.
            members: everybody in it; the first one made it.
            administrators: those of them who rule it, its maker not counted.
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
        """Open a topic; the group is then a forum. The bot is told, as of all service messages."""
        creator = self.world.people[next(iter(group.members))]
        return people.open_topic(self.world, group, creator, name)

    def close_topic(self, group: Chat, topic: Topic, by: Person) -> Json:
        """Somebody closes a topic: only administrators write there until it is reopened."""
        return people.close_topic(self.world, group, topic, by)

    def reopen_topic(self, group: Chat, topic: Topic, by: Person) -> Json:
        """Somebody opens a topic again."""
        return people.close_topic(self.world, group, topic, by, closed=False)

    def delete_topic(self, group: Chat, topic: Topic) -> None:
        """A topic goes with all that was said in it; Telegram tells nobody."""
        people.delete_topic(group, topic)

    def migrate(self, group: Chat) -> Chat:
        """Turn a basic group into a supergroup and return that; the old id only redirects."""
        return people.migrate(self.world, group)

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
        """Somebody writes, replies, or edits what they wrote; administrators also anonymously.

        Returns:
            The update the bot gets; empty when privacy mode or a block keeps it from the bot.
        """
        if edit_of is not None:
            return people.rewrite(self.world, person, chat, text, edit_of)
        return people.say(
            self.world, person, chat, text, topic=topic, reply_to=reply_to, anonymous=anonymous
        )

    def press(self, person: Person, where: Chat | Json, button: str) -> Json:
        """Somebody presses an inline button, named by its text or its callback data.

        Args:
            person: who presses.
            where: the message, or a chat: then its newest message with such a button.
            button: the text or callback data.

        Returns:
            The update with the callback query.

        Raises:
            ValueError: there is no such button, or it opens a link instead of asking the bot.
        """
        return people.press(self.world, person, where, button)

    def type_inline(self, person: Person, chat: Chat, query: str, *, offset: str = "") -> Json:
        """Somebody types `@bot query` in a chat; returns the update with the inline query."""
        return inline.type_query(self.world, person, chat, query, offset)

    def choose_inline(
        self, person: Person, query_id: str, result_id: str, *, topic: Topic | None = None
    ) -> Json:
        """Somebody takes a result of an answered inline query; returns the message it becomes."""
        return inline.choose(self.world, person, query_id, result_id, topic)

    def block(self, person: Person) -> Json:
        """Somebody blocks the bot in their private chat."""
        return people.change_bot_status(self.world, person, self.private_chat(person), "kicked")

    def unblock(self, person: Person) -> Json:
        """Somebody lets the bot in again."""
        return people.change_bot_status(self.world, person, self.private_chat(person), "member")

    def add_bot(self, group: Chat, by: Person, *, administrator: bool = False) -> Json:
        """Somebody adds the bot to a group, or makes it an administrator there."""
        status: Status = "administrator" if administrator else "member"
        return people.change_bot_status(self.world, by, group, status)

    def remove_bot(self, group: Chat, by: Person) -> Json:
        """Somebody removes the bot from a group."""
        return people.change_bot_status(self.world, by, group, "kicked")

    def join(self, person: Person, group: Chat) -> Json:
        """Somebody comes into a group."""
        return people.change_status(self.world, person, group, "member")

    def leave(self, person: Person, group: Chat) -> Json:
        """Somebody leaves a group."""
        return people.change_status(self.world, person, group, "left")

    def promote(self, person: Person, group: Chat, *, administrator: bool = True) -> None:
        """A member becomes an administrator, or is one no longer."""
        people.change_status(
            self.world, person, group, "administrator" if administrator else "member"
        )

    # What there is to see

    def take_updates(self) -> list[Json]:
        """Everything getUpdates would return now, confirmed at once."""
        return self.world.updates.take()

    def history(self, chat: Chat, topic: Topic | None = None) -> list[Json]:
        """The messages of a chat, or of one topic, oldest first, as they are now."""
        return [
            message
            for message in chat.messages.values()
            if topic is None or message.get("message_thread_id") == topic.id
        ]

    def menu(self, person: Person, chat: Chat) -> list[Json]:
        """The commands somebody is offered in a chat."""
        return profile.menu(self.world, person, chat)

    def sent(self, method: str | None = None) -> list[Call]:
        """What the bot called, oldest first; getUpdates is left out."""
        return [call for call in self.api.calls if method in {None, call.method}]

    @property
    def violations(self) -> list[str]:
        """Every malformed request, readable. Scripted failures and blocks are not among them."""
        return self.world.violations

    def watch(self, watcher: Callable[[Event], None]) -> Callable[[], None]:
        """Be told of everything that happens; returns how to stop that."""
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
        """Let the next calls of a method be refused."""
        extra = {"retry_after": retry_after, "migrate_to_chat_id": migrate_to_chat_id}
        parameters = {name: value for name, value in extra.items() if value is not None}
        self.api.script(method, RefusedError(code, description, **parameters), times)

    def hang(self, method: str, *, times: int = 1, delivered: bool = False) -> None:
        """Let the next calls of a method never be answered.

        Args:
            method: which.
            times: how many of them.
            delivered: whether the request still took effect, as when only the answer is lost.
        """
        self.api.script(method, None, times, delivered=delivered)

    @property
    def faults_to_come(self) -> int:
        """How many calls are still to go wrong."""
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
        """A transport for `Application.builder().request(…).get_updates_request(…)`."""
        return LocalRequest(self.api, read_timeout)
