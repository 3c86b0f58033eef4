"""`bot.py` as a process of its own, forked from one that has imported everything.

Importing takes most of the time of a start. A test about the start itself, or about what a new
interpreter finds on the machine, starts one: see `launch` of `tests.e2e.conftest`.
"""

import asyncio
import atexit
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Self

import bot


def context() -> ForkServerContext:
    """The server that every test of this process forks from."""
    ours = multiprocessing.get_context("forkserver")
    ours.set_forkserver_preload(
        ["operations.modes", "tests.support.crashing", "views.pictures.drawing_worker", __name__]
    )
    return ours


class ForkedProcess:
    """A bot with the methods of `asyncio.subprocess.Process` that tests use."""

    def __init__(self, process: ForkServerProcess, stdout: asyncio.StreamReader) -> None:
        assert process.pid
        self.pid = process.pid
        self.stdout = stdout
        self._process = process

    @classmethod
    async def start(cls, folder: Path, environment: Mapping[str, str], *arguments: str) -> Self:
        """Start `bot.py` in a folder; it knows nothing but `environment`."""
        reader, writer = context().Pipe(duplex=False)
        given = (writer, folder, dict(environment), arguments)
        process = context().Process(target=_be_the_bot, args=given)
        process.start()
        writer.close()
        stdout = asyncio.StreamReader()
        with reader:
            pipe = os.fdopen(os.dup(reader.fileno()), "rb", buffering=0)
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stdout), pipe
        )
        return cls(process, stdout)

    @property
    def returncode(self) -> int | None:
        """Its exit code; less than zero is a signal, None that it runs."""
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Send it SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send it SIGKILL."""
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        """Return its exit code once it has ended."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        if self.returncode is None:
            loop.add_reader(self._process.sentinel, ended.set)
            await ended.wait()
            loop.remove_reader(self._process.sentinel)
        self._process.join()
        assert self.returncode is not None
        return self.returncode

    async def communicate(self) -> None:
        """Read what is left of its output, and wait for its end."""
        await self.stdout.read()
        await self.wait()


def _be_the_bot(
    output: Connection, folder: Path, environment: dict[str, str], arguments: tuple[str, ...]
) -> None:
    for stream in (1, 2):
        os.dup2(output.fileno(), stream)
    output.close()
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - a number
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["bot.py", *arguments]
    try:
        sys.exit(bot.main())
    finally:
        atexit._run_exitfuncs()  # a process of `multiprocessing` ends without
