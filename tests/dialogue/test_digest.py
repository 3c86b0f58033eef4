"""What a digest says, its pages, and when it says nothing."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from delivery import collecting
from delivery.writing import Written
from handlers.letters import Letters
from playground.telegram.wire import Json
from playground.x.accounts import FixedWorld
from playground.x.server import Fault, XServer
from scoring.budget import PRICES
from storage.places import Place
from storage.schema import digest
from tests.accounts import account
from tests.conftest import Clock
from tests.dialogue.conftest import Talk
from tests.dialogue.test_following import buttons

pytestmark = pytest.mark.usefixtures("hurried")

TO_NINE = timedelta(days=6, hours=21)
"""From the noon of the tests to the first digest."""


def entries(message: Json) -> dict[str, str]:
    """A digest's accounts in order, each with what it says of it."""
    blocks = [block.partition(" ") for block in message["text"].split("\n\n")[1:]]
    return {name.split("\n")[0]: rest for name, _, rest in blocks if name.startswith("@")}


def lines_of(receipt: str) -> list[str]:
    """The lines of a change as they are told: "+1.2 community (…)"."""
    return re.split(r", (?=[+−]\d+\.\d )", receipt)


async def test_what_moved_most_comes_first_with_its_receipt(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    for number, name in enumerate(("still", "up", "down"), 3):
        world.put(account(number, name))
    await talk.ask("/follow @still @up @down @nasa")
    clock.now += TO_NINE
    world.put(account(4, "up", followers=9_000_000, listed=90_000))
    world.put(account(5, "down", followers=2_000, listed=20))
    world.put(account(1, "nasa", followers=2_520))
    (told,) = await talk.tick()
    found = entries(told)
    assert list(found)[:2] == ["@up", "@down"]
    score, receipt = found["@up"].split("\n")
    assert score.startswith("· ")
    assert "± " in score
    assert score.rpartition(" · ")[2].startswith("+")
    assert receipt.startswith("+")
    assert "community (+89,920 lists, +9,000,000 followers)" in receipt
    told_points = [float(part.split()[0].replace("−", "-")) for part in lines_of(receipt)]
    assert sum(told_points) == pytest.approx(float(score.rpartition(" · ")[2]))
    assert " · −" in found["@down"]
    assert "(−60 lists, −500 followers)" in found["@down"]
    assert "· unchanged" in found["@still"]
    assert "This is late" not in told["text"]
    (page,) = await talk.press(talk.ada, told, "Why @up?")
    assert page["text"].startswith("@up · ")


async def test_a_small_move_is_called_noise(talk: Talk, clock: Clock, world: FixedWorld) -> None:
    await talk.ask("/follow @nasa")
    clock.now += TO_NINE
    world.put(account(1, "nasa", listed=84))
    (told,) = await talk.tick()
    assert entries(told)["@nasa"].endswith(". Within the margin of error.")


async def test_somebody_who_could_not_be_read_is_new_once(
    talk: Talk, clock: Clock, x: XServer
) -> None:
    x.fail("users", Fault(500, "{}"))
    await talk.ask("/follow @nasa")
    clock.now += TO_NINE
    (first,) = await talk.tick()
    assert entries(first)["@nasa"].endswith("· new here")
    clock.forward(days=7)
    (second,) = await talk.tick()
    assert "new here" not in second["text"]
    assert "Within the margin of error." in entries(second)["@nasa"]


async def test_without_money_the_old_figures_say_their_age_and_claim_no_change(
    talk: Talk, clock: Clock, world: FixedWorld, x: XServer
) -> None:
    await talk.ask("/follow @nasa @lea")
    clock.now += TO_NINE
    world.put(account(1, "nasa", followers=9_000_000))
    (first,) = await talk.tick()
    assert "(+9,000,000 followers)" in entries(first)["@nasa"]
    clock.forward(days=7)
    x.fail("users", Fault(402, "{}"), times=9)
    (second,) = await talk.tick()
    assert "followers" not in second["text"]
    assert second["text"].count("Data read 7 days ago.") == 2
    assert second["text"].count("its prepaid reads are used up") == 1
    clock.forward(days=7)
    x._faults.clear()
    world.put(account(1, "nasa", followers=9_500_000))
    (third,) = await talk.tick()
    assert "(+500,000 followers)" in entries(third)["@nasa"]


async def test_a_digest_that_is_late_says_so(talk: Talk, clock: Clock) -> None:
    await talk.ask("/follow @nasa")
    clock.now += TO_NINE + timedelta(hours=3)
    (told,) = await talk.tick()
    line = told["text"].split("\n")[1]
    assert line.startswith("This is late: it was due on 25 March, 09:00 UTC")


async def test_more_than_fits_is_paged(talk: Talk, clock: Clock, world: FixedWorld) -> None:
    names = [f"n{number:02}" for number in range(12)]
    for number, name in enumerate(names):
        world.put(account(10 + number, name, followers=1_000 - number))
    for start in range(0, 12, 5):
        await talk.ask("/follow @" + " @".join(names[start : start + 5]))
    clock.now += TO_NINE
    (told,) = await talk.tick()
    assert told["text"].startswith("What changed (1/2)")
    assert await talk.press(talk.ada, told, "▶") == []
    second = talk.telegram.history(talk.private)[-1]
    assert second["text"].startswith("What changed (2/2)")
    assert {*entries(told), *entries(second)} == {f"@{name}" for name in names}
    clock.forward(days=7)
    await talk.tick()
    world.put(account(10, "n00", followers=9_000_000))
    clock.forward(days=1)
    await talk.ask("/klout @n00")
    await talk.press(talk.ada, second, "◀")
    again = next(
        m for m in talk.telegram.history(talk.private) if m["message_id"] == told["message_id"]
    )
    assert again["text"].startswith("What changed (1/2)")
    first_lines = {name: rest.split("\n")[0] for name, rest in entries(told).items()}
    assert {name: rest.split("\n")[0] for name, rest in entries(again).items()} == first_lines


async def test_a_page_of_an_old_digest_is_as_it_was(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    names = [f"n{number:02}" for number in range(12)]
    for number, name in enumerate(names):
        world.put(account(10 + number, name, followers=1_000 - number))
    for start in range(0, 12, 5):
        await talk.ask("/follow @" + " @".join(names[start : start + 5]))
    clock.now += TO_NINE + timedelta(hours=3)
    (told,) = await talk.tick()
    clock.forward(days=3)
    await talk.press(talk.ada, told, "▶")
    second = talk.telegram.history(talk.private)[-1]
    assert "Data read" not in second["text"]
    await talk.press(talk.ada, second, "◀")
    assert talk.telegram.history(talk.private)[-1]["text"] == told["text"]


async def test_the_second_page_of_a_digest_now_keeps_a_suspension(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    names = [f"n{number:02}" for number in range(12)]
    for number, name in enumerate(names):
        world.put(account(10 + number, name))
    for start in range(0, 12, 5):
        await talk.ask("/follow @" + " @".join(names[start : start + 5]))
    clock.forward(days=1)
    world.put(account(10, "n00", suspended=True))
    (told,) = await talk.say(talk.ada, talk.private, "/digest")
    await talk.press(talk.ada, told, "▶")
    assert "X has suspended @n00" in talk.telegram.history(talk.private)[-1]["text"]


@pytest.mark.parametrize("data", ["1|page|999_0|en", "1|page|x_y|en", "1|page||en", "1|page|1_|en"])
async def test_pages_that_are_not_there(talk: Talk, clock: Clock, data: str) -> None:
    await talk.ask("/follow @nasa")
    clock.now += TO_NINE
    (told,) = await talk.tick()
    update = talk.telegram.press(talk.ada, told, "Pause")
    update["callback_query"]["data"] = data
    await talk.feed(talk.private, update)
    assert "This button is old." in talk.toast()["text"]


async def test_another_chats_digest_is_nobodys_business(talk: Talk, clock: Clock) -> None:
    await talk.ask("/follow @nasa")
    clock.now += TO_NINE
    await talk.tick()
    (row,) = await talk.rows(digest)
    (offer,) = await talk.say(talk.bob, talk.group, "/klout @nasa")
    update = talk.telegram.press(talk.bob, offer, "Why?")
    update["callback_query"]["data"] = f"1|page|{row['id']}_0|en"
    assert await talk.feed(talk.group, update) == []
    assert "This button is old." in talk.toast()["text"]


async def test_quiet_weeks_are_skipped_and_add_up(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    await talk.ask("/follow @nasa")
    await talk.say(talk.ada, talk.private, "/schedule")
    await talk.press(talk.ada, talk.private, "Only moves of 3 or more")
    clock.now += TO_NINE
    world.put(account(1, "nasa", followers=2_600))
    assert await talk.tick() == []
    (row,) = await talk.rows(digest)
    assert (row["state"], row["reason"]) == ("skipped", "quiet")
    clock.forward(days=7)
    world.put(account(1, "nasa", followers=9_002_500))
    (told,) = await talk.tick()
    assert "(+9,000,000 followers)" in told["text"]


async def test_that_somebody_is_gone_breaks_one_quiet_week(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    await talk.ask("/follow @nasa @lea")
    await talk.say(talk.ada, talk.private, "/schedule")
    await talk.press(talk.ada, talk.private, "Only moves of 3 or more")
    clock.now += TO_NINE
    world.put(account(2, "lea", suspended=True))
    (told,) = await talk.tick()
    assert "X has suspended @lea" in told["text"]
    for _ in range(2):
        clock.forward(days=7)
        assert await talk.tick() == []
    clock.forward(days=7)
    world.put(account(1, "nasa", followers=9_002_500))
    (told,) = await talk.tick()
    assert "X has suspended @lea" in told["text"]


async def test_a_new_name_is_told_once(talk: Talk, clock: Clock, world: FixedWorld) -> None:
    await talk.ask("/follow @nasa")
    clock.now += TO_NINE
    world.put(account(1, "nasa_new"))
    (first,) = await talk.tick()
    assert "@nasa goes by @nasa_new now." in first["text"]
    clock.forward(days=7)
    (second,) = await talk.tick()
    assert "@nasa_new · " in second["text"]
    assert "goes by" not in second["text"]


@pytest.mark.parametrize("trouble", [False, True])
async def test_one_that_cannot_be_stored_holds_up_no_other(
    talk: Talk, clock: Clock, monkeypatch: pytest.MonkeyPatch, *, trouble: bool
) -> None:
    await talk.ask("/follow @nasa")
    await talk.say(talk.ada, talk.group, "/follow @lea")
    original = Letters.digest

    async def odd(self: Letters, place: Place, *args: Any) -> Written:
        written = await original(self, place, *args)
        if trouble and place.chat_id == talk.group.id:
            return written._replace(html=None)  # type: ignore[arg-type]  # no engine stores it
        return written

    monkeypatch.setattr(Letters, "digest", odd)
    clock.now += TO_NINE
    assert len(await talk.tick()) == 1
    states = sorted(row["state"] for row in await talk.rows(digest))
    assert states == (["due", "sent"] if trouble else ["sent", "sent"])


async def test_without_a_sound(talk: Talk, clock: Clock) -> None:
    await talk.ask("/follow @nasa")
    clock.now += TO_NINE
    await talk.tick()
    assert not talk.telegram.sent("sendMessage")[-1].params.get("disable_notification")
    await talk.say(talk.ada, talk.private, "/schedule")
    await talk.press(talk.ada, talk.private, "Without a sound")
    clock.forward(days=7)
    await talk.tick()
    assert talk.telegram.sent("sendMessage")[-1].params["disable_notification"] is True


async def test_whoever_lets_everybody_go_hears_nothing(talk: Talk, clock: Clock) -> None:
    await talk.ask("/follow @nasa")
    await talk.ask("/unfollow @nasa")
    clock.now += TO_NINE
    assert await talk.tick() == []
    (row,) = await talk.rows(digest)
    assert (row["state"], row["reason"]) == ("skipped", "nobody")


async def test_a_digest_now_says_what_the_next_one_would(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    await talk.ask("/follow @nasa")
    assert (await talk.ask("/digest")).startswith("Where things stand\n\n@nasa · ")
    clock.forward(days=3)
    world.put(account(1, "nasa", followers=3_500))
    assert "(+1,000 followers)" in await talk.ask("/digest")
    clock.now += TO_NINE - timedelta(days=3)
    (weekly,) = await talk.tick()
    assert "(+1,000 followers)" in weekly["text"]
    assert "followers)" not in await talk.ask("/digest")


async def test_a_digest_now_in_a_group_and_in_a_topic(talk: Talk) -> None:
    topic = talk.telegram.topic(talk.group, "Space")
    await talk.say(talk.ada, talk.group, "/follow @nasa", topic=topic)
    (empty,) = await talk.say(talk.chloe, talk.group, "/digest")
    assert "@nasa" in empty["text"]
    (told,) = await talk.say(talk.chloe, talk.group, "/digest", topic=topic)
    assert told["message_thread_id"] == topic.id
    assert not told["text"].startswith("Where things stand")
    assert any(text.startswith("Pause") or "pause" in text.lower() for text in buttons(told))
    await talk.press(talk.bob, told, "1|pause|")
    assert talk.toast()["text"].startswith("Only the administrators")


async def test_export_is_everything_and_only_in_private(talk: Talk, clock: Clock) -> None:
    await talk.ask("/follow @nasa @lea")
    await talk.ask("/alert @nasa 35")
    await talk.say(talk.ada, talk.group, "/follow @lea")
    clock.now += TO_NINE
    await talk.tick()
    (sent,) = await talk.say(talk.ada, talk.private, "/export")
    assert sent["document"]["file_name"] == "klout-export.json"
    (upload,) = talk.telegram.sent("sendDocument")[-1].files.values()
    told = json.loads(upload.content)
    assert {row["handle"] for row in told["follow"]} == {"nasa", "lea"}
    assert [len(told[name]) for name in ("schedule", "alert", "digest", "outbox")] == [1, 1, 1, 1]
    assert str(talk.group.id) not in upload.content.decode()
    for answers in (
        await talk.say(talk.ada, talk.group, "/export"),
        await talk.anonymously(talk.group, "/export"),
    ):
        (refusal,) = answers
        assert refusal["text"].startswith("That is yours alone")
    await talk.say(talk.ada, talk.private, "/privacy")
    (again,) = await talk.press(talk.ada, talk.private, "Send me my data")
    assert "document" in again


async def test_forgotten_whom_one_followed_can_be_taken_back(talk: Talk) -> None:
    await talk.ask("/follow @nasa @lea")
    told = await talk.ask("/forget_me")
    assert told.endswith("/follow @lea @nasa")
    assert (await talk.ask("/following")).startswith("This chat follows nobody yet.")
    assert (await talk.ask("/forget_me")).startswith("Done.")


async def test_short_of_money_whom_most_follow_is_read_first(
    talk: Talk, clock: Clock, world: FixedWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "_TOGETHER", 1)  # of those read together any may be first
    for number, name in enumerate(("a_first", "z_last"), 3):
        world.put(account(number, name, protected=True))
    await talk.ask("/follow @a_first @z_last")
    await talk.say(talk.ada, talk.group, "/follow @z_last")
    clock.now += TO_NINE
    reader = talk.application.services.reader
    spent = await reader._ledger.spent_in_month(clock())  # type: ignore[attr-defined]
    reader._ledger._cap = spent + PRICES["user"]  # type: ignore[attr-defined]
    (told,) = await talk.tick()
    found = entries(told)
    assert "Data read" not in found["@z_last"]
    assert "Data read" in found["@a_first"]
    assert told["text"].count("used up its budget") == 1
