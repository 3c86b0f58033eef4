"""The bot as a process that dies, or freezes, exactly where it is told to.

The seam is put in from outside, as the process starts: the bot itself has no switch for it. Each
process is forked from one that has imported everything, so that a test can afford many of them.
"""

import asyncio
import functools
import os
import signal
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy.ext.asyncio import AsyncConnection
from telegram.ext import ExtBot

from delivery.build_digests import DigestBuilder
from delivery.plan_digests import DigestPlanner
from delivery.tick import TICK
from operations import process
from operations.observability import logs
from operations.settings import Settings, load
from storage.accounts.readings import Readings
from storage.duels.duel_edits import DuelEdits
from storage.duels.votes import Votes
from storage.engine import database
from storage.queues.inbox import Inbox
from storage.queues.outbox import Outbox
from tests.support.forking import context
from tests.support.hurried import HurriedLoop, hurried

_ARROWS: Final[Mapping[str, tuple[Any, str]]] = {
    "plan": (DigestPlanner, "plan"),
    "collect": (Readings, "add"),
    "build": (DigestBuilder, "_post_all"),
    "lease": (Outbox, "lease"),
    "arm": (Outbox, "arm"),
    "send": (ExtBot, "send_message"),
    "record": (Outbox, "deliver"),
    "reap": (Outbox, "reap"),
    "store": (Inbox, "store"),
    "take": (Inbox, "take"),
    "begin to answer": (Inbox, "arm"),
    "finish": (Inbox, "finish"),
    "vote": (Votes, "_cast"),
    "take edit": (DuelEdits, "take"),
    "show": (DuelEdits, "showed"),
}

_QUICK: Final = 0.5
"""Seconds between two ticks of a process whose time is not hurried."""


@dataclass(frozen=True, slots=True)
class Fate:
    """Where a process ends, at the first time that it gets there.

    Attributes:
        arrow: one of `_ARROWS`.
        when: as it is called or returns; or around its transaction: before it begins, with all
            written but not committed, just after the commit. With these three, no other task in the
            process is in the middle of writing on SQLite: it has one connection for that.
        signal: SIGSTOP for one that is to go on later.
    """

    arrow: str
    when: Literal["called", "beginning", "written", "committed", "returned"]
    signal: int = signal.SIGKILL

    def __str__(self) -> str:
        return f"{self.arrow} {self.when}"


@dataclass(frozen=True, slots=True)
class Orders:
    """What a process is to be like.

    Attributes:
        folder: where it runs, and writes `bot.log`.
        fate: None to live until it is told to stop.
        speed: how many times as fast its time runs; at 1 it only looks more often.
        migrations: a folder of migrations instead of the bot's own.
    """

    folder: Path
    environment: Mapping[str, str]
    fate: Fate | None = None
    speed: float = 1
    migrations: Path | None = None


class Forked:
    """A process that runs the bot."""

    def __init__(self, orders: Orders) -> None:
        self._process: ForkServerProcess = context().Process(target=_run, args=(orders,))
        self._log = orders.folder / "bot.log"
        self._process.start()

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        assert self._process.pid
        os.kill(self._process.pid, number)

    async def ended(self) -> int:
        """Its exit code, once it has ended: less than zero is a signal."""
        async with asyncio.timeout(60):
            while (code := self._process.exitcode) is None:  # noqa: ASYNC110 - it has no event
                await asyncio.sleep(0.01)
        return code

    async def frozen(self) -> None:
        """Wait until a SIGSTOP has stopped it."""
        async with asyncio.timeout(60):
            while self._state != "T":  # noqa: ASYNC110 - nor that
                await asyncio.sleep(0.01)

    async def up(self) -> None:
        """Wait until it answers."""
        async with asyncio.timeout(60):
            while "answering as @klout_bot" not in self.log:
                assert self._process.exitcode is None, self.log
                await asyncio.sleep(0.01)

    async def stop(self) -> int:
        """Its exit code after SIGTERM, within the five seconds that are promised, once it is up."""
        await self.up()
        self.send_signal(signal.SIGTERM)
        async with asyncio.timeout(5):
            return await self.ended()

    @property
    def _state(self) -> str:
        stat = Path(f"/proc/{self._process.pid}/stat")
        return stat.read_text("ascii").rpartition(")")[2].split()[0]

    @property
    def log(self) -> str:
        """What it has written so far."""
        return self._log.read_text() if self._log.exists() else ""

    def end(self) -> None:
        """End it at once, if it has not ended."""
        self._process.kill()
        self._process.join()
        self._process.close()


def _run(orders: Orders) -> None:
    """Be the bot."""
    os.chdir(orders.folder)
    os.environ.clear()
    os.environ.update(orders.environment)
    with Path("bot.log").open("ab") as log:
        for stream in (1, 2):
            os.dup2(log.fileno(), stream)
    if orders.migrations:
        database.MIGRATIONS = orders.migrations  # type: ignore[misc]
    if orders.fate:
        _await_fate(orders.fate)
    settings = load(Settings)
    logs.configure(settings.log_level, settings.secrets, settings.log_format)
    if orders.speed == 1:
        asyncio.run(process.run(settings, tick=_QUICK))
        return
    speed = orders.speed
    with asyncio.Runner(loop_factory=lambda: HurriedLoop(speed)) as runner:
        runner.run(process.run(settings, clock=hurried(speed), tick=TICK / speed))


_on_the_way: ContextVar[bool] = ContextVar("on_the_way", default=False)
"""Whether what runs belongs to the arrow, also in the tasks that it begins."""


def _await_fate(fate: Fate) -> None:
    """Wrap the arrow, and whatever begins and ends transactions."""
    seams = (
        (*_ARROWS[fate.arrow], _arrow),
        (AsyncConnection, "begin", _begin),
        (AsyncConnection, "commit", _commit),
    )
    originals = [(owner, name, getattr(owner, name)) for owner, name, _ in seams]

    def reach(when: str) -> None:
        if when == fate.when:
            for owner, name, original in originals:
                setattr(owner, name, original)  # once is enough
            os.kill(os.getpid(), fate.signal)

    for owner, name, wrap in seams:
        setattr(owner, name, wrap(getattr(owner, name), reach))


def _arrow(arrow: Callable[..., Any], reach: Callable[[str], None]) -> Callable[..., Any]:
    @functools.wraps(arrow)
    async def wrapped(*given: Any, **named: Any) -> Any:
        reach("called")
        before = _on_the_way.set(True)
        result = await arrow(*given, **named)
        _on_the_way.reset(before)
        reach("returned")
        return result

    return wrapped


def _begin(begin: Callable[..., Any], reach: Callable[[str], None]) -> Callable[..., Any]:
    def wrapped(connection: AsyncConnection) -> Any:
        if _on_the_way.get():
            reach("beginning")
        return begin(connection)

    return wrapped


def _commit(commit: Callable[..., Any], reach: Callable[[str], None]) -> Callable[..., Any]:
    async def wrapped(connection: AsyncConnection) -> None:
        if _on_the_way.get():
            reach("written")
        await commit(connection)
        if _on_the_way.get():
            reach("committed")

    return wrapped
