"""A disk without room, under a bot that is about to send (F16): a small one of each test's own."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import asyncpg
import pytest

from storage.engine.database import Database
from tests.conftest import of_postgresql, of_sqlite
from tests.e2e.conftest import Fork, Town
from tests.e2e.delivery.leftovers import Leftovers, until
from tests.e2e.process.test_inbox import answers
from tests.support.crashing import Fate
from tests.support.postgresql import Server
from tests.support.subscribers import subscribe

_MEGABYTES: Final = 160
"""Enough for a PostgreSQL with one segment of its log."""

FATES: Final = {
    "before it is armed": Fate("arm", "beginning", signal.SIGSTOP),
    "before the answer is noted": Fate("record", "beginning", signal.SIGSTOP),
}


class Disk:
    """A file system in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Leave no byte free."""
        with self._ballast.open("wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                return

    def make_room(self) -> None:
        """Take away what filled it."""
        self._ballast.unlink()


@pytest.fixture
def disk() -> Iterator[Disk]:
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    if os.geteuid() != 0 or mount is None or unmount is None:
        pytest.skip("only root may mount a small disk, on Linux")
    folder = Path(tempfile.mkdtemp())  # where PostgreSQL's account may go, too
    options = ["-t", "tmpfs", "-o", f"size={_MEGABYTES}m"]
    command = [mount, *options, "klout", str(folder)]
    mounted = subprocess.run(command, check=False, capture_output=True, text=True)
    if mounted.returncode:
        folder.rmdir()
        pytest.skip(f"a small disk cannot be mounted: {mounted.stderr.strip()}")
    yield Disk(folder)
    subprocess.run([unmount, "--lazy", folder], check=True)
    folder.rmdir()


@pytest.fixture(params=FATES)
def full_at(request: pytest.FixtureRequest) -> Fate:
    """When the disk is full."""
    return FATES[request.param]


async def _due(town: Town, database: Database) -> None:
    due_at = datetime.now(UTC) - timedelta(minutes=1)
    await subscribe(database, [town.chat.id], ["nasa"], due_at)


@of_sqlite
async def test_f16_a_full_disk_sends_nothing_twice_and_ends_nothing(
    disk: Disk, town: Town, fork: Fork, full_at: Fate
) -> None:
    url = town.environment["DATABASE_URL"] = f"sqlite:///{disk.folder / 'klout.db'}"
    database = await Database.open(url)
    await _due(town, database)
    left = Leftovers(database)
    arrived, ends = (0, "sent") if full_at.arrow == "arm" else (1, "uncertain")
    bot = fork(full_at)
    await bot.frozen()
    disk.fill()
    bot.send_signal(signal.SIGCONT)

    async def given_up() -> bool:
        said = ("a message could not be settled", "database or disk is full")
        return all(each in bot.log for each in said)

    async def refused() -> bool:
        return "no updates could be had" in bot.log

    async def settled() -> bool:
        return await left.messages() == [ends] and len(answers(town, asker)) == 1

    await until(given_up)
    assert len(answers(town)) == arrived
    asker = town.telegram.person("Bob")
    town.telegram.say(asker, town.telegram.private_chat(asker), "/help")
    await until(refused)
    assert await bot.stop() == 0  # also without room
    disk.make_room()
    await left.end_leases()
    bot = fork()
    await until(settled)
    assert len(answers(town)) == 1
    assert await left.digests() == [ends]
    assert await bot.stop() == 0
    await database.close()


@of_postgresql
async def test_f16_a_server_without_room_sends_nothing_twice_and_ends_nothing(
    disk: Disk, town: Town, fork: Fork, full_at: Fate
) -> None:
    folder = disk.folder / "server"
    folder.mkdir()
    server = Server(folder)
    server.start()
    town.environment["DATABASE_URL"] = server.url()
    database = await Database.open(server.url())
    await _due(town, database)
    left = Leftovers(database)
    bot = fork(full_at)
    await bot.frozen()
    await _run_out_of_room(server, folder, disk)
    bot.send_signal(signal.SIGCONT)

    async def noticed() -> bool:
        return "PostgreSQL does not answer" in bot.log

    async def settled() -> bool:
        return bool({*await left.messages()} & {"sent", "uncertain"})

    await until(noticed)
    disk.make_room()
    server.start()
    await left.end_leases()
    await until(settled)
    assert len(answers(town)) == 1
    assert await bot.stop() == 0
    await database.close()
    server.stop("immediate")


async def _run_out_of_room(server: Server, folder: Path, disk: Disk) -> None:
    """PostgreSQL ends itself when there is no room for the next segment of its log."""
    connection = await asyncpg.connect(server.url())
    disk.fill()
    with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        for number in range(9):
            await connection.execute("SELECT pg_switch_wal()")
            await connection.execute(f"CREATE TABLE more_{number} ()")
    connection.terminate()

    async def ended() -> bool:
        return not (folder / "data/postmaster.pid").exists()

    await until(ended)
