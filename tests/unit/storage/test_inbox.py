"""Each arrow of the inbox's table of states, on a real database."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from storage.chats.places import Place
from storage.engine.database import Database
from storage.engine.schema import inbox, received
from storage.maintenance.given_up import give_up_waiting
from storage.maintenance.upkeep import Upkeep
from storage.queues.inbox import KEPT, LEASE, MOST_ATTEMPTS, REMEMBERED
from storage.queues.lanes import MOST_A_LANE, Incoming, Taken
from storage.stores import Stores
from tests.conftest import Clock, of_postgresql

SECOND = timedelta(seconds=1)


class Box:
    """An inbox, a rival on the same database, and what is in it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database, self.clock = database, clock
        self.mine = Stores(database, clock, "mine").inbox
        self.rival = Stores(database, clock, "rival").inbox

    async def put(self, *numbers: int, lane: int = 7, most: int = 0) -> list[int]:
        """Store updates; those that we took at once."""
        came = [_update(number, lane) for number in numbers]
        return [one.update_id for one in await self.mine.store(came, most)]

    async def taken(self, number: int = 1, lane: int = 7) -> Taken:
        """An update that is ours."""
        await self.put(number, lane=lane)
        (taken,) = await self.mine.take(1)
        return taken

    async def rows(self) -> dict[int, Any]:
        async with self.database.reading() as connection:
            return {row.update_id: row for row in await connection.execute(inbox.select())}

    async def states(self) -> dict[int, str]:
        return {number: row.state for number, row in (await self.rows()).items()}

    async def remembered(self) -> set[int]:
        async with self.database.reading() as connection:
            return {row.update_id for row in await connection.execute(received.select())}


def _update(number: int, lane: int = 7) -> Incoming:
    return Incoming(number, lane, Place(lane), f"update {number}")


@pytest.fixture
def box(database: Database, clock: Clock) -> Box:
    return Box(database, clock)


async def test_an_update_is_stored_taken_armed_and_finished(box: Box) -> None:
    await box.put(1)
    assert await box.states() == {1: "waiting"}
    assert await box.mine.take(9) == [Taken(1, "update 1", 1, overflow=False)]
    assert await box.mine.arm(1)
    assert await box.states() == {1: "answering"}
    assert await box.mine.arm(1)
    await box.mine.finish(1)
    assert await box.states() == {}
    assert await box.remembered() == {1}


async def test_a_repeated_update_is_stored_once_even_after_it_is_done(box: Box) -> None:
    await box.put(1, 1)
    await box.rival.store([_update(1), _update(2, lane=8)], 0)
    assert len(await box.mine.take(9)) == 2
    await box.mine.finish(1)
    assert await box.put(1, most=9) == []
    assert await box.states() == {2: "taken"}


async def test_the_same_update_at_the_same_time_is_one_process_s(box: Box) -> None:
    came = [_update(number, lane=number) for number in range(20)]
    both = await asyncio.gather(box.mine.store(came, 99), box.rival.store(came, 99))
    numbers = [one.update_id for taken in both for one in taken]
    assert sorted(numbers) == list(range(20))


async def test_the_first_of_a_free_lane_is_taken_at_once_as_long_as_there_is_room(
    box: Box,
) -> None:
    assert await box.put(1, 2, most=9) == [1]
    assert await box.put(3, most=9) == []
    assert await box.put(4, lane=8, most=0) == []
    assert await box.put(5, lane=9, most=1) == [5]
    assert [one.update_id for one in await box.rival.take(9)] == [4]


async def test_a_lane_is_dealt_with_in_order_one_at_a_time(box: Box) -> None:
    await box.put(2, 1)
    await box.put(3, lane=8)
    assert [one.update_id for one in await box.mine.take(9)] == [1, 3]
    assert await box.rival.take(9) == []
    assert await box.mine.arm(1)
    assert await box.rival.take(9) == []
    await box.mine.finish(1)
    assert [one.update_id for one in await box.rival.take(9)] == [2]


