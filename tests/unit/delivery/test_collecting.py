"""Reading everybody that anybody follows, for all of them at once."""

import os
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp.test_utils import TestServer
from sqlalchemy import func, select

from delivery.plan_digests import DigestPlanner
from playground.networks.local_bluesky import BlueskyServer
from playground.networks.people import BLUESKY
from playground.x.accounts import Account, FixedWorld, Post
from playground.x.server import Fault, XServer
from scoring.facts import Facts
from scoring.reading.account import Reading
from scoring.reading.errors import CreditsDepleted
from scoring.reading.gathering import Gathered
from scoring.reading.reader import Reader
from scoring.reading.sources import MentionWindow, PostWindow, SeenPost
from scoring.reading.sources.bluesky import BlueskySource
from scoring.reading.sources.x import XSource
from scoring.score import score
from services.batch_read import read_batch
from storage.accounts.readings import Readings
from storage.engine.database import Database
from storage.engine.schema import snapshot, spending
from storage.money.quotas import Quotas
from storage.stores import Stores
from tests.conftest import X_TOKEN, Clock
from tests.support.accounts import ANYBODY, asked
from tests.support.stores import ledger_of
from tests.support.subscribers import accounts, subscribe

HANDLES = int(os.environ.get("COLLECT_HANDLES", "300"))
"""10,000 in full, which takes some minutes; half as many chats follow them."""

BLUESKY_HANDLES = int(os.environ.get("COLLECT_BLUESKY_HANDLES", "50"))
"""1,000 in full; a multiple of 25."""

_BUDGET = 10**12


