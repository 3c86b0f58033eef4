"""A resource is booked once an item and UTC day, whatever becomes of the requests for it."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from scoring.reading.budget import PER_REQUEST, PER_RESULT, PRICES, Charge, Reservation, Resource
from scoring.reading.errors import AccountUnreadable, BudgetSpent, SourceUnreachable
from scoring.reading.requester import Requester
from storage.engine.database import Database
from storage.engine.schema import booking, endpoint, outage, spending, usage
from storage.maintenance.upkeep import Upkeep
from storage.money.spending import SpendingLedger
from storage.money.usage import Usage
from tests.conftest import Clock
from tests.support.accounts import ANYBODY, NOW, asked
from tests.support.properties import a_part
from tests.support.stores import ledger_of, processes

CAP = 10_000_000
LOST = SourceUnreachable("timeout", may_be_billed=True)
DOWN = SourceUnreachable("HTTP 503")


def results(posts: Iterable[int], made_at: datetime) -> dict[str, Charge]:
    """Return the charges for posts that X returned."""
    return {f"post:{number}": Charge(ANYBODY, 1, made_at) for number in posts}


@pytest.fixture
def ledger(database: Database) -> SpendingLedger:
    return ledger_of(database, CAP)


@pytest.mark.parametrize(("resource", "units"), [("user", 1), ("post", 10)])
async def test_what_may_have_been_charged_is_booked_once_a_day(
    ledger: SpendingLedger, database: Database, clock: Clock, resource: Resource, units: int
) -> None:
    price = units * PRICES[resource]
    answer = asked(1) if resource == "user" else results(range(10), NOW - timedelta(days=1))
    for turn in range(50):
        reservation = await ledger.reserve(resource, asked(units), clock())
        again = resource == "post" and turn  # what is under way may be charged for newer posts
        assert await ledger.spent_in_month(clock()) == (2 * price if again else price)
        await ledger.settle(reservation, asked(units), LOST)
        assert await ledger.spent_in_month(clock()) == price
        clock.forward(minutes=5)
    await ledger.settle(await ledger.reserve(resource, asked(units), clock()), answer)
    assert await ledger.spent_in_month(clock()) == price
    bought = await ledger.by_resource(NOW.date(), NOW.date())
    assert bought == {resource: (units, price, 0)}
    used = await Usage(database).total(NOW.date(), NOW.date())
    assert used.spent == price
    clock.forward(days=1)
    await ledger.settle(await ledger.reserve(resource, asked(units), clock()), answer)
    assert await ledger.spent_in_month(clock()) == 2 * price


async def test_each_post_is_booked_once_a_day_however_often_posts_are_read(
    ledger: SpendingLedger, clock: Clock
) -> None:
    for first in (0, 0, 4, 14):
        reservation = await ledger.reserve("post", asked(10), clock())
        await ledger.settle(reservation, results(range(first, first + 10), clock()))
    bought = await ledger.by_resource(NOW.date(), NOW.date())
    assert bought == {"post": (24, 120_000, 0)}


async def test_posts_newer_than_a_request_without_an_answer_are_booked_beside_it(
    ledger: SpendingLedger, clock: Clock
) -> None:
    lost = await ledger.reserve("post", asked(10), clock())
    await ledger.settle(lost, asked(10), LOST)
    clock.forward(hours=1)
    again = await ledger.reserve("post", asked(10), clock())
    old, new = results(range(7), NOW - timedelta(days=1)), results(range(7, 10), clock())
    await ledger.settle(again, old | new)
    bought = await ledger.by_resource(NOW.date(), NOW.date())
    assert bought == {"post": (13, 65_000, 0)}  # ten that may be charged for, and three newer


async def test_an_answer_of_no_use_is_booked_for_each_post_in_it(
    ledger: SpendingLedger, clock: Clock
) -> None:
    unreadable = AccountUnreadable("nasa", ["id"], may_be_billed=True)
    for hour in range(11):
        reservation = await ledger.reserve("post", asked(10), clock())
        posts = results(range(10 * hour, 10 * hour + 10), clock())
        await ledger.settle(reservation, posts, unreadable)
        clock.forward(hours=1)  # for so long the account is not asked for
    assert await ledger.spent_in_month(clock()) == 11 * 10 * PRICES["post"]


async def test_what_is_charged_for_each_request_is_booked_for_each_answer(
    ledger: SpendingLedger, clock: Clock
) -> None:
    for problem in (LOST, LOST, None, DOWN, LOST, None):
        reservation = await ledger.reserve("mention_count", asked(1), clock())
        await ledger.settle(reservation, {} if problem is DOWN else asked(1), problem)
    bought = await ledger.by_resource(NOW.date(), NOW.date())
    assert bought == {"mention_count": (3, 15_000, 0)}  # two answers, and what is unknown once


async def test_a_process_that_dies_has_booked_its_items_for_the_day(
    database_url: str, clock: Clock
) -> None:
    async with processes(database_url, CAP, 2) as running:
        dies, lives = (one.spending for one in running)
        for _ in range(3):  # never settled
            await dies.reserve("user", asked(1) | asked(1, item="lea"), clock())
        assert await lives.spent_in_month(clock()) == 20_000
        again = await lives.reserve("user", asked(1), clock())
        assert await lives.spent_in_month(clock()) == 20_000
        await lives.settle(again, {}, DOWN)  # says nothing of the others
        assert await lives.spent_in_month(clock()) == 20_000
        await lives.settle(await lives.reserve("user", asked(1), clock()), asked(1))
        bought = await lives.by_resource(NOW.date(), NOW.date())
        assert bought == {"user": (1, 20_000 - 10_000, 10_000)}


async def test_the_last_of_several_requests_gives_back_what_none_used(
    database_url: str, clock: Clock
) -> None:
    async with processes(database_url, CAP, 2) as running:
        one, other = (one.spending for one in running)
        first = await one.reserve("user", asked(1), clock())
        second = await other.reserve("user", asked(1), clock())
        await one.settle(first, {}, DOWN)
        assert await one.spent_in_month(clock()) == 10_000  # the other may still be charged
        await other.settle(second, asked(1))
        assert await one.by_resource(NOW.date(), NOW.date()) == {"user": (1, 10_000, 0)}
        third = await one.reserve("user", asked(1, item="lea"), clock())
        await one.settle(third, {}, DOWN)
        assert await one.spent_in_month(clock()) == 10_000


async def test_what_is_booked_can_be_had_when_nothing_is_left(
    database: Database, clock: Clock
) -> None:
    ledger = ledger_of(database, 10_000)
    await ledger.settle(await ledger.reserve("user", asked(1), clock()), asked(1), LOST)
    await ledger.check("user", "nasa", clock())
    await ledger.settle(await ledger.reserve("user", asked(1), clock()), asked(1))
    with pytest.raises(BudgetSpent):
        await ledger.check("user", "lea", clock())
    with pytest.raises(BudgetSpent):
        await ledger.reserve("user", asked(1) | asked(1, item="lea"), clock())
    assert await ledger.spent_in_month(clock()) == 10_000


async def test_the_first_requester_is_booked(
    ledger: SpendingLedger, database: Database, clock: Clock
) -> None:
    first, second = Requester("klout", -5, 7), Requester("digest")
    for who, problem in ((first, LOST), (second, None)):
        wanted = asked(1, who)
        await ledger.settle(await ledger.reserve("user", wanted, clock()), wanted, problem)
    used = await Usage(database).by_command(NOW.date(), NOW.date())
    assert {name: each.spent for name, each in used.items() if each.spent} == {"klout": 10_000}


async def test_the_keys_of_days_that_are_over_are_forgotten(
    ledger: SpendingLedger, database: Database, clock: Clock
) -> None:
    await ledger.settle(await ledger.reserve("user", asked(1), clock()), asked(1))
    clock.forward(days=1)
    await Upkeep(database).run(clock())
    assert await _rows(database) == 1
    clock.forward(days=1)
    await Upkeep(database).run(clock())
    assert await _rows(database) == 0
    assert await ledger.spent_in_month(clock()) == 10_000


async def test_a_request_that_ends_after_its_key_was_forgotten_is_booked(
    ledger: SpendingLedger, database: Database, clock: Clock
) -> None:
    late = await ledger.reserve("user", asked(1), clock())
    clock.forward(days=3)
    await Upkeep(database).run(clock())
    await ledger.settle(late, asked(1))
    assert (await ledger.by_resource(date.min, date.max))["user"].spent == 10_000


@pytest.mark.parametrize(("resource", "units"), [("user", 1), ("post", 10), ("mention_count", 1)])
async def test_an_answer_after_midnight_is_booked_on_its_own_day(
    ledger: SpendingLedger, resource: Resource, units: int
) -> None:
    before, after = NOW.replace(hour=23, minute=59, second=59), NOW.replace(hour=0)
    after += timedelta(days=1)
    wanted, price = asked(units), units * PRICES[resource]
    used = results(range(units), before) if resource == "post" else wanted
    await ledger.settle(await ledger.reserve(resource, wanted, before), used, at=before)
    late = await ledger.reserve(resource, wanted, before)
    other = await ledger.reserve(resource, wanted, after)  # under way on the new day
    await ledger.settle(late, used, at=after)
    assert await ledger.by_resource(before.date(), before.date()) == {resource: (units, price, 0)}
    await ledger.settle(other, used, at=after)
    each = 2 if resource in PER_REQUEST else 1
    bought = await ledger.by_resource(after.date(), after.date())
    assert bought == {resource: (each * units, each * price, 0)}


async def test_what_is_unknown_after_midnight_stays_on_the_day_of_the_request(
    ledger: SpendingLedger,
) -> None:
    before = NOW.replace(hour=23, minute=59, second=59)
    after = before + timedelta(minutes=1)
    await ledger.settle(await ledger.reserve("user", asked(1), before), asked(1), LOST, at=after)
    assert await ledger.by_resource(before.date(), before.date()) == {"user": (1, 10_000, 0)}
    assert await ledger.by_resource(after.date(), after.date()) == {}


async def _rows(database: Database) -> int:
    async with database.reading() as connection:
        return await connection.scalar(select(func.count()).select_from(booking)) or 0


class Request(NamedTuple):
    """One request for some of few items, by one of two processes.

    Attributes:
        items: what it asks for; posts are asked for of the first account alone.
        patience: how many others are made before it is settled.
        units: what X charges of each, also where no answer arrives.
        published: the posts that appear right before it.
    """

    process: int
    day: int
    resource: Resource
    items: frozenset[str]
    units: int
    outcome: Literal["answered", "free", "lost", "killed"]
    patience: int
    published: int

    @property
    def asked(self) -> frozenset[str]:
        return frozenset([min(self.items)]) if self.resource in PER_RESULT else self.items


REQUESTS = st.lists(
    st.builds(
        Request,
        process=st.integers(0, 1),
        day=st.integers(0, 1),
        resource=st.sampled_from(["user", "post", "mention_count"]),
        items=st.frozensets(st.sampled_from("abc"), min_size=1),
        units=st.integers(0, 10),
        outcome=st.sampled_from(["answered", "free", "lost", "killed"]),
        patience=st.integers(0, 4),
        published=st.integers(0, 5),
    ),
    max_size=25,
)

_SMALL = 150_000
_MOST: dict[Resource, int] = {"user": 1, "post": 10, "mention_count": 1}


@a_part(4)  # the database is emptied for each
@given(requests=REQUESTS)
def test_the_ledger_is_never_below_the_bill_nor_above_each_item_once(
    database_url: str, requests: list[Request]
) -> None:
    asyncio.run(_play(database_url, requests))


async def _play(database_url: str, requests: list[Request]) -> None:
    x = _Bill()
    waiting: list[tuple[int, Request, Reservation, dict[str, Charge]]] = []
    async with processes(database_url, _SMALL, 2) as running:
        ledgers = [one.spending for one in running]
        async with running[0].database.transaction() as connection:
            for table in (spending, usage, outage, booking, endpoint):
                await connection.execute(table.delete())
        for turn, request in enumerate(requests):
            ledger, now = ledgers[request.process], NOW + timedelta(request.day, seconds=turn)
            wanted = {item: Charge(ANYBODY, _MOST[request.resource]) for item in request.asked}
            answer = x.answer(request, now)
            with suppress(BudgetSpent):
                reservation = await ledger.reserve(request.resource, wanted, now)
                waiting.append((turn + request.patience, request, reservation, answer))
                x.charge(request, now, answer)
            assert await ledger.spent_in_month(now) <= _SMALL
            for each in [each for each in waiting if each[0] <= turn]:
                waiting.remove(each)
                await _settle(ledger, *each[1:])
        for each in waiting:
            await _settle(ledgers[0], *each[1:])
        spent = await ledgers[0].spent_in_month(NOW)
    assert x.bill <= spent <= min(_SMALL, x.most(requests))


async def _settle(
    ledger: SpendingLedger, request: Request, reservation: Reservation, answer: dict[str, Charge]
) -> None:
    match request.outcome:
        case "answered":
            await ledger.settle(reservation, answer)
        case "free":
            await ledger.settle(reservation, {}, DOWN)
        case "lost":
            await ledger.settle(reservation, reservation.wanted, LOST)
        case "killed":
            pass


class _Bill:
    """What X charges, which knows what no process knows.

    Of charges for each request or result without an answer, the ledger books one request a day and
    item, so only the first of them is in the bill.
    """

    def __init__(self) -> None:
        self._posts: list[datetime] = []
        self._once: defaultdict[tuple[date, Resource, str], int] = defaultdict(int)
        self._lost: set[tuple[date, Resource, str]] = set()
        self._each = 0

    def answer(self, request: Request, now: datetime) -> dict[str, Charge]:
        """Return what X charges for; its newest posts, the same for every account."""
        self._posts += [now] * request.published
        units = min(request.units, _MOST[request.resource])
        if request.resource not in PER_RESULT:
            return {item: Charge(ANYBODY, units) for item in request.asked}
        (account,) = request.asked
        numbers = range(len(self._posts))[len(self._posts) - units :] if units else range(0)
        return {
            f"{account}:{number}": Charge(ANYBODY, 1, self._posts[number])
            for number in numbers
            if number >= 0
        }

    def charge(self, request: Request, now: datetime, answer: dict[str, Charge]) -> None:
        if request.outcome == "free":
            return
        for item, charge in answer.items():
            if request.resource in PER_REQUEST:
                if request.outcome != "lost":
                    self._each += charge.units * PRICES[request.resource]
                continue
            if (
                request.resource in PER_RESULT
                and request.outcome == "lost"
                and self._again(request, now)
            ):
                continue
            name = (now.date(), request.resource, item)
            self._once[name] = max(self._once[name], charge.units)
        if request.outcome == "lost":
            self._lost |= {(now.date(), request.resource, item) for item in request.asked}

    def _again(self, request: Request, now: datetime) -> bool:
        return (now.date(), request.resource, min(request.asked)) in self._lost

    @property
    def bill(self) -> int:
        once = sum(units * PRICES[name[1]] for name, units in self._once.items())
        return once + self._each

    @staticmethod
    def most(requests: list[Request]) -> int:
        """Each item once a day; of what is charged for each request or result, each request."""
        each_time = PER_REQUEST | PER_RESULT
        once = {
            (each.day, each.resource, item)
            for each in requests
            for item in each.asked
            if each.resource not in each_time
        }
        price = sum(_MOST[name[1]] * PRICES[name[1]] for name in once)
        return price + sum(
            len(each.asked) * _MOST[each.resource] * PRICES[each.resource]
            for each in requests
            if each.resource in each_time
        )
