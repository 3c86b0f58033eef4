"""What operators alone may ask, and what they are told without asking."""

import pytest
from telegram import BotCommandScopeChat

from handlers import menu
from operations.settings import Settings
from playground.telegram.server.world import Person
from playground.x.accounts import FixedWorld
from playground.x.server import Fault, XServer
from storage.engine.database import newest_revision
from storage.engine.schema import account as accounts
from storage.engine.schema import outbox, snapshot
from tests.conftest import Clock
from tests.dialogue.conftest import Talk
from tests.support.accounts import account, asked


@pytest.fixture
def settings(operated: Settings) -> Settings:
    return operated


async def ask(talk: Talk, operator: Person, text: str) -> str:
    (told,) = await talk.say(operator, talk.telegram.private_chat(operator), text)
    return str(told["text"])


async def told(talk: Talk, operator: Person) -> list[str]:
    """What the next tick brings an operator."""
    return [str(each["text"]) for each in await talk.tick(talk.telegram.private_chat(operator))]


async def test_an_operator_sees_what_was_spent(talk: Talk, operator: Person) -> None:
    await talk.ask("/klout @nasa")
    await talk.ask("/klout @nasa")
    await talk.say(talk.bob, talk.group, "/compare @nasa @lea")
    await talk.tick()
    told = await ask(talk, operator, "/spend")
    assert "Today: $0.13." in told
    assert "This month: $0.13 of $10.00." in told
    assert "profiles: 2 · $0.02" in told
    assert "2 answers came from what I knew: reading again would have cost up to $0.13." in told
    assert "\ncounts of mentions: 2 · $0.01" in told
    assert "\nklout: $0.065 · 1 account" in told
    assert "\ncompare: $0.065 · 1 account" in told
    assert f"\n{talk.group.id}: $0.065 · 1 account" in told
    assert "accounts known: 2" in await ask(talk, operator, "/stats")


async def test_an_operator_sees_how_the_parts_are(
    talk: Talk, operator: Person, clock: Clock, x: XServer
) -> None:
    told = await ask(talk, operator, "/health")
    assert "started just now." in told
    assert f", schema {newest_revision()}." in told
    assert "Messages: none waits." in told
    assert "Sending: nobody does it at the moment." in told
    assert "Budget: $0.00 of $10.00 this month." in told
    assert "X: lets me read." in told
    x.fail("users", Fault(402, "{}"))
    await talk.ask("/klout @nasa")
    await talk.tick()
    clock.forward(minutes=2)
    told = await ask(talk, operator, "/health")
    assert "Sending: last sign of life 2 minutes ago." in told
    assert "\nX does not let me read any more\nIts credits, its spending limit" in told


@pytest.mark.parametrize("command", ["/spend", "/stats", "/health", "/broadcast Hello"])
async def test_operators_commands_do_not_exist_for_others_or_in_groups(
    talk: Talk, operator: Person, command: str
) -> None:
    assert (await talk.ask(command)).startswith("Sorry, I did not understand.")
    group = talk.telegram.group("Operators", [operator])
    assert await talk.say(operator, group, command) == []


async def test_only_an_operators_own_menu_has_these_commands(talk: Talk, operator: Person) -> None:
    await ask(talk, operator, "/start")
    bot = talk.application.bot
    await menu.publish(bot, talk.application.services.operators)
    everybody = {each.command for each in await bot.get_my_commands()}
    scope = BotCommandScopeChat(operator.id)
    theirs = {each.command for each in await bot.get_my_commands(scope=scope)}
    assert theirs - everybody == {"spend", "stats", "health", "erase", "broadcast"}
    assert everybody - theirs == {"board", "join", "leave"}  # an operator's private chat
    writes = len(talk.telegram.sent("setMyCommands"))
    await menu.publish(bot, talk.application.services.operators)
    assert len(talk.telegram.sent("setMyCommands")) == writes


@pytest.mark.parametrize("budget_usd", ["0.20"])
async def test_the_budget_is_warned_of_once_a_level_and_month(
    talk: Talk, operator: Person, clock: Clock
) -> None:
    spending = talk.application.services.spending
    await ask(talk, operator, "/spend")

    async def spend(units: int) -> list[str]:
        await spending.reserve("user", asked(units, item=f"{clock()}"[:24]), clock())
        clock.forward(minutes=1)
        return await told(talk, operator)

    assert await spend(9) == []
    (half,) = await spend(1)
    assert half.startswith("50% of this month’s budget for X is spent\n$0.10 of $0.20.")
    (most,) = await spend(8)  # 80 was passed as well
    assert most.startswith("80% of")
    assert await spend(1) == []
    (spent,) = await spend(1)
    assert spent.startswith("This month’s budget for X is spent\n$0.20 of $0.20.")
    assert "from 1 April, 00:00 UTC" in spent
    assert await told(talk, operator) == []
    clock.forward(days=12)  # still March
    await talk.application.services.stores.upkeep.run(clock())
    assert await told(talk, operator) == []
    clock.forward(days=12)
    assert await spend(9) == []
    (half,) = await spend(1)
    assert half.startswith("50%")


async def test_notices_come_in_the_operators_language(
    talk: Talk, operator: Person, x: XServer, clock: Clock
) -> None:
    await ask(talk, operator, "/language fr")
    x.fail("users", Fault(402, "{}"))
    await talk.ask("/klout @nasa")
    (notice,) = await told(talk, operator)
    assert notice.startswith("X ne me laisse plus lire\nLes crédits, la limite de dépense")
    clock.forward(hours=1)
    await talk.ask("/klout @nasa")
    (notice,) = await told(talk, operator)
    assert notice == "X me laisse lire à nouveau. Il refusait depuis le 18 mars, 12:00 UTC."