async def test_each_handle_is_read_once_and_the_ledger_says_what_x_charged(
    database: Database, clock: Clock
) -> None:
    before = accounts(HANDLES, clock.now)
    handles = [account.handle for account in before]
    readings = Readings(database)
    for account in before:
        reading, gathered = _read_before(account, clock)
        await readings.add(reading, account.handle, Gathered(), gathered)
    await subscribe(database, range(1, HANDLES // 2 + 1), handles, clock.now + timedelta(weeks=1))
    clock.forward(weeks=1)
    posted = {account.id for account in before[::10]}
    now = [_with_a_post(account, clock) if account.id in posted else account for account in before]
    x = XServer(FixedWorld(now), X_TOKEN, clock)
    async with TestServer(x.application()) as server:
        source = XSource(X_TOKEN, str(server.make_url("")).rstrip("/"), clock)
        ledger, quotas = ledger_of(database, _BUDGET), Quotas(database)
        # A window in which a hundred handles arrive on a slow machine, too.
        reader = Reader(source, readings, ledger, quotas, clock, batch_window=1)
        stores = Stores(database, clock, "one")
        await DigestPlanner(stores, clock).plan()
        wanted = await stores.digests.wanted(clock.now)
        assert sorted(wanted) == sorted(handles)
        for _ in range(2):  # the second time all is known
            collected = await read_batch(reader, wanted, ANYBODY)
            assert not collected.problems
        await reader.close()
        await source.close()

    asked = Counter(x.requests)
    assert asked.pop("/2/users/by") <= HANDLES / 100
    assert asked.pop("/2/tweets/counts/recent") == HANDLES
    assert asked == {f"/2/users/{number}/tweets": 1 for number in posted}
    async with database.reading() as connection:
        today = snapshot.c.as_of == clock.now
        count = select(func.count(), func.count(snapshot.c.account_id.distinct())).where(today)
        assert (await connection.execute(count)).one() == (HANDLES, HANDLES)
        money = select(func.sum(spending.c.spent), func.sum(spending.c.reserved))
        assert (await connection.execute(money)).one() == (x.bill, 0)


async def test_once_x_answers_again_everybody_is_read(
    database: Database, clock: Clock, source: XSource, x: XServer
) -> None:
    ledger = ledger_of(database, _BUDGET)
    refused = await ledger.reserve("user", asked(1), clock())
    await ledger.settle(refused, {}, CreditsDepleted())
    clock.forward(hours=1)
    # alone, each in a request of its own: only one of them is let through to find out
    reader = Reader(source, Readings(database), ledger, Quotas(database), clock, batch_window=0)
    collected = await read_batch(reader, ["nasa", "lea"], ANYBODY)
    await reader.close()
    assert x.requests.count("/2/users/by") > 1
    assert collected.problems == {}


@pytest.mark.parametrize(("page", "most"), [("users", 1), ("tweets", 103), ("counts", 103)])
async def test_what_does_not_answer_a_hundred_is_asked_by_no_other_hundred(
    database: Database,
    clock: Clock,
    source: XSource,
    x: XServer,
    world: FixedWorld,
    *,
    page: str,
    most: int,
) -> None:
    people = accounts(250, clock.now)
    for each in people:
        world.put(each)
    x.fail(page, Fault(200, "<html>", "text/html"), times=9_999)
    ledger = ledger_of(database, _BUDGET)
    reader = Reader(source, Readings(database), ledger, Quotas(database), clock, batch_window=1)
    collected = await read_batch(reader, [each.handle for each in people], ANYBODY)
    await reader.close()
    assert len(collected.unread) == len(people)
    asked_x = Counter(path.removesuffix("/recent").split("/")[-1] for path in x.requests)
    assert asked_x["by" if page == "users" else page] <= most
    assert collected.silent == (page == "users")


async def test_what_is_known_already_does_not_show_that_x_answers(
    database: Database, clock: Clock, source: XSource, x: XServer, world: FixedWorld
) -> None:
    people = accounts(30, clock.now)
    for each in people:
        world.put(each)
    handles = [each.handle for each in people]
    ledger = ledger_of(database, _BUDGET)
    reader = Reader(source, Readings(database), ledger, Quotas(database), clock, batch_window=1)
    await read_batch(reader, handles[:5], ANYBODY)
    clock.forward(hours=1)
    x.fail("users", Fault(200, "<html>", "text/html"), times=2)
    for _ in range(2):
        collected = await read_batch(reader, handles, ANYBODY)
        assert collected.unread == set(handles[5:])
    before = len(x.requests)
    assert (await read_batch(reader, handles, ANYBODY)).problems == {}
    await reader.close()
    # the first that is not known asks alone, to its end
    assert [path for path in x.requests[before:][:4] if path == "/2/users/by"] == [
        "/2/users/by"
    ] * 2
    assert x.requests[before:].count("/2/users/by") == 2


async def test_accounts_of_bluesky_share_look_ups(database: Database, clock: Clock) -> None:
    people = [replace(BLUESKY[0], handle=f"ada{n}.bsky.test") for n in range(BLUESKY_HANDLES)]
    bluesky = BlueskyServer(people, clock)
    async with TestServer(bluesky.application()) as server:
        url = str(server.make_url("")).rstrip("/")
        source = BlueskySource(url, clock, "klout-tests", pace=1000)
        ledger, quotas = ledger_of(database, 0), Quotas(database)
        # A window in which 25 names arrive on a slow machine, too.
        reader = Reader(
            None,
            Readings(database),
            ledger,
            quotas,
            clock,
            batch_window=1,
            public={"bluesky": source},
        )
        collected = await read_batch(reader, [each.handle for each in people], ANYBODY)
        assert not collected.problems
        await reader.close()
        await source.close()

    methods = Counter(target.partition("?")[0].rpartition(".")[2] for target in bluesky.requests)
    assert methods == {"getProfiles": BLUESKY_HANDLES // 25, "getAuthorFeed": BLUESKY_HANDLES}


def _read_before(account: Account, clock: Clock) -> tuple[Reading, Gathered]:
    """What reading an account brought then."""
    posts = tuple(
        SeenPost(post.id, post.created_at, post.likes, post.replies, post.reposts, post.quotes)
        for post in account.recent[:10]
    )
    before = Gathered().with_posts(PostWindow(posts[-1].created_at, clock.now, posts, more=True))
    gathered = before.with_mentions(MentionWindow(7.0, account.mentions_a_week), clock.now)
    facts = Facts(
        handle=account.handle,
        network="x",
        followers=account.followers,
        following=account.following,
        listed=account.listed,
        posts=account.posts,
        created_at=account.created_at,
        as_of=clock.now,
        recent=gathered.recent(clock.now),
    )
    return Reading(account.id, account.handle, account.name, False, score(facts)), gathered


def _with_a_post(account: Account, clock: Clock) -> Account:
    new = Post(account.recent[0].id + 100, clock.now - timedelta(hours=1), likes=9)
    return replace(account, posts=account.posts + 1, recent=(new, *account.recent))
