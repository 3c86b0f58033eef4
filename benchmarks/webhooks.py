"""The benchmark of webhooks: stored scores answered by one and two workers and a bare handler.

All run in turns in the same run, on the same local Telegram, which pushes a hundred updates at a
time to one address; a small load balancer passes them on. A second part measures the time of an
answer while fifty are in flight. The processes share the machine's cores with the local Telegram:
on two cores, the second worker has no core to itself.
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

from benchmarks.crowd import COMMANDS, ROUNDS, Crowd
from benchmarks.stage import ROOT, TOKEN, X_TOKEN, address, running, served
from benchmarks.storm import balancing, free_port
from operations.assembly import utc_now
from playground.telegram.server.local import LocalTelegram
from playground.telegram.server.world import Event
from playground.x.made_up import MadeUpWorld
from playground.x.server import XServer

_SECRET: Final = "a-secret-that-opens-nothing-0123456789"  # noqa: S105 - as it says
_IN_FLIGHT: Final = 50
_ANSWERS: Final = 1_000
_BARE: Final = ["-m", "benchmarks.bare_bot"]
_KLOUT: Final = [str(ROOT / "bot.py"), "run"]


async def run(database_url: str | None = None) -> None:
    """Measure and print."""
    telegram = LocalTelegram(TOKEN, "klout_bot", utc_now)
    x = XServer(MadeUpWorld(utc_now()), X_TOKEN, utc_now)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        url = database_url or f"sqlite:///{folder}/klout.db"
        environment = await stack.enter_async_context(
            served(telegram, x, url, WEBHOOK_SECRET=_SECRET)
        )
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
    """Run some processes behind one address as long as the context is open."""
    ports = [free_port() for _ in range(count)]
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(address(TestServer(balancing(ports))))
        for port in ports:
            given = {**environment, "WEBHOOK_URL": url, "WEBHOOK_PORT": str(port)}
            await stack.enter_async_context(running(program, given))
        yield


async def in_flight(telegram: LocalTelegram, people: int, answers: int) -> list[float]:
    """Return the seconds of each answer, while people ask again right after every answer."""
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