async def test_a_refusal_and_its_end_are_in_the_log_once(
    talk: Talk, x: XServer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    x.fail("users", Fault(402, "{}"))
    await talk.ask("/klout @nasa")
    await talk.ask("/klout @lea")
    clock.forward(hours=2)
    await talk.ask("/klout @nasa")
    await talk.ask("/klout @lea")
    assert caplog.text.count("X refuses to be read (credits)") == 1
    assert caplog.text.count("X lets itself be read again") == 1


async def test_f15_a_refusal_is_asked_about_once_an_hour_and_told_once(
    talk: Talk, operator: Person, x: XServer, clock: Clock, world: FixedWorld
) -> None:
    world.put(account(3, "new"))
    await talk.ask("/follow @nasa @lea")
    clock.forward(days=1)
    x.fail("users", Fault(402, "{}"), times=2)
    before = len(x.requests)
    answer = await talk.ask("/klout @nasa @lea")
    assert "its prepaid reads are used up" in answer
    (notice,) = await told(talk, operator)
    assert notice.startswith("X does not let me read any more")
    for _ in range(5):
        assert "its prepaid reads are used up" in await talk.ask("/klout @new")
        clock.forward(minutes=10)
        assert await told(talk, operator) == []
    assert len(x.requests) == before + 1
    clock.forward(minutes=10)
    assert "its prepaid reads are used up" in await talk.ask("/klout @new")  # the probe
    assert "its prepaid reads are used up" in await talk.ask("/klout @new")
    assert len(x.requests) == before + 2
    assert await told(talk, operator) == []
    clock.forward(hours=1)
    assert (await talk.ask("/klout @new")).startswith("@new · ")
    (notice,) = await told(talk, operator)
    assert notice.startswith("X lets me read again. It had refused since 19 March")
    assert await told(talk, operator) == []


async def test_a_refusal_for_another_reason_is_told_too(
    talk: Talk, operator: Person, x: XServer, clock: Clock
) -> None:
    await talk.ask("/klout @lea")
    for status, reason in ((402, "credits"), (401, "X_BEARER_TOKEN")):
        x.fail("users", Fault(status, "{}"))
        await talk.ask("/klout @nasa")
        (notice,) = await told(talk, operator)
        assert notice.startswith("X does not let me read any more")
        assert reason in notice
        clock.forward(minutes=61)
    assert await told(talk, operator) == []
    await talk.ask("/klout @nasa")
    (notice,) = await told(talk, operator)
    assert notice.startswith("X lets me read again.")


async def test_an_error_is_told_once_a_day_without_what_it_was_about(
    talk: Talk, operator: Person, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("@nasa of Ada, number 1234567")

    monkeypatch.setattr("handlers.scores.klout.handles.parse", broken)
    answer = await talk.ask("/klout @nasa")
    (notice,) = await told(talk, operator)
    error_id = answer.rsplit(" ", 1)[1]
    title, what, log, _ = notice.split("\n")
    assert title == "Something went wrong"
    assert what.startswith("RuntimeError · handlers/scores/klout.py:")
    assert what.endswith(" answer")
    assert log == f"In the log it is error {error_id}."
    assert "nasa" not in notice
    for _ in range(3):
        await talk.ask("/klout @lea")
        assert await told(talk, operator) == []
    clock.forward(days=1)
    await talk.ask("/klout @lea")
    assert len(await told(talk, operator)) == 1


async def test_a_chat_that_cannot_be_prepared_is_told_of(
    talk: Talk, operator: Person, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise LookupError

    await talk.ask("/follow @nasa")
    clock.forward(days=7)
    monkeypatch.setattr(talk.application.services.writer, "digest", broken)
    (notice,) = await told(talk, operator)
    assert "LookupError · delivery/build_digests.py:" in notice


async def test_no_loop_when_the_notice_itself_fails(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("handlers.scores.klout.handles.parse", broken)
    monkeypatch.setattr("delivery.operator_notices.OutboxMessage", broken)
    assert "went wrong" in await talk.ask("/klout @nasa")
    assert caplog.text.count("operators could not be told") == 1


async def test_an_operator_who_blocked_the_bot_stops_nothing(
    talk: Talk, operator: Person, x: XServer
) -> None:
    await ask(talk, operator, "/spend")
    talk.telegram.block(operator)
    x.fail("users", Fault(402, "{}"))
    await talk.ask("/klout @nasa")
    assert await told(talk, operator) == []
    rows = await talk.rows(outbox)
    assert {row["state"] for row in rows} == {"failed"}


async def test_an_operator_deletes_what_is_kept_of_an_account(talk: Talk, operator: Person) -> None:
    await talk.ask("/klout @nasa")
    await talk.ask("/klout @lea")
    question = await ask(talk, operator, "/erase @nasa")
    assert question.startswith("Delete all that is kept of @nasa")
    office = talk.telegram.private_chat(operator)
    await talk.press(operator, office, "Delete @nasa")
    assert talk.telegram.history(office)[-1]["text"].startswith("Deleted: nothing is kept of @nasa")
    (left,) = await talk.rows(snapshot)
    (other,) = await talk.rows(accounts)
    assert left["account_id"] == other["id"]
    assert (await ask(talk, operator, "/erase @nasa")) == "Nothing is kept of @nasa."
    assert (await talk.ask("/erase @lea")).startswith("Sorry, I did not understand.")
