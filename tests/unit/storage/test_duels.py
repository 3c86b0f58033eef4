"""Duels and votes as rows: one vote a person and pair, by several processes, through crashes."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from scoring.score import score
from storage.chats.places import Place
from storage.duels.duel_edits import EDIT_LEASE
from storage.duels.duel_rows import NewDuel, Side, StoredDuel
from storage.duels.votes import AN_HOUR, Ballot, Cast, Choice
from storage.engine.database import Database
from storage.engine.schema import duel, vote
from storage.stores import Stores
from tests.conftest import Clock
from tests.support.accounts import NOW
from tests.unit.storage.test_storage import reading

PACE = timedelta(seconds=6)
GROUP = Place(-100, 0)


@pytest.fixture
async def two(database: Database, database_url: str, clock: Clock) -> AsyncIterator[list[Stores]]:
    other = await Database.open(database_url)
    yield [Stores(each, clock, str(n)) for n, each in enumerate((database, other))]
    await other.close()


def side(number: int) -> Side:
    return Side(
        account_id=number, handle=f"h{number}", name="", score=score(reading(Clock()).score.facts)
    )


async def begun(stores: Stores, left: int = 1, right: int = 2, enough: int = 1_000) -> int:
    """A duel of two accounts that are stored."""
    new = NewDuel(
        place=GROUP,
        language="en",
        left=side(left),
        right=side(right),
        network="x",
        formula="2026.2",
        claim=0.6,
        of_members=False,
        enough=enough,
        made_at=NOW,
        closes_at=NOW + timedelta(days=1),
    )
    number = await stores.duels.begin(new, 99)
    assert number
    await stores.duels.put_in(number, 7)
    return number


def ballot(number: int, voter: str, choice: Choice = "left", seconds: float = 5) -> Ballot:
    return Ballot(number, voter, choice, 7, NOW + timedelta(seconds=seconds), GROUP.chat_id)


async def votes(stores: Stores) -> list[tuple[str, str]]:
    async with stores.database.reading() as connection:
        rows = await connection.execute(select(vote.c.voter, vote.c.choice))
        return [(row.voter, row.choice) for row in rows]


async def test_two_processes_count_each_person_once(two: list[Stores]) -> None:
    number = await begun(two[0])
    choices: list[Choice] = ["left", "right", "close"]
    cast = [ballot(number, f"v{n % 100}", choices[n % 3]) for n in range(300)]
    await asyncio.gather(*(two[n % 2].votes.cast(each) for n, each in enumerate(cast)))
    stored = await two[0].duels.get(number)
    assert stored
    assert stored.votes == len(await votes(two[0])) == 100
    assert (await two[1].votes.tally(number)).total == 100


async def test_the_vote_that_is_enough_closes_and_no_later_one_counts(two: list[Stores]) -> None:
    number = await begun(two[0], enough=8)
    cast = (two[n % 2].votes.cast(ballot(number, f"v{n}")) for n in range(40))
    assert Counter(await asyncio.gather(*cast)) == {Cast.NEW: 8, Cast.LATE: 32}
    stored = await two[0].duels.get(number)
    assert stored
    assert (stored.state, stored.votes) == ("closed", 8)


async def test_an_update_that_is_answered_again_counts_once(two: list[Stores]) -> None:
    number = await begun(two[0], enough=1)
    assert await two[0].votes.cast(ballot(number, "v")) is Cast.NEW
    assert await two[1].votes.cast(ballot(number, "v")) is Cast.SAME
    assert await two[1].votes.cast(ballot(number, "v", "right")) is Cast.LATE
    assert await votes(two[0]) == [("v", "left")]


async def test_the_same_pair_the_other_way_round_is_the_same_pair(two: list[Stores]) -> None:
    first, second = await begun(two[0], 1, 2), await begun(two[0], 2, 1)
    assert await two[0].votes.cast(ballot(first, "v")) is Cast.NEW
    assert await two[0].votes.cast(ballot(second, "v")) is Cast.ELSEWHERE


async def test_a_person_casts_so_many_votes_an_hour(two: list[Stores]) -> None:
    numbers = [await begun(two[0], 10 + n, 500 + n) for n in range(AN_HOUR + 1)]
    cast = [await two[0].votes.cast(ballot(number, "v")) for number in numbers]
    assert Counter(cast) == {Cast.NEW: AN_HOUR, Cast.TOO_MANY: 1}
    later = ballot(numbers[-1], "v", seconds=3_700)
    assert await two[0].votes.cast(later) is Cast.NEW


async def test_one_process_edits_at_a_time_and_at_the_pace(two: list[Stores]) -> None:
    number = await begun(two[0])
    await two[0].votes.cast(ballot(number, "a"))
    taken = await asyncio.gather(
        *(two[n % 2].duel_edits.take(number, NOW, PACE, PACE) for n in range(6))
    )
    assert sum(isinstance(each, StoredDuel) for each in taken) == 1
    await two[0].votes.cast(ballot(number, "b"))  # while the edit is under way
    await two[0].duel_edits.showed(number, 1)
    wait = await two[1].duel_edits.take(number, NOW, PACE, PACE)
    assert wait == PACE
    again = await two[1].duel_edits.take(number, NOW + PACE, PACE, PACE)
    assert isinstance(again, StoredDuel)
    assert again.votes == again.version == 2
    await two[1].duel_edits.showed(number, 2)
    assert await two[0].duel_edits.take(number, NOW + 2 * PACE, PACE, PACE) is None
    assert await two[0].duel_edits.unshown(NOW + 2 * PACE) == []


async def test_an_edit_that_a_crash_left_is_made_by_another_process(two: list[Stores]) -> None:
    number = await begun(two[0])
    await two[0].votes.cast(ballot(number, "a"))
    assert isinstance(await two[0].duel_edits.take(number, NOW, PACE, PACE), StoredDuel)
    assert await two[1].duel_edits.unshown(NOW + PACE) == [number]
    waiting = await two[1].duel_edits.take(number, NOW + PACE, PACE, PACE)
    assert waiting == EDIT_LEASE - PACE
    later = await two[1].duel_edits.take(number, NOW + EDIT_LEASE, PACE, PACE)
    assert isinstance(later, StoredDuel)


async def test_what_is_due_is_closed_once(two: list[Stores]) -> None:
    number = await begun(two[0])
    tomorrow = NOW + timedelta(days=1)
    await asyncio.gather(*(two[n % 2].duels.close_due(tomorrow) for n in range(6)))
    stored = await two[0].duels.get(number)
    assert stored
    assert (stored.state, stored.version) == ("closed", 1)


async def test_an_account_that_opts_out_takes_its_receipts_and_votes(
    two: list[Stores], clock: Clock
) -> None:
    from scoring.reading.network_errors import NotForStrangers  # noqa: PLC0415

    await two[0].readings.add(reading(clock), "nasa")
    number = await begun(two[0], reading(clock).account_id, 999, enough=1)
    await two[0].votes.cast(ballot(number, "v"))
    await two[0].readings.forget(reading(clock).account_id, NotForStrangers("nasa", []), NOW)
    async with two[0].database.reading() as connection:
        row = (await connection.execute(select(duel))).one()
    assert (row.state, row.left_receipt, row.right_receipt, row.votes) == ("withdrawn", "", "", 0)
    assert await votes(two[0]) == []


async def test_a_group_with_a_new_number_keeps_its_duels_and_edits_no_strange_message(
    two: list[Stores],
) -> None:
    number = await begun(two[0])
    await two[0].lifecycle.move(GROUP.chat_id, -200)
    stored = await two[0].duels.get(number)
    assert stored
    assert (stored.place, stored.message_id) == (Place(-200), None)
    await two[0].votes.cast(Ballot(number, "v", "left", 9, NOW, -200))
    stored = await two[0].duels.get(number)
    assert stored
    assert stored.message_id == 9


async def test_votes_and_withdrawals_at_once_do_not_wait_for_each_other(two: list[Stores]) -> None:
    numbers = [await begun(two[0], 10 + n, 500 + n) for n in range(20)]
    async with two[0].database.transaction() as tx:
        await tx.execute(update(duel).values(edit_after=NOW))
    people = [two[n % 2].votes.cast(ballot(m, f"v{n}")) for n in range(5) for m in numbers[::-1]]
    sweeps = [two[n % 2].duels.withdraw_gone() for n in range(4)]
    await asyncio.gather(*people, *sweeps)
    for number in numbers:  # their accounts are not stored, so that all are withdrawn
        stored = await two[0].duels.get(number)
        assert stored
        assert stored.state == "withdrawn"
    assert await votes(two[0]) == []
