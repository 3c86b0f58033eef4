"""The benchmark of answers: stored scores beside a bare handler, and memory.

Both bots are processes of their own against the same Telegram, `benchmarks.thin_server`, another
process, in turns. Fifty people ask at any moment. Processor time is that of the bot's process, user
and system. Memory is the bot's resident set after a command from each of ten thousand chats.
"""

import asyncio
import os
import statistics
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp
from aiohttp.test_utils import TestServer

from benchmarks.stage import BOT, ROOT, TOKEN, X_TOKEN, address, resident, running
from operations.assembly import utc_now
from playground.x.made_up import MadeUpWorld
from playground.x.server import XServer

COMMANDS: Final = 1_000
ROUNDS: Final = 5
FLIGHT: Final = 50
CHATS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Round:
    """One bot's answers.

    Attributes:
        rate: answers a second.
        cost, server_cost: milliseconds of processor time an answer, the bot's and the server's.
        waited: milliseconds that each person waited.
    """

    rate: float
    cost: float
    server_cost: float
    waited: list[float]


class ThinServer:
    """The server's process.

    Attributes:
        url: its address.
        process_id: its number.
    """

    def __init__(self, url: str, process_id: int, session: aiohttp.ClientSession) -> None:
        self.url = url
        self.process_id = process_id
        self._session = session

    async def ask(self, first: int, count: int, flight: int = FLIGHT) -> dict[str, Any]:
        """Let people ask; see `benchmarks.thin_server`."""
        given = {"first": first, "count": count, "flight": flight}
        async with self._session.post(f"{self.url}/ask", json=given) as response:
            answer: dict[str, Any] = await response.json()
            return answer

    async def measured(self, bot: int) -> Round:
        """Measure a round of a bot's answers."""
        before = processor_time(bot), processor_time(self.process_id)
        answer = await self.ask(0, COMMANDS)
        after = processor_time(bot), processor_time(self.process_id)
        cost, server_cost = (
            (end - start) * 1000 / COMMANDS for start, end in zip(before, after, strict=True)
        )
        waited = [each * 1000 for each in answer["waited"]]
        return Round(COMMANDS / answer["seconds"], cost, server_cost, waited)


@asynccontextmanager
async def thin_server() -> AsyncIterator[ThinServer]:
    """Run the server as long as the context is open."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.thin_server", cwd=ROOT, stdout=PIPE
    )
    assert process.stdout  # noqa: S101 - it is a pipe
    port = int(await process.stdout.readline())
    try:
        timeout = aiohttp.ClientTimeout(total=600)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            yield ThinServer(f"http://127.0.0.1:{port}", process.pid, session)
    finally:
        process.kill()
        await process.wait()


def processor_time(process_id: int) -> float:
    """Return a process' seconds of processor time, user and system (Linux)."""
    stat = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


async def run() -> None:
    """Measure and print."""
    x = XServer(MadeUpWorld(utc_now()), X_TOKEN, utc_now)
    programs = {"bare": ("-m", "benchmarks.bare_bot"), "ours": BOT}
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        server = await stack.enter_async_context(thin_server())
        environment = {
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": server.url,
            "X_BEARER_TOKEN": X_TOKEN,
            "X_API_URL": await stack.enter_async_context(address(TestServer(x.application()))),
            "NETWORKS": "x",
            "DATABASE_URL": os.environ.get("BENCH_DATABASE_URL", f"sqlite:///{folder}/klout.db"),
            "LOG_LEVEL": "WARNING",
        }
        rounds: dict[str, list[Round]] = {name: [] for name in programs}
        for _ in range(ROUNDS):
            for name, program in programs.items():
                async with running(program, environment) as bot:
                    await server.ask(0, 100)  # warm, and the score is in the store
                    rounds[name].append(await server.measured(bot))
        _print(rounds)
        await _memory(server, programs["ours"], environment)
        print(f"requests to X: {len(x.requests)}")


async def _memory(
    server: ThinServer, program: Sequence[str], environment: Mapping[str, str]
) -> None:
    async with running(program, environment) as bot:
        await server.ask(0, 1)
        print(f"resident memory: {resident(bot):.0f} MiB after the first answer,", end=" ")
        await server.ask(0, 1_000)
        print(f"{resident(bot):.0f} MiB after 1,000 chats,", end=" ")
        await server.ask(1_000, CHATS - 1_000)
        print(f"{resident(bot):.0f} MiB after {CHATS:,}")


def _print(rounds: Mapping[str, Sequence[Round]]) -> None:
    for name, each in rounds.items():
        waited = statistics.quantiles([ms for one in each for ms in one.waited], n=100)
        print(
            f"{name}: {_spread([one.rate for one in each], 0)} answers a second,"
            f" {_spread([one.cost for one in each])} ms of processor time each"
            f" (the server's {_spread([one.server_cost for one in each])} ms);"
            f" p50 {waited[49]:.0f}, p95 {waited[94]:.0f}, p99 {waited[98]:.0f} ms"
            f" with {FLIGHT} in flight"
        )
    pairs = list(zip(rounds["ours"], rounds["bare"], strict=True))
    rates = [ours.rate / bare.rate for ours, bare in pairs]
    costs = [ours.cost / bare.cost for ours, bare in pairs]
    print(f"throughput against the bare handler: {_spread(rates)} (at least 0.65)")
    print(f"processor time against the bare handler: {_spread(costs)} (at most 1.6)")
    print(f"{ROUNDS} rounds of {COMMANDS:,}; medians, and the least and the most in brackets")


def _spread(values: Sequence[float], digits: int = 2) -> str:
    median, least, most = statistics.median(values), min(values), max(values)
    return f"{median:.{digits}f} [{least:.{digits}f}-{most:.{digits}f}]"
