"""Two processes on one database, of which one dies, freezes, or is of another version."""

import asyncio
import os
import shutil
import signal
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import select, update

from locales import LANGUAGES
from playground.telegram.server.world import Event
from playground.x.accounts import FixedWorld
from playground.x.server import Fault, XServer
from storage.engine.database import Database, newest_revision
from storage.engine.schema import control, outage, outbox
from tests.conftest import X_TOKEN
from tests.e2e.conftest import ROOT, Fork, Town
from tests.e2e.delivery.leftovers import Leftovers, until
from tests.e2e.process.test_inbox import answers
from tests.support.crashing import Fate
from tests.support.hurried import hurried
from tests.support.subscribers import subscribe

CHATS: Final = int(os.environ.get("CHATS", "40"))
KILLS: Final = int(os.environ.get("KILLS", "4"))
RESTARTS: Final = int(os.environ.get("RESTARTS", "3"))
MENUS: Final = 3
"""For all chats, for private ones, for groups; one for each language."""

SPEED: Final = 15.0
"""Where a lease or a term has to run out by itself."""


@pytest.fixture
def x(world: FixedWorld) -> XServer:
    """A local X whose clock is that of the hurried bots, so that it refuses no time as future."""
    return XServer(world, X_TOKEN, hurried(SPEED))


def _people(town: Town, count: int) -> list[int]:
    """New chats."""
    people = [town.telegram.person(f"P{n}") for n in range(count)]
    return [town.telegram.private_chat(person).id for person in people]


def _arrived(town: Town, chats: list[int]) -> list[int]:
    """How many messages each chat got."""
    return [len(town.telegram.history(town.telegram.world.chat(chat))) for chat in chats]


async def _due(database: Database, chats: list[int], speed: float = 1) -> None:
    """A digest in each chat."""
    now = hurried(speed)() if speed != 1 else datetime.now(UTC)
    await subscribe(database, chats, ["nasa", "lea"], now - timedelta(minutes=1))


async def _owners(database: Database) -> set[str]:
    """Who has sent, or is about to."""
    async with database.reading() as connection:
        owners = await connection.scalars(select(outbox.c.owner).distinct())
        return {owner for owner in owners if owner}


async def _never(town: Town, database: Database, chats: list[int]) -> tuple[set[int], set[int]]:
    """The chats where nothing arrived, and those of which that is known."""
    async with database.reading() as connection:
        uncertain = select(outbox.c.chat_id).where(outbox.c.state == "uncertain")
        known = set((await connection.scalars(uncertain)).all())
    counts = zip(chats, _arrived(town, chats), strict=True)
    return {chat for chat, count in counts if not count}, known


async def _settled(left: Leftovers, count: int) -> bool:
    ends = Counter(await left.messages())
    return ends["sent"] + ends["uncertain"] == count


