"""When a chat hears of those it follows: words, buttons, pauses."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from playground.telegram.server.wire import Json
from playground.telegram.server.world import Chat
from storage.engine.schema import digest, schedule
from tests.conftest import Clock
from tests.dialogue.conftest import Talk
from tests.dialogue.following.test_following import buttons

pytestmark = pytest.mark.usefixtures("hurried")


async def kept(talk: Talk) -> Any:
    """The one schedule there is."""
    (row,) = await talk.rows(schedule)
    return row


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}+00:00")


async def page(talk: Talk, chat: Chat | None = None) -> Json:
    (shown,) = await talk.say(talk.ada, chat or talk.private, "/schedule")
    return shown


async def test_a_schedule_needs_a_followed_account(talk: Talk) -> None:
    for command in ("/schedule", "/pause", "/resume"):
        assert (await talk.ask(command)).startswith("There is nothing to change yet")


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("monday 9:00 Europe/Paris", "23T08:00"),
        ("lundi 9h", "23T09:00"),
        ("today", None),
        ("wednesday 18:00", "18T18:00"),  # later today
        ("wednesday 11:00", "25T11:00"),  # gone by
        ("15:30", "18T15:30"),
    ],
)
async def test_in_words(talk: Talk, words: str, moment: str | None) -> None:
    await talk.ask("/follow @nasa")
    told = await talk.ask(f"/schedule {words}")
    if moment is None:
        assert told.startswith("I did not understand ")
    else:
        assert (await kept(talk))["next_run_at"] == at(moment)


@pytest.mark.parametrize(
    "words", ["25:99", "blursday", "<b>monday</b> &amp;", "Mars/Olympus", "in 3 hours"]
)
async def test_nonsense_gets_a_hint_and_changes_nothing(talk: Talk, words: str) -> None:
    await talk.ask("/follow @nasa")
    before = await kept(talk)
    assert (await talk.ask(f"/schedule {words}")).startswith("I did not understand ")
    assert await kept(talk) == before


@pytest.mark.parametrize("words", ["x" * 3_500, f"monday 9:00 {'on time ' * 25}in Paris"])
async def test_what_is_too_long_is_refused_as_a_whole(talk: Talk, words: str) -> None:
    await talk.ask("/follow @nasa")
    before = await kept(talk)
    assert (await talk.ask(f"/schedule {words}")).startswith("That is too long for me")
    assert await kept(talk) == before


async def test_by_buttons(talk: Talk) -> None:
    await talk.ask("/follow @nasa")
    shown = await page(talk)
    for button in ("Fri", "18:00", "Only moves of 3 or more", "Without a sound"):
        await talk.press(talk.ada, shown, button)
    row = await kept(talk)
    assert (row["weekday"], row["minute"], row["least"], row["silent"]) == (4, 1080, 3.0, True)
    assert row["next_run_at"] == at("20T18:00")
    now = talk.telegram.history(talk.private)[-1]
    assert {"• Fri", "• 18:00", "Every week", "With a sound"} <= set(buttons(now))
    for button in ("Every week", "With a sound", "Pause"):
        await talk.press(talk.ada, now, button)
    row = await kept(talk)
    assert (row["least"], row["silent"], row["state"]) == (None, False, "paused")
    await talk.press(talk.ada, now, "Resume")
    assert (await kept(talk))["next_run_at"] == at("20T18:00")


async def test_the_zone_by_button(talk: Talk) -> None:
    await talk.ask("/follow @nasa")
    await talk.press(talk.ada, await page(talk), "Time zone…")
    await talk.press(talk.ada, talk.private, "New York")
    row = await kept(talk)
    assert (row["zone"], row["next_run_at"]) == ("America/New_York", at("25T13:00"))


@pytest.mark.parametrize(
    "data",
    ["1|day|7", "1|day|", "1|time|9999", "1|zone|Mars/Olympus", "1|quiet|-3", "1|time|"],
)
async def test_forged_buttons_change_nothing(talk: Talk, data: str) -> None:
    await talk.ask("/follow @nasa")
    before = await kept(talk)
    update = talk.telegram.press(talk.ada, await page(talk), "Fri")
    update["callback_query"]["data"] = data
    await talk.feed(talk.private, update)
    assert "This button is old." in talk.toast()["text"]
    assert await kept(talk) == before


async def test_pause_and_resume(talk: Talk, clock: Clock) -> None:
    await talk.ask("/follow @nasa")
    assert (await talk.ask("/pause")).startswith("The digest is paused.")
    clock.forward(days=15)
    assert await talk.tick() == []
    assert "The next digest comes" in await talk.ask("/resume")
    assert await talk.tick() == []
    clock.forward(days=6)
    assert len(await talk.tick()) == 1


async def test_from_under_a_digest_which_stays(talk: Talk, clock: Clock) -> None:
    await talk.ask("/follow @nasa")
    clock.forward(days=7)
    (weekly,) = await talk.tick()
    assert {"Less often", "Pause"} <= set(buttons(weekly))
    assert not await talk.press(talk.ada, weekly, "Less often")
    assert talk.toast()["text"].startswith("From now on only in weeks when something moved by 3")
    assert not await talk.press(talk.ada, weekly, "Pause")
    assert talk.toast()["text"].startswith("Paused.")
    row = await kept(talk)
    assert (row["least"], row["state"]) == (3.0, "paused")
    now = talk.telegram.history(talk.private)[-1]
    assert now["text"] == weekly["text"]
    assert {"Every week", "Resume"} <= set(buttons(now))
    await talk.press(talk.ada, now, "Resume")
    assert talk.toast()["text"].startswith(
        "The next digest comes on Wednesday 1 April, 09:00 (UTC)"
    )
    assert not await talk.press(talk.ada, now, "Every week")
    assert {"Less often", "Pause"} <= set(buttons(talk.telegram.history(talk.private)[-1]))


async def test_to_resume_brings_nothing_forward(talk: Talk, clock: Clock) -> None:
    clock.now -= timedelta(hours=4)  # before nine: today's nine o'clock is still to come
    await talk.ask("/follow @nasa")
    promised = (await kept(talk))["next_run_at"]
    await talk.ask("/pause")
    await talk.ask("/pause")
    await talk.ask("/resume")
    assert (await kept(talk))["next_run_at"] == promised == at("25T09:00")


async def test_what_was_due_when_it_was_paused_is_not_sent(talk: Talk, clock: Clock) -> None:
    await talk.ask("/follow @nasa")
    clock.forward(days=7)
    await talk.application.delivery.steps.planner.plan()
    await talk.ask("/pause")
    assert await talk.tick() == []
    (row,) = await talk.rows(digest)
    assert (row["state"], row["reason"]) == ("skipped", "paused")


async def test_an_unknown_city_is_asked_for_again(talk: Talk) -> None:
    await talk.ask("/follow @nasa")
    await talk.press(talk.ada, await page(talk), "Time zone…")
    (asked,) = await talk.press(talk.ada, talk.private, "Another…")
    (again,) = await talk.say(talk.ada, talk.private, "Nowhere", reply_to=asked)
    assert again["text"].startswith("I know no such place.")
    assert talk.telegram.sent("sendMessage")[-1].params["reply_markup"]["force_reply"] is True
    (found,) = await talk.say(talk.ada, talk.private, "UTC+2", reply_to=again)
    assert found["text"] == "Is it this one?"
    await talk.press(talk.ada, found, "UTC+2")
    assert "09:00 (UTC+2)" in (await page(talk))["text"]


async def test_a_group_is_its_administrators(talk: Talk) -> None:
    await talk.say(talk.ada, talk.group, "/follow @nasa")
    before = await kept(talk)
    for command in ("/schedule friday 9:00", "/pause", "/resume"):
        (refusal,) = await talk.say(talk.bob, talk.group, command)
        assert refusal["text"].startswith("Only the administrators")
    shown = await page(talk, talk.group)
    for button in ("Fri", "18:00", "Only moves of 3 or more", "Without a sound", "Pause"):
        await talk.press(talk.bob, shown, button)
        assert talk.toast()["text"].startswith("Only the administrators")
    await talk.press(talk.bob, shown, "Time zone…")
    await talk.press(talk.bob, talk.group, "New York")
    assert talk.toast()["text"].startswith("Only the administrators")
    assert await kept(talk) == before
    await talk.anonymously(talk.group, "/schedule friday 9:00")
    assert (await kept(talk))["weekday"] == 4


async def test_a_topic_has_its_own_hour(talk: Talk) -> None:
    topic = talk.telegram.topic(talk.group, "Space")
    await talk.say(talk.ada, talk.group, "/follow @nasa")
    await talk.say(talk.ada, talk.group, "/follow @nasa", topic=topic)
    await talk.say(talk.ada, talk.group, "/schedule friday 9:00", topic=topic)
    rows = {row["topic_id"]: row["weekday"] for row in await talk.rows(schedule)}
    assert rows == {0: 2, topic.id: 4}


async def test_in_french(talk: Talk) -> None:
    chat = talk.telegram.private_chat(talk.chloe)
    await talk.say(talk.chloe, chat, "/follow @nasa")
    (told,) = await talk.say(talk.chloe, chat, "/schedule lundi 9h Europe/Paris")
    assert "lundi 23 mars, 09:00" in told["text"]
    assert "ven." in buttons(told)
    (hint,) = await talk.say(talk.chloe, chat, "/schedule jamais")
    assert hint["text"].startswith("Je n’ai pas compris")


@pytest.mark.parametrize(
    ("words", "told", "moment"),
    [
        ("sunday 9:00 UTC−3", "Sunday 22 March, 09:00 (UTC−3)", "22T12:00"),
        ("sunday 9h du matin UTC+5:30", "Sunday 22 March, 09:00 (Asia/Kolkata)", "22T03:30"),
        ("sunday 9 am EST", "Sunday 22 March, 09:00 (America/New_York)", "22T13:00"),  # summer
        ("dimanche soir", "Sunday 22 March, 20:00 (UTC)", "22T20:00"),
        ("dimanche 24:00", "Monday 23 March, 00:00 (UTC)", "23T00:00"),
        ("24:00", "Thursday 19 March, 00:00 (UTC)", "19T00:00"),  # of the Wednesday that is kept
    ],
)
async def test_as_people_say_it(talk: Talk, words: str, told: str, moment: str) -> None:
    await talk.ask("/follow @nasa")
    shown = await talk.ask(f"/schedule {words}")
    assert shown.startswith(f"The next digest comes on {told}, then every week.")
    assert (await kept(talk))["next_run_at"] == at(moment)
    (first, *_) = shown.split("\n")
    before = await kept(talk)
    assert await talk.ask(f"/schedule {first}") == shown  # our own words, sent back
    assert await kept(talk) == before


async def test_the_zone_is_written_alike_everywhere(talk: Talk) -> None:
    await talk.ask("/follow @nasa")
    await talk.ask("/schedule monday 9:00 UTC−3")
    assert "Time zone: UTC−3" in await talk.ask("/settings")
