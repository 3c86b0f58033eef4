"""What being watched costs: answers a second with metrics, port and redaction, and without.

Both bots are processes of their own on the same local Telegram, in the same run, in turns; the
watched one is scraped three times as often as Prometheus would. The processor time of an answer is
told as well, since other work on the machine disturbs it less.
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
from aiohttp.test_utils import TestServer, unused_port

from benchmarks.answers import COMMANDS, ROOT, ROUNDS, Crowd, address, running
from operations.assembly import utc_now
from playground.telegram.local import LocalTelegram
from playground.telegram.page_data import PageData
from playground.telegram.web import create_app
from playground.x.made_up import MadeUpWorld
from playground.x.server import XServer

_TOKEN: Final = "4242:benchmark"  # noqa: S105 - opens nothing
_X_TOKEN: Final = "benchmark"  # noqa: S105 - opens nothing
_ROUNDS: Final = 2 * ROUNDS
_EVERY: Final = 5.0
"""Seconds from scrape to scrape."""

_PROGRAMS: Final = {
    "without": ["-m", "benchmarks.unwatched"],
    "with": [str(ROOT / "bot.py"), "run"],
}


async def run() -> None:
    """Measure and print."""
    telegram = LocalTelegram(_TOKEN, "klout_bot", utc_now)
    x = XServer(MadeUpWorld(utc_now()), _X_TOKEN, utc_now)
    port = unused_port()
    async with AsyncExitStack() as stack:
        front = create_app(telegram, PageData([], []))
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        environment = {
            "TELEGRAM_BOT_TOKEN": _TOKEN,
            "TELEGRAM_API_URL": await stack.enter_async_context(address(TestServer(front))),
            "X_BEARER_TOKEN": _X_TOKEN,
            "X_API_URL": await stack.enter_async_context(address(TestServer(x.application()))),
            "DATABASE_URL": f"sqlite:///{folder}/klout.db",
            "METRICS_PORT": str(port),
            "LOG_LEVEL": "WARNING",
        }
        crowd = Crowd(telegram)
        rates: dict[str, list[float]] = {name: [] for name in _PROGRAMS}
        costs: dict[str, list[float]] = {name: [] for name in _PROGRAMS}
        for turn in range(_ROUNDS):
            order = list(_PROGRAMS.items())
            for name, program in order[:: (-1) ** turn]:  # whatever drifts touches both
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
    """Scrape, once before all and then as often as `_EVERY` says."""
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
    """Seconds of processor time that a process has used (Linux)."""
    fields = Path(f"/proc/{process_id}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    asyncio.run(run())
