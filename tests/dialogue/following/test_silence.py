"""A digest slot at which X does not answer, or one of its accounts is odd."""

from datetime import datetime, timedelta
from typing import NamedTuple

import pytest
from sqlalchemy import func, select, update

from playground.x.accounts import Account, FixedWorld
from playground.x.server import Fault, XServer
from scoring.reading.budget import PRICES
from storage.engine.schema import digest, outbox
from storage.money.spending import SpendingLedger
from tests.conftest import Clock
from tests.dialogue.conftest import Talk
from tests.support.accounts import NOW
from tests.support.subscribers import accounts, subscribe

CHATS = 10
HANDLES = 20
PAGE = Fault(200, "<html>maintenance</html>", "text/html")
WHOLE = 65_000
"""A profile, ten posts and a count of mentions, in micro-dollars."""

OFTEN = timedelta(minutes=5)
"""Between two ticks at first: as often as X may be tried again. The bot's own are every 15 s."""

SELDOM = timedelta(minutes=15)
"""Between two ticks later: by then X is tried again once an hour."""

AT_FIRST = timedelta(minutes=75)


class Slot(NamedTuple):
    """Chats whose digests are due, all at one moment."""

    talk: Talk
    x: XServer
    clock: Clock
    due_at: datetime

    @property
    def ledger(self) -> SpendingLedger:
        return self.talk.application.services.spending

    async def spent(self) -> int:
        return await self.ledger.spent_in_month(self.clock())

    async def sent(self) -> int:
        rows = await self.talk.rows(outbox)
        return sum(row["state"] == "sent" for row in rows)

    async def go_on(self, hours: float) -> None:
        end = self.clock() + timedelta(hours=hours)
        while self.clock() < end:
            await self.talk.tick()
            self.clock.now += OFTEN if self.clock() < self.due_at + AT_FIRST else SELDOM


@pytest.fixture
def batch_window() -> float:
    """However slow the machine, those who ask together share a request."""
    return 1.0


@pytest.fixture
async def slot(talk: Talk, x: XServer, world: FixedWorld, clock: Clock) -> Slot:
    people = accounts(HANDLES, NOW)
    for each in people:
        world.put(each)
    chats = [talk.telegram.private_chat(talk.telegram.person(f"S{n}")).id for n in range(CHATS)]
    handles = [each.handle for each in people]
    await subscribe(
        talk.application.services.stores.database, chats, handles, clock() + timedelta(hours=1)
    )
    clock.forward(hours=1)
    return Slot(talk, x, clock, clock())


async def test_five_hours_of_maintenance_book_each_resource_once(
    slot: Slot, capsys: pytest.CaptureFixture[str]
) -> None:
    slot.x.fail("users", PAGE, times=999)
    await slot.go_on(5)
    requests, booked = len(slot.x.requests), await slot.spent()
    with capsys.disabled():
        print(
            f"\nfive hours of maintenance pages, {CHATS} chats, {HANDLES} accounts: {requests}"
            f" requests, ${booked / 1e6:.2f} booked, X's bill ${slot.x.bill / 1e6:.2f}"
        )
    assert booked == HANDLES * PRICES["user"]
    assert requests == 8  # at once, then after 5, 10, 20, 40 minutes, and once an hour
    assert await slot.sent() == 0
    slot.x.recover()
    await slot.go_on(1)
    assert await slot.sent() == CHATS
    assert await slot.spent() == slot.x.bill == HANDLES * WHOLE


