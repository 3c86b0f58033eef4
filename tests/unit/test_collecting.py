"""Reading everybody that anybody follows, for all of them at once."""

import os
from collections import Counter
from dataclasses import replace
from datetime import timedelta

from aiohttp.test_utils import TestServer
from sqlalchemy import func, select

from benchmarks.subscribers import accounts, subscribe
from delivery.collecting import collect
from delivery.preparing import planned
from playground.x.accounts import Account, FixedWorld, Post
from playground.x.server import XServer
from scoring import windows
from scoring.errors import CreditsDepleted
from scoring.facts import Facts
from scoring.reader import Reader
from scoring.reading import Reading
from scoring.score import score
from scoring.sources import MentionWindow, PostWindow, SeenPost
from scoring.sources.x import XSource
from storage.database import Database
from storage.digests import Digests
from storage.quotas import Quotas
from storage.readings import Readings
from storage.schedules import AT_ONCE, Schedules
from storage.schema import snapshot, spending
from storage.spending import Spending
from tests.accounts import ANYBODY
from tests.conftest import X_TOKEN, Clock

HANDLES = int(os.environ.get("COLLECT_HANDLES", "300"))
"""10,000 in full, which takes some minutes; half as many chats follow them."""

_BUDGET = 10**12


async def test_each_handle_is_read_once_and_the_ledger_says_what_x_charged(
    database: Database, clock: Clock
) -> None:
    before = accounts(HANDLES, clock.now)
    handles = [account.handle for account in before]
    readings = Readings(database)
    for account in before:
        await readings.add(_read_before(account, clock), account.handle)
    await subscribe(database, range(1, HANDLES // 2 + 1), handles, clock.now + timedelta(weeks=1))
    clock.forward(weeks=1)
    posted = {account.id for account in before[::10]}
    now = [_with_a_post(account, clock) if account.id in posted else account for account in before]
    x = XServer(FixedWorld(now), X_TOKEN, clock)
    async with TestServer(x.application()) as server:
        source = XSource(X_TOKEN, str(server.make_url("")).rstrip("/"), clock)
        reader = Reader(source, readings, Spending(database, _BUDGET), Quotas(database), clock)
        while await Schedules(database).plan(clock.now, planned) == AT_ONCE:
            pass
        wanted = await Digests(database).wanted(clock.now)
        assert sorted(wanted) == sorted(handles)
        for _ in range(2):  # the second time all is known
            collected = await collect(reader, wanted, ANYBODY)
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
    ledger = Spending(database, _BUDGET)
    refused = await ledger.reserve("user", 1, clock())
    await ledger.settle(refused, {}, CreditsDepleted())
    clock.forward(hours=1)
    # alone, each in a request of its own: only one of them is let through to find out
    reader = Reader(source, Readings(database), ledger, Quotas(database), clock, batch_window=0)
    collected = await collect(reader, ["nasa", "lea"], ANYBODY)
    await reader.close()
    assert x.requests.count("/2/users/by") > 1
    assert collected.problems == {}


def _read_before(account: Account, clock: Clock) -> Reading:
    """What reading an account brought then."""
    posts = tuple(
        SeenPost(post.id, post.created_at, post.likes, post.replies, post.reposts, post.quotes)
        for post in account.recent[:10]
    )
    seen = PostWindow((clock.now - posts[-1].created_at) / timedelta(days=1), posts)
    facts = Facts(
        handle=account.handle,
        network="x",
        followers=account.followers,
        following=account.following,
        listed=account.listed,
        posts=account.posts,
        created_at=account.created_at,
        as_of=clock.now,
        recent=windows.recent(seen, MentionWindow(7.0, account.mentions_a_week)),
    )
    return Reading(account.id, account.handle, account.name, False, score(facts), posts)


def _with_a_post(account: Account, clock: Clock) -> Account:
    new = Post(account.recent[0].id + 100, clock.now - timedelta(hours=1), likes=9)
    return replace(account, posts=account.posts + 1, recent=(new, *account.recent))
