"""What a digest says, its pages, and when it says nothing."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from delivery.writing import MessageWriter, Written
from playground.telegram.server.wire import Json
from playground.x.accounts import FixedWorld
from playground.x.server import Fault, XServer
from scoring.reading.budget import PRICES
from services import batch_read
from storage.chats.places import Place
from storage.engine.schema import digest, outbox
from tests.conftest import Clock
from tests.dialogue.conftest import Talk
from tests.dialogue.following.test_following import buttons
from tests.support.accounts import account
from views.markup import shown_length

pytestmark = pytest.mark.usefixtures("hurried")

TO_NINE = timedelta(days=6, hours=21)
"""From the noon of the tests to the first digest."""


def entries(message: Json) -> dict[str, str]:
    """The accounts that changed, in order, each with what a digest says of it."""
    blocks = [block.partition(" ") for block in message["text"].split("\n\n")[1:]]
    return {name: rest for name, _, rest in blocks if name.startswith("@") and " ± " in rest}


def named(message: Json, beginning: str) -> dict[str, str]:
    """The accounts in the line that begins so, each with its score."""
    for line in message["text"].split("\n"):
        if line.startswith(beginning):
            parts = [part.strip(" .") for part in line.removeprefix(beginning).split(",")]
            return {part.split(" ")[0]: part.partition(" ")[2] for part in parts}
    return {}


STEADY = "No clear change: "


async def test_what_moved_most_comes_first_with_its_receipt(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    for number, name in enumerate(("still", "up", "down"), 3):
        world.put(account(number, name, protected=name == "still"))
    await talk.ask("/follow @still @up @down @nasa")
    clock.now += TO_NINE
    world.put(account(4, "up", clock(), followers=9_000_000, listed=90_000))
    world.put(account(5, "down", clock(), followers=2_000, listed=20))
    world.put(account(1, "nasa", clock(), followers=2_520))
    (told,) = await talk.tick()
    found = entries(told)
    assert list(found)[:2] == ["@up", "@down"]
    title, story = told["text"].split("\n")[:2]
    assert title == "What changed · 18 March – 25 March"
    assert story.endswith("moved, most of all \u2068Name of up\u2069, @up (+89,920 lists).")
    score, ends, receipt, *rest = found["@up"].split("\n")
    assert re.fullmatch(r"· \d+/100 ± \d+ · X", score)
    before, after = map(float, re.findall(r"^([\d.]+) → ([\d.]+) since 18 March\.$", ends)[0])
    total, _, lines = receipt.partition(" points: ")
    assert after - before == pytest.approx(float(total))
    assert re.search(r"community \+[\d.]+ \(\+89,920 lists, \+9,000,000 followers\)", lines)
    told_points = re.findall(r"[a-z] ([+−][\d.]+)(?: \(|,|\.$)", lines)
    assert sum(float(n.rstrip(".").replace("−", "-")) for n in told_points) == pytest.approx(
        float(total)
    )
    assert rest == ["It passed 5,000,000 followers."]
    assert "\n−" in found["@down"]
    assert "(−60 lists, −500 followers)" in found["@down"]
    assert "@still" in named(told, STEADY)
    assert "This is late" not in told["text"]
    (page,) = await talk.press(talk.ada, told, "Why @up?")
    assert page["text"].startswith("@up · ")


async def test_a_small_move_is_called_noise(talk: Talk, clock: Clock, world: FixedWorld) -> None:
    await talk.ask("/follow @nasa")
    clock.now += TO_NINE
    world.put(account(1, "nasa", listed=84))
    (told,) = await talk.tick()
    lines = ["A quiet week.", "", "No clear change: @nasa 53 → 52."]
    assert told["text"].split("\n")[1:] == lines


async def test_somebody_who_could_not_be_read_is_new_once(
    talk: Talk, clock: Clock, x: XServer
) -> None:
    x.fail("users", Fault(500, "{}"))
    await talk.ask("/follow @nasa")
    clock.now += TO_NINE
    (first,) = await talk.tick()
    assert "@nasa" in named(first, "New here: ")
    clock.forward(days=7)
    (second,) = await talk.tick()
    assert "New here" not in second["text"]
    assert "@nasa" in named(second, STEADY)


async def test_without_money_the_old_figures_say_their_age_and_claim_no_change(
    talk: Talk, clock: Clock, world: FixedWorld, x: XServer
) -> None:
    await talk.ask("/follow @nasa @lea")
    clock.now += TO_NINE
    world.put(account(1, "nasa", clock(), followers=9_000_000))
    (first,) = await talk.tick()
    assert "(+9,000,000 followers)" in entries(first)["@nasa"]
    clock.forward(days=7)
    x.fail("users", Fault(402, "{}"), times=9)
    (second,) = await talk.tick()
    assert "followers" not in second["text"]
    assert "Nothing new" not in second["text"]
    old = "Not read afresh: @nasa 58, @lea 40. The figures are of 25 March or later."
    assert old in second["text"]
    assert second["text"].count("its prepaid reads are used up") == 1
    clock.forward(days=7)
    x._faults.clear()
    world.put(account(1, "nasa", clock(), followers=9_500_000, listed=800))
    (third,) = await talk.tick()
    assert "(+720 lists, +500,000 followers)" in entries(third)["@nasa"]


async def test_a_digest_that_is_late_says_so(talk: Talk, clock: Clock) -> None:
    await talk.ask("/follow @nasa")
    clock.now += TO_NINE + timedelta(hours=3)
    (told,) = await talk.tick()
    line = told["text"].split("\n")[1]
    assert line.startswith("This is late: it was due on 25 March, 09:00 UTC")


async def test_more_than_fits_is_behind_a_button(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    names = [f"n{number:02}" for number in range(12)]
    for number, name in enumerate(names):
        world.put(account(10 + number, name, followers=1_000 - number))
    for start in range(0, 12, 5):
        await talk.ask("/follow @" + " @".join(names[start : start + 5]))
    clock.now += TO_NINE
    for number, name in enumerate(names):
        world.put(account(10 + number, name, followers=40_000 + number, listed=400))
    (told,) = await talk.tick()
    assert "12 of 12 moved" in told["text"]
    assert 1 <= len(entries(told)) < 12  # as much as stands under a picture
    assert shown_length(told["text"]) <= 1_024
    world.put(account(10, "n00", followers=9_000_000))
    clock.forward(days=1)
    (answer,) = await talk.say(talk.ada, talk.private, "/klout @n00")
    assert await talk.press(talk.ada, told, "All of it") == []
    (whole,) = [
        message
        for message in talk.telegram.history(talk.private)
        if message["message_id"] == told["message_id"]
    ]
    assert set(entries(whole)) == {f"@{name}" for name in names}
    assert entries(whole)["@n11"] == entries(told).get("@n11", entries(whole)["@n11"])
    assert " since 25 March (+" in answer["text"]
    assert "since 25 March" not in whole["text"]


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
    assert "X has suspended @lea, so there is nothing to score. Its last score: " in told["text"]
    for _ in range(2):
        clock.forward(days=7)
        assert await talk.tick() == []
    clock.forward(days=7)
    world.put(account(1, "nasa", followers=9_002_500))
    (told,) = await talk.tick()
    assert "Still without a score: @lea." in told["text"]
    assert "suspended" not in told["text"]  # why was said once


async def test_a_new_name_is_told_once(talk: Talk, clock: Clock, world: FixedWorld) -> None:
    await talk.ask("/follow @nasa")
    clock.now += TO_NINE
    world.put(account(1, "nasa_new"))
    (first,) = await talk.tick()
    assert "@nasa goes by @nasa_new now." in first["text"]
    clock.forward(days=7)
    (second,) = await talk.tick()
    assert "@nasa_new" in named(second, STEADY)
    assert "goes by" not in second["text"]


@pytest.mark.parametrize("trouble", [False, True])
async def test_one_that_cannot_be_stored_holds_up_no_other(
    talk: Talk, clock: Clock, monkeypatch: pytest.MonkeyPatch, *, trouble: bool
) -> None:
    await talk.ask("/follow @nasa")
    await talk.say(talk.ada, talk.group, "/follow @lea")
    original = MessageWriter.digest

    async def odd(self: MessageWriter, place: Place, *args: Any) -> Written:
        written = await original(self, place, *args)
        if trouble and place.chat_id == talk.group.id:
            return written._replace(html=None)  # type: ignore[arg-type]  # no engine stores it
        return written

    monkeypatch.setattr(MessageWriter, "digest", odd)
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


async def test_what_a_digest_now_told_the_next_one_does_not_repeat(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    await talk.ask("/follow @nasa")
    assert re.fullmatch(
        r"Where things stand · 18 March\n\nNothing new since you were last told: @nasa \d+\.",
        await talk.ask("/digest"),
    )
    clock.forward(days=3)
    world.put(account(1, "nasa", followers=9_002_500))
    assert "(+9,000,000 followers)" in await talk.ask("/digest")
    clock.now += TO_NINE - timedelta(days=3)
    (weekly,) = await talk.tick()
    assert "followers)" not in weekly["text"]
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
    await talk.ask("/schedule friday 18:00 Lyon")
    await talk.ask("/alert @nasa ±5")
    (question,) = await talk.say(talk.ada, talk.private, "/forget_me")
    await talk.press(talk.ada, question, "Keep it")
    assert (await talk.ask("/following")).startswith("Followed here: 2 of 50")
    told = await talk.forget()
    assert told.endswith("/follow @lea @nasa\n/schedule Friday 18:00 Europe/Paris\n/alert @nasa ±5")
    assert (await talk.ask("/following")).startswith("This chat follows nobody yet.")
    assert (await talk.forget()).startswith("Done.")


async def test_short_of_money_whom_most_follow_is_read_first(
    talk: Talk, clock: Clock, world: FixedWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_read, "_TOGETHER", 1)  # of those read together any may be first
    for number, name in enumerate(("a_first", "z_last"), 3):
        world.put(account(number, name, protected=True))
    await talk.ask("/follow @a_first @z_last")
    await talk.say(talk.ada, talk.group, "/follow @z_last")
    clock.now += TO_NINE
    reader = talk.application.services.reader
    spent = await reader._ledger.spent_in_month(clock())  # type: ignore[attr-defined]
    reader._ledger._cap = spent + PRICES["user"]  # type: ignore[attr-defined]
    (told,) = await talk.tick()
    assert "@z_last" in named(told, STEADY)
    assert "Not read afresh: @a_first 52." in told["text"]
    assert told["text"].count("used up its budget") == 1


async def test_a_digest_in_place_of_one_that_waits_tells_that_step_too(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    await talk.ask("/follow @nasa")
    await talk.ask("/schedule sunday 9:00")
    clock.now = datetime(2026, 3, 22, 9, 0, 30, tzinfo=UTC)
    world.put(account(1, "nasa", clock(), followers=900_000))
    talk.telegram.fail("sendMessage", 429, "Too Many Requests: retry after 30", retry_after=30)
    await talk.tick()
    stores = talk.application.services.stores
    async with stores.transaction() as tx:  # the chat may get nothing for a while
        waits = outbox.c.state == "pending"
        later = clock() + timedelta(days=2)
        await tx.execute(outbox.update().where(waits).values(not_before=later))
    await talk.ask("/schedule monday 9:00")
    clock.forward(days=1)
    world.put(account(1, "nasa", clock(), followers=9_000_000))
    assert await talk.tick() == []  # a message that was cancelled counts to the chat's pace
    clock.forward(seconds=2)
    (told,) = await talk.tick()
    assert " since 18 March" in told["text"]
    assert [row["state"] for row in await talk.rows(outbox)] == ["cancelled", "sent"]


async def test_what_an_answer_tells_while_its_digest_waits_is_told_once(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    await talk.ask("/follow @nasa")
    clock.now += TO_NINE
    world.put(account(1, "nasa", clock(), followers=9_000_000))
    talk.telegram.fail("sendMessage", 429, "Too Many Requests: retry after 30", retry_after=30)
    await talk.tick()
    assert " since 18 March (+" in await talk.ask("/why @nasa")
    clock.forward(days=3)
    await talk.application.services.stores.outbox.expire()
    assert [row["state"] for row in await talk.rows(outbox)] == ["expired"]
    world.put(account(1, "nasa", clock(), followers=90_000_000))
    (told,) = [m for m in await talk.say(talk.ada, talk.private, "/digest") if "nasa" in m["text"]]
    assert " since 25 March" in told["text"]


async def grown(talk: Talk, clock: Clock, world: FixedWorld) -> list[Json]:
    """A week later @nasa has become famous, and the digest is due."""
    await talk.ask("/follow @nasa")
    clock.now += TO_NINE
    world.put(account(1, "nasa", clock(), followers=9_000_000, listed=9_000))
    return await talk.tick()


@pytest.mark.usefixtures("patient")
async def test_the_picture_of_who_moved_comes_in_the_same_message(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    await talk.say(talk.ada, talk.group, "/follow @nasa")
    (told,) = await grown(talk, clock, world)
    assert told["photo"]
    assert told["caption"].startswith("What changed · 18 March – 25 March\n")
    assert {"Why @nasa?", "Pause"} <= set(buttons(told))
    sent = talk.telegram.sent("sendPhoto")
    assert len(sent) == 2
    (row,) = [row for row in await talk.rows(digest) if row["chat_id"] == talk.private.id]
    assert row["state"] == "sent"
    (page,) = await talk.press(talk.ada, told, "Why @nasa?")
    assert " since 18 March (+" in page["text"]


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (400, "Bad Request: IMAGE_PROCESS_FAILED"),
        (400, "Bad Request: not enough rights to send photos to the chat"),
    ],
)
async def test_a_picture_that_telegram_refuses_leaves_the_text(
    talk: Talk, clock: Clock, world: FixedWorld, code: int, reason: str
) -> None:
    talk.telegram.fail("sendPhoto", code, reason)
    came = await grown(talk, clock, world)
    came += await talk.tick()
    (told,) = came
    assert told["text"].startswith("What changed · ")
    assert "photo" not in told


async def test_a_picture_that_cannot_be_drawn_leaves_the_text(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    (told,) = await grown(talk, clock, world)
    assert told["text"].startswith("What changed · ")
    assert not talk.telegram.sent("sendPhoto")


async def test_what_was_told_last_is_the_base_wherever_it_was_asked(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    await talk.ask("/klout @nasa")
    clock.forward(days=7)
    world.put(account(1, "nasa", clock(), followers=90_000, listed=900))
    (stranger,) = await talk.say(talk.bob, talk.group, "/klout @nasa")
    assert " since " not in stranger["text"]  # this group was told nothing before
    clock.forward(days=7)
    world.put(account(1, "nasa", clock(), followers=9_000_000, listed=9_000))
    (mine,) = await talk.say(talk.ada, talk.private, "/klout @nasa")
    assert re.search(r"\n[\d.]+ → [\d.]+ since 18 March \(\+", mine["text"])
    (theirs,) = await talk.say(talk.bob, talk.group, "/klout @nasa")
    assert re.search(r"\n[\d.]+ → [\d.]+ since 25 March \(\+", theirs["text"])
    # two weeks later its button still explains the change that it told
    line = mine["text"].split("\n")[1]
    clock.forward(days=14)
    world.put(account(1, "nasa", clock(), followers=100, listed=0))
    await talk.say(talk.bob, talk.group, "/klout @nasa")
    await talk.press(talk.ada, mine, "Why?")
    (why,) = [
        m for m in talk.telegram.history(talk.private) if m["message_id"] == mine["message_id"]
    ]
    assert why["text"].split("\n")[1] == line
    await talk.press(talk.ada, why, "A week")
    (week,) = [
        m for m in talk.telegram.history(talk.private) if m["message_id"] == mine["message_id"]
    ]
    assert " since 25 March (+" in week["text"].split("\n")[1]