async def test_one_handle_asks_before_all_do(
    slot: Slot, clock: Clock, x: XServer, world: FixedWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    real = world.by_handle

    def by_handle(handle: str, now: datetime) -> Account | None:
        asked.append(len(x.requests))
        return real(handle, now)

    monkeypatch.setattr(world, "by_handle", by_handle)
    x.fail("users", PAGE)
    await slot.talk.tick()
    assert asked == []
    clock.forward(minutes=5)
    await slot.talk.tick()
    look_ups = [n for n, path in enumerate(x.requests, start=1) if path == "/2/users/by"]
    assert asked.count(look_ups[1]) == 1
    assert await slot.sent() == CHATS


async def test_when_it_answers_a_person_the_digests_go_out(slot: Slot) -> None:
    slot.x.fail("users", PAGE, times=5)
    await slot.go_on(1.5)  # the next look is three quarters of an hour away
    assert len(slot.x.requests) == 5
    assert (await slot.talk.ask("/klout @account_9")).startswith("@account_9 · ")
    await slot.go_on(0.25)
    await slot.talk.tick()
    assert await slot.sent() == CHATS


async def test_after_six_hours_what_is_known_is_told(slot: Slot) -> None:
    slot.x.fail("users", PAGE, times=999)
    await slot.go_on(6.5)
    assert await slot.sent() == CHATS
    assert len(slot.x.requests) <= 10


async def test_a_limit_of_a_day_holds_no_digest_longer_than_silence(
    slot: Slot, clock: Clock
) -> None:
    reset = str(int((clock() + timedelta(hours=23)).timestamp()))
    slot.x.fail("users", Fault(429, "{}", headers={"x-rate-limit-reset": reset}))
    await slot.go_on(6.5)
    assert await slot.sent() == CHATS
    assert slot.x.requests == ["/2/users/by"]


@pytest.mark.parametrize("page", ["tweets", "counts"])
async def test_timelines_or_counts_that_do_not_answer_are_booked_once(
    slot: Slot, page: str
) -> None:
    slot.x.fail(page, PAGE, times=9_999)
    await slot.go_on(5)
    requests = [path for path in slot.x.requests if path.removesuffix("/recent").endswith(page)]
    assert len(requests) <= HANDLES + 3 * 8  # three accounts at each look
    assert await slot.spent() == HANDLES * WHOLE
    slot.x.recover()
    await slot.go_on(1.5)
    assert await slot.sent() == CHATS
    again = HANDLES * PRICES["mention_count"] if page == "counts" else 0  # charged each time
    assert await slot.spent() == slot.x.bill + again == HANDLES * WHOLE + again


@pytest.mark.parametrize("page", ["tweets", "counts"])
async def test_one_odd_account_holds_up_no_digest(
    slot: Slot, page: str, capsys: pytest.CaptureFixture[str]
) -> None:
    slot.x.fail(page, Fault(503, ""), times=2)  # one account, and when it is asked again
    await slot.talk.tick()
    assert await slot.sent() == CHATS
    with capsys.disabled():
        print(
            f"\n{CHATS} chats, one account without {page}: {await slot.sent()} sent at the slot,"
            f" ledger ${await slot.spent() / 1e6:.3f}, X's bill ${slot.x.bill / 1e6:.3f}"
        )
    assert await slot.spent() == slot.x.bill


async def test_one_account_with_figures_that_cannot_be_holds_up_no_digest(
    slot: Slot, world: FixedWorld
) -> None:
    odd = world.by_handle("account_7", NOW)
    assert odd
    world.put(type(odd)(**{**{n: getattr(odd, n) for n in odd.__slots__}, "followers": -1}))
    await slot.talk.tick()
    assert await slot.sent() == CHATS
    assert await slot.spent() == slot.x.bill


async def test_one_account_that_breaks_its_whole_request_is_found(
    slot: Slot, x: XServer, world: FixedWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = world.by_handle

    def by_handle(handle: str, now: datetime) -> Account | None:
        if handle == "account_7":
            raise RuntimeError("a bug of X")
        return real(handle, now)

    monkeypatch.setattr(world, "by_handle", by_handle)
    await slot.go_on(0.5)
    assert await slot.sent() == CHATS
    assert await slot.spent() == x.bill
    assert x.requests.count("/2/users/by") < 25


async def test_pauses_are_the_databases_not_a_process_s(slot: Slot, clock: Clock) -> None:
    slot.x.fail("users", PAGE, times=999)
    for _ in range(30):  # restarts, a minute apart: whatever is due is looked at each time
        await slot.talk.application.services.outages.restarted(clock())
        async with slot.talk.application.services.stores.database.transaction() as connection:
            await connection.execute(update(digest).values(not_before=clock()))
        await slot.talk.tick()
        clock.forward(minutes=1)
    assert len(slot.x.requests) == 3  # at 0, 5 and 15 minutes
    async with slot.talk.application.services.stores.database.reading() as connection:
        due = select(func.count()).where(digest.c.state == "due")
        assert await connection.scalar(due) == CHATS


UNAUTHORIZED = Fault(401, '{"title":"Unauthorized","type":"about:blank"}')
WAF = Fault(403, "<html>Request blocked</html>", "text/html")


@pytest.mark.parametrize("fault", [UNAUTHORIZED, WAF])
async def test_a_refusal_that_passes_spoils_no_digest(slot: Slot, fault: Fault) -> None:
    slot.x.fail("users", fault)
    await slot.talk.tick()
    assert await slot.sent() == 0
    await slot.go_on(0.25)
    assert await slot.sent() == CHATS
    assert await slot.spent() == slot.x.bill == HANDLES * WHOLE


async def test_a_refusal_that_a_second_request_confirms_is_told(slot: Slot) -> None:
    slot.x.fail("users", UNAUTHORIZED, times=99)
    await slot.go_on(0.25)
    assert await slot.sent() == CHATS
    assert slot.x.requests == ["/2/users/by"] * 2
    assert all("accept this bot" in str(row) for row in await slot.talk.rows(outbox))
