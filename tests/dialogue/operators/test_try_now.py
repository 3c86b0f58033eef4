"""After a new token, or new credits: the first question, or an operator's press, asks X at once."""

import pytest

from operations import assembly
from operations.settings import Settings
from playground.telegram.server.world import Person
from playground.x.accounts import FixedWorld
from playground.x.server import Fault, XServer
from scoring.reading.requester import Requester
from storage.engine.schema import booking
from tests.conftest import Clock
from tests.dialogue.conftest import Talk
from tests.support.accounts import account, asked


@pytest.fixture
def settings(operated: Settings) -> Settings:
    return operated


async def ask(talk: Talk, operator: Person, text: str) -> str:
    (told,) = await talk.say(operator, talk.telegram.private_chat(operator), text)
    return str(told["text"])


async def press(talk: Talk, operator: Person) -> str:
    """Press the button under the newest message; what is written there then."""
    private = talk.telegram.private_chat(operator)
    assert await talk.press(operator, private, "Try now") == []
    return str(talk.telegram.history(private)[-1]["text"])


@pytest.mark.parametrize("command", ["/spend", "/health"])
@pytest.mark.parametrize(
    ("status", "reason"), [(402, "prepaid reads are used up"), (401, "does not accept this bot")]
)
async def test_an_operator_has_x_asked_at_once(
    talk: Talk, operator: Person, x: XServer, *, command: str, status: int, reason: str
) -> None:
    x.fail("users", Fault(status, "{}"), times=2)
    await talk.ask("/klout @lea")
    assert "X does not let me read any more" in await ask(talk, operator, command)
    told = await press(talk, operator)
    assert "\n\nI tried just now: " in told
    assert reason in told
    assert "X does not let me read any more" in told  # the page is the same, and the button there
    assert len(x.requests) == 2
    told = await press(talk, operator)
    assert told.endswith("I asked X just now: it lets me read.")
    assert "X does not let me read any more" not in told
    assert x.requests == ["/2/users/by"] * 3
    assert (await talk.ask("/klout @lea")).startswith("@lea · ")
    assert x.bill == await talk.application.services.spending.spent_in_month(
        talk.application.services.clock()
    )


async def test_a_press_asks_for_what_is_refused_alone(
    talk: Talk, operator: Person, x: XServer, world: FixedWorld
) -> None:
    for number, name in enumerate(("one", "two", "three"), start=10):
        world.put(account(number, name))
    x.fail("tweets", Fault(403, "{}"), times=4)
    for name in ("one", "two", "three"):
        await talk.ask(f"/klout @{name}")
    told = await ask(talk, operator, "/health")
    assert "X does not let me read posts any more\nIt refuses whichever account" in told
    answer = await talk.ask("/klout @lea")
    assert "X does not let this bot read posts at the moment" in answer
    told = await press(talk, operator)
    assert "I tried just now: At the moment X does not show me the posts of this account" in told
    told = await press(talk, operator)
    assert told.endswith("I asked X just now: it lets me read.")
    assert "X: lets me read." in told
    assert "were not read" not in await talk.ask("/klout @one")


@pytest.mark.parametrize("budget_usd", ["0.01"])  # one profile
async def test_a_press_stays_below_the_cap(
    talk: Talk, operator: Person, x: XServer, clock: Clock
) -> None:
    x.fail("users", Fault(402, "{}"))
    await talk.ask("/klout @lea")
    spending = talk.application.services.spending
    clock.forward(hours=1)  # the next question is let through to X
    await spending.reserve("user", asked(1, item="elsewhere"), clock())
    await ask(talk, operator, "/spend")
    assert "used up its budget for reading X this month" in await press(talk, operator)
    assert len(x.requests) == 1


async def test_operators_are_told_which_reading_is_refused(
    talk: Talk, operator: Person, x: XServer, world: FixedWorld, clock: Clock
) -> None:
    await ask(talk, operator, "/language fr")
    for number, name in enumerate(("one", "two", "three"), start=10):
        world.put(account(number, name))
    x.fail("counts", Fault(403, "{}"), times=3)
    for name in ("one", "two", "three"):
        await talk.ask(f"/klout @{name}")
    private = talk.telegram.private_chat(operator)
    (notice,) = await talk.tick(private)
    assert notice["text"].startswith("X ne me laisse plus compter les mentions\nIl refuse")
    clock.forward(minutes=5)
    await talk.ask("/klout @lea")
    (notice,) = await talk.tick(private)
    assert notice["text"].startswith("X me laisse à nouveau compter les mentions.")
    assert await talk.tick(private) == []


@pytest.mark.parametrize("page", ["spend", "health", "stats", "", "nope"])
async def test_a_forged_press_asks_nothing(talk: Talk, x: XServer, page: str) -> None:
    x.fail("users", Fault(402, "{}"))
    await talk.ask("/klout @nasa")
    await talk.ask("/start")
    message = talk.telegram.history(talk.private)[-1]
    update = talk.telegram.press(talk.ada, message, "Help")
    update["callback_query"]["data"] = f"1|try|{page}"
    await talk.feed(talk.private, update)
    assert "This button is old." in talk.toast()["text"]
    assert len(x.requests) == 1
    assert len(await talk.application.services.outages.current()) == 1


async def test_no_button_while_x_can_be_read(talk: Talk, operator: Person) -> None:
    private = talk.telegram.private_chat(operator)
    for command in ("/spend", "/health"):
        await ask(talk, operator, command)
        assert "reply_markup" not in talk.telegram.history(private)[-1]


@pytest.mark.parametrize("status", [401, 402])
async def test_a_process_that_starts_asks_at_once(
    talk: Talk, settings: Settings, x: XServer, clock: Clock, status: int
) -> None:
    x.fail("users", Fault(status, "{}"))
    await talk.ask("/klout @nasa")
    assert "not" in await talk.ask("/klout @lea")
    assert len(x.requests) == 1
    async with assembly.services(settings, clock=clock) as restarted:
        reading = await restarted.reader.read("nasa", Requester("klout"))
        assert reading.problem is None
        assert await restarted.outages.current() == []


async def test_booking_keys_hold_nothing_about_the_requester(talk: Talk) -> None:
    await talk.ask("/klout @nasa")
    rows = await talk.rows(booking)
    assert {(row["resource"], row["item"]) for row in rows} == {
        ("user", "nasa"),
        ("post", "1"),
        ("mention_count", "1"),
        *(("post", f"post:{1000 + number}") for number in range(10)),
    }
    assert not [row for row in rows if str(talk.ada.id) in str(row)]
