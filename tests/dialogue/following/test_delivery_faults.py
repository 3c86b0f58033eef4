"""Faults of Telegram, X and our own, each named after its number: nothing lost, nothing twice."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import text

from delivery import sender
from delivery import tick as run
from delivery.writing import MessageWriter, Written
from playground.telegram.server.local import LocalTelegram
from playground.telegram.server.wire import Json
from playground.telegram.server.world import Chat
from playground.x.accounts import FixedWorld
from playground.x.server import Fault, XServer
from services.calendar.slots import period
from services.digests.digest_contents import DigestContents
from storage.chats.places import Place
from storage.engine.schema import digest, follow, metadata, outbox, received, schedule, snapshot
from storage.queues.lanes import MOST_A_LANE
from storage.stores import Stores
from tests.conftest import Clock
from tests.dialogue.conftest import Talk
from tests.dialogue.following.test_digest import STEADY, entries, named
from tests.support.accounts import account

TO_NINE = timedelta(days=6, hours=21)
"""From the noon of the tests to the first digest."""

NEVER_LEFT = httpx.ConnectError("refused")


pytestmark = pytest.mark.usefixtures("hurried")


@pytest.fixture
def one_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each answer comes before the next message leaves, however slow the machine is."""
    monkeypatch.setattr("delivery.sender.MOST_UNDER_WAY", 1)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that is not answered is given up at once."""
    monkeypatch.setattr(sender, "SEND_TIMEOUT", timedelta(seconds=0.3))


async def followers(talk: Talk, count: int, handle: str = "nasa") -> list[Chat]:
    """Private chats that follow an account; their digests are due in a week."""
    people = [talk.telegram.person(f"Reader {number}") for number in range(count)]
    chats = [talk.telegram.private_chat(person) for person in people]
    for person, chat in zip(people, chats, strict=True):
        await talk.say(person, chat, f"/follow @{handle}")
    return chats


def digests(talk: Talk, chat: Chat) -> list[Json]:
    """What a chat got for its week, as it is there."""
    texts = ("What changed", "Where things stand", "Ce qui a changé", "Où en sont les choses")
    return [m for m in talk.telegram.history(chat) if m.get("text", "").startswith(texts)]


def per_chat(talk: Talk, chats: Sequence[Chat]) -> list[int]:
    return [len(digests(talk, chat)) for chat in chats]


async def states(talk: Talk) -> list[str]:
    return [row["state"] for row in await talk.rows(outbox)]


async def prepare(talk: Talk) -> None:
    """Plan and build what is due, and send none of it."""
    await talk.application.delivery.steps.planner.plan()
    await talk.application.delivery.steps.digests.build()


async def ticks(talk: Talk, clock: Clock, *, every: timedelta, times: int) -> None:
    """The run as time goes by."""
    for _ in range(times):
        await talk.application.delivery.tick()
        clock.now += every


@pytest.mark.usefixtures("one_under_way")
@pytest.mark.parametrize("named", [30, None], ids=["as a parameter", "in words alone"])
async def test_f05_a_429_pauses_every_chat_and_loses_nothing(
    talk: Talk, clock: Clock, named: int | None
) -> None:
    chats = await followers(talk, 3)
    clock.now += TO_NINE
    talk.telegram.fail("sendMessage", 429, "Too Many Requests: retry after 30", retry_after=named)
    before = len(talk.telegram.sent("sendMessage"))
    await ticks(talk, clock, every=timedelta(seconds=10), times=3)
    assert len(talk.telegram.sent("sendMessage")) == before + 1
    clock.forward(seconds=2)
    await talk.tick()
    assert per_chat(talk, chats) == [1, 1, 1]
    assert [row["attempt"] for row in await talk.rows(outbox)] == [1, 1, 1]


@pytest.mark.parametrize("odd", [b'{"ok":true,"result":{}}', b'{"ok":true,"result":"x"}'])
async def test_f07_what_arrived_and_is_described_oddly_is_sent_once(
    talk: Talk, clock: Clock, odd: bytes
) -> None:
    chats = await followers(talk, 2)
    clock.now += TO_NINE
    talk.telegram.garble("sendMessage", 200, odd, delivered=True)
    await ticks(talk, clock, every=timedelta(minutes=2), times=3)
    assert per_chat(talk, chats) == [1, 1]
    assert [row["state"] for row in await talk.rows(outbox)] == ["sent"] * 2


async def test_a_tag_that_an_older_server_does_not_know_costs_no_digest(
    talk: Talk, clock: Clock
) -> None:
    chats = await followers(talk, 2)
    clock.now += TO_NINE
    unknown = 'Bad Request: can\'t parse entities: Unsupported start tag "b" at byte offset 1'
    talk.telegram.fail("sendMessage", 400, unknown)
    await talk.tick()
    assert per_chat(talk, chats) == [1, 1]
    assert [row["state"] for row in await talk.rows(outbox)] == ["sent"] * 2


async def test_f05_a_shorter_wait_does_not_end_a_longer_one(talk: Talk, clock: Clock) -> None:
    control = talk.application.services.stores.leader
    long, short = clock() + timedelta(seconds=30), clock() + timedelta(seconds=5)
    await control.pause(long)
    await control.pause(short)
    assert await control.paused_until(clock()) == long


@pytest.mark.usefixtures("one_under_way")
@pytest.mark.parametrize("code", [500, 502])
async def test_f06_errors_open_the_breaker_and_the_rest_comes_later_once(
    talk: Talk, clock: Clock, code: int
) -> None:
    chats = await followers(talk, 12)
    clock.now += TO_NINE
    talk.telegram.fail("sendMessage", code, "Internal Server Error: restart", times=8)
    before = len(talk.telegram.sent("sendMessage"))
    await talk.tick()
    assert len(talk.telegram.sent("sendMessage")) == before + 5
    await ticks(talk, clock, every=timedelta(seconds=15), times=40)
    assert sorted(await states(talk)) == ["sent"] * 4 + ["uncertain"] * 8
    assert len(talk.telegram.sent("sendMessage")) == before + 12
    assert sorted(per_chat(talk, chats)) == [0] * 8 + [1] * 4


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("delivered", [True, False])
async def test_f07_an_unconfirmed_digest_is_offered_not_repeated(
    talk: Talk, clock: Clock, world: FixedWorld, delivered: bool
) -> None:
    await talk.ask("/follow @nasa")
    clock.now += TO_NINE
    world.put(account(1, "nasa", followers=9_002_500))
    talk.telegram.hang("sendMessage", delivered=delivered)
    await talk.tick()
    assert await states(talk) == ["uncertain"]
    before = len(talk.telegram.sent("sendMessage"))
    await ticks(talk, clock, every=timedelta(hours=1), times=5)
    assert len(talk.telegram.sent("sendMessage")) == before
    _, offer = await talk.say(talk.ada, talk.private, "/help")
    assert offer["text"].startswith("My last message here may not have arrived")
    await talk.press(talk.ada, offer, "Show it")
    *_, shown = digests(talk, talk.private)
    assert "(+9,000,000 followers)" in entries(shown)["@nasa"]
    assert len(await talk.say(talk.ada, talk.private, "/help")) == 1
    clock.forward(days=7)
    (following,) = await talk.tick()
    assert "@nasa" in named(following, STEADY)
    assert "followers" not in following["text"]


async def test_f08_what_never_left_is_sent_later(
    talk: Talk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    chats = await followers(talk, 8)
    clock.now += TO_NINE

    async def refused(*_args: object) -> None:
        raise NEVER_LEFT

    with monkeypatch.context() as patch:
        patch.setattr(talk.telegram.api, "call", refused)
        await ticks(talk, clock, every=timedelta(seconds=15), times=40)
    assert set(await states(talk)) == {"pending"}
    await ticks(talk, clock, every=timedelta(seconds=30), times=5)
    assert per_chat(talk, chats) == [1] * 8


async def test_f09_a_blocked_bot_reads_and_sends_nothing_until_it_is_wanted_again(
    talk: Talk, clock: Clock
) -> None:
    await talk.ask("/follow @lea")
    await followers(talk, 1)
    talk.telegram.block(talk.ada)
    clock.now += TO_NINE
    await talk.tick()
    (dead,) = [row for row in await talk.rows(schedule) if row["chat_id"] == talk.ada.id]
    assert (dead["state"], dead["next_run_at"]) == ("dead", None)
    read = Counter(row["account_id"] for row in await talk.rows(snapshot))
    clock.forward(days=7)
    assert await talk.tick() == []
    assert Counter(row["account_id"] for row in await talk.rows(snapshot)) - read == {1: 1}
    talk.telegram.unblock(talk.ada)
    await talk.ask("/start")
    clock.forward(days=7)
    assert len(await talk.tick()) == 1


@pytest.mark.parametrize(
    "description",
    [
        "Forbidden: user is deactivated",
        "Forbidden: bot was kicked from the supergroup chat",
        "Bad Request: chat not found",
        "Bad Request: not enough rights to send text messages to the chat",
    ],
)
async def test_f09_gone_is_gone(talk: Talk, clock: Clock, description: str) -> None:
    await talk.ask("/follow @lea")
    clock.now += TO_NINE
    talk.telegram.fail("sendMessage", 400 if "Bad" in description else 403, description)
    await ticks(talk, clock, every=timedelta(hours=1), times=3)
    assert await states(talk) == ["failed"]
    assert [row["state"] for row in await talk.rows(schedule)] == ["dead"]


@pytest.mark.parametrize(
    ("code", "description"),
    [(403, "Forbidden: something new"), (400, "Bad Request: something new")],
)
async def test_f10_an_unknown_refusal_disables_no_chat(
    talk: Talk, clock: Clock, code: int, description: str
) -> None:
    chats = await followers(talk, 1)
    clock.now += TO_NINE
    before = len(talk.telegram.sent("sendMessage"))
    talk.telegram.fail("sendMessage", code, description, times=9)
    await ticks(talk, clock, every=timedelta(minutes=5), times=9)
    assert [(row["state"], row["attempt"]) for row in await talk.rows(outbox)] == [("failed", 5)]
    assert len(talk.telegram.sent("sendMessage")) == before + 5
    assert [row["state"] for row in await talk.rows(schedule)] == ["active"]
    talk.telegram.recover()
    clock.forward(days=7)
    await talk.tick()
    assert per_chat(talk, chats) == [1]


async def test_f10_html_that_is_refused_is_sent_as_plain_text(talk: Talk, clock: Clock) -> None:
    await talk.ask("/follow @nasa")
    clock.now += TO_NINE
    talk.telegram.fail("sendMessage", 400, "Bad Request: can't parse entities: byte offset 3")
    (plain,) = await talk.tick()
    assert plain["text"].startswith("What changed · 18 March – 25 March\nA quiet week.\n")
    assert "bold" not in {entity["type"] for entity in plain["entities"]}
    assert await states(talk) == ["sent"]


def _old_group(talk: Talk) -> Chat:
    return talk.telegram.group("Old friends", [talk.ada, talk.bob], kind="group")


async def _prepared(talk: Talk, group: Chat) -> None:
    await talk.say(talk.ada, group, "/language fr")
    await talk.say(talk.ada, group, "/follow @nasa")
    await talk.say(talk.ada, group, "/schedule wednesday 12:30 Europe/Paris")


def _service_messages(telegram: LocalTelegram) -> list[Json]:
    return [
        update
        for update in telegram.take_updates()
        if {"migrate_to_chat_id", "migrate_from_chat_id"} & update.get("message", {}).keys()
    ]


@pytest.mark.parametrize("order", ["error first", "messages first", "messages swapped"])
@pytest.mark.parametrize("known", [False, True])
async def test_f11_an_upgraded_group_keeps_everything_and_gets_one_digest(
    talk: Talk, clock: Clock, order: str, known: bool
) -> None:
    old = _old_group(talk)
    await _prepared(talk, old)
    talk.telegram.take_updates()
    new = talk.telegram.migrate(old)
    told = _service_messages(talk.telegram)
    assert len(told) == 2
    if known:
        await talk.say(talk.ada, new, "/follow @lea")
        await talk.say(talk.ada, new, "/schedule wednesday 12:30 Europe/Paris")
    if order != "error first":
        await talk.feed(new, *(reversed(told) if order == "messages swapped" else told))
    clock.forward(days=7)
    await ticks(talk, clock, every=timedelta(minutes=1), times=3)
    await talk.feed(new, *told)
    await ticks(talk, clock, every=timedelta(minutes=1), times=3)
    assert len(digests(talk, new)) == 1
    (kept,) = await talk.rows(schedule)
    assert (kept["chat_id"], kept["zone"], kept["minute"]) == (new.id, "Europe/Paris", 750)
    names = {row["handle"] for row in await talk.rows(follow)}
    assert names == ({"nasa", "lea"} if known else {"nasa"})
    clock.forward(days=7)
    (weekly,) = await talk.tick(new)
    assert weekly["text"].startswith("Ce qui a changé")


async def test_f11_leaving_the_old_group_is_part_of_the_upgrade(talk: Talk, clock: Clock) -> None:
    old = _old_group(talk)
    await _prepared(talk, old)
    talk.telegram.take_updates()
    new = talk.telegram.migrate(old)
    told = _service_messages(talk.telegram)
    await talk.feed(old, talk.telegram.remove_bot(old, talk.ada), *told)
    (kept,) = await talk.rows(schedule)
    assert (kept["chat_id"], kept["state"]) == (new.id, "active")
    clock.forward(days=7)
    assert len(await talk.tick(new)) == 1


@pytest.mark.usefixtures("one_under_way")
@pytest.mark.parametrize(("code", "text"), [(401, "Unauthorized"), (404, "Not Found")])
async def test_f12_a_refused_token_stops_the_sender_and_touches_no_chat(
    talk: Talk, clock: Clock, code: int, text: str
) -> None:
    chats = await followers(talk, 3)
    clock.now += TO_NINE
    before = len(talk.telegram.sent("sendMessage"))
    talk.telegram.fail("sendMessage", code, text)
    await talk.tick()
    assert len(talk.telegram.sent("sendMessage")) == before + 1
    assert {row["state"] for row in await talk.rows(schedule)} == {"active"}
    assert set(await states(talk)) == {"pending"}
    clock.forward(seconds=62)
    await talk.tick()
    assert per_chat(talk, chats) == [1, 1, 1]


@pytest.mark.parametrize("batch_window", [0.1])  # both accounts share a request
async def test_f13_x_asks_to_wait_and_the_digest_comes_later_but_whole(
    talk: Talk, clock: Clock, x: XServer
) -> None:
    await talk.ask("/follow @nasa @lea")
    clock.now += TO_NINE
    reset = {"x-rate-limit-reset": str(int(clock().timestamp()) + 900)}
    x.fail("users", Fault(429, "{}", headers=reset))
    x.requests.clear()
    await ticks(talk, clock, every=timedelta(minutes=5), times=3)
    assert len(x.requests) == 1
    assert not digests(talk, talk.private)
    (late,) = await talk.tick()
    assert named(late, STEADY) == {"@nasa": "53 → 52", "@lea": "41 → 40"}
    assert "Not read afresh" not in late["text"]


TROUBLES = [
    Fault(500, "<html>", "text/html"),
    Fault(200, '{"data": ['),
    Fault(200, '{"errors": [{"title": "Internal"}]}'),
    Fault(200, ""),
]


@pytest.mark.parametrize("fault", TROUBLES)
async def test_f14_x_in_trouble_is_waited_for_then_old_figures_say_so(
    talk: Talk, clock: Clock, x: XServer, fault: Fault
) -> None:
    await talk.ask("/follow @nasa @lea")
    x.fail("users", fault)
    assert "@new" in await talk.ask("/follow @new")
    clock.now += TO_NINE
    x.fail("users", fault, times=100)
    await ticks(talk, clock, every=timedelta(minutes=30), times=12)
    assert not digests(talk, talk.private)
    await talk.tick()
    (old,) = digests(talk, talk.private)
    lines = old["text"].split("\n")
    assert "Not read afresh: @nasa 53, @lea 41. The figures are of 18 March or later." in lines
    assert old["text"].count("X is not answering right now.") == 1
    assert "I have not been able to read these yet: @new." in lines
    assert "This is late" in old["text"]
    assert old["text"].count("@new") == 1  # and so without a score


ODD: list[dict[str, Any]] = [
    {"public_metrics": ...},
    {"created_at": None},
    {"public_metrics": {"listed_count": "many"}},
    {"username": "<b>"},
]


@pytest.mark.parametrize("batch_window", [0.1])  # all accounts share a request
@pytest.mark.parametrize("fields", ODD)
async def test_f14_one_account_that_cannot_be_read_delays_no_digest(
    talk: Talk, clock: Clock, world: FixedWorld, x: XServer, fields: dict[str, Any]
) -> None:
    world.put(account(3, "odd"))
    await talk.ask("/follow @nasa @lea @odd")
    clock.now += TO_NINE
    x.spoil("odd", **fields)
    (told,) = await talk.tick()
    scores = named(told, STEADY)
    assert set(scores) == {"@nasa", "@lea"}
    as_told = "Not read afresh: @odd 53. The figures are of 18 March or later."
    assert as_told in told["text"]
    assert told["text"].count("The answer of X about @odd is of no use") == 1
    assert "X is not answering" not in told["text"]


@pytest.mark.parametrize("batch_window", [0.3])  # all accounts share a request
async def test_f14_thirty_digests_go_out_in_their_slot_and_cost_what_x_charges(
    talk: Talk, clock: Clock, world: FixedWorld, x: XServer
) -> None:
    names = [f"friend{number}" for number in range(29)]
    for number, name in enumerate([*names, "odd"], 100):
        world.put(account(number, name, recent=(), posts=0))
    asking = (followers(talk, 1, name) for name in [*names, "odd"])
    chats = [chat for (chat,) in await asyncio.gather(*asking)]
    clock.now += TO_NINE
    x.spoil("odd", public_metrics={"listed_count": None})
    x.requests.clear()
    await ticks(talk, clock, every=timedelta(seconds=15), times=4)
    assert per_chat(talk, chats) == [1] * 30
    assert x.requests.count("/2/users/by") == 1
    spending = talk.application.services.spending
    assert await spending.spent_in_month(clock.now) == x.bill


@pytest.mark.parametrize("status", [200, 401, 403, 404])
async def test_f14_a_timeline_that_is_refused_delays_no_digest(
    talk: Talk, clock: Clock, x: XServer, status: int
) -> None:
    await talk.ask("/follow @nasa @lea")
    clock.now += TO_NINE
    x.trouble("nasa", "not-authorized-for-resource", "tweets", status)
    x.spoil("nasa", public_metrics={"tweet_count": 17_001})
    (told,) = await talk.tick()
    assert set(named(told, STEADY)) == {"@nasa", "@lea"}
    assert told["text"].count("X does not show me the posts of @nasa") == 1


async def test_f14_each_account_that_is_odd_says_why_and_the_others_are_told(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    for number, name in enumerate(("gone", "banned", "before", "shy"), 3):
        world.put(account(number, name))
    await talk.ask("/follow @nasa @gone @banned @before @shy")
    clock.now += TO_NINE
    world.remove("gone")
    world.put(account(4, "banned", suspended=True))
    world.put(account(5, "after"))
    world.put(account(6, "shy", protected=True))
    (told,) = await talk.tick()
    lines = told["text"].split("\n")
    for name, reason in (
        ("@gone", "There is no account @gone on X."),
        ("@banned", "X has suspended @banned"),
    ):
        (line,) = [line for line in lines if name in line]
        assert line.startswith(reason)
        assert line.endswith("Its last score: 53, on 18 March.")
    assert lines.count("@before goes by @after now.") == 1
    changed = entries(told)
    assert list(changed) == ["@shy"]
    assert "The posts are protected" in changed["@shy"]
    assert named(told, STEADY) == {"@after": "53 → 52", "@nasa": "53 → 52"}
    assert " 0/100" not in told["text"]


ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "Asia/Kathmandu",
]


@pytest.mark.parametrize("zone", ZONES)
async def test_f20_one_digest_a_week_whatever_the_clocks_do(
    talk: Talk, clock: Clock, zone: str
) -> None:
    await talk.ask("/follow @nasa")
    await talk.ask(f"/schedule sunday 2:15 {zone}")
    served = []
    # seven weeks of spring and of autumn: each zone changes its clocks in them
    for season in (clock.now, datetime(2026, 9, 20, tzinfo=UTC)):
        clock.now = season
        await talk.ask(f"/schedule sunday 2:15 {zone}")
        for _ in range(7):
            (row,) = await talk.rows(schedule)
            clock.now = row["next_run_at"]
            assert len(await talk.tick()) == 1
            served.append(clock.now)
    weeks = [period(zone, moment) for moment in served]
    assert len(set(weeks)) == 14
    del served[6:8]  # two seasons lie between them
    assert all(b - a < timedelta(days=8) for a, b in pairwise(served[:6]))
    assert all(b - a < timedelta(days=8) for a, b in pairwise(served[6:]))
    hours = {moment.astimezone(ZoneInfo(zone)).hour for moment in served}
    assert hours <= {2, 3, 4}


async def test_f22_the_same_update_three_times_has_its_effect_once(
    talk: Talk, clock: Clock
) -> None:
    first = talk.telegram.say(talk.ada, talk.private, "/follow @nasa")
    second = talk.telegram.say(talk.ada, talk.private, "/schedule thursday 8:00")
    await talk.feed(talk.private, first, second, first, second, second, first)
    assert [row["handle"] for row in await talk.rows(follow)] == ["nasa"]
    (row,) = await talk.rows(schedule)
    assert row["next_run_at"] == datetime.fromisoformat("2026-03-19T08:00+00:00")
    clock.forward(days=1)
    await ticks(talk, clock, every=timedelta(hours=1), times=24)
    assert len(digests(talk, talk.private)) == 1


async def test_f23_one_persons_burst_delays_neither_answers_nor_digests(
    talk: Talk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    chats = await followers(talk, 10)
    clock.now += TO_NINE
    await talk.say(talk.bob, talk.group, "/klout @nasa")
    held = asyncio.Event()

    async def slow(chat_id: int) -> str | None:
        if chat_id == talk.ada.id:
            await held.wait()
        return None

    monkeypatch.setattr(talk.application.services.chats, "language", slow)
    burst = [talk.telegram.say(talk.ada, talk.private, "/help") for _ in range(500)]
    asked = talk.telegram.say(talk.bob, talk.group, "/klout @nasa")
    await talk.arrive(*burst, asked)
    await talk.tick()
    assert per_chat(talk, chats) == [1] * 10
    await talk.sees(talk.group, "@nasa · ")
    held.set()
    await talk.receiving.drained()
    answers = [m["text"] for m in talk.telegram.history(talk.private) if m["from"]["is_bot"]]
    assert len(answers) == MOST_A_LANE + 1
    assert answers[-1].startswith("You sent more than I can answer at once")


async def test_upkeep_that_fails_holds_up_no_digest(talk: Talk, clock: Clock) -> None:
    chats = await followers(talk, 3)
    async with talk.application.services.stores.database.transaction() as connection:
        await connection.execute(text("DROP TABLE picture"))
        await connection.execute(received.insert().values(update_id=-1, received_at=clock()))
    clock.now += TO_NINE
    await talk.tick()
    assert per_chat(talk, chats) == [1, 1, 1]
    assert -1 not in {row["update_id"] for row in await talk.rows(received)}


async def test_f28_a_digest_that_cannot_be_written_is_given_up_alone(
    talk: Talk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned, *others = await followers(talk, 4)
    clock.now += TO_NINE
    tried = []
    original = MessageWriter.digest

    async def poison(
        self: MessageWriter, place: Place, told: DigestContents, now: datetime
    ) -> Written:
        if place.chat_id == poisoned.id:
            tried.append(place)
            raise ValueError("a bug")
        return await original(self, place, told, now)

    with monkeypatch.context() as patch:
        patch.setattr(MessageWriter, "digest", poison)
        await ticks(talk, clock, every=timedelta(minutes=5), times=9)
    assert per_chat(talk, others) == [1, 1, 1]
    assert len(tried) == 3
    assert sorted(row["state"] for row in await talk.rows(digest)) == ["failed"] + ["sent"] * 3
    clock.forward(days=7)
    await talk.tick()
    assert per_chat(talk, [poisoned]) == [1]


HOSTILE = ["<b>&amp;]]>", "\u202eevil\u202c", "🧑‍🚀" * 60, "a\nb\u2028c", "</a>" * 40, "\ud800" * 3]


async def test_f29_whatever_accounts_are_called_a_digest_is_whole(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    names = [f"{'W' * 12}_{number:02}" for number in range(11)]
    for number, name in enumerate(names):
        world.put(account(10 + number, name, name=HOSTILE[number % len(HOSTILE)]))
    await talk.ask("/language fr")
    for start in range(0, len(names), 5):
        await talk.ask("/follow @" + " @".join(names[start : start + 5]))
    clock.forward(days=6, hours=23)
    for number in range(len(names)):
        many = {"followers": 123_456_789, "listed": 1_234_567, "recent": ()}
        new_name = f"{'M' * 12}_{number:02}"
        hostile = HOSTILE[number % len(HOSTILE)]
        world.put(account(10 + number, new_name, name=hostile, **many))
    (told,) = await talk.tick()
    assert await talk.press(talk.ada, told, "Tout voir") == []
    (whole,) = [
        message
        for message in talk.telegram.history(talk.private)
        if message["message_id"] == told["message_id"]
    ]
    for shown, most in ((told, 1_024), (whole, 4_096)):
        title, late, story = shown["text"].split("\n")[:3]
        assert title == "Ce qui a changé · 18 mars – 25 mars"
        assert late.startswith("C’est en retard")
        assert "11 comptes sur 11 ont bougé" in story
        assert len(shown["text"].encode("utf-16-le")) // 2 <= most
        assert {entity["type"] for entity in shown["entities"]} == {"bold", "text_link"}
    found = entries(whole)
    assert len(found) == 11
    for number in range(11):
        renamed = f"@{'W' * 12}_{number:02} s’appelle maintenant @{'M' * 12}_{number:02}."
        assert renamed in found[f"@{'M' * 12}_{number:02}"].split("\n")


async def _scan(talk: Talk, number: int) -> list[str]:
    """The tables in which a number is anywhere."""
    found = []
    for table in metadata.sorted_tables:
        for row in await talk.rows(table):
            found += [table.name for value in row.values() if str(number) in str(value)]
    return found


async def _known_everywhere(talk: Talk) -> None:
    """Ada has left a trace of every kind."""
    await talk.ask("/follow @nasa @lea")
    await talk.ask("/language en")
    await talk.ask("/schedule wednesday 12:00 UTC")
    await talk.ask("/alert @nasa 35")
    await talk.ask("/alert @lea ±1")
    for chat in (talk.private, talk.group):
        (prompt,) = await talk.say(talk.ada, chat, "/klout")
        (answer,) = await talk.say(talk.ada, chat, "@nasa", reply_to=prompt)
        await talk.press(talk.ada, answer, "That’s me")


async def test_f31_forget_me_takes_back_what_is_leased(talk: Talk, clock: Clock) -> None:
    await _known_everywhere(talk)
    clock.forward(days=7)
    await prepare(talk)
    rival = Stores(talk.application.services.stores.database, clock, "another process").outbox
    (leased,) = await rival.lease(9)
    assert set(await _scan(talk, talk.ada.id)) == {
        "alert",
        "chat",
        "digest",
        "follow",
        "link",
        "outbox",
        "quota",
        "schedule",
        "telling",
        "usage",
    }
    assert "/follow @lea @nasa" in await talk.forget()
    assert not await rival.arm(leased)
    await ticks(talk, clock, every=timedelta(days=1), times=9)
    assert not digests(talk, talk.private)
    assert await _scan(talk, talk.ada.id) == []


@pytest.mark.usefixtures("impatient")
async def test_f31_forget_me_while_it_is_sent(talk: Talk, clock: Clock) -> None:
    await _known_everywhere(talk)
    clock.forward(days=7)
    talk.telegram.hang("sendMessage", delivered=True)
    run = asyncio.create_task(talk.application.delivery.tick())
    while "sending" not in await states(talk):  # noqa: ASYNC110 - a few turns of the loop
        await asyncio.sleep(0.01)
    assert (await talk.forget()).startswith("Done.")
    await run
    assert len(digests(talk, talk.private)) == 1
    await ticks(talk, clock, every=timedelta(days=1), times=9)
    assert len(digests(talk, talk.private)) == 1
    assert await _scan(talk, talk.ada.id) == []
    assert len(await talk.say(talk.ada, talk.private, "/help")) == 1


async def test_f31_in_a_group_nothing_is_forgotten(talk: Talk) -> None:
    await _known_everywhere(talk)
    before = await _scan(talk, talk.ada.id)
    (refused,) = await talk.say(talk.ada, talk.group, "/forget_me")
    assert refused["text"].startswith("That is yours alone")
    (refused,) = await talk.anonymously(talk.group, "/forget_me")
    assert refused["text"].startswith("That is yours alone")
    assert await _scan(talk, talk.ada.id) == before


async def test_f31_forgotten_in_private_a_group_keeps_its_own(talk: Talk, clock: Clock) -> None:
    await _known_everywhere(talk)
    await talk.say(talk.ada, talk.group, "/follow @lea")
    await talk.forget()
    assert await _scan(talk, talk.ada.id) == ["quota"]
    clock.forward(hours=5)
    await talk.tick()
    assert await _scan(talk, talk.ada.id) == []
    assert [row["chat_id"] for row in await talk.rows(follow)] == [talk.group.id]


async def test_f25_a_run_that_is_closed_is_not_elected_again(
    talk: Talk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery, began = talk.application.delivery, asyncio.Event()

    async def endless() -> None:
        began.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(run, "TERM", timedelta(seconds=0.3))
    monkeypatch.setattr(delivery.steps.digests, "build", endless)
    tick = asyncio.create_task(delivery.tick())
    await began.wait()
    await delivery.close(0)
    await asyncio.wait_for(tick, 10)
    assert await talk.application.services.stores.leader.elect("another process", clock())