async def test_f01_after_kill_9_no_digest_comes_twice_and_lost_ones_are_known(
    town: Town, database: Database, fork: Fork
) -> None:
    town.environment["LOG_LEVEL"] = "INFO"
    chats, left = _people(town, CHATS), Leftovers(database)
    await _due(database, chats, SPEED)
    bots = [fork(speed=SPEED) for _ in range(2)]
    marks = {CHATS * (kill + 1) // (KILLS + 1): kill % 2 for kill in range(KILLS)}
    deaths: asyncio.Queue[int] = asyncio.Queue()

    def kill(event: Event) -> None:
        """Just as a message has arrived; each in turn, so that the sender is among them."""
        if event["event"] == "message" and sum(_arrived(town, chats)) in marks:
            number = marks.pop(sum(_arrived(town, chats)))
            bots[number].send_signal(signal.SIGKILL)
            deaths.put_nowait(number)

    town.telegram.watch(kill)

    async def replaced() -> bool:
        while not deaths.empty():
            number = deaths.get_nowait()
            assert await bots[number].ended() == -signal.SIGKILL
            bots[number] = fork(speed=SPEED)
        return await _settled(left, CHATS)

    await until(replaced)
    assert len(marks) < KILLS
    assert max(_arrived(town, chats)) == 1
    never, known = await _never(town, database, chats)
    assert never <= known
    assert len(await left.digests()) == CHATS


async def test_f04_one_of_two_sends_and_the_other_takes_over_when_it_dies(
    town: Town, database: Database, fork: Fork
) -> None:
    town.environment["LOG_LEVEL"] = "INFO"
    chats, left = _people(town, CHATS), Leftovers(database)
    first = fork(speed=SPEED)

    async def elected() -> bool:
        async with database.reading() as connection:
            sender = select(control.c.value).where(control.c.key == "sender")
            return await connection.scalar(sender) is not None

    await until(elected)
    second = fork(speed=SPEED)
    await second.up()
    before: list[set[str]] = []
    enough = asyncio.Event()

    def kill(event: Event) -> None:
        if event["event"] == "message" and sum(_arrived(town, chats)) == CHATS // 2:
            first.send_signal(signal.SIGKILL)
            enough.set()

    town.telegram.watch(kill)
    await _due(database, chats, SPEED)
    await enough.wait()
    assert await first.ended() == -signal.SIGKILL
    before.append(await _owners(database))

    async def settled() -> bool:
        return await _settled(left, CHATS)

    await until(settled)
    assert [len(owners) for owners in before] == [1]
    assert len(await _owners(database)) == 2
    assert max(_arrived(town, chats)) == 1
    never, known = await _never(town, database, chats)
    assert never <= known
    assert len(await left.digests()) == CHATS
    assert await second.stop() == 0


@pytest.mark.parametrize(
    ("frozen_at", "meanwhile"),
    [
        (Fate("arm", "beginning", signal.SIGSTOP), "sent"),
        (Fate("arm", "committed", signal.SIGSTOP), "uncertain"),
        (Fate("record", "beginning", signal.SIGSTOP), "uncertain"),
    ],
    ids=str,
)
async def test_f03_a_process_frozen_beyond_its_lease_sends_nothing_twice(
    town: Town, database: Database, fork: Fork, frozen_at: Fate, meanwhile: str
) -> None:
    left = Leftovers(database)
    await _due(database, [town.chat.id])
    frozen = fork(frozen_at)
    await frozen.frozen()
    await left.end_leases()
    other = fork()

    async def given_up() -> bool:
        return await left.messages() == [meanwhile]

    async def sent() -> bool:
        return await left.messages() == ["sent"]

    await until(given_up)
    frozen.send_signal(signal.SIGCONT)
    await until(sent)  # what comes late is believed
    for bot in (frozen, other):
        assert await bot.stop() == 0
    assert _arrived(town, [town.chat.id]) == [1]
    assert await left.digests() == ["sent"]


async def test_f15_two_processes_believe_one_refusal_and_probe_once(
    town: Town, x: XServer, database: Database, fork: Fork
) -> None:
    operators = [town.telegram.person(f"Operator {n}") for n in range(2)]
    for operator in operators:
        town.telegram.private_chat(operator)
    town.environment["ADMIN_IDS"] = ",".join(str(operator.id) for operator in operators)
    people = [town.telegram.person(f"P{n}") for n in range(6)]
    bots = [fork() for _ in range(2)]
    for bot in bots:
        await bot.up()
    x.fail("users", Fault(402, "{}"), times=2)
    assert "prepaid reads are used up" in (await town.ask("/klout @nasa"))["text"]
    assert len(x.requests) == 1
    for requests in (1, 2):  # neither asks; and then, when the time has come, one does
        said = await asyncio.gather(
            *(
                town.answer_to(person, town.telegram.private_chat(person), f"/klout @some_{n}")
                for n, person in enumerate(people)
            )
        )
        assert all("prepaid reads are used up" in answer["text"] for answer in said)
        assert len(x.requests) == requests
        async with database.transaction() as connection:
            past = datetime.now(UTC) - timedelta(minutes=1)
            await connection.execute(update(outage).values(until=past))

    async def told(count: int) -> bool:
        return all(len(answers(town, operator)) == count for operator in operators)

    async def told_of_it() -> bool:
        return await told(1)

    async def told_of_its_end() -> bool:
        return await told(2)

    await until(told_of_it)
    assert (await town.ask("/klout @nasa"))["text"].startswith("@nasa")
    await until(told_of_its_end)
    for bot in bots:
        assert await bot.stop() == 0
    assert await told(2)


async def test_f26_a_newer_version_beside_an_older_one_sends_each_digest_once(
    town: Town, database: Database, fork: Fork, tmp_path: Path
) -> None:
    migrations = tmp_path / "migrations"
    shutil.copytree(ROOT / "storage/migrations", migrations)
    (migrations / "versions/9999_newer.py").write_text(
        "import sqlalchemy as sa\n"
        "from alembic import op\n\n"
        f"revision, down_revision = '9999', {newest_revision()!r}\n\n"
        "def upgrade():\n"
        "    op.add_column('digest', sa.Column('newer', sa.Text()))\n"
        "    op.add_column('outbox', sa.Column('newer', sa.Integer(), server_default='7'))\n"
        "    op.create_table('newer', sa.Column('id', sa.Integer(), primary_key=True))\n"
    )
    chats, left = _people(town, 20), Leftovers(database)
    await _due(database, chats[:10])
    older = fork()
    await older.up()
    newer = fork(migrations=migrations)
    await newer.up()
    assert await database.revision() == "9999"
    await _due(database, chats[10:])
    for handle in ("nasa", "lea"):
        assert (await town.ask(f"/klout @{handle}"))["text"].startswith(f"@{handle}")

    async def sent() -> bool:
        return await left.messages() == ["sent"] * 20

    await until(sent)
    assert await older.stop() == 0  # and the newer one is the one that sends
    late = _people(town, 1)
    await _due(database, late)

    async def sent_late() -> bool:
        return await left.messages() == ["sent"] * 21

    await until(sent_late)
    assert await newer.stop() == 0
    assert _arrived(town, chats + late) == [1] * 21
    assert "Traceback" not in older.log + newer.log


async def test_f30_many_starts_ask_only_and_send_nothing(town: Town, fork: Fork) -> None:
    async def menu_is_said() -> bool:
        return len(town.telegram.sent("setMyCommands")) >= MENUS * len(LANGUAGES)

    for start in range(RESTARTS):
        bot = fork()
        if not start:
            await until(menu_is_said)
        assert await bot.stop() == 0
        if not start:
            town.telegram.api.calls.clear()
    assert {call.method for call in town.telegram.sent()} <= {"getMe", "getMyCommands"}
