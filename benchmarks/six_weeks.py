"""Six weeks of the demo without its page: every message in words, and every change recomputed.

Ada, Bob and Chloé do what new users do, in English and French, over the made-up accounts. Each
message of the bot is printed. Each change that a message names (both ends, the earlier day, the
difference, its lines) is recomputed from the stored receipts by the formula: what disagrees is
named, and makes the exit code 1.
"""

import asyncio
import json
import logging
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from pydantic import SecretStr
from sqlalchemy import select

from benchmarks.stage import TOKEN, X_TOKEN
from handlers import KloutApplication
from operations import assembly
from operations.settings import Settings
from operations.transport.dispatcher import Dispatcher
from operations.transport.updates import page
from playground import past
from playground.serving import served
from playground.telegram.server.local import LocalTelegram
from playground.telegram.server.world import Chat, Person
from playground.x.made_up import MadeUpWorld
from playground.x.server import XServer
from scoring.score import Score
from storage.engine.database import Database
from storage.engine.schema import account, schedule, snapshot
from views.wording import wording_for

_BEGINS: Final = datetime(2026, 11, 27, 12, tzinfo=UTC)
_WEEKS: Final = 6
_NUMBER: Final = r"[+−±]?\d+[.,]\d"
_ENDS: Final = re.compile(
    rf"({_NUMBER}) → ({_NUMBER}) (?:since|depuis le) (\d+(?:er)? \w+(?: \d{{4}})?)"
    rf"(?:\.\n| \()({_NUMBER}) points?(?:[\u00a0 ]?: ([^\n]*)|\))?"
)
_ACCOUNT: Final = re.compile(r"@([\w.@-]+) · \d+/100 ± \d+")
_LINE: Final = re.compile(rf" ({_NUMBER})(?= \(|,|\.|$)")
_FACTS: Final = re.compile(r"\([^)]*\)")


class Walk:
    """Six weeks with one bot.

    Attributes:
        now: the moment on everybody's clock.
        said: messages and lines of the bot, by conversation.
        wrong: changes that cannot be recomputed.
        right: how many changes agree.
    """

    def __init__(self, application: KloutApplication, telegram: LocalTelegram) -> None:
        self._application = application
        self._telegram = telegram
        self._receiving = Dispatcher(application)
        self.said: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.right = 0
        self._seen: Counter[int] = Counter()
        self._scores: dict[str, list[Score]] = {}

    async def say(self, person: Person, chat: Chat, text: str) -> None:
        """A person writes; the bot answers."""
        update = self._telegram.say(person, chat, text)
        await self._receiving.accept(page([update], self._application.bot).updates)
        await self._receiving.drained()

    async def week(self, clock: "Clock") -> None:
        """A week passes, with a tick at each due digest and at its end."""
        end = clock.now + timedelta(weeks=1)
        stores = self._application.services.stores
        due_at = schedule.c.next_run_at
        query = select(due_at).where(due_at <= end).order_by(due_at).limit(1)
        while True:
            async with stores.database.reading() as connection:
                due = await connection.scalar(query)
            clock.now = max(clock.now, due or end)
            for _ in range(3):
                await self._application.delivery.tick()
            if due is None:
                return

    async def read(self, names: dict[Chat, str]) -> None:
        """Print what is new in the conversations, and recompute what the bot said."""
        self._scores = await _scores(self._application.services.stores.database)
        for chat, name in names.items():
            messages = self._telegram.history(chat)
            for message in messages[self._seen[chat.id] :]:
                text = message.get("text") or message.get("caption") or "(a file)"
                picture = " with a picture" if message.get("photo") else ""
                print(f"--- {name}, {message['from']['first_name']}{picture}\n{text}")
                if message["from"]["is_bot"]:
                    self.said[f"{name}: messages"] += 1
                    self.said[f"{name}: lines"] += text.count("\n") + 1
                    self._recompute(text)
            self._seen[chat.id] = len(messages)

    def start(self) -> None:
        """Take updates from now on."""
        self._receiving.start()

    async def close(self) -> None:
        """Take no more updates."""
        await self._receiving.close(0)

    def _recompute(self, text: str) -> None:
        for found in _ENDS.finditer(text):
            handles = _ACCOUNT.findall(text[: found.start()])
            before, after, day, points, lines = found.groups()
            numbers = [_value(each) for each in (before, after, points)]
            if handles and self._agrees(handles[-1], numbers, day) and _sums(lines, numbers[2]):
                self.right += 1
            else:
                self.wrong.append(f"{handles[-1:]} {found[0]}")

    def _agrees(self, handle: str, numbers: Sequence[float], day: str) -> bool:
        """Return whether stored receipts give both ends, the earlier one on its day."""
        before, after, points = numbers
        known = self._scores.get(handle.lower(), [])
        days = {form for each in known if each.score == before for form in _forms(each)}
        later = any(each.score == after for each in known)
        return day in days and later and round(after - before, 1) == points


class Clock:
    """The time, which only `Walk.week` moves."""

    now = _BEGINS

    def __call__(self) -> datetime:
        """Return the moment."""
        return self.now


