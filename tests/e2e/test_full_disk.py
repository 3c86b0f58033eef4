"""A disk without room, under a bot that is about to send (F16): a small one of each test's own."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from benchmarks.subscribers import subscribe
from storage.database import Database
from tests.conftest import of_sqlite
from tests.crashing import Fate
from tests.e2e.conftest import Fork, Town
from tests.e2e.leftovers import Leftovers, until
from tests.e2e.test_inbox import answers

_MEGABYTES: Final = 4


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
def disk(tmp_path: Path) -> Iterator[Disk]:
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    if os.geteuid() != 0 or mount is None or unmount is None:
        pytest.skip("only root may mount a small disk, on Linux")
    folder = tmp_path / "disk"
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={_MEGABYTES}m"]
    command = [mount, *options, "klout", str(folder)]
    mounted = subprocess.run(command, check=False, capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted: {mounted.stderr.strip()}")
    yield Disk(folder)
    subprocess.run([unmount, "--lazy", folder], check=True)


@of_sqlite
@pytest.mark.parametrize(
    ("full_at", "arrived", "ends"),
    [
        (Fate("arm", "beginning", signal.SIGSTOP), 0, "sent"),
        (Fate("record", "beginning", signal.SIGSTOP), 1, "uncertain"),
    ],
    ids=["before it is armed", "before the answer is noted"],
)
async def test_f16_a_full_disk_sends_nothing_twice_and_ends_nothing(
    disk: Disk, town: Town, fork: Fork, *, full_at: Fate, arrived: int, ends: str
) -> None:
    url = town.environment["DATABASE_URL"] = f"sqlite:///{disk.folder / 'klout.db'}"
    database = await Database.open(url)
    left = Leftovers(database)
    due_at = datetime.now(UTC) - timedelta(minutes=1)
    await subscribe(database, [town.chat.id], ["nasa"], due_at)
    bot = fork(full_at)
    await bot.frozen()
    disk.fill()
    bot.send_signal(signal.SIGCONT)

    async def given_up() -> bool:
        return "a message could not be settled" in bot.log

    async def refused() -> bool:
        return "no updates could be had" in bot.log

    async def settled() -> bool:
        return await left.messages() == [ends] and len(answers(town, asker)) == 1

    await until(given_up)
    assert "database or disk is full" in bot.log
    assert len(answers(town)) == arrived
    asker = town.telegram.person("Bob")
    town.telegram.say(asker, town.telegram.private_chat(asker), "/help")
    await until(refused)
    disk.make_room()
    await left.end_leases()
    await until(settled)
    assert len(answers(town)) == 1
    assert await left.digests() == [ends]
    assert await bot.stop() == 0
    await database.close()
