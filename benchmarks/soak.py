"""`make soak`: a day of everything at once, with faults on both sides, in a few minutes.

The application runs in this process, between a local Telegram and a local X. The day is moved
minute by minute by this program; what an event loop waits for goes faster by `_HASTE`. In each
minute some people act, something may go wrong, and one tick of the delivery follows.
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

from benchmarks.answers import address
from benchmarks.day import Asked, Day, lock
from benchmarks.hurried import HurriedLoop
from benchmarks.traces import Errors, Memory, open_files
from handlers import KloutApplication
from operations import assembly
from operations.receiving import Receiving, with_bodies
from operations.settings import Settings, load
from playground.telegram.local import LocalTelegram
from playground.telegram.world import Event
from playground.x.accounts import FixedWorld
from playground.x.server import XServer
from storage.schema import digest, inbox, outbox, spending

_TOKEN: Final = "4242:benchmark"  # noqa: S105 - opens nothing
_X_TOKEN: Final = "benchmark"  # noqa: S105 - opens nothing
_BEGIN: Final = datetime(2026, 3, 18, 12, tzinfo=UTC)
_MINUTE: Final = timedelta(minutes=1)
_HASTE: Final = 10.0
"""How many times as fast timeouts and pauses go by; a local server answers in milliseconds."""

_TROUBLE: Final = 0.5
"""Share of minutes in which something goes wrong."""

_LOCKED: Final = 0.01
"""Share of minutes in which another program holds the database (SQLite)."""

_FLAT: Final = 1.05
"""Resident memory of the second half against the first: no more than this is flat."""

FLAT: Final = "memory is flat"
"""The one promise that takes a day to tell."""

_PATIENCE: Final = 12 * 60
"""Simulated minutes that what is due may take after the day, with everything well again."""


class Soak:
    """One run."""

    def __init__(self, minutes: int, people: int, database_url: str) -> None:
        self.minutes = minutes
        self.now = _BEGIN
        self.telegram = LocalTelegram(_TOKEN, "klout_bot", self._clock)
        world = FixedWorld([])
        self.x = XServer(world, _X_TOKEN, self._clock)
        self.day = Day(self.telegram, self.x, world, self._clock, people=people, handles=2 * people)
        self.database_url = database_url
        self.asked = self.unanswered = self.excused = 0
        self.delivered: Counter[int] = Counter()
        """Messages by chat that came with a tick: nobody had asked for them."""
        self.memory = Memory()
        self.errors = Errors()

    def _clock(self) -> datetime:
        return self.now

    async def run(self) -> list[str]:
        """Let the day pass; the promises that were broken."""
        begun = time.perf_counter()
        files = open_files()
        async with AsyncExitStack() as stack:
            logging.getLogger().addHandler(self.errors)
            stack.callback(logging.getLogger().removeHandler, self.errors)
            x_url = await stack.enter_async_context(address(TestServer(self.x.application())))
            stack.callback(self.x.let_go)
            settings = load(
                Settings,
                telegram_bot_token=_TOKEN,
                x_bearer_token=_X_TOKEN,
                x_api_url=x_url,
                x_budget_usd_month=1_000,
                database_url=self.database_url,
            )
            services = await stack.enter_async_context(
                assembly.services(settings, clock=self._clock, example="account_1")
            )
            built = assembly.builder(settings, services)
            request = self.telegram.request(read_timeout=5)
            built.request(request).get_updates_request(self.telegram.request()).updater(None)
            application = assembly.ready(built.build())
            async with application:
                await application.start()
                receiving = Receiving(application)
                receiving.start()
                for minute in range(self.minutes):
                    await self._pass(application, receiving, minute)
                await self._settle(application, receiving)
                books = await self._books(application)
                await receiving.close(0)
                await application.stop()
        for _ in range(100):  # a process that drew, and was ended, takes a moment to be gone
            if open_files() <= files and not active_children():
                break
            await asyncio.sleep(0.5)
        promises = self._promises(books, files)
        self._report(books, promises, time.perf_counter() - begun)
        return [promise for promise, kept in promises.items() if not kept]

    async def _pass(self, application: KloutApplication, receiving: Receiving, minute: int) -> None:
        """One minute: people act, something goes wrong, what is due is sent."""
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

    async def _feed(self, application: KloutApplication, receiving: Receiving) -> None:
        """Everything that waits at Telegram, until all of it is dealt with that can be now."""
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
        """Who was answered; as many as Telegram lost requests may have gone without."""
        self.asked += len(asked)
        without = sum(not self._answered(one) for one in asked)
        self.excused += min(without, lost)
        self.unanswered += max(0, without - lost)

    def _answered(self, asked: Asked) -> bool:
        if asked.query:
            return self.telegram.world.queries[asked.query].answered
        newer = list(asked.chat.messages.values())[asked.messages :]
        return any(message["from"]["is_bot"] for message in newer)

    async def _settle(self, application: KloutApplication, receiving: Receiving) -> None:
        """Everything is well again: what was due gets done."""
        self.day_ended = self.now
        for _ in range(_PATIENCE):
            await self._feed(application, receiving)
            await self._tick(application)
            self.now += _MINUTE
            if not await self._open(application):
                return

    async def _open(self, application: KloutApplication) -> int:
        """How much of what was asked, or was due in the day, is still under way."""
        async with application.services.database.reading() as connection:
            questions = inbox.c.state.in_(("waiting", "taken", "answering"))
            messages = outbox.c.state.in_(("pending", "leased", "sending"))
            digests = digest.c.state.in_(("due", "ready")) & (digest.c.due_at <= self.day_ended)
            counts = [
                await connection.scalar(select(func.count()).select_from(table).where(still))
                for table, still in ((inbox, questions), (outbox, messages), (digest, digests))
            ]
        return sum(count or 0 for count in counts)

    async def _books(self, application: KloutApplication) -> dict[str, Any]:
        """What the store says at the end."""
        async with application.services.database.reading() as connection:
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
        """The local Telegram and X remember everything; what is measured is the bot."""
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
        """Counted by what a group has become, without those who asked to be forgotten."""
        world = self.telegram.world
        return Counter(
            world.upgraded(world.chats[chat]).id for chat in chats if chat not in self.day.forgotten
        )

    def _violations(self) -> list[str]:
        """Those that people and faults cannot bring about.

        Whoever presses twice makes the bot write what is there already; and when an answer is lost
        after its spinner was stopped, the excuse comes too late for the press.
        """
        harmless = ("is not modified", "query is too old")
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
    """Run one, in a loop of its own; the promises that were broken."""
    resource_tracker.ensure_running()  # it stays as long as this process: not what is looked for
    with asyncio.Runner(loop_factory=lambda: HurriedLoop(_HASTE)) as runner:
        return runner.run(Soak(minutes, people, database_url).run())


def main() -> None:
    """Run as told by the command line; the exit code is 1 when a promise was broken."""
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
