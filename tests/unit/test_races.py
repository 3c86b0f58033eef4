"""Two processes on one database do the same thing at the same moment."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from storage.alerts import Alert, Alerts
from storage.boards import MOST_MEMBERS, BoardFullError, Boards, HandleHeldError
from storage.claims import Claims, NoCodeError
from storage.control import Control
from storage.database import Database
from storage.digests import Digests, Told
from storage.following import Following
from storage.lives import Lives
from storage.outbox import Outbox, post
from storage.places import Place
from storage.readings import Readings
from storage.schedules import Planned, Schedule, Schedules
from tests.accounts import NOW
from tests.conftest import Clock
from tests.unit.test_storage import reading

WEEK = timedelta(days=7)


@pytest.fixture
async def two(database: Database, database_url: str) -> AsyncIterator[list[Database]]:
    other = await Database.open(database_url)
    yield [database, other]
    await other.close()


def next_of(_schedule: Schedule, now: datetime) -> Planned:
    return Planned("2026-W12", now, now + WEEK)


async def due(database: Database, *chats: int) -> None:
    """Places whose digests are due."""
    first = Schedule(weekday=0, minute=0, zone="UTC", next_run_at=NOW)
    for chat in chats:
        await Schedules(database).start(Place(chat), first)


async def put(database: Database, *chats: int) -> None:
    """A message to each of some chats."""
    async with database.transaction() as connection:
        for chat in chats:
            await post(connection, f"{chat}", Place(chat), "…", now=NOW, useful=WEEK)


async def build(database: Database) -> int:
    """Build what is due, and post it; how many messages."""
    digests = Digests(database)
    told = {
        one.id: (one.place, Told({}, [("b", NOW), ("a", NOW)])) for one in await digests.due(NOW)
    }
    async with database.transaction() as connection:
        ready = await digests.ready(connection, {n: said for n, (_, said) in told.items()}, NOW)
        for number in ready:
            key, place = f"digest:{number}", told[number][0]
            await post(connection, key, place, "…", now=NOW, useful=WEEK, digest_id=number)
    return len(ready)


async def test_a_message_is_leased_by_one_of_them(two: list[Database], clock: Clock) -> None:
    await put(two[0], *range(1, 41))
    boxes = [Outbox(database, clock, str(n)) for n, database in enumerate(two)]
    leased = await asyncio.gather(*(boxes[n % 2].lease(7) for n in range(12)))
    taken = Counter(message.id for some in leased for message in some)
    assert set(taken.values()) == {1}
    assert max(map(len, leased)) <= 7
    rest = [len(await boxes[0].lease(7)) for _ in range(6)]
    assert sum(rest) + taken.total() == 40


async def test_one_is_elected(two: list[Database]) -> None:
    elections = (Control(two[n % 2]).elect(f"{n}", NOW) for n in range(10))
    assert (await asyncio.gather(*elections)).count(True) == 1


async def test_what_is_due_is_planned_once(two: list[Database]) -> None:
    await due(two[0], *range(1, 41))
    planned = await asyncio.gather(*(Schedules(two[n % 2]).plan(NOW, next_of) for n in range(4)))
    assert sum(planned) == 40
    assert len(await Digests(two[0]).due(NOW)) == 40


async def test_what_is_due_is_told_once(two: list[Database], clock: Clock) -> None:
    await due(two[0], *range(1, 41))
    await Schedules(two[0]).plan(NOW, next_of)
    assert sum(await asyncio.gather(*(build(two[n % 2]) for n in range(4)))) == 40
    assert len(await Outbox(two[0], clock, "me").lease(99)) == 40


async def test_a_board_never_holds_too_many_nor_a_handle_twice(two: list[Database]) -> None:
    boards = [Boards(database) for database in two]
    people = range(MOST_MEMBERS + 10)
    joined = await asyncio.gather(
        *(boards[n % 2].join(-1, n, f"handle_{n}", proved=False) for n in people),
        return_exceptions=True,
    )
    assert Counter(map(type, joined)) == {type(None): MOST_MEMBERS, BoardFullError: 10}
    joined = await asyncio.gather(
        *(boards[n % 2].join(-2, n, "same", proved=False) for n in people), return_exceptions=True
    )
    assert Counter(map(type, joined)) == {type(None): 1, HandleHeldError: len(people) - 1}


async def test_a_place_never_has_more_than_it_may(two: list[Database]) -> None:
    place, many = Place(1), range(20)
    added = await asyncio.gather(
        *(Following(two[n % 2]).add(place, {f"handle_{n}": NOW}, most=5) for n in many)
    )
    assert sum(len(one.new) for one in added) == await Following(two[0]).count(place) == 5
    new = [Alert(place=place, handle=f"handle_{n}", threshold=35.0, seen_at=NOW) for n in many]
    put = await asyncio.gather(*(Alerts(two[n % 2]).put(new[n], most=5) for n in many))
    assert put.count(True) == len(await Alerts(two[0]).of(place)) == 5


async def test_an_account_becomes_one_persons(two: list[Database], clock: Clock) -> None:
    await Readings(two[0]).add(reading(clock), "nasa")
    claims, people = [Claims(database) for database in two], range(10)
    for person in people:
        await claims[0].ask(person, 1, f"klout-{person}")
    proved = await asyncio.gather(
        *(claims[n % 2].prove(n, 1, NOW) for n in people), return_exceptions=True
    )
    assert Counter(map(type, proved)) == {type(None): 1, NoCodeError: len(people) - 1}
    assert await claims[0].owner(1) == proved.index(None)


async def test_a_chat_is_moved_while_its_people_go_on(two: list[Database]) -> None:
    old, new, following = Place(-1), Place(-2), Following(two[1])
    await due(two[0], old.chat_id)
    for n in range(30):
        await following.add(old, {f"handle_{n}": NOW}, most=99)
    await asyncio.gather(
        *(Lives(database).move(old.chat_id, new.chat_id) for database in two),
        *(following.add(new, {f"handle_{n}": NOW}, most=99) for n in range(0, 40, 2)),
        due(two[1], new.chat_id),
        Schedules(two[1]).plan(NOW, next_of),
        build(two[0]),
    )
    assert await following.count(old) == 0
    assert await following.count(new) == 35
    assert await Schedules(two[0]).of(old) is None
    assert await Schedules(two[0]).of(new) is not None


async def test_nobody_waits_for_somebody_who_waits_for_them(
    two: list[Database], clock: Clock
) -> None:
    """Whatever settles, builds, forgets and unfollows at once, no two lock each other out."""
    chats = range(1, 21)
    await due(two[0], *chats)
    for chat in chats:
        await Following(two[0]).add(Place(chat), {"a": None, "b": None, "c": None}, most=9)
    for week in range(4):
        now = clock.now = NOW + week * WEEK
        await Schedules(two[0]).plan(
            now,
            lambda _, now: Planned(f"W{week}", now - WEEK, now + WEEK),  # noqa: B023
        )
        boxes = [Outbox(database, clock, f"{n}") for n, database in enumerate(two)]
        leased = [await box.lease(8) for box in boxes]
        armed = [(box, m) for box, some in zip(boxes, leased, strict=True) for m in some]
        for box, message in armed:
            assert await box.arm(message)
        await asyncio.gather(
            *(box.deliver(message, 1) for box, message in armed),
            *(build(database) for database in two),
            *(Following(two[n % 2]).remove(Place(n), ["c", "b"]) for n in chats if n % 4 == week),
            *(Lives(two[n % 2]).forget(n) for n in chats if n % 5 == week),
            *(Lives(two[n % 2]).bury(n, "gone", now) for n in chats if n % 6 == week),
            *(box.expire() for box in boxes),
            *(box.reap() for box in boxes),
        )
