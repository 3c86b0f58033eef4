"""Stored scores answered by webhook, by one and by two workers, beside a bare handler.

All in the same run, in turns, on the same local Telegram, which pushes a hundred at a time to one
address; a small balancer passes them on. Then: how long an answer takes while fifty are in flight.
The processes share the machine's cores with the local Telegram: on two cores, the second worker
has none to itself.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from aiohttp.test_utils import TestServer

from benchmarks.answers import COMMANDS, ROOT, ROUNDS, Crowd, address, running
from benchmarks.storm import balancing, free_port
from operations.assembly import utc_now
from playground.telegram.local import LocalTelegram
from playground.telegram.page_data import PageData
from playground.telegram.web import create_app
from playground.telegram.world import Event
from playground.x.made_up import MadeUpWorld
from playground.x.server import XServer

_TOKEN: Final = "4242:benchmark"  # noqa: S105 - opens nothing
_X_TOKEN: Final = "benchmark"  # noqa: S105 - opens nothing
_SECRET: Final = "a-secret-that-opens-nothing-0123456789"  # noqa: S105 - as it says
_IN_FLIGHT: Final = 50
_ANSWERS: Final = 1_000
_BARE: Final = ["-m", "benchmarks.bare_bot"]
_KLOUT: Final = [str(ROOT / "bot.py"), "run"]


async def run(database_url: str | None = None) -> None:
    """Measure and print."""
    telegram = LocalTelegram(_TOKEN, "klout_bot", utc_now)
    x = XServer(MadeUpWorld(utc_now()), _X_TOKEN, utc_now)
    async with AsyncExitStack() as stack:
        front = create_app(telegram, PageData([], []))
        telegram_url = await stack.enter_async_context(address(TestServer(front)))
        x_url = await stack.enter_async_context(address(TestServer(x.application())))
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        environment = {
            "TELEGRAM_BOT_TOKEN": _TOKEN,
            "TELEGRAM_API_URL": telegram_url,
            "X_BEARER_TOKEN": _X_TOKEN,
            "X_API_URL": x_url,
            "DATABASE_URL": database_url or f"sqlite:///{folder}/klout.db",
            "WEBHOOK_SECRET": _SECRET,
            "LOG_LEVEL": "WARNING",
        }
        crowd = Crowd(telegram)
        rates: dict[str, list[float]] = {"bare": [], "one": [], "two": []}
        for _ in range(ROUNDS):
            for name, program, count in (
                ("bare", _BARE, 1),
                ("one", _KLOUT, 1),
                ("two", _KLOUT, 2),
            ):
                async with workers(program, count, environment):
                    await crowd.ask(0, 50)  # warm, and the score is in the store
                    rates[name].append(COMMANDS / await crowd.ask(0, COMMANDS))
        bare, one, two = (statistics.median(rates[name]) for name in ("bare", "one", "two"))
        print(f"by webhook: one worker {one:.0f}/s, two {two:.0f}/s; bare handler {bare:.0f}/s")
        print(f"ratios to the bare handler: {one / bare:.2f} and {two / bare:.2f}", end=", ")
        print(f"{ROUNDS} rounds of {COMMANDS}")
        async with workers(_KLOUT, 1, environment):
            await crowd.ask(0, 50)
            times = sorted(await in_flight(telegram, _IN_FLIGHT, _ANSWERS))
        p50, p95, p99 = (times[int(len(times) * share)] * 1000 for share in (0.5, 0.95, 0.99))
        print(f"{_IN_FLIGHT} in flight: p50 {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms")


@asynccontextmanager
async def workers(
    program: list[str], count: int, environment: Mapping[str, str]
) -> AsyncIterator[None]:
    """Some processes behind one address."""
    ports = [free_port() for _ in range(count)]
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(address(TestServer(balancing(ports))))
        for port in ports:
            given = {**environment, "WEBHOOK_URL": url, "WEBHOOK_PORT": str(port)}
            await stack.enter_async_context(running(program, given))
        yield


async def in_flight(telegram: LocalTelegram, people: int, answers: int) -> list[float]:
    """Seconds that each answer took, while so many people ask again as soon as they have one."""
    asked: dict[int, float] = {}
    times: list[float] = []
    done = asyncio.Event()
    chats = {}
    for number in range(people):
        person = telegram.person(f"F{number}")
        chats[telegram.private_chat(person).id] = person

    def ask(chat_id: int) -> None:
        asked[chat_id] = time.perf_counter()
        telegram.say(chats[chat_id], telegram.world.chat(chat_id), "/klout @nasa_fan")

    def watch(event: Event) -> None:
        if event["event"] != "message" or not event["message"]["from"]["is_bot"]:
            return
        times.append(time.perf_counter() - asked[event["chat"]])
        if len(times) < answers:
            asyncio.get_running_loop().call_soon(ask, event["chat"])
        else:
            done.set()

    unwatch = telegram.watch(watch)
    for chat_id in chats:
        ask(chat_id)
    async with asyncio.timeout(600):
        await done.wait()
    unwatch()
    return times[:answers]


def main() -> None:
    """Run once."""
    parser = argparse.ArgumentParser(prog="benchmarks.webhooks", description="Answers by webhook.")
    parser.add_argument("--database", help="an empty one, as DATABASE_URL names it")
    asyncio.run(run(parser.parse_args().database))


if __name__ == "__main__":
    main()
