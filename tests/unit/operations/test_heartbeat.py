"""What systemd is told, over a real socket."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from operations.observability.systemd import Watchdog


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(10)
        yield listening


@asynccontextmanager
async def _beating(heartbeat: Watchdog, *, alive: bool = True) -> AsyncIterator[None]:
    beating = asyncio.create_task(heartbeat.beat(lambda: alive))
    yield
    beating.cancel()
    with suppress(asyncio.CancelledError):
        await beating


def _environment(tmp_path: Path, **more: str) -> dict[str, str]:
    return {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "30000", **more}


async def _heard(supervisor: socket.socket) -> str:
    return (await asyncio.to_thread(supervisor.recv, 1000)).decode()


async def test_started_alive_stopping(supervisor: socket.socket, tmp_path: Path) -> None:
    heartbeat = Watchdog.of(_environment(tmp_path, WATCHDOG_PID=str(os.getpid())))
    async with _beating(heartbeat):
        # no person is answered yet: the start may take longer, since the loop is alive
        assert await _heard(supervisor) == "EXTEND_TIMEOUT_USEC=60000000"
        heartbeat.started("answering")
        while (line := await _heard(supervisor)).startswith("EXTEND"):
            pass
        assert line == "READY=1\nSTATUS=answering"
        for _ in range(3):
            assert await _heard(supervisor) == "WATCHDOG=1"
    heartbeat.stopping()
    while (line := await _heard(supervisor)) == "WATCHDOG=1":
        pass
    assert line == "STOPPING=1"


async def test_no_sign_of_life_while_a_check_fails(
    supervisor: socket.socket, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    heartbeat = Watchdog.of(_environment(tmp_path))
    heartbeat.started("answering")
    async with _beating(heartbeat, alive=False), asyncio.timeout(10):
        while len(caplog.records) < 3:  # noqa: ASYNC110 - the log has no event for it
            await asyncio.sleep(0)
    heartbeat.stopping()
    assert await _heard(supervisor) == "READY=1\nSTATUS=answering"
    assert await _heard(supervisor) == "STOPPING=1"


def test_an_abstract_socket() -> None:
    name = f"klout-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0{name}")
        listening.settimeout(10)
        Watchdog(f"@{name}", None).stopping()
        assert listening.recv(100) == b"STOPPING=1"


def test_a_missing_supervisor_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Watchdog.of(_environment(tmp_path)).started("answering")
    assert "the supervisor cannot be told" in caplog.text


async def test_without_a_supervisor_nothing_is_said(caplog: pytest.LogCaptureFixture) -> None:
    heartbeat = Watchdog.of({})
    heartbeat.started("answering")
    heartbeat.stopping()
    assert not caplog.records
