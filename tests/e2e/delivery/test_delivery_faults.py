"""What may go wrong around a digest, each test named after its fault (F17 to F27)."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table, select

from operations.maintenance.restore import restore
from operations.settings import Settings
from playground.telegram.server.wire import Json
from playground.telegram.server.world import Event
from storage.chats.places import Place
from storage.engine.database import Database
from storage.engine.schema import digest, outbox
from storage.maintenance.backups import BackupError, back_up
from storage.queues.leader import TERM, LeaderLease
from storage.queues.messages import OutboxMessage
from storage.queues.outbox import LEASE
from storage.stores import Stores
from tests.conftest import Clock
from tests.dialogue.conftest import (  # noqa: F401 - fixtures
    Talk,
    batch_window,
    budget_usd,
    reach,
    settings,
    talk,
    telegram,
)
from tests.e2e.conftest import Town, locked
from tests.support.subscribers import subscribe

LOCKED = float(os.environ.get("FAULT_SECONDS", "3"))
"""Seconds for which a database is locked; each is one attempt of a transaction."""


async def _due(town: Town, chats: list[int]) -> None:
    """Each of some chats follows an account, and has a digest due a minute ago."""
    database = await Database.open(town.environment["DATABASE_URL"])
    await subscribe(database, chats, ["nasa", "lea"], datetime.now(UTC) - timedelta(minutes=1))
    await database.close()


async def _states(database: Database, table: Table = outbox) -> Counter[str]:
    async with database.reading() as connection:
        return Counter((await connection.scalars(select(table.c.state))).all())


async def _settled(database: Database, count: int) -> None:
    async with asyncio.timeout(60 + LOCKED):
        while (await _states(database))["sent"] < count:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def _sent(town: Town, chats: list[int]) -> list[int]:
    """How many messages each chat got."""
    return [len(town.telegram.history(town.telegram.world.chat(chat))) for chat in chats]


@pytest.mark.parametrize("moment", ["before anything is planned", "before the answer is noted"])
async def test_f17_a_locked_database_is_waited_for(
    town: Town, database: Database, tmp_path: Path, moment: str
) -> None:
    await _due(town, [town.chat.id])
    bot = await town.start(tmp_path, town.environment)
    await bot.until("answering as @klout_bot")
    if moment == "before the answer is noted":
        arrived = asyncio.Event()
        town.telegram.watch(lambda event: arrived.set() if _is_message(event) else None)
        await arrived.wait()
    async with locked(town.environment["DATABASE_URL"]):
        await asyncio.sleep(LOCKED)
    await _settled(database, 1)
    assert _sent(town, [town.chat.id]) == [1]
    assert await _states(database, digest) == {"sent": 1}
    assert await bot.end(signal=signal.SIGTERM) == 0
    assert "Traceback" not in "".join(bot.output)


def _is_message(event: Event) -> bool:
    return event["event"] == "message" and event["message"]["from"]["is_bot"] is True


@pytest.mark.parametrize("hours", [2, -2, 8 * 24])
async def test_f19_no_jump_of_the_clock_makes_a_second_digest(
    talk: Talk,  # noqa: F811 - the fixture
    clock: Clock,
    hours: int,
) -> None:
    await talk.ask("/follow @nasa")
    clock.forward(days=7)
    jump = timedelta(hours=hours)
    if jump > timedelta(days=7):
        clock.now += jump  # from before the first slot to beyond the second
    assert len(await _tick(talk)) == 1
    clock.now += jump
    after = await _tick(talk)
    assert len(after) == (1 if jump > timedelta(days=7) else 0)
    clock.now -= jump
    for _ in range(3):
        clock.forward(hours=1)
        assert not await _tick(talk)


async def test_f19_a_clock_set_back_stalls_no_lease_and_no_election(
    database: Database, clock: Clock
) -> None:
    dead, alive = (Stores(database, clock, owner).outbox for owner in ("dead", "alive"))
    async with database.transaction() as tx:
        await alive.post(tx, [OutboxMessage(key="a", place=Place(1), html="…")])
    control = LeaderLease(database)
    clock.forward(hours=2)
    assert len(await dead.lease(9)) == 1
    assert await control.elect("dead", clock.now)
    clock.forward(hours=-2)
    await alive.reap()
    assert len(await alive.lease(9)) == 1
    assert await control.elect("alive", clock.now)
    assert clock.now + LEASE < clock.now + timedelta(hours=2) > clock.now + TERM


@pytest.mark.parametrize(
    ("outage", "late"),
    [(timedelta(minutes=10), False), (timedelta(hours=3), True), (timedelta(days=3), True)],
    ids=str,
)
async def test_f21_an_outage_over_the_slot_brings_one_digest(
    talk: Talk,  # noqa: F811 - the fixture
    clock: Clock,
    outage: timedelta,
    late: bool,
) -> None:
    await talk.ask("/follow @nasa")
    clock.now = await _next_run(talk) + outage
    (message,) = await _tick(talk)
    assert ("This is late" in message["text"]) is late
    assert not await _tick(talk)
    clock.now = await _next_run(talk) + timedelta(seconds=15)
    (message,) = await _tick(talk)
    assert "This is late" not in message["text"]


async def test_f25_sigterm_in_mid_run_leaves_nothing_uncertain(
    town: Town, database: Database, tmp_path: Path
) -> None:
    people = [town.telegram.person(f"P{n}") for n in range(60)]
    chats = [town.telegram.private_chat(person).id for person in people]
    await _due(town, chats)
    bot = await town.start(tmp_path, town.environment)
    async with asyncio.timeout(60):
        while sum(_sent(town, chats)) < 10:  # noqa: ASYNC110 - sixty chats have no one event
            await asyncio.sleep(0.01)
    assert await bot.end(signal=signal.SIGTERM) == 0
    assert 0 < sum(_sent(town, chats)) < len(chats)
    left = await _states(database)
    assert left["sent"] == sum(_sent(town, chats))
    assert not left.keys() & {"leased", "sending", "uncertain"}
    bot = await town.start(tmp_path, town.environment)  # the next one need not wait for a term
    await _settled(database, len(chats))
    assert _sent(town, chats) == [1] * len(chats)
    assert await bot.end(signal=signal.SIGTERM) == 0


async def test_f27_a_restored_backup_sends_nothing_again(
    talk: Talk,  # noqa: F811 - the fixture
    settings: Settings,  # noqa: F811 - the fixture
    clock: Clock,
    tmp_path: Path,
) -> None:
    await talk.ask("/follow @nasa")
    clock.now = await _next_run(talk)
    talk.telegram.fail("sendMessage", 429, "Too Many Requests", retry_after=60)
    before, waiting = tmp_path / "before.db", tmp_path / "waiting.db"
    back_up(settings.database_url, before)
    assert not await _tick(talk)
    back_up(settings.database_url, waiting)
    clock.forward(minutes=2)
    assert len(await _tick(talk)) == 1
    for backup in (before, waiting):
        await restore(settings.database_url, backup, clock)
        assert not await _tick(talk)
    clock.now = await _next_run(talk)
    assert len(await _tick(talk)) == 1


@pytest.mark.parametrize("make", [lambda _: None, lambda file: file.write_bytes(b"?" * 4096)])
async def test_f27_what_is_no_backup_changes_nothing(
    talk: Talk,  # noqa: F811 - the fixture
    settings: Settings,  # noqa: F811 - the fixture
    clock: Clock,
    tmp_path: Path,
    make: Callable[[Path], object],
) -> None:
    await talk.ask("/follow @nasa")
    make(tmp_path / "backup.db")
    with pytest.raises(BackupError):
        await restore(settings.database_url, tmp_path / "backup.db", clock)
    clock.now = await _next_run(talk)
    assert len(await _tick(talk)) == 1


async def _tick(talk: Talk) -> list[Json]:  # noqa: F811 - the class
    """What one tick sends to Ada."""
    before = len(talk.telegram.history(talk.private))
    await talk.application.delivery.tick()
    return talk.telegram.history(talk.private)[before:]


async def _next_run(talk: Talk) -> datetime:  # noqa: F811 - the class
    schedule = await talk.application.services.subscriptions.schedule(Place(talk.private.id))
    assert schedule
    assert schedule.next_run_at
    return schedule.next_run_at
