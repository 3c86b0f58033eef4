"""The simulated day of the soak run: what people ask of the bot, and what goes wrong.

Everything is drawn from one seed, so that each run has the same day.
"""

import random
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from playground.telegram.people.acting import buttons
from playground.telegram.server.local import LocalTelegram
from playground.telegram.server.world import Chat, ChatType, Person, Topic
from playground.x.accounts import FixedWorld
from playground.x.server import Fault, XServer
from tests.support.subscribers import accounts

_ZONES: Final = (
    *("UTC", "Europe/Paris", "Asia/Tokyo", "Asia/Kathmandu", "Pacific/Auckland", "Pacific/Chatham"),
    *("America/New_York", "America/St_Johns", "America/Los_Angeles", "Africa/Nairobi"),
)
_IN_PRIVATE: Final[Mapping[str, float]] = {
    "/klout @{a}": 30,
    "/klout @{a} @{b} @{c}": 4,
    "/klout": 2,
    "@{a}": 4,
    "/klout @missing_{n}": 1,
    "/compare @{a} @{b}": 6,
    "/why @{a}": 6,
    "/goal @{a} 60": 3,
    "/history @account_{few}": 1,
    "/receipt @{a}": 1,
    "/follow @{a} @{b}": 8,
    "/unfollow @{a}": 2,
    "/following": 2,
    "/digest": 3,
    "/schedule {day} {hour}:{minute:02} {zone}": 6,
    "/pause": 0.5,
    "/resume": 0.5,
    "/alert @{a} ±1": 4,
    "/alert @{a} off": 1,
    "/language {language}": 1,
    "/settings": 1,
    "/help": 1,
    "/start k_{a}": 1,
    "/privacy": 0.5,
    "/export": 0.5,
    "/forget_me": 0.3,
    "/prove @{a}": 0.3,
    "' OR 1=1 -- <b>\u202e ٣٥": 0.5,
    "/nonsense": 0.5,
}
_IN_A_GROUP: Final[Mapping[str, float]] = {
    "/klout @{a}": 20,
    "/compare": 4,
    "/compare @{a} @{b} @{c}": 4,
    "/join @{a}": 5,
    "/leave": 1,
    "/board": 6,
    "/board weekly": 1,
    "/follow @{a}": 4,
    "/schedule {day} {hour}:{minute:02} {zone}": 3,
    "/alert @{a} ±1": 2,
    "/digest": 2,
    "/settings": 1,
    "/language {language}": 0.5,
}
_WEEKDAYS: Final = tuple(
    f"{day}day" for day in ("mon", "tues", "wednes", "thurs", "fri", "satur", "sun")
)
_FEW: Final = 15
"""The number of accounts with pictures, which are slow to draw."""


class Asked(NamedTuple):
    """A request that a person waits for: a message in a chat, or the end of a button's spinner."""

    chat: Chat
    newest: int
    """The number of the chat's newest message at the time of the request, itself included."""
    query: str | None = None


