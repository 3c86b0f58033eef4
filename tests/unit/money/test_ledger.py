"""The ledger is exact, whatever happens between reserving and settling, in any process."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Literal, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.reading.budget import PRICES, Reservation, Resource
from scoring.reading.errors import BudgetSpent, CreditsDepleted, SourceUnreachable, TokenRefused
from scoring.reading.requester import Requester
from storage.engine.database import Database
from storage.engine.schema import booking, endpoint, outage, spending, usage
from storage.maintenance.upkeep import Upkeep
from storage.money.spending import SpendingLedger
from storage.money.usage import Usage
from storage.stores import Stores
from tests.conftest import Clock
from tests.support.accounts import ANYBODY, NOW, asked
from tests.support.properties import a_part
from tests.support.stores import ledger_of, processes

CAP = 400_000
ASKERS = (ANYBODY, Requester("compare", -5, 7), Requester("digest"))


class Request(NamedTuple):
    """One request to X, by one of three processes.

    Attributes:
        day: after `NOW`; also in the next month.
        charged: units, at most those that were reserved.
        patience: how many others are made before it is settled.
    """

    process: int
    day: int
    resource: Resource
    units: int
    charged: int
    outcome: Literal["answered", "free", "billed", "cancelled"]
    patience: int
    asker: Requester


REQUESTS = st.lists(
    st.builds(
        Request,
        process=st.integers(0, 2),
        day=st.integers(0, 40),
        units=st.integers(1, 10),
        charged=st.integers(0, 10),
        patience=st.integers(0, 5),
        asker=st.sampled_from(ASKERS),
    ),
    max_size=30,
)


@a_part(4)  # the database is emptied for each
@given(requests=REQUESTS)
def test_whatever_happens_the_ledger_is_the_bill(
    database_url: str, requests: list[Request]
) -> None:
    asyncio.run(_play(database_url, requests))


async def _play(database_url: str, requests: list[Request]) -> None:
    bill: Counter[date] = Counter()  # what X charges, and what ends unknown, by month
    lost: Counter[date] = Counter()
    waiting: list[tuple[int, Request, Reservation]] = []
    async with processes(database_url, CAP, 3) as running:
        ledgers = [one.spending for one in running]
        await _empty(running[0].database)

        async def settle(request: Request, reservation: Reservation) -> None:
            used = await _settle(ledgers[request.process], request, reservation)
            price, month = PRICES[request.resource], reservation.now.date().replace(day=1)
            if used is None:
                lost[month] += request.units * price
            else:
                bill[month] += used * price

        for turn, request in enumerate(requests):
            ledger, now = ledgers[request.process], NOW + timedelta(days=request.day)
            try:
                wanted = asked(request.units, request.asker, f"item{turn}")
                reservation = await ledger.reserve(request.resource, wanted, now)
            except BudgetSpent:
                price = request.units * PRICES[request.resource]
                assert await ledger.spent_in_month(now) + price > CAP
            else:
                waiting.append((turn + request.patience, request, reservation))
            assert await ledger.spent_in_month(now) <= CAP
            for each in [each for each in waiting if each[0] <= turn]:
                waiting.remove(each)
                await settle(*each[1:])
        for each in waiting:
            await settle(*each[1:])

        await _agrees(running[0], bill, lost)


async def _empty(database: Database) -> None:
    async with database.transaction() as connection:
        for table in (spending, usage, outage, booking, endpoint):
            await connection.execute(table.delete())


async def _agrees(stores: Stores, bill: Counter[date], lost: Counter[date]) -> None:
    ledger = stores.spending
    for month in bill.keys() | lost.keys():
        moment = datetime(month.year, month.month, 28, tzinfo=UTC)
        assert bill[month] + lost[month] == await ledger.spent_in_month(moment) <= CAP
    bought = await ledger.by_resource(date.min, date.max)
    assert sum(each.spent for each in bought.values()) == bill.total()
    assert sum(each.reserved for each in bought.values()) == lost.total()
    total = await stores.usage.total(date.min, date.max)
    assert total.spent == bill.total()


async def _settle(ledger: SpendingLedger, request: Request, reservation: Reservation) -> int | None:
    """What X charges for, in units; None when that is unknown."""
    match request.outcome:
        case "cancelled":
            return None
        case "free":
            await ledger.settle(reservation, {}, SourceUnreachable("HTTP 503"))
            return 0
        case "billed":
            problem = SourceUnreachable("timeout", may_be_billed=True)
            await ledger.settle(reservation, reservation.wanted, problem)
            return request.units
        case "answered":
            used = min(request.units, request.charged)
            (item,) = reservation.wanted
            await ledger.settle(reservation, asked(used, request.asker, item))
            return used


async def test_a_refusal_is_believed_by_all_and_probed_by_one(
    database_url: str, clock: Clock
) -> None:
    async with processes(database_url, CAP, 4) as running:
        ledgers = [one.spending for one in running]
        first = await ledgers[0].reserve("user", asked(1), clock())
        under_way = await ledgers[1].reserve("user", asked(1), clock())
        await ledgers[0].settle(first, {}, CreditsDepleted())
        assert await _admitted(ledgers, clock) == []
        await ledgers[1].settle(under_way, asked(1))  # had left before: proves nothing
        clock.forward(minutes=59)
        assert await _admitted(ledgers, clock) == []
        clock.forward(minutes=1)
        (probe,) = await _admitted(ledgers, clock)
        assert probe.probe
        await ledgers[2].settle(probe, {}, CreditsDepleted())  # still
        clock.forward(minutes=59)
        assert await _admitted(ledgers, clock) == []
        clock.forward(minutes=1)
        (probe,) = await _admitted(ledgers, clock)
        outages = running[3].breaker
        assert len(await outages.current()) == 1
        await ledgers[2].settle(probe, asked(1))
        assert await outages.current() == []
        assert len(await _admitted(ledgers, clock)) == 4
        (over,) = await outages.since(NOW)
        assert (over.opened_at, over.closed_at) == (NOW, clock())


async def test_a_probe_that_is_never_heard_of_again_is_repeated(
    database_url: str, clock: Clock
) -> None:
    async with processes(database_url, CAP, 4) as running:
        ledgers = [one.spending for one in running]
        await ledgers[0].settle(
            await ledgers[0].reserve("user", asked(1), clock()), {}, TokenRefused()
        )
        clock.forward(minutes=5)
        assert len(await _admitted(ledgers, clock)) == 1
        assert await _admitted(ledgers, clock) == []
        clock.forward(minutes=1)
        assert len(await _admitted(ledgers, clock)) == 1


async def test_a_clock_set_back_prolongs_no_outage(database_url: str, clock: Clock) -> None:
    async with processes(database_url, CAP, 2) as running:
        ledgers = [one.spending for one in running]
        await ledgers[0].settle(
            await ledgers[0].reserve("user", asked(1), clock()), {}, CreditsDepleted()
        )
        clock.forward(hours=-30)
        assert len(await _admitted(ledgers, clock)) == 1


async def test_another_cap_holds_from_the_next_start(database_url: str) -> None:
    async with processes(database_url, 10_000, 1) as running:
        (ledger,) = (one.spending for one in running)
        await ledger.settle(await ledger.reserve("user", asked(1), NOW), asked(1))
        with pytest.raises(BudgetSpent):
            await ledger.reserve("user", asked(1, item="lea"), NOW)
    async with processes(database_url, 20_000, 1) as running:
        (ledger,) = (one.spending for one in running)
        await ledger.reserve("user", asked(1, item="lea"), NOW)
    async with processes(database_url, 5_000, 1) as running:
        (ledger,) = (one.spending for one in running)
        with pytest.raises(BudgetSpent):
            await ledger.reserve("mention_count", asked(1), NOW)


async def test_what_cost_nothing_is_written_with_the_next_write(
    database: Database, clock: Clock
) -> None:
    ledger, used = ledger_of(database, CAP), Usage(database)
    day = clock().date()
    for _ in range(3):
        ledger.served(ASKERS[1], clock())
    assert (await used.total(day, day)).served == 0
    both = asked(1, ASKERS[1]) | asked(1, item="lea")
    await ledger.settle(await ledger.reserve("user", both, clock()), both)
    ledger.served(ANYBODY, clock())
    await ledger.flush()
    assert await used.by_command(day, day) == {
        "compare": (10_000, 1, 3),
        "klout": (10_000, 1, 1),
    }
    assert await used.by_chat(day, day, 5) == {-5: (10_000, 1, 0)}
    clock.forward(days=63)
    await Upkeep(database).run(clock())
    assert await used.by_command(day, day) == {}


async def test_what_could_not_be_written_is_written_later(database: Database, clock: Clock) -> None:
    ledger = ledger_of(database, CAP)
    ledger.served(ANYBODY, clock())
    unheard_of = Reservation("followers", asked(1), clock())  # type: ignore[arg-type]
    with pytest.raises(KeyError):
        await ledger.settle(unheard_of, asked(1))
    await ledger.flush()
    assert (await Usage(database).total(date.min, date.max)).served == 1


async def _admitted(ledgers: list[SpendingLedger], clock: Clock) -> list[Reservation]:
    """What is reserved when all processes ask at once; a refusal has its reason."""
    found = await asyncio.gather(
        *(ledger.reserve("user", asked(1), clock()) for ledger in ledgers),
        return_exceptions=True,
    )
    refusals = [each for each in found if not isinstance(each, Reservation)]
    assert all(isinstance(each, CreditsDepleted | TokenRefused) for each in refusals)
    return [each for each in found if isinstance(each, Reservation)]
