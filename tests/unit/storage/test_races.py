"""Two processes on one database do the same thing at the same moment."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from delivery.plan_digests import DigestPlanner
from storage.accounts.alerts import Alert
from storage.accounts.board_members import MOST_MEMBERS, BoardFullError, HandleHeldError
from storage.accounts.claims import NoCodeError
from storage.chats.places import Place
from storage.engine.database import Database
from storage.queues.digests import Content
from storage.queues.messages import OutboxMessage
from storage.queues.schedules import Schedule
from storage.stores import Stores
from tests.conftest import Clock
from tests.support.accounts import NOW
from tests.unit.storage.test_storage import reading

WEEK = timedelta(days=7)


@pytest.fixture
async def two(database: Database, database_url: str, clock: Clock) -> AsyncIterator[list[Stores]]:
    other = await Database.open(database_url)
    yield [Stores(each, clock, str(n)) for n, each in enumerate((database, other))]
    await other.close()


async def due(stores: Stores, *chats: int) -> None:
    """Places whose digests are due."""
    first = Schedule(weekday=NOW.weekday(), minute=0, zone="UTC", next_run_at=NOW)
    for chat in chats:
        await stores.schedules.start(Place(chat), first)


async def put(stores: Stores, *chats: int) -> None:
    """A message to each of some chats."""
    messages = [OutboxMessage(key=f"{chat}", place=Place(chat), html="…") for chat in chats]
    async with stores.transaction() as tx:
        await stores.outbox.post(tx, messages)


async def build(stores: Stores) -> int:
    """Build what is due, and post it; how many messages."""
    said = Content({}, [("b", NOW), ("a", NOW)])
    told = {one.id: said for one in await stores.digests.due(NOW)}
    async with stores.transaction() as tx:
        ready = await stores.digests.ready(tx, told)
        await stores.outbox.supersede(tx, ready)
        messages = [
            OutboxMessage(key=f"digest:{number}", place=place, html="…", digest_id=number)
            for number, place in ready.items()
        ]
        await stores.outbox.post(tx, messages)
    return len(ready)


async def test_two_processes_lease_a_message_once(two: list[Stores]) -> None:
    await put(two[0], *range(1, 41))
    boxes = [each.outbox for each in two]
    leased = await asyncio.gather(*(boxes[n % 2].lease(7) for n in range(12)))
    taken = Counter(message.id for some in leased for message in some)
    assert set(taken.values()) == {1}
    assert max(map(len, leased)) <= 7
    rest = [len(await boxes[0].lease(7)) for _ in range(6)]
    assert sum(rest) + taken.total() == 40


async def test_one_process_is_elected_leader(two: list[Stores]) -> None:
    elections = (two[n % 2].leader.elect(f"{n}", NOW) for n in range(10))
    assert (await asyncio.gather(*elections)).count(True) == 1


async def test_what_is_due_is_planned_once(two: list[Stores], clock: Clock) -> None:
    await due(two[0], *range(1, 41))
    await asyncio.gather(*(DigestPlanner(two[n % 2], clock).plan() for n in range(4)))
    assert len(await two[0].digests.due(NOW)) == 40


async def test_a_due_digest_is_sent_once(two: list[Stores], clock: Clock) -> None:
    await due(two[0], *range(1, 41))
    await DigestPlanner(two[0], clock).plan()
    assert sum(await asyncio.gather(*(build(two[n % 2]) for n in range(4)))) == 40
    assert len(await two[0].outbox.lease(99)) == 40


async def test_a_board_never_holds_too_many_nor_a_handle_twice(two: list[Stores]) -> None:
    boards = [each.board_members for each in two]
    people = range(MOST_MEMBERS + 10)
    joined = await asyncio.gather(
        *(boards[n % 2].join(-1, n, "", f"handle_{n}", proved=False) for n in people),
        return_exceptions=True,
    )
    assert Counter(map(type, joined)) == {type(None): MOST_MEMBERS, BoardFullError: 10}
    joined = await asyncio.gather(
        *(boards[n % 2].join(-2, n, "", "same", proved=False) for n in people),
        return_exceptions=True,
    )
    assert Counter(map(type, joined)) == {type(None): 1, HandleHeldError: len(people) - 1}


async def test_a_place_never_has_more_than_it_may(two: list[Stores]) -> None:
    place, many = Place(1), range(20)
    added = await asyncio.gather(
        *(two[n % 2].follows.add(place, {f"handle_{n}": NOW}, most=5) for n in many)
    )
    assert sum(len(one.new) for one in added) == await two[0].follows.count(place) == 5
    new = [Alert(place=place, handle=f"handle_{n}", threshold=35.0, seen_at=NOW) for n in many]
    put = await asyncio.gather(*(two[n % 2].alerts.put(new[n], most=5) for n in many))
    assert put.count(True) == len(await two[0].alerts.of(place)) == 5


async def test_two_proofs_at_once_give_an_account_one_owner(
    two: list[Stores], clock: Clock
) -> None:
    await two[0].readings.add(reading(clock), "nasa")
    claims, people = [each.claims for each in two], range(10)
    for person in people:
        await claims[0].ask(person, 1, f"klout-{person}")
    proved = await asyncio.gather(
        *(claims[n % 2].prove(n, 1, NOW) for n in people), return_exceptions=True
    )
    assert Counter(map(type, proved)) == {bool: 1, NoCodeError: len(people) - 1}
    assert await claims[0].owner(1) == proved.index(False)


async def test_a_chat_is_moved_while_its_people_go_on(two: list[Stores], clock: Clock) -> None:
    old, new, following = Place(-1), Place(-2), two[1].follows
    await due(two[0], old.chat_id)
    for n in range(30):
        await following.add(old, {f"handle_{n}": NOW}, most=99)
    await asyncio.gather(
        *(each.lifecycle.move(old.chat_id, new.chat_id) for each in two),
        *(following.add(new, {f"handle_{n}": NOW}, most=99) for n in range(0, 40, 2)),
        due(two[1], new.chat_id),
        DigestPlanner(two[1], clock).plan(),
        build(two[0]),
    )
    assert await following.count(old) == 0
    assert await following.count(new) == 35
    assert await two[0].schedules.of(old) is None
    assert await two[0].schedules.of(new) is not None


async def test_concurrent_transactions_do_not_deadlock(two: list[Stores], clock: Clock) -> None:
    """Whatever settles, builds, forgets and unfollows at once, no two lock each other out."""
    chats = range(1, 21)
    await due(two[0], *chats)
    for chat in chats:
        await two[0].follows.add(Place(chat), {"a": None, "b": None, "c": None}, most=9)
    for week in range(4):
        now = clock.now = NOW + week * WEEK
        await DigestPlanner(two[0], clock).plan()
        boxes = [each.outbox for each in two]
        leased = [await box.lease(8) for box in boxes]
        armed = [(box, m) for box, some in zip(boxes, leased, strict=True) for m in some]
        for box, message in armed:
            assert await box.arm(message)
        await asyncio.gather(
            *(box.deliver(message, 1) for box, message in armed),
            *(build(each) for each in two),
            *(two[n % 2].follows.remove(Place(n), ["c", "b"]) for n in chats if n % 4 == week),
            *(two[n % 2].personal_data.forget(n) for n in chats if n % 5 == week),
            *(
                two[n % 2].lifecycle.mark_unreachable(n, "gone", now)
                for n in chats
                if n % 6 == week
            ),
            *(box.expire() for box in boxes),
            *(box.reap() for box in boxes),
        )