class Day:
    """The people, groups and accounts of a day, and their actions.

    Args:
        telegram, x, world: the local Telegram, the local X and its accounts.
        clock: the time, aware, UTC.
        people: the number of people; there is one group for every five of them.
        handles: the number of accounts.
    """

    def __init__(
        self,
        telegram: LocalTelegram,
        x: XServer,
        world: FixedWorld,
        clock: Callable[[], datetime],
        *,
        people: int,
        handles: int,
    ) -> None:
        self.telegram, self.x, self.world, self.clock = telegram, x, world, clock
        self.random = random.Random(4242)  # noqa: S311 - the same day each time
        self.troubles: Counter[str] = Counter()
        self.forgotten: set[int] = set()
        """Private chats of people who asked to have their data erased."""
        for account in accounts(handles, clock()):
            world.put(account)
        self._handles = handles
        self._people = [
            telegram.person(f"P{n}", self.random.choice(("en", "fr", "pt-br", None)))
            for n in range(people)
        ]
        self._topics: dict[int, Topic] = {}
        self._groups = [self._group(n) for n in range(people // 5)]
        self._lost: list[Person] = []

    def _group(self, number: int) -> Chat:
        members = self.random.sample(self._people, 4)
        kind: ChatType = "supergroup" if number % 5 else "group"
        group = self.telegram.group(f"G{number}", members, kind=kind)
        if number % 5 == 1:
            self._topics[group.id] = self.telegram.topic(group, "Scores")
        return group

    # What people do

    def subscribe(self) -> list[Asked]:
        """Let each person follow an account, and each group's owner one for the group."""
        asked = []
        for person in self._people:
            asked += self._say(person, self.telegram.private_chat(person), "/follow @{a} @{b}")
        for group in self._groups:
            asked += self._say(self._owner(group), group, "/follow @{a} @{b} @{c}")
        return asked

    def schedule(self) -> list[Asked]:
        """Let each subscriber choose an hour of the coming day, in their time zone."""
        asked = []
        wish = "/schedule {day} {hour}:{minute:02} {zone}"
        for person in self._people:
            asked += self._say(person, self.telegram.private_chat(person), wish)
        for group in self._groups:
            asked += self._say(self._owner(group), group, wish)
        return asked

    def ask(self, count: int) -> list[Asked]:
        """Let `count` people act in a private chat or a group, one act a chat."""
        people = self.random.sample(self._people, min(count, len(self._people)))
        groups = {self.telegram.world.upgraded(group).id: group for group in self._groups}
        asked: list[Asked] = []
        for person in people:
            mine = [key for key in groups if person.id in groups[key].members]
            if mine and self.random.random() < 0.3:
                groups.pop(mine[0])
                group = self.telegram.world.chats[mine[0]]
                asked += self._act(person, group, _IN_A_GROUP)
            else:
                asked += self._act(person, self.telegram.private_chat(person), _IN_PRIVATE)
        return asked

    def _act(self, person: Person, chat: Chat, wishes: Mapping[str, float]) -> list[Asked]:
        before, dice = _newest(chat), self.random.random()
        if dice < 0.05:
            query = f"{self._handle()[: self.random.randint(1, 12)]}"
            self.telegram.type_inline(person, chat, query)
            return []  # a person who types on is answered for the last letters only
        if dice < 0.3 and (pressed := self._press(person, chat)):
            return [Asked(chat, before, pressed)]
        (wish,) = self.random.choices(list(wishes), list(wishes.values()))
        return self._say(person, chat, wish)

    def _say(self, person: Person, chat: Chat, wish: str) -> list[Asked]:
        text, topic = self._words(wish), self._topics.get(chat.id)
        if not self.telegram.say(person, chat, text, topic=topic):
            return []  # the bot was blocked, or removed
        if text == "/forget_me":
            self.forgotten.add(chat.id)
        return [Asked(chat, _newest(chat))]

    def _owner(self, group: Chat) -> Person:
        return self.telegram.world.people[next(iter(group.members))]

    def _press(self, person: Person, chat: Chat) -> str | None:
        """Press a button of one of the newest messages; return the query's id."""
        for message in list(chat.messages.values())[-3:]:
            found = [one["callback_data"] for one in buttons(message) if "callback_data" in one]
            if found and chat.members.get(self.telegram.bot.id) in {"member", "administrator"}:
                update = self.telegram.press(person, message, self.random.choice(found))
                return str(update["callback_query"]["id"])
        return None

    def _words(self, wish: str) -> str:
        today, tomorrow = (
            _WEEKDAYS[(self.clock().weekday() + days) % len(_WEEKDAYS)] for days in (0, 1)
        )
        return wish.format(
            a=self._handle(),
            b=self._handle(),
            c=self._handle(),
            n=self.random.randint(1, 50),
            few=self.random.randint(1, _FEW),
            day=self.random.choice((today, today, tomorrow)),
            hour=self.random.randint(0, 23),
            minute=self.random.randint(0, 59),
            zone=self.random.choice(_ZONES),
            language=self.random.choice(("en", "fr")),
        )

    def _handle(self) -> str:
        """Return a handle; a few are asked for much more often than the others."""
        number = min(int(self.random.paretovariate(0.6)), self._handles)
        account = self.world.by_id(number, self.clock())
        return account.handle if account else f"account_{number}"

    # What goes wrong

    def trouble(self) -> str:
        """Cause one fault, at X, at Telegram or among people; return its name."""
        kinds = {
            self._x_fails: 5,
            self._account_changes: 4,
            self._telegram_fails: 5,
            self._chat_changes: 2,
        }
        (kind,) = self.random.choices(list(kinds), list(kinds.values()))
        told = kind()
        self.troubles[told] += 1
        return told

    def _x_fails(self) -> str:
        name, fault = self.random.choice(
            (
                ("X 429", Fault(429, "{}")),
                ("X 402", Fault(402, "{}")),
                ("X 500", Fault(500, "{}")),
                ("X 503 in HTML", Fault(503, "<html>", "text/html")),
                ("X 200 in HTML", Fault(200, "<html>", "text/html")),
                ("X 200, empty", Fault(200, "")),
                ("X hangs up", Fault(drop=True)),
                ("X hangs", Fault(hang=True)),
            )
        )
        self.x.fail(self.random.choice(("users", "tweets", "counts")), fault)
        return name

    def _account_changes(self) -> str:
        account = self.world.by_id(self.random.randint(1, self._handles), self.clock())
        assert account is not None  # noqa: S101 - no account is ever removed
        change = self.random.choice(("suspended", "protected", "renamed", "grown"))
        match change:
            case "suspended":
                account = replace(account, suspended=not account.suspended)
            case "protected":
                account = replace(account, protected=not account.protected)
            case "renamed":
                account = replace(account, handle=f"acc_{account.id}_{self.random.randint(1, 999)}")
            case _:
                account = replace(account, followers=int(account.followers * 1.3))
        self.world.put(account)
        return f"account {change}"

    def _telegram_fails(self) -> str:
        method = self.random.choice(
            ("sendMessage",) * 6
            + ("editMessageText", "answerCallbackQuery", "sendPhoto", "getChatMember")
        )
        kind = self.random.choice(("429", "500", "502", "hangs", "hangs, delivered"))
        if kind == "429":
            wait = self.random.randint(1, 5)
            text = f"Too Many Requests: retry after {wait}"
            self.telegram.fail(method, 429, text, retry_after=wait)
        elif kind in {"500", "502"}:
            self.telegram.fail(method, int(kind), "Internal Server Error")
        else:
            self.telegram.hang(method, delivered=kind != "hangs")
        return f"Telegram {kind}"

    def _chat_changes(self) -> str:
        person = self.random.choice(self._people)
        group = self.telegram.world.upgraded(self.random.choice(self._groups))
        owner = self._owner(group)
        match self.random.choice(("block", "unblock", "remove", "migrate")):
            case "block":
                self.telegram.block(person)
                self._lost.append(person)
                return "bot blocked"
            case "unblock" if self._lost:
                self.telegram.unblock(self._lost.pop(0))
                return "bot unblocked"
            case "migrate" if group.type == "group":
                self.telegram.migrate(group)
                return "group upgraded"
            case _:
                self.telegram.remove_bot(group, owner)
                self.telegram.add_bot(group, owner)
                return "bot removed and added again"


def lock(path: str, seconds: float) -> None:
    """Lock a SQLite database for some seconds, as another program might."""
    database = sqlite3.connect(path, timeout=60, isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    time.sleep(seconds)
    database.execute("COMMIT")
    database.close()


def _newest(chat: Chat) -> int:
    """Return the number of a chat's newest message; a question goes once it is answered."""
    return max(chat.messages, default=0)
