"""The stage of the benchmarks: a local Telegram and X for bots that are processes of their own."""

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Middleware

from playground.telegram.people.page_data import PageData
from playground.telegram.server.local import LocalTelegram
from playground.telegram.server.web import create_app
from playground.x.server import XServer

ROOT: Final = Path(__file__).parents[1]
BOT: Final = (str(ROOT / "bot.py"), "run")
TOKEN: Final = "4242:benchmark"  # noqa: S105 - opens nothing
X_TOKEN: Final = "benchmark"  # noqa: S105 - opens nothing


@asynccontextmanager
async def served(
    telegram: LocalTelegram,
    x: XServer,
    database_url: str,
    *middlewares: Middleware,
    **settings: str,
) -> AsyncIterator[dict[str, str]]:
    """Serve Telegram and X as long as the context is open; yield a bot's environment.

    Args:
        middlewares: handle each request to Telegram before it is answered.
        settings: more variables of the environment, or other values.
    """
    front = create_app(telegram, PageData([], []))
    front.middlewares.extend(middlewares)
    async with (
        address(TestServer(front)) as telegram_url,
        address(TestServer(x.application())) as x_url,
    ):
        yield {
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": telegram_url,
            "X_BEARER_TOKEN": X_TOKEN,
            "X_API_URL": x_url,
            "DATABASE_URL": database_url,
            "LOG_LEVEL": "WARNING",
            **settings,
        }


@asynccontextmanager
async def address(server: TestServer) -> AsyncIterator[str]:
    """Serve as long as the context is open; yield the address."""
    async with server:
        yield str(server.make_url("")).rstrip("/")


@asynccontextmanager
async def running(program: Sequence[str], environment: Mapping[str, str]) -> AsyncIterator[int]:
    """Run a bot as a process as long as the context is open; yield the process id."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, *program, cwd=ROOT, env={"PATH": os.environ["PATH"], **environment}
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def killable(
    program: Sequence[str], environment: Mapping[str, str], log: Path
) -> AsyncIterator[Process]:
    """Start a bot, yield it once it answers, and kill it at the end.

    Args:
        log: the file to which its log is appended. `LOG_LEVEL` must be INFO or lower.
    """
    with log.open("ab") as file:
        start = file.tell()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *program,
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **environment},
            stderr=file,
        )
    try:
        while not (process.returncode or _answers(log, start)):  # noqa: ASYNC110 - a log has no event
            await asyncio.sleep(0.05)
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _answers(log: Path, start: int) -> bool:
    return b"answering as" in log.read_bytes()[start:]


def resident(process_id: int) -> float:
    """Return the resident memory of a process in MiB (Linux)."""
    status = Path(f"/proc/{process_id}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
