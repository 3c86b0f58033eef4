"""What a refusal counts against: one item, one endpoint, or the key. All processes believe it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from playground.x.accounts import FixedWorld
from playground.x.server import Fault, XServer
from scoring.reading.budget import Reservation, Resource
from scoring.reading.errors import (
    CreditsDepleted,
    EndpointRefused,
    ItemRefused,
    RateLimited,
    SourceError,
    TokenRefused,
)
from scoring.reading.reader import Reader
from scoring.reading.sources.x import XSource
from storage.accounts.readings import Readings
from storage.engine.database import Database
from storage.money.quotas import Quotas
from tests.conftest import Clock
from tests.support.accounts import ANYBODY, NOW, account, asked
from tests.support.stores import ledger_of, stores

CAP = 10_000_000
CLIENT = TokenRefused("HTTP 403", status=403, problem_type="client-forbidden")


class Processes:
    """Two processes on one database."""

    def __init__(self, databases: list[Database], clock: Clock) -> None:
        self.ledgers = [ledger_of(database, CAP) for database in databases]
        self.outages = stores(databases[0]).breaker
        self.clock = clock

    async def refuse(
        self, resource: Resource, item: str, problem: SourceError | None = None
    ) -> None:
        """The first process asks for an item and X refuses."""
        reservation = await self.ledgers[0].reserve(resource, asked(1, item=item), self.clock())
        await self.ledgers[0].settle(reservation, {}, problem or TokenRefused("401", status=401))

    async def answer(self, resource: Resource, item: str) -> None:
        """The first process asks for an item and X answers."""
        wanted = asked(1, item=item)
        await self.ledgers[0].settle(
            await self.ledgers[0].reserve(resource, wanted, self.clock()), wanted
        )

    async def reserve(self, resource: Resource, item: str) -> Reservation:
        """The second process asks."""
        return await self.ledgers[1].reserve(resource, asked(1, item=item), self.clock())

    async def is_refused(self, resource: Resource, item: str) -> type[Exception] | None:
        """Why the second process may not ask, by a look."""
        try:
            await self.ledgers[1].check(resource, item, self.clock())
        except SourceError as problem:
            return type(problem)
        return None

    async def open(self) -> list[str | None]:
        """What X refuses; None for everything."""
        return [outage.resource for outage in await self.outages.current()]


@pytest.fixture
async def two(database_url: str, clock: Clock) -> AsyncIterator[Processes]:
    async with AsyncExitStack() as stack:
        databases = []
        for _ in range(2):
            database = await Database.open(database_url)
            stack.push_async_callback(database.close)
            databases.append(database)
        yield Processes(databases, clock)


@pytest.fixture
async def reader(source: XSource, database: Database, clock: Clock) -> AsyncIterator[Reader]:
    spending = ledger_of(database, CAP)
    reader = Reader(source, Readings(database), spending, Quotas(database), clock, batch_window=0)
    yield reader
    await reader.close()


OTHERS: tuple[Resource, Resource] = ("post", "mention_count")


@pytest.mark.parametrize("resource", OTHERS)
@pytest.mark.parametrize("problem", [None, ItemRefused(status=403)])
async def test_one_accounts_refusal_is_that_accounts(
    two: Processes, clock: Clock, resource: Resource, problem: SourceError | None
) -> None:
    await two.refuse(resource, "1", problem)
    assert await two.is_refused(resource, "1") is ItemRefused
    with pytest.raises(ItemRefused):
        await two.reserve(resource, "1")
    assert await two.is_refused(resource, "2") is None
    assert await two.is_refused("user", "nasa") is None
    assert await two.open() == []
    clock.forward(hours=1)
    assert await two.is_refused(resource, "1") is None


async def test_one_account_that_is_refused_spoils_no_request_of_several(two: Processes) -> None:
    await two.refuse("user", "odd", ItemRefused("odd", status=403))
    assert await two.is_refused("user", "odd") is ItemRefused
    wanted = asked(1, item="odd") | asked(1)
    await two.ledgers[1].settle(await two.ledgers[1].reserve("user", wanted, NOW), asked(1))


@pytest.mark.parametrize("resource", OTHERS)
async def test_several_accounts_in_a_row_are_the_endpoints(
    two: Processes, clock: Clock, resource: Resource
) -> None:
    for item in "123":
        assert await two.open() == []
        await two.refuse(resource, item)
    assert await two.open() == [resource]
    assert await two.is_refused(resource, "4") is EndpointRefused
    assert await two.is_refused("user", "nasa") is None
    (other,) = {*OTHERS} - {resource}
    assert await two.is_refused(other, "1") is None
    clock.forward(minutes=5)
    probe = await two.reserve(resource, "4")
    assert probe.probes_endpoint
    with pytest.raises(EndpointRefused):  # one is enough to find out
        await two.reserve(resource, "5")
    await two.ledgers[1].settle(probe, asked(1, item="4"))
    assert await two.open() == []
    assert await two.is_refused(resource, "1") is None  # it was not the account
    (over,) = await two.outages.since(NOW)
    assert (over.resource, over.opened_at, over.closed_at) == (resource, NOW, clock())


async def test_an_answer_in_between_is_no_row(two: Processes) -> None:
    for item in "12":
        await two.refuse("post", item)
    await two.answer("post", "3")
    for item in "45":
        await two.refuse("post", item)
    assert await two.open() == []


async def test_requests_side_by_side_that_are_answered_close_what_others_opened(
    two: Processes,
) -> None:
    under_way = await two.reserve("post", "9")
    for item in "123":
        await two.refuse("post", item)
    assert await two.open() == ["post"]
    await two.ledgers[1].settle(under_way, asked(1, item="9"))
    assert await two.open() == []


async def test_what_x_says_of_an_endpoint_is_believed_at_once(two: Processes, clock: Clock) -> None:
    under_way = await two.reserve("post", "9")
    await two.refuse("post", "1", CLIENT)
    await two.ledgers[1].settle(under_way, asked(1, item="9"))  # had left before
    assert await two.open() == ["post"]
    clock.forward(minutes=5)
    await two.refuse("post", "2", CLIENT)
    clock.forward(minutes=4)
    assert await two.is_refused("post", "3") is EndpointRefused
    (found,) = await two.outages.current()
    assert (found.reason, found.opened_at) == ("client", NOW)


async def test_a_look_up_that_is_refused_is_the_keys(two: Processes) -> None:
    await two.refuse("user", "nasa")
    assert await two.open() == [None]
    for resource in ("user", *OTHERS):
        assert await two.is_refused(resource, "1") is TokenRefused


async def test_every_other_endpoint_refused_is_the_keys_unless_look_ups_are_answered(
    two: Processes, clock: Clock
) -> None:
    for resource in OTHERS:
        for item in "123":
            await two.refuse(resource, item)
    assert set(await two.open()) == {None, *OTHERS}
    clock.forward(minutes=5)
    await two.answer("user", "nasa")
    assert set(await two.open()) == set(OTHERS)
    for resource in OTHERS:
        await two.refuse(resource, "4")  # each probe
    assert set(await two.open()) == set(OTHERS)


@pytest.mark.parametrize("resource", ["user", *OTHERS])
async def test_used_up_credits_refuse_every_endpoint(two: Processes, resource: Resource) -> None:
    await two.refuse(resource, "1", CreditsDepleted())
    assert await two.open() == [None]
    assert await two.is_refused("user", "nasa") is CreditsDepleted


@pytest.mark.parametrize("resource", ["user", *OTHERS])
async def test_a_rate_limits_reset_holds_for_all_processes_and_one_endpoint(
    two: Processes, clock: Clock, resource: Resource
) -> None:
    until = NOW + timedelta(minutes=14)
    await two.refuse(resource, "1", RateLimited(until))
    clock.forward(minutes=13, seconds=59)
    with pytest.raises(RateLimited) as told:
        await two.reserve(resource, "2")
    assert told.value.until == until
    for other in {"user", *OTHERS} - {resource}:
        assert await two.is_refused(other, "2") is None
    await two.outages.restarted(clock())
    await two.outages.hasten(clock())
    assert await two.is_refused(resource, "2") is RateLimited
    clock.forward(seconds=1)
    await two.reserve(resource, "2")


@pytest.mark.parametrize(
    "problem", [RateLimited(NOW + timedelta(days=1)), CLIENT, ItemRefused(status=403)]
)
async def test_a_clock_set_back_prolongs_nothing(
    two: Processes, clock: Clock, problem: SourceError
) -> None:
    await two.refuse("post", "1", problem)
    clock.forward(hours=-30)
    assert await two.is_refused("post", "1") is None


async def test_a_rate_limit_lasts_a_day_at_most(two: Processes, clock: Clock) -> None:
    await two.refuse("post", "1", RateLimited(NOW + timedelta(days=9_999)))
    clock.forward(hours=25)
    assert await two.is_refused("post", "1") is None


@pytest.mark.parametrize("problem", [CreditsDepleted(), TokenRefused("HTTP 401", status=401)])
async def test_a_restart_lets_a_question_through_and_a_loop_of_them_one_a_minute(
    two: Processes, clock: Clock, problem: SourceError
) -> None:
    await two.refuse("user", "nasa", problem)
    asked_x = 0
    for _ in range(120):  # a crash each second
        await two.outages.restarted(clock())
        if await two.is_refused("user", "nasa") is None:
            await two.refuse("user", "nasa", problem)
            asked_x += 1
        clock.forward(seconds=1)
    assert asked_x == 4  # three at once, and one after the first minute
    clock.forward(minutes=2)
    await two.outages.restarted(clock())
    await two.answer("user", "nasa")
    assert await two.open() == []


async def test_a_restart_asks_for_what_was_refused_alone(two: Processes, clock: Clock) -> None:
    await two.refuse("post", "1")
    for item in "123":
        await two.refuse("mention_count", item)
    clock.forward(seconds=1)
    await two.outages.restarted(clock())
    assert await two.is_refused("post", "1") is None
    assert await two.is_refused("mention_count", "1") is None


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(("page", "half"), [("tweets", "posts"), ("counts", "mentions")])
async def test_a_reading_goes_on_without_the_half_that_is_refused(
    reader: Reader,
    x: XServer,
    world: FixedWorld,
    clock: Clock,
    *,
    status: int,
    page: str,
    half: str,
) -> None:
    names = [f"user_{number}" for number in range(10, 20)]
    for number, name in enumerate(names, start=10):
        world.put(account(number, name))
    x.fail(page, Fault(status, "{}"), times=99)
    readings = [await reader.read(name, ANYBODY) for name in names]
    kinds = [type(reading.problem) for reading in readings]
    assert kinds == [ItemRefused] * 3 + [EndpointRefused] * 7
    assert x.requests.count("/2/users/by") == len(names)
    assert len([path for path in x.requests if path.removesuffix("/recent").endswith(page)]) == 3
    assert readings[-1].unread == (("post",) if half == "posts" else ("mention_count",))
    facts = readings[-1].score.facts.recent
    if half == "mentions":  # without them the score is provisional
        assert (facts, readings[-1].score.depth) == (None, "profile")
    else:
        assert facts is not None
        assert (facts.posts, facts.mentions) == (None, 9)
    requests = len(x.requests)
    assert isinstance((await reader.read(names[0], ANYBODY)).problem, EndpointRefused)
    assert len(x.requests) == requests
    clock.forward(minutes=5)
    x.recover()
    assert (await reader.read(names[4], ANYBODY)).problem is None


async def test_no_request_of_a_limited_endpoint_leaves_before_its_reset(
    reader: Reader, x: XServer, world: FixedWorld, clock: Clock
) -> None:
    for number in range(10, 22):
        world.put(account(number, f"user_{number}"))
    reset = {"x-rate-limit-reset": str(int((NOW + timedelta(minutes=14)).timestamp()))}
    x.fail("tweets", Fault(429, "{}", headers=reset))
    for number in range(10, 22):
        reading = await reader.read(f"user_{number}", ANYBODY)
        assert isinstance(reading.problem, RateLimited)
        assert reading.score.facts.recent is not None  # its mentions were counted
    assert len([path for path in x.requests if path.endswith("/tweets")]) == 1
    clock.forward(minutes=14)
    assert (await reader.read("user_10", ANYBODY)).problem is None


async def test_while_each_look_up_is_answered_the_key_is_not_refused(
    two: Processes, clock: Clock
) -> None:
    for item in "123":
        await two.answer("user", f"user_{item}")
        for resource in OTHERS:
            await two.refuse(resource, item)
        clock.forward(minutes=1)
    assert set(await two.open()) == set(OTHERS)
    assert await two.is_refused("user", "nasa") is None


async def test_look_ups_of_one_batch_that_are_answered_keep_the_key(two: Processes) -> None:
    await two.answer("user", "nasa")
    for resource in OTHERS:
        for item in "123":
            await two.refuse(resource, item)
    assert set(await two.open()) == set(OTHERS)
