"""The soak run of `make soak`: a simulated day with faults on both sides, in a few minutes.

The application runs in this process, between a local Telegram and a local X. This program moves
the day minute by minute; the event loop's waits are shorter by `_HASTE`. In each minute some people
act, a fault may occur, and one tick of the delivery follows.
"""

import argparse
import asyncio
import gc
import logging
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing import active_children, resource_tracker
from typing import Any, Final

from aiohttp.test_utils import TestServer
from sqlalchemy import func, select
from telegram import Update

from benchmarks.day import Asked, Day, lock
from benchmarks.stage import TOKEN, X_TOKEN, address
from benchmarks.traces import Errors, Memory, open_files
from handlers import KloutApplication
from operations import assembly
from operations.settings import Settings, load
from operations.transport.dispatcher import Dispatcher, with_bodies
from playground.telegram.server.local import LocalTelegram
from playground.telegram.server.world import Event
from playground.x.accounts import FixedWorld
from playground.x.server import XServer
from storage.engine.schema import digest, inbox, outbox, spending
from tests.support.hurried import HurriedLoop

_BEGIN: Final = datetime(2026, 3, 18, 12, tzinfo=UTC)
_MINUTE: Final = timedelta(minutes=1)
_HASTE: Final = 10.0
"""How many times as fast timeouts and pauses go by; a local server answers in milliseconds."""

_TROUBLE: Final = 0.5
"""Share of minutes in which something goes wrong."""

_LOCKED: Final = 0.01
"""Share of minutes in which another program holds the database (SQLite)."""

_FLAT: Final = 1.05
"""The highest ratio of resident memory, second half to first, that counts as flat."""

FLAT: Final = "memory is flat"
"""The one promise that only a whole day can test."""

_PATIENCE: Final = 12 * 60
"""Simulated minutes after the day, without faults, in which all due work must be done."""


