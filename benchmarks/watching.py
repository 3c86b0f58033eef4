"""The benchmark of monitoring: answers a second with metrics, port and redaction, and without.

Both bots are processes of their own on the same local Telegram, in the same run, in turns; the
monitored one is scraped three times as often as Prometheus would. The processor time of an answer
is printed as well, since other work on the machine disturbs it less.
"""

import asyncio
import os
import statistics
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import aiohttp
from aiohttp.test_utils import unused_port

from benchmarks.crowd import COMMANDS, ROUNDS, Crowd
from benchmarks.stage import ROOT, TOKEN, X_TOKEN, running, served
from operations.assembly import utc_now
from playground.telegram.server.local import LocalTelegram
from playground.x.made_up import MadeUpWorld
from playground.x.server import XServer

_ROUNDS: Final = 2 * ROUNDS
_EVERY: Final = 5.0
"""Seconds between scrapes."""

_PROGRAMS: Final = {
    "without": ["-m", "benchmarks.unwatched"],
    "with": [str(ROOT / "bot.py"), "run"],
}


async def run() -> None:
    """Measure and print."""
    telegram = LocalTelegram(TOKEN, "klout_bot", utc_now)
    x = XServer(MadeUpWorld(utc_now()), X_TOKEN, utc_now)
    port = unused_port()
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        database_url = f"sqlite:///{folder}/klout.db"
        environment = await stack.enter_async_context(
            served(telegram, x, database_url, METRICS_PORT=str(port))
        )
        crowd = Crowd(telegram)
        rates: dict[str, list[float]] = {name: [] for name in _PROGRAMS}
        costs: dict[str, list[float]] = {name: [] for name in _PROGRAMS}
        for turn in range(_ROUNDS):
            order = list(_PROGRAMS.items())
            for name, program in order[:: (-1) ** turn]:  # so that any drift affects both
                async with running(program, environment) as process_id, _scraped(port, name):
                    await crowd.ask(0, 50)  # warm, and the score is in the store
                    before = _processor(process_id)
                    rates[name].append(COMMANDS / await crowd.ask(0, COMMANDS))
                    costs[name].append((_processor(process_id) - before) / COMMANDS * 1000)
        for what, values, unit in (("answers", rates, "/s"), ("processor time", costs, " ms")):
            plain, watched = (statistics.median(values[name]) for name in _PROGRAMS)
            pairs = zip(values["with"], values["without"], strict=True)
            ratio = statistics.median(one / other for one, other in pairs)
            print(f"{what}: {watched:.2f}{unit} watched, {plain:.2f}{unit} unwatched;", end=" ")
            print(f"median ratio {ratio:.3f}, {_ROUNDS} rounds of {COMMANDS}")


@asynccontextmanager
async def _scraped(port: int, name: str) -> AsyncIterator[None]:
    """Scrape once at the beginning, and then every `_EVERY` seconds."""
    if name == "without":
        yield
        return
    async with aiohttp.ClientSession() as session:
        scraped = asyncio.Event()

        async def scrape() -> None:
            while True:
                with suppress(aiohttp.ClientConnectionError):  # it is still starting
                    async with session.get(f"http://127.0.0.1:{port}/metrics") as answer:
                        await answer.read()
                        scraped.set()
                await asyncio.sleep(_EVERY if scraped.is_set() else 0.1)

        scraping = asyncio.create_task(scrape())
        try:
            await scraped.wait()
            yield
        finally:
            scraping.cancel()


def _processor(process_id: int) -> float:
    """Return the processor time of a process in seconds (Linux)."""
    fields = Path(f"/proc/{process_id}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    asyncio.run(run())
