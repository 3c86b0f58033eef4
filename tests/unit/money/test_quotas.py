"""How much one person, and one chat, may have read, also by several processes at once."""

import asyncio
from datetime import datetime, timedelta

import pytest

from scoring.reading.errors import QuotaSpent
from scoring.reading.requester import Requester
from storage.engine.database import Database
from storage.engine.schema import quota
from storage.maintenance.upkeep import Upkeep
from storage.money.quotas import CHAT, PERSON, Quotas
from tests.conftest import Clock

ADA = Requester("klout", 7, 7)  # in private, where the chat is the person
IN_A_GROUP = Requester("klout", -5, 7)


async def _taken(quotas: Quotas, asker: Requester, now: datetime, tries: int) -> int:
    found = await asyncio.gather(
        *(quotas.take(asker, now) for _ in range(tries)), return_exceptions=True
    )
    assert all(each is None or isinstance(each, QuotaSpent) for each in found)
    return found.count(None)


async def test_a_person_gets_twenty_and_then_one_every_quarter(
    database: Database, clock: Clock
) -> None:
    quotas = Quotas(database)
    assert await _taken(quotas, ADA, clock(), 30) == PERSON.most
    with pytest.raises(QuotaSpent) as refusal:
        await quotas.take(ADA, clock())
    assert refusal.value.until == clock() + timedelta(minutes=15)
    clock.forward(minutes=15)
    assert await _taken(quotas, ADA, clock(), 3) == 1
    clock.forward(hours=9)
    assert await _taken(quotas, ADA, clock(), 30) == PERSON.most


async def test_a_chat_has_a_quota_of_its_own_for_all_its_members(
    database: Database, clock: Clock
) -> None:
    quotas, people = Quotas(database), [Requester("klout", -5, n) for n in range(10)]
    taken = [await _taken(quotas, asker, clock(), 10) for asker in people]
    assert sum(taken) == CHAT.most
    assert await _taken(quotas, Requester("klout", -6, 9), clock(), 1) == 1


async def test_a_refused_quota_takes_nothing_from_the_other(
    database: Database, clock: Clock
) -> None:
    quotas = Quotas(database)
    await _taken(quotas, ADA, clock(), PERSON.most)
    assert await _taken(quotas, IN_A_GROUP, clock(), 10) == 0
    others = [Requester("klout", -5, n) for n in range(100, 200)]
    assert sum([await _taken(quotas, asker, clock(), 1) for asker in others]) == CHAT.most


async def test_several_processes_share_the_buckets(
    database: Database, database_url: str, clock: Clock
) -> None:
    other = await Database.open(database_url)
    taken = await asyncio.gather(
        *(_taken(Quotas(each), IN_A_GROUP, clock(), 8) for each in (database, other) * 2)
    )
    await other.close()
    assert sum(taken) == PERSON.most


async def test_what_could_not_be_read_is_given_back(database: Database, clock: Clock) -> None:
    quotas = Quotas(database)
    for _ in range(2 * PERSON.most):
        await quotas.take(IN_A_GROUP, clock())
        await quotas.give_back(IN_A_GROUP, clock())
    assert await _taken(quotas, IN_A_GROUP, clock(), 30) == PERSON.most


async def test_operators_and_background_reads_have_no_quota(
    database: Database, clock: Clock
) -> None:
    quotas = Quotas(database, exempt=frozenset({7}))
    for asker in (ADA, IN_A_GROUP, Requester("digest")):
        assert await _taken(quotas, asker, clock(), 50) == 50


async def test_an_anonymous_administrator_counts_for_the_chat(
    database: Database, clock: Clock
) -> None:
    assert await _taken(Quotas(database), Requester("klout", -5), clock(), 50) == CHAT.most


async def test_a_guest_counts_for_the_person_alone(database: Database, clock: Clock) -> None:
    assert await _taken(Quotas(database), Requester("guest", None, 7), clock(), 50) == PERSON.most


async def test_a_clock_set_back_does_not_prolong_the_wait_for_a_quota(
    database: Database, clock: Clock
) -> None:
    quotas = Quotas(database)
    await _taken(quotas, ADA, clock(), PERSON.most)
    clock.forward(days=-30)
    with pytest.raises(QuotaSpent) as refusal:
        await quotas.take(ADA, clock())
    assert refusal.value.until == clock() + PERSON.every


async def test_full_buckets_are_forgotten(database: Database, clock: Clock) -> None:
    quotas = Quotas(database)
    await quotas.take(ADA, clock())
    await quotas.take(IN_A_GROUP, clock())
    clock.forward(minutes=6)
    await Upkeep(database).run(clock())
    async with database.reading() as connection:
        rows = (await connection.execute(quota.select())).all()
    assert [(row.kind, row.id) for row in rows] == [("person", 7)]


async def test_a_full_bucket_can_be_deleted_during_a_take(
    database: Database, database_url: str, clock: Clock
) -> None:
    other = await Database.open(database_url)
    quotas = Quotas(database)
    for _ in range(20):
        await quotas.take(ADA, clock())
        clock.forward(hours=9)
        prunes = (Upkeep(other).run(clock()) for _ in range(4))
        taken, *_ = await asyncio.gather(_taken(quotas, IN_A_GROUP, clock(), 5), *prunes)
        assert taken == 5
        clock.forward(hours=9)
    await other.close()
