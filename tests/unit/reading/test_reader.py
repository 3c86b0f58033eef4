"""What a reading costs, who shares it, and what is served when X cannot be read."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from playground.x.accounts import FixedWorld, Post
from playground.x.server import Fault, XServer
from scoring.reading.account import Reading
from scoring.reading.errors import (
    AccountSuspended,
    AccountUnreadable,
    BudgetSpent,
    CreditsDepleted,
    HandleNotFound,
    Interrupted,
    QuotaSpent,
    RateLimited,
    SourceUnreachable,
)
from scoring.reading.gathering import Gathered
from scoring.reading.reader import Reader
from scoring.reading.requester import Requester
from scoring.reading.sources.x import XSource
from storage.accounts.readings import Readings
from storage.engine.database import Database
from storage.money.quotas import Quotas
from storage.money.spending import SpendingLedger
from storage.money.usage import Usage
from tests.conftest import Clock
from tests.support.accounts import ANYBODY, NOW, account, posts
from tests.support.stores import ledger_of

FIRST_SCORE = 65_000
"""One profile, ten posts, one mention count, in micro-dollars."""

BATCH_WINDOW = 0.03
"""Seconds: short, since every test waits for it."""


@pytest.fixture
def spending(database: Database) -> SpendingLedger:
    return ledger_of(database, 10_000_000)


@pytest.fixture
def batch_window() -> float:
    """Seconds: short, since every test waits for it."""
    return BATCH_WINDOW


@pytest.fixture
async def reader(
    source: XSource,
    database: Database,
    spending: SpendingLedger,
    clock: Clock,
    batch_window: float,
) -> AsyncIterator[Reader]:
    reader = Reader(
        source, Readings(database), spending, Quotas(database), clock, batch_window=batch_window
    )
    yield reader
    await reader.close()


async def test_a_first_score_takes_three_requests_and_at_most_6_5_cents(
    reader: Reader, x: XServer, spending: SpendingLedger
) -> None:
    reading = await reader.read("nasa", ANYBODY)
    assert reading.score.depth == "recent"
    assert len(x.requests) == 3
    assert x.bill == FIRST_SCORE == await spending.spent_in_month(NOW)


async def test_fifty_people_at_once_and_the_rest_of_the_day_cost_nothing_more(
    reader: Reader, x: XServer, clock: Clock
) -> None:
    first = await asyncio.gather(*(reader.read("nasa", ANYBODY) for _ in range(50)))
    clock.forward(hours=11, minutes=59)
    later = await asyncio.gather(*(reader.read("NASA", ANYBODY) for _ in range(50)))
    assert len(x.requests) == 3
    assert {reading.score.score for reading in first + later} == {first[0].score.score}


async def test_the_next_utc_day_reads_again_but_no_timeline_of_the_silent(
    reader: Reader, x: XServer, clock: Clock
) -> None:
    await reader.read("nasa", ANYBODY)
    clock.forward(days=1)
    again = await reader.read("nasa", ANYBODY)
    assert x.requests[3:] == ["/2/users/by", "/2/tweets/counts/recent"]
    assert again.score.facts.recent is not None
    assert again.score.facts.recent.days == pytest.approx(10 + 1 / 24)


async def test_a_reading_that_a_wrong_clock_dated_ahead_is_not_paid_for_by_each_question(
    reader: Reader, x: XServer, clock: Clock
) -> None:
    clock.forward(days=40)
    await reader.read("nasa", ANYBODY)
    clock.forward(days=-40)
    await reader.read("nasa", ANYBODY)
    asked = len(x.requests)
    again = await reader.read("nasa", ANYBODY)
    assert len(x.requests) == asked
    assert reader.is_of_today(again)


async def test_new_posts_are_read(
    reader: Reader, x: XServer, clock: Clock, world: FixedWorld
) -> None:
    await reader.read("nasa", ANYBODY)
    clock.forward(days=1)
    world.put(account(1, "nasa", posts=17_001))
    await reader.read("nasa", ANYBODY)
    assert "/2/users/1/tweets" in x.requests[3:]


async def test_a_hundred_new_handles_share_their_profile_requests(
    source: XSource,
    database: Database,
    spending: SpendingLedger,
    clock: Clock,
    x: XServer,
    *,
    world: FixedWorld,
) -> None:
    # with the window of a running bot: on PostgreSQL a hundred wait for its ten connections
    reader = Reader(source, Readings(database), spending, Quotas(database), clock)
    names = [f"user_{n}" for n in range(100)]
    for number, name in enumerate(names, start=100):
        world.put(account(number, name, recent=()))
    await asyncio.gather(*(reader.read(name, ANYBODY) for name in names))
    await reader.close()
    assert x.requests.count("/2/users/by") <= 3


async def test_protected_accounts_are_scored_by_profile_alone(
    reader: Reader, x: XServer, world: FixedWorld
) -> None:
    world.put(account(1, "nasa", protected=True))
    reading = await reader.read("nasa", ANYBODY)
    assert (reading.protected, reading.score.depth) == (True, "profile")
    await reader.read("nasa", ANYBODY)
    assert x.requests == ["/2/users/by"]


async def test_an_empty_account_has_a_score_without_a_timeline(
    reader: Reader, x: XServer, world: FixedWorld
) -> None:
    empty = {"followers": 0, "following": 0, "listed": 0, "posts": 0, "mentions_a_week": 0}
    world.put(account(1, "nasa", created_at=NOW, recent=(), **empty))
    reading = await reader.read("nasa", ANYBODY)
    assert reading.score.score <= 5
    assert "/2/users/1/tweets" not in x.requests


async def test_missing_and_suspended_accounts_have_no_score(
    reader: Reader, world: FixedWorld, x: XServer
) -> None:
    world.put(account(3, "gone", suspended=True))
    with pytest.raises(HandleNotFound):
        await reader.read("missing", ANYBODY)
    with pytest.raises(AccountSuspended):
        await reader.read("gone", ANYBODY)
    assert x.bill == 0


async def test_a_rename_keeps_the_history_and_the_old_handle_leads_to_it(
    reader: Reader, world: FixedWorld, clock: Clock, x: XServer
) -> None:
    await reader.read("nasa", ANYBODY)
    clock.forward(days=1)
    world.put(account(1, "nasa_now"))
    found = await reader.read("nasa", ANYBODY)
    assert (found.handle, found.account_id) == ("nasa_now", 1)
    requests = len(x.requests)
    assert (await reader.read("nasa", ANYBODY)).handle == "nasa_now"
    assert (await reader.read("nasa_now", ANYBODY)).handle == "nasa_now"
    assert len(x.requests) == requests


async def test_a_handle_taken_over_leads_to_its_new_owner(
    reader: Reader, world: FixedWorld, clock: Clock
) -> None:
    await reader.read("nasa", ANYBODY)
    clock.forward(days=1)
    world.put(account(1, "nasa_now"))
    world.put(account(7, "nasa"))
    assert (await reader.read("nasa", ANYBODY)).account_id == 7


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (Fault(429, "{}"), RateLimited),
        (Fault(402, "{}"), CreditsDepleted),
        (Fault(500, "{}"), SourceUnreachable),
    ],
)
async def test_what_is_known_is_served_when_x_cannot_be_read(
    reader: Reader, x: XServer, clock: Clock, fault: Fault, problem: type[Exception]
) -> None:
    known = await reader.read("nasa", ANYBODY)
    clock.forward(days=2)
    x.fail("users", fault)
    stale = await reader.read("nasa", ANYBODY)
    assert isinstance(stale.problem, problem)
    assert stale.score == known.score
    x.fail("users", fault)
    with pytest.raises(problem):
        await reader.read("lea", ANYBODY)


async def test_a_failed_half_is_made_up_for_later_without_paying_twice(
    reader: Reader, x: XServer, spending: SpendingLedger
) -> None:
    x.fail("tweets", Fault(503, "{}"))
    shallow = await reader.read("nasa", ANYBODY)
    assert isinstance(shallow.problem, SourceUnreachable)
    x.fail("tweets", Fault(503, "{}"))
    assert (await reader.read("nasa", ANYBODY)).problem is not None
    whole = await reader.read("nasa", ANYBODY)
    assert whole.problem is None
    assert x.requests.count("/2/users/by") == x.requests.count("/2/tweets/counts/recent") == 1
    assert await spending.spent_in_month(NOW) == x.bill == FIRST_SCORE


async def test_an_account_without_a_score_is_looked_up_once_a_day(
    reader: Reader, world: FixedWorld, clock: Clock, x: XServer
) -> None:
    world.put(account(3, "gone", suspended=True))
    for kind, name in ((HandleNotFound, "missing"), (AccountSuspended, "gone")):
        with pytest.raises(kind) as first:
            await reader.read(name, ANYBODY)
        assert first.value.again_at is None
        requests = len(x.requests)
        clock.forward(hours=23)
        with pytest.raises(kind) as again:
            await reader.read(name.upper(), ANYBODY)
        assert again.value.again_at == clock() + timedelta(hours=1)
        assert len(x.requests) == requests
        clock.forward(hours=1, seconds=1)
        world.put(account(4 + len(name), name))
        assert (await reader.read(name, ANYBODY)).handle == name


async def test_a_handle_that_another_account_takes_is_known_at_once(
    reader: Reader, world: FixedWorld, clock: Clock
) -> None:
    await reader.read("nasa", ANYBODY)
    clock.forward(hours=13)
    with pytest.raises(HandleNotFound):
        await reader.read("nasa_now", ANYBODY)
    world.put(account(1, "nasa_now"))
    assert (await reader.read("nasa", ANYBODY)).handle == "nasa_now"
    clock.forward(hours=12)
    assert (await reader.read("nasa_now", ANYBODY)).problem is None


async def test_an_account_that_is_gone_for_good_is_looked_for_once_a_day(
    reader: Reader, world: FixedWorld, clock: Clock, x: XServer
) -> None:
    await reader.read("nasa", ANYBODY)
    clock.forward(days=1)
    world.remove("nasa")
    requests = len(x.requests)
    for _ in range(3):
        with pytest.raises(HandleNotFound):
            await reader.read("nasa", ANYBODY)
    assert x.requests[requests:] == ["/2/users/by", "/2/users"]


async def test_a_person_may_not_have_more_read_than_their_quota(
    reader: Reader, world: FixedWorld, clock: Clock
) -> None:
    ada = Requester("klout", 7, 7)
    names = [f"user_{number}" for number in range(100, 125)]
    for number, name in enumerate(names, start=100):
        world.put(account(number, name, recent=(), posts=0))

    async def read_all() -> list[Reading | BaseException]:
        return await asyncio.gather(
            *(reader.read(name, ada) for name in names), return_exceptions=True
        )

    await reader.read("nasa", ANYBODY)
    found = await read_all()
    assert sum(isinstance(each, Reading) for each in found) == 20
    assert sum(isinstance(each, QuotaSpent) for each in found) == 5
    assert (await reader.read("nasa", ada)).problem is None  # what is stored costs nothing
    clock.forward(days=1)
    await read_all()
    stale = await reader.read("nasa", ada)
    assert isinstance(stale.problem, QuotaSpent)
    assert stale.problem.until == clock() + timedelta(minutes=15)
    assert (await reader.read("nasa", ANYBODY)).problem is None


async def test_what_cannot_be_read_costs_no_quota(reader: Reader, x: XServer) -> None:
    ada = Requester("klout", 7, 7)
    x.fail("users", Fault(503, "{}"), times=30)
    for _ in range(30):
        with pytest.raises(SourceUnreachable):
            await reader.read("nasa", ada)
    assert (await reader.read("nasa", ada)).problem is None


async def test_the_first_requester_pays_and_the_others_are_served(
    reader: Reader, database: Database, spending: SpendingLedger
) -> None:
    first, second = Requester("klout", -5, 7), Requester("compare", -6, 8)
    await asyncio.gather(reader.read("nasa", first), reader.read("nasa", second))
    await reader.current(["nasa"], second)
    await spending.flush()
    used = await Usage(database).by_command(NOW.date(), NOW.date())
    assert used == {"klout": (FIRST_SCORE, 1, 0), "compare": (0, 0, 2)}


async def test_the_cap_holds_under_a_rush(
    source: XSource, database: Database, world: FixedWorld, x: XServer, clock: Clock
) -> None:
    for number in range(100, 160):
        world.put(account(number, f"user_{number}"))
    spending = ledger_of(database, 1_000_000)
    reader = Reader(
        source, Readings(database), spending, Quotas(database), clock, batch_window=BATCH_WINDOW
    )
    results = await asyncio.gather(
        *(reader.read(f"user_{number}", ANYBODY) for number in range(100, 160)),
        return_exceptions=True,
    )
    await reader.close()
    assert x.bill <= 1_000_000
    assert await spending.spent_in_month(NOW) == x.bill
    assert all(isinstance(result, Reading | BudgetSpent) for result in results)
    assert any(isinstance(result, Reading) for result in results)


async def test_the_budget_begins_again_with_the_month(
    source: XSource, database: Database, clock: Clock
) -> None:
    reader = Reader(
        source,
        Readings(database),
        ledger_of(database, 0),
        Quotas(database),
        clock,
        batch_window=BATCH_WINDOW,
    )
    with pytest.raises(BudgetSpent) as error:
        await reader.read("nasa", ANYBODY)
    await reader.close()
    assert (error.value.until - NOW) == timedelta(days=13, hours=12)


async def test_a_timeout_counts_as_paid(
    reader: Reader, x: XServer, spending: SpendingLedger
) -> None:
    x.fail("users", Fault(200, "not json"))
    with pytest.raises(SourceUnreachable):
        await reader.read("nasa", ANYBODY)
    assert await spending.spent_in_month(NOW) == 10_000


async def test_closing_the_reader_interrupts_waiting_calls(reader: Reader, x: XServer) -> None:
    x.fail("users", Fault(hang=True))
    waiting = asyncio.create_task(reader.read("nasa", ANYBODY))
    await x.asked.wait()
    await reader.close()
    with pytest.raises(Interrupted):
        await waiting


async def test_one_impatient_person_does_not_end_the_flight_of_the_others(
    reader: Reader, x: XServer
) -> None:
    first = asyncio.create_task(reader.read("nasa", ANYBODY))
    second = asyncio.create_task(reader.read("nasa", ANYBODY))
    await x.asked.wait()
    first.cancel()
    assert (await second).handle == "nasa"
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_a_new_owner_is_not_scored_by_the_posts_of_the_old_one(
    reader: Reader, world: FixedWorld, clock: Clock, x: XServer
) -> None:
    world.put(account(1, "nasa", posts=40, recent=posts(1, likes=5_000)))
    await reader.read("nasa", ANYBODY)
    clock.forward(days=2)
    world.put(account(1, "nasa_now", posts=40))
    world.put(account(9, "nasa", posts=40, recent=()))
    found = await reader.read("nasa", ANYBODY)
    assert "/2/users/9/tweets" in x.requests
    assert found.score.facts.recent is not None
    assert found.score.facts.recent.posts == 0


@pytest.mark.parametrize("likes", [-1, 2**60])
async def test_impossible_counts_leave_the_posts_unread(
    reader: Reader, world: FixedWorld, likes: int
) -> None:
    world.put(account(1, "nasa", recent=posts(1, likes=likes)))
    reading = await reader.read("nasa", ANYBODY)
    assert isinstance(reading.problem, AccountUnreadable)
    assert reading.unread == ("post",)
    assert reading.score.facts.recent is not None
    assert reading.score.facts.recent.likes is None


async def test_an_account_that_is_odd_is_not_remembered_as_absent(
    reader: Reader, x: XServer, spending: SpendingLedger
) -> None:
    x.spoil("nasa", public_metrics=None)
    with pytest.raises(AccountUnreadable):
        await reader.read("nasa", ANYBODY)
    assert await spending.spent_in_month(NOW) == x.bill == 10_000
    x.spoil("nasa")
    assert (await reader.read("nasa", ANYBODY)).problem is None


async def test_an_account_that_is_odd_today_is_served_as_it_was_known(
    reader: Reader, x: XServer, clock: Clock
) -> None:
    before = await reader.read("nasa", ANYBODY)
    clock.forward(days=1)
    x.spoil("nasa", created_at=...)
    again = await reader.read("nasa", ANYBODY)
    assert again.score == before.score
    assert isinstance(again.problem, AccountUnreadable)


@pytest.mark.parametrize("batch_window", [0.3])
async def test_one_odd_account_leaves_the_others_of_its_batch_alone(
    reader: Reader, x: XServer, world: FixedWorld, spending: SpendingLedger
) -> None:
    names = [f"friend{number}" for number in range(98)]
    for number, name in enumerate(names, 100):
        world.put(account(number, name, recent=(), posts=0, mentions_a_week=0))
    x.spoil("nasa", public_metrics={"listed_count": None})
    x.trouble("lea", "resource-unavailable")
    asked = ["nasa", "lea", *names]
    found = await asyncio.gather(
        *(reader.read(name, ANYBODY) for name in asked), return_exceptions=True
    )
    assert [type(each) for each in found[:2]] == [AccountUnreadable] * 2
    assert all(isinstance(each, Reading) and each.problem is None for each in found[2:])
    assert await spending.spent_in_month(NOW) == x.bill


async def test_a_rename_in_between_is_followed_by_the_number_and_paid_for_once(
    reader: Reader, x: XServer, clock: Clock, spending: SpendingLedger
) -> None:
    await reader.read("nasa", ANYBODY)
    before = x.bill
    clock.forward(days=1)
    x.spoil("nasa", username="nasa_now")
    renamed = await reader.read("nasa", ANYBODY)
    assert (renamed.account_id, renamed.handle, renamed.problem) == (1, "nasa_now", None)
    assert x.requests.count("/2/users") == 0
    assert await spending.spent_in_month(NOW) == x.bill
    assert x.bill - before == 15_000  # a profile and a count of mentions


async def test_a_post_that_is_odd_is_left_out_and_paid_for(
    reader: Reader, x: XServer, spending: SpendingLedger
) -> None:
    x.spoil_post(1003, public_metrics=...)
    reading = await reader.read("nasa", ANYBODY)
    assert reading.score.facts.recent is not None
    assert reading.score.facts.recent.posts == 9
    assert reading.problem is None
    assert await spending.spent_in_month(NOW) == x.bill


async def test_what_a_busy_account_posts_between_odd_answers_is_booked(
    reader: Reader, x: XServer, world: FixedWorld, clock: Clock, spending: SpendingLedger
) -> None:
    for hour in range(11):
        ids = range(100 * hour + 1, 100 * hour + 11)
        recent = tuple(Post(each, clock() - timedelta(minutes=each - ids[0])) for each in ids)
        world.put(account(1, "nasa", recent=recent))
        for each in ids[:8]:
            x.spoil_post(each, public_metrics=...)
        reading = await reader.read("nasa", ANYBODY)
        assert reading.unread == ("post",)
        clock.forward(hours=1)
    assert await spending.spent_in_month(NOW) == x.bill
    assert x.bill > 11 * 50_000


async def test_an_account_from_the_future_is_of_today(
    reader: Reader, world: FixedWorld, clock: Clock, x: XServer
) -> None:
    world.put(account(1, "nasa", created_at=NOW + timedelta(days=999), recent=()))
    assert (await reader.read("nasa", ANYBODY)).score.facts.as_of == clock()
    await reader.read("nasa", ANYBODY)
    assert x.requests.count("/2/users/by") == 1


async def test_what_was_paid_for_is_given_even_if_it_cannot_be_stored(
    source: XSource,
    spending: SpendingLedger,
    database: Database,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    class FullDisk(Readings):
        async def add(self, reading: Reading, asked: str, *_: Gathered) -> None:
            raise OSError(f"no room for {asked} {reading}")

    reader = Reader(
        source, FullDisk(database), spending, Quotas(database), clock, batch_window=BATCH_WINDOW
    )
    assert (await reader.read("nasa", ANYBODY)).handle == "nasa"
    await reader.close()
    assert "could not be stored" in caplog.text


async def test_a_number_by_another_formula_is_kept_and_shown_by_the_one_in_use(
    reader: Reader, x: XServer, database: Database
) -> None:
    reading = await reader.read("nasa", ANYBODY)
    store = Readings(database)
    old = replace(reading, score=replace(reading.score, formula="2025.1", score=12.3))
    await store.add(old, "nasa")
    assert await reader.current(["nasa"], ANYBODY) == [await reader.stored("nasa")] == [reading]
    assert await reader.read("nasa", ANYBODY) == reading
    assert await store.latest("nasa") == old
    assert len(x.requests) == 3