async def _scores(database: Database) -> dict[str, list[Score]]:
    """Return every stored score by present handle, recomputed from its receipt."""
    found: dict[str, list[Score]] = {}
    query = select(account.c.handle, snapshot.c.receipt).join(account)
    async with database.reading() as connection:
        for row in await connection.execute(query):
            score = Score.from_json(json.loads(row.receipt))
            assert score.agrees()  # noqa: S101 - a receipt that its formula does not confirm
            found.setdefault(row.handle.lower(), []).append(score)
    return found


def _forms(score: Score) -> set[str]:
    """Return a score's day as messages write it."""
    wordings = [wording_for("en"), wording_for("fr")]
    as_of = score.facts.as_of
    return {form for each in wordings for form in (each.day(as_of), each.date(as_of))}


def _sums(lines: str | None, points: float) -> bool:
    """Return whether lines sum to the points; without any, it is not said what they are."""
    if not lines:
        return True
    bare = _FACTS.sub("()", lines).replace(" ()", "")
    return round(sum(_value(each) for each in _LINE.findall(bare)), 1) == points


def _value(text: str) -> float:
    return float(text.replace("−", "-").replace("±", "").replace(",", "."))


async def main() -> int:
    """Walk, print, and return 0 if every change agrees with the readings."""
    logging.disable(logging.WARNING)
    clock, world = Clock(), MadeUpWorld(_BEGINS)
    telegram = LocalTelegram(TOKEN, "klout_bot", clock)
    people = [
        telegram.person("Ada", "en"),
        telegram.person("Bob", "en"),
        telegram.person("Chloé", "fr"),
    ]
    ada, bob, chloe = people
    friends = telegram.group("Friends", people)
    private = {person: telegram.private_chat(person) for person in people}
    names = {chat: person.first_name for person, chat in private.items()} | {friends: "Friends"}
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'klout.db'}"
        await past.read(world, _BEGINS, url)
        async with served(XServer(world, X_TOKEN, clock).application(), 0) as x_url:
            settings = Settings(
                telegram_bot_token=SecretStr(TOKEN),
                x_bearer_token=SecretStr(X_TOKEN),
                x_api_url=x_url,
                networks="x",
                database_url=url,
                x_budget_usd_month=Decimal(1000),
            )
            async with assembly.services(settings, clock=clock, batch_window=0) as services:
                requests = telegram.request(read_timeout=20), telegram.request()
                bot = assembly.telegram_bot(settings, *requests)
                application = assembly.assembled(services, bot)
                async with application:
                    await application.start()
                    walk = Walk(application, telegram)
                    walk.start()
                    await _six_weeks(walk, clock, (ada, bob, chloe), private, friends, names)
                    await walk.close()
                    await application.stop()
    print(f"\nchanges that agree with the readings: {walk.right}, that do not: {len(walk.wrong)}")
    for each in walk.wrong:
        print(f"  {each}")
    print(dict(walk.said))
    return 1 if walk.wrong else 0


async def _six_weeks(  # noqa: PLR0917 - who, where and when
    walk: Walk,
    clock: Clock,
    people: tuple[Person, Person, Person],
    private: dict[Person, Chat],
    friends: Chat,
    names: dict[Chat, str],
) -> None:
    ada, bob, chloe = people
    begin: list[tuple[Person, Chat, Sequence[str]]] = [
        (
            ada,
            private[ada],
            (
                "/klout @lea_blogs",
                "/follow @lea_blogs @bob_at_home @nasa_fan @lou_listens @golden_gary",
                "/alert @lea_blogs ±3",
            ),
        ),
        (bob, friends, ("/join @bob_at_home",)),
        (chloe, friends, ("/join @chloe_a_lyon",)),
        (ada, friends, ("/join @nasa_fan", "/board weekly", "/follow @lea_blogs @tiny_tina")),
        (
            chloe,
            private[chloe],
            ("/follow @chloe_a_lyon @lea_blogs @old_harbour", "/alert @chloe_a_lyon 57"),
        ),
        (bob, private[bob], ("/klout @bob_at_home", "/alert @tricky_name ±0.1")),
    ]
    for person, chat, texts in begin:
        for text in texts:
            await walk.say(person, chat, text)
    await walk.read(names)
    for week in range(1, _WEEKS + 1):
        print(f"\n===== week {week}")
        await walk.week(clock)
        await walk.say(ada, private[ada], "/why @lea_blogs")
        await walk.say(bob, friends, "/board")
        await walk.say(chloe, private[chloe], "/klout @chloe_a_lyon")
        if week in {_WEEKS // 2, _WEEKS}:
            await walk.say(bob, private[bob], "/why @bob_at_home")
            await walk.say(ada, private[ada], "/history @lea_blogs")
            await walk.say(ada, friends, "/digest")
        await walk.read(names)
    for person, chat in ((ada, private[ada]), (bob, friends), (chloe, private[chloe])):
        await walk.say(person, chat, "/review")
    await walk.read(names)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