async def test_an_earlier_one_that_is_put_back_keeps_its_place(box: Box) -> None:
    await box.taken(1)
    await box.put(2)
    await box.mine.put_back(1, box.clock() + 9 * SECOND)
    assert await box.mine.take(9) == []
    box.clock.forward(seconds=9)
    assert [one.update_id for one in await box.mine.take(9)] == [1]


async def test_two_processes_take_each_row_once(box: Box) -> None:
    for number in range(40):
        await box.put(number, lane=number)
    takes = [one.take(5) for one in (box.mine, box.rival) for _ in range(4)]
    taken = [one.update_id for rows in await asyncio.gather(*takes) for one in rows]
    assert sorted(taken) == list(range(40))


async def test_what_is_armed_and_given_back_is_tried_again_but_not_for_ever(box: Box) -> None:
    await box.taken(1)
    for attempt in range(1, MOST_ATTEMPTS):
        assert await box.mine.arm(1)
        await box.mine.put_back(1, box.clock())
        (again,) = await box.mine.take(1)
        assert again.attempt == attempt + 1
    await box.mine.put_back(1, box.clock())
    (row,) = (await box.rows()).values()
    assert (row.state, row.body) == ("uncertain", None)


async def test_doubt_keeps_no_text_and_is_told_once(box: Box) -> None:
    await box.taken(1)
    assert await box.mine.arm(1)
    await box.mine.doubt(1)
    (row,) = (await box.rows()).values()
    assert (row.state, row.body) == ("uncertain", None)
    assert await box.rival.take(9) == []
    assert await box.rival.uncertain() == {Place(7)}
    assert await box.rival.mention(Place(7))
    assert not await box.mine.mention(Place(7))


async def test_a_doubt_does_not_hold_up_its_lane(box: Box) -> None:
    await box.taken(1)
    await box.put(2)
    await box.mine.doubt(1)
    assert [one.update_id for one in await box.mine.take(9)] == [2]


async def test_a_doubt_without_a_chat_is_not_announced(box: Box) -> None:
    await box.mine.store([Incoming(1, 7, None, "a guest's")], 9)
    await box.mine.doubt(1)
    assert await box.mine.uncertain() == set()


async def test_release_gives_back_what_is_only_taken_and_counts_no_attempt(box: Box) -> None:
    await box.taken(1, lane=1)
    await box.taken(2, lane=2)
    assert await box.mine.arm(2)
    await box.mine.release()
    assert await box.states() == {1: "waiting", 2: "answering"}
    (again,) = await box.rival.take(9)
    assert (again.update_id, again.attempt) == (1, 1)


async def test_a_lease_that_ran_out_is_reaped_by_others(box: Box) -> None:
    await box.taken(1, lane=1)
    await box.taken(2, lane=2)
    assert await box.mine.arm(2)
    await box.rival.reap(set())
    assert await box.states() == {1: "taken", 2: "answering"}
    box.clock.forward(seconds=LEASE.total_seconds() + 1)
    await box.mine.reap({1, 2})
    assert await box.states() == {1: "taken", 2: "answering"}
    await box.rival.reap(set())
    assert await box.states() == {1: "waiting", 2: "uncertain"}


async def test_a_process_without_the_lease_can_neither_answer_nor_settle(box: Box) -> None:
    await box.taken(1)
    box.clock.forward(seconds=LEASE.total_seconds() + 1)
    await box.rival.reap(set())
    (theirs,) = await box.rival.take(9)
    assert not await box.mine.arm(1)
    await box.mine.put_back(1, box.clock())
    await box.mine.doubt(1)
    await box.mine.finish(1)
    assert await box.states() == {theirs.update_id: "taken"}


async def test_an_answer_that_comes_late_ends_the_doubt(box: Box) -> None:
    await box.taken(1)
    assert await box.mine.arm(1)
    box.clock.forward(seconds=LEASE.total_seconds() + 1)
    await box.rival.reap(set())
    await box.mine.finish(1)
    assert await box.states() == {}


