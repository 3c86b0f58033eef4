"""The benchmark of the budget: a cap of one dollar, four processes, ten thousand people.

Each person asks for a handle: one in three for one of fifty popular ones, the others for any. X's
bill may never be above the cap, and the ledger never below the bill, though some of X's answers are
lost. `python -m benchmarks.budget [DATABASE_URL]` takes an empty database; the default is a new
SQLite file.
"""

import asyncio
import json
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Final

from aiohttp.test_utils import TestServer

from benchmarks.stage import ROOT, X_TOKEN
from operations.assembly import utc_now
from playground.x.accounts import FixedWorld
from playground.x.server import Fault, XServer
from scoring.reading.errors import ScoringError
from scoring.reading.reader import Reader
from scoring.reading.requester import Requester
from scoring.reading.sources.x import XSource
from storage.accounts.readings import Readings
from storage.engine.database import Database
from storage.money.quotas import Quotas
from storage.stores import Stores
from tests.support.subscribers import accounts

CAP: Final = 1_000_000
"""The cap in micro-dollars."""

PROCESSES: Final = 4
PEOPLE: Final = 10_000
_AT_ONCE: Final = 200
_HANDLES: Final = 10_000
_KNOWN: Final = 50


async def run(database_url: str | None = None) -> None:
    """Measure and print."""
    x = XServer(FixedWorld(accounts(_HANDLES, utc_now())), X_TOKEN, utc_now)
    x.delay = 0.05
    for page in ("users", "tweets", "counts"):
        x.fail(page, Fault(drop=True), times=2)
    with tempfile.TemporaryDirectory() as folder:
        url = database_url or f"sqlite:///{Path(folder) / 'klout.db'}"
        database = await Database.open(url)
        began = time.perf_counter()
        async with TestServer(x.application()) as server:
            x_url = str(server.make_url("")).rstrip("/")
            answers = await asyncio.gather(
                *(_process(url, x_url, number) for number in range(PROCESSES))
            )
        took = time.perf_counter() - began
        ledger = await Stores(database, utc_now, "a benchmark", budget=CAP).spending.spent_in_month(
            utc_now()
        )
        await database.close()
    total = sum(answers, Counter[str]())
    got = ", ".join(f"{number:,} {name}" for name, number in total.most_common())
    print(
        f"{PEOPLE:,} people ask {PROCESSES} processes on {url.split(':')[0]}, {took:.0f} s: {got}"
    )
    print(f"X's bill ${x.bill / 1e6:.3f} <= the ledger ${ledger / 1e6:.3f} <= ${CAP / 1e6:.2f}")
    if not x.bill <= ledger <= CAP or total.total() != PEOPLE:
        sys.exit("the budget does not hold")


async def _process(url: str, x_url: str, number: int) -> Counter[str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.budget", url, x_url, str(number)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    return Counter(json.loads(output))


async def _serve(url: str, x_url: str, number: int) -> None:
    """Run one process: serve its share of the people and print the counts of results."""
    database = await Database.open(url)
    source = XSource(X_TOKEN, x_url, utc_now)
    ledger = Stores(database, utc_now, "a benchmark", budget=CAP).spending
    reader = Reader(source, Readings(database), ledger, Quotas(database), utc_now)
    chance, free = random.Random(number), asyncio.Semaphore(_AT_ONCE)  # noqa: S311 - no secret

    async def ask(person: int) -> str:
        known = chance.random() < 1 / 3
        handle = f"account_{1 + chance.randrange(_KNOWN if known else _HANDLES)}"
        async with free:
            try:
                reading = await reader.read(handle, Requester("klout", person, person))
            except ScoringError as error:
                return type(error).__name__
            return type(reading.problem).__name__ if reading.problem else "scored"

    people = range(number, PEOPLE, PROCESSES)
    answers = Counter(await asyncio.gather(*(ask(1 + person) for person in people)))
    await reader.close()
    await source.close()
    await ledger.flush()
    await database.close()
    print(json.dumps(answers))


def main() -> None:
    """Run one of the processes, or all."""
    match sys.argv[1:]:
        case [url, x_url, number]:
            asyncio.run(_serve(url, x_url, int(number)))
        case [url]:
            asyncio.run(run(url))
        case _:
            asyncio.run(run())


if __name__ == "__main__":
    main()