class Soak:
    """One soak run."""

    def __init__(self, minutes: int, people: int, database_url: str) -> None:
        self.minutes = minutes
        self.now = _BEGIN
        self.telegram = LocalTelegram(TOKEN, "klout_bot", self._clock)
        world = FixedWorld([])
        self.x = XServer(world, X_TOKEN, self._clock)
        self.day = Day(self.telegram, self.x, world, self._clock, people=people, handles=2 * people)
        self.database_url = database_url
        self.asked = self.unanswered = self.excused = 0
        self.delivered: Counter[int] = Counter()
        """Messages by chat that came with a tick, not as an answer."""
        self.memory = Memory()
        self.errors = Errors()

    def _clock(self) -> datetime:
        return self.now

    async def run(self) -> list[str]:
        """Let the day pass; return the promises that were broken."""
        begun = time.perf_counter()
        files = open_files()
        async with AsyncExitStack() as stack:
            logging.getLogger().addHandler(self.errors)
            stack.callback(logging.getLogger().removeHandler, self.errors)
            x_url = await stack.enter_async_context(address(TestServer(self.x.application())))
            stack.callback(self.x.let_go)
            settings = load(
                Settings,
                telegram_bot_token=TOKEN,
                x_bearer_token=X_TOKEN,
                x_api_url=x_url,
                x_budget_usd_month=1_000,
                database_url=self.database_url,
            )
            services = await stack.enter_async_context(
                assembly.services(settings, clock=self._clock, example="account_1")
            )
            requests = self.telegram.request(read_timeout=5), self.telegram.request()
            application = assembly.assembled(services, assembly.telegram_bot(settings, *requests))
            async with application:
                await application.start()
                receiving = Dispatcher(application)
                receiving.start()
                for minute in range(self.minutes):
                    await self._pass(application, receiving, minute)
                await self._settle(application, receiving)
                books = await self._books(application)
                await receiving.close(0)
                await application.stop()
        for _ in range(100):  # a drawing process that was ended takes a moment to disappear
            if open_files() <= files and not active_children():
                break
            await asyncio.sleep(0.5)
        promises = self._promises(books, files)
        self._report(books, promises, time.perf_counter() - begun)
        return [promise for promise, kept in promises.items() if not kept]

    async def _pass(
        self, application: KloutApplication, receiving: Dispatcher, minute: int
    ) -> None:
        """Let a minute pass: people act, a fault may occur, due messages are sent."""
        day, dice = self.day, self.day.random
        armed = self.telegram.faults_to_come
        asked = day.subscribe() if minute == 0 else day.schedule() if minute == 1 else []
        if dice.random() < _TROUBLE:
            day.trouble()
        scripted = max(armed, self.telegram.faults_to_come)
        asked = asked or day.ask(dice.randint(0, 14))
        held = None
        if self.database_url.startswith("sqlite") and dice.random() < _LOCKED:
            path = self.database_url.removeprefix("sqlite:///")
            held = asyncio.create_task(asyncio.to_thread(lock, path, dice.uniform(0.5, 2)))
            day.troubles["database locked"] += 1
        await self._feed(application, receiving)
        self._count(asked, lost=scripted - self.telegram.faults_to_come)
        await self._tick(application)
        if held:
            await held
        if minute % 15 == 0:
            self._trim()
            self.memory.look()
        self.now += _MINUTE

    async def _feed(self, application: KloutApplication, receiving: Dispatcher) -> None:
        """Feed all waiting updates to the bot, until all that can be answered now are."""
        came = [Update.de_json(one, application.bot) for one in self.telegram.take_updates()]
        await receiving.accept(with_bodies(came))
        await receiving.drained()

    async def _tick(self, application: KloutApplication) -> None:
        def watch(event: Event) -> None:
            if event["event"] == "message" and event["message"]["from"]["is_bot"]:
                self.delivered[event["chat"]] += 1

        unwatch = self.telegram.watch(watch)
        await application.delivery.tick()
        unwatch()

    def _count(self, asked: Sequence[Asked], *, lost: int) -> None:
        """Count answered requests; each request that Telegram lost may excuse a missing one."""
        self.asked += len(asked)
        without = sum(not self._answered(one) for one in asked)
        self.excused += min(without, lost)
        self.unanswered += max(0, without - lost)

    def _answered(self, asked: Asked) -> bool:
        if asked.query:
            return self.telegram.world.queries[asked.query].answered
        messages = asked.chat.messages.items()
        return any(n > asked.newest and message["from"]["is_bot"] for n, message in messages)

    async def _settle(self, application: KloutApplication, receiving: Dispatcher) -> None:
        """End all faults, and run until due work is done."""
        self.day_ended = self.now
        for _ in range(_PATIENCE):
            await self._feed(application, receiving)
            await self._tick(application)
            self.now += _MINUTE
            if not await self._open(application):
                return

    async def _open(self, application: KloutApplication) -> int:
        """Return how many requests and due messages of the day are still under way."""
        async with application.services.stores.database.reading() as connection:
            questions = inbox.c.state.in_(("waiting", "taken", "answering"))
            messages = outbox.c.state.in_(("pending", "leased", "sending"))
            digests = digest.c.state.in_(("due", "ready")) & (digest.c.due_at <= self.day_ended)
            counts = [
                await connection.scalar(select(func.count()).select_from(table).where(still))
                for table, still in ((inbox, questions), (outbox, messages), (digest, digests))
            ]
        return sum(count or 0 for count in counts)

    async def _books(self, application: KloutApplication) -> dict[str, Any]:
        """Return the counts of the database at the end."""
        async with application.services.stores.database.reading() as connection:
            states = await connection.execute(select(outbox.c.chat_id, outbox.c.state))
            rows = [(int(chat), str(state)) for chat, state in states]
            due = await connection.execute(select(digest.c.state))
            digests = Counter(str(state) for (state,) in due)
            spent = await connection.scalar(
                select(func.sum(spending.c.spent + spending.c.reserved))
            )
        return {
            "rows": rows,
            "digests": digests,
            "ledger": int(spent or 0),
            "open": await self._open(application),
        }

    def _trim(self) -> None:
        """Clear the records of the local Telegram and X, as only the bot's memory is measured."""
        world = self.telegram.world
        for chat in world.chats.values():
            for number in [*chat.messages][:-5]:
                if number not in chat.topics:
                    del chat.messages[number]
                    chat.prompts.pop(number, None)
        world.files |= {name: replace(file, content=b"") for name, file in world.files.items()}
        for kept in (world.queries, world.inline_queries, world.guest_queries):
            kept.clear()
        self.telegram.api.calls.clear()
        self.x.requests.clear()

    def _promises(self, books: dict[str, Any], files: int) -> dict[str, bool]:
        arrived = self._by_chat(self.delivered.elements())
        may = self._by_chat(chat for chat, state in books["rows"] if state in {"sent", "uncertain"})
        must = self._by_chat(chat for chat, state in books["rows"] if state == "sent")
        gc.collect()
        return {
            "no unhandled exception": not self.errors.unexpected,
            "every question is answered": not self.unanswered,
            "nothing came twice": all(arrived[chat] <= may[chat] for chat in arrived),
            "nothing is called sent that was not": all(must[c] <= arrived[c] for c in must),
            "nothing that was asked or due is left open": not books["open"],
            "nothing Telegram refuses": not self._violations(),
            "the ledger covers X's bill": books["ledger"] >= self.x.bill,
            FLAT: self.memory.resident.ratio <= _FLAT,
            "no file or socket is left open": open_files() <= files,
            "no task is left": len(asyncio.all_tasks()) == 1,
            "no child process is left": not active_children(),
        }

    def _by_chat(self, chats: Any) -> Counter[int]:
        """Count by present chat (a group may have become another), without erased ones."""
        world = self.telegram.world
        return Counter(
            world.upgraded(world.chats[chat]).id for chat in chats if chat not in self.day.forgotten
        )

    def _violations(self) -> list[str]:
        """Return the violations that neither people nor faults can cause.

        A person who presses twice makes the bot write the same text again. When an answer is lost
        after the spinner stopped, the apology comes too late for the press. Two replies to one
        question delete the question twice.
        """
        harmless = ("is not modified", "query is too old", "message to delete not found")
        return [each for each in self.telegram.violations if not any(h in each for h in harmless)]

    def _report(self, books: dict[str, Any], promises: dict[str, bool], seconds: float) -> None:
        day, memory, objects = self.day, self.memory.resident, self.memory.objects
        print(
            f"{self.minutes / 60:g} simulated hours in {seconds:.0f} s, from {_BEGIN:%d %B %H:%M}"
        )
        print(f"  questions: {self.asked:,}; unanswered: {self.unanswered};", end=" ")
        print(f"lost with a request that Telegram lost: {self.excused}")
        print(f"  troubles: {dict(sorted(day.troubles.items()))}")
        print(f"  outbox: {dict(Counter(state for _, state in books['rows']))};", end=" ")
        print(f"digests: {dict(books['digests'])}; delivered: {self.delivered.total():,}")
        print(f"  errors logged, scripted: {dict(self.errors.scripted)}")
        for line in self.errors.unexpected[:5]:
            print(f"  unexpected: {line}")
        for line, times in Counter(self._violations()).most_common(5):
            print(f"  refused by Telegram {times} times: {line}")
        print(f"  ledger ${books['ledger'] / 1e6:.3f}, X's bill ${self.x.bill / 1e6:.3f}")
        print(f"  resident memory: {memory.first:.1f} MiB, then {memory.second:.1f}", end=" ")
        print(f"(ratio {memory.ratio:.3f}); objects alive: {objects.first:,.0f}, then", end=" ")
        print(f"{objects.second:,.0f} (ratio {objects.ratio:.3f})")
        for promise, kept in promises.items():
            print(f"  {'kept' if kept else 'BROKEN'}: {promise}")


def soak(minutes: int, people: int, database_url: str) -> list[str]:
    """Run once in a new event loop; return the promises that were broken."""
    resource_tracker.ensure_running()  # it lives as long as this process, and is no leak
    with asyncio.Runner(loop_factory=lambda: HurriedLoop(_HASTE)) as runner:
        return runner.run(Soak(minutes, people, database_url).run())


def main() -> None:
    """Run with the command line's options; the exit code is 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--hours", type=float, default=24)
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--database", default="", help="a database that is empty; else SQLite")
    given = parser.parse_args()
    logging.basicConfig(level=logging.ERROR, handlers=[logging.NullHandler()])
    with tempfile.TemporaryDirectory() as folder:
        url = given.database or f"sqlite:///{folder}/klout.db"
        sys.exit(bool(soak(round(given.hours * 60), given.people, url)))


if __name__ == "__main__":
    main()