async def test_what_kills_every_process_is_given_up(box: Box) -> None:
    await box.put(1)
    for _ in range(MOST_ATTEMPTS):
        assert await box.mine.take(9)
        box.clock.forward(seconds=LEASE.total_seconds() + 1)
        await box.rival.reap(set())
    assert await box.states() == {1: "uncertain"}


async def test_a_taken_update_unknown_to_its_process_is_reaped(box: Box) -> None:
    await box.put(1, most=9)  # the connection broke in its commit: this process does not know of it
    await box.put(2, lane=8, most=9)
    box.clock.forward(seconds=LEASE.total_seconds() + 1)
    await box.mine.renew({2})
    await box.mine.reap({2})
    assert await box.states() == {1: "waiting", 2: "taken"}
    assert [one.update_id for one in await box.mine.take(9)] == [1]


async def test_a_renewed_lease_is_not_reaped(box: Box) -> None:
    await box.taken(1)
    box.clock.forward(seconds=LEASE.total_seconds() - 1)
    await box.mine.renew({1})
    box.clock.forward(seconds=LEASE.total_seconds() - 1)
    await box.rival.reap(set())
    assert await box.states() == {1: "taken"}


async def test_a_clock_that_is_set_back_stalls_no_lease(box: Box) -> None:
    await box.taken(1)
    box.clock.forward(hours=-2)
    await box.rival.reap(set())
    assert await box.states() == {1: "waiting"}


async def test_a_lane_holds_so_many_and_one_that_says_so(box: Box) -> None:
    await box.put(*range(MOST_A_LANE + 50))
    await box.put(500, lane=8)
    assert len(await box.rows()) == MOST_A_LANE + 2
    await box.mine.take(9)
    await box.mine.finish(500)
    await box.mine.put_back(0, box.clock())
    answered = []
    while taken := await box.mine.take(9):
        (one,) = taken
        await box.put(1_000 + one.update_id)  # left out as well, until that is said
        await box.mine.finish(one.update_id)
        answered.append(one)
        if one.overflow:
            break
    assert [one.update_id for one in answered] == list(range(MOST_A_LANE + 1))
    assert [one for one in answered if one.overflow] == answered[-1:]
    assert await box.states() == {}
    await box.put(5_000)
    assert await box.states() == {5_000: "waiting"}


async def test_numbers_are_forgotten_after_two_days_and_doubts_after_a_month(box: Box) -> None:
    await box.taken(1)
    await box.mine.doubt(1)
    box.clock.now += REMEMBERED + SECOND
    await Upkeep(box.database).run(box.clock())
    assert await box.remembered() == set()
    assert await box.states() == {1: "uncertain"}
    box.clock.now += KEPT
    await Upkeep(box.database).run(box.clock())
    assert await box.states() == {}
    await box.put(2)
    box.clock.now += KEPT
    await Upkeep(box.database).run(box.clock())
    assert await box.states() == {2: "waiting"}


async def test_a_restored_backup_answers_no_update_again(box: Box) -> None:
    await box.put(1, lane=1)
    await box.taken(2, lane=2)
    await give_up_waiting(Stores(box.database, box.clock, "restore"))
    assert set((await box.states()).values()) == {"uncertain"}
    assert [row.body for row in (await box.rows()).values()] == [None, None]


@of_postgresql
async def test_leases_are_renewed_beside_rows_that_are_being_finished(box: Box) -> None:
    for number in (1, 2, 3):
        await box.taken(number, lane=number)
    before = {number: row.lease_until for number, row in (await box.rows()).items()}
    box.clock.now += SECOND
    with suppress(ZeroDivisionError):
        async with box.database.transaction() as tx:
            await tx.execute(delete(inbox).where(inbox.c.update_id == 2))
            await box.mine.renew({1, 2, 3})  # waits for no other transaction
            raise ZeroDivisionError  # undoes it
    after = {number: row.lease_until for number, row in (await box.rows()).items()}
    assert [after[number] - before[number] for number in (1, 2, 3)] == [SECOND, 0 * SECOND, SECOND]
