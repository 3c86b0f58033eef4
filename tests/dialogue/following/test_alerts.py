"""Alerts: what is asked for, when they speak, and that nothing is read for them."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from delivery.writing import MessageWriter
from playground.telegram.server.wire import Json
from playground.x.accounts import FixedWorld
from playground.x.server import Fault, XServer
from scoring.facts import Facts
from scoring.reading.gathering import Gathered
from scoring.score import Score
from services.alert_rules import judged
from storage.accounts.alerts import Alert
from storage.chats.places import Place
from storage.engine.schema import alert, outbox
from tests.conftest import Clock
from tests.dialogue.conftest import Talk
from tests.support.accounts import NOW, account

pytestmark = pytest.mark.usefixtures("hurried")

FACTS = Facts("nasa", "x", 1, 1, 1, 1, NOW - timedelta(days=900), NOW, None)


def scored(points: float, margin: float = 3.0) -> Score:
    return Score(points, margin, "recent", "any", {}, FACTS)


def threshold(line: float, *, above: bool | None) -> Alert:
    return Alert(place=Place(1), handle="nasa", threshold=line, above=above, seen_at=NOW)


@pytest.mark.parametrize(
    ("points", "above", "after", "speaks"),
    [
        (40.0, False, True, True),
        (30.0, True, False, True),
        (40.0, True, True, False),
        (30.0, False, False, False),
        (38.0, False, False, False),  # within its margin: perhaps not across
        (32.0, True, True, False),
        (38.1, False, True, True),
        (40.0, None, True, True),  # it was too close to tell when the alert was set
        (30.0, None, False, True),
        (36.0, None, None, False),
    ],
)
def test_a_threshold_speaks_when_it_is_surely_crossed(
    points: float, above: bool | None, after: bool | None, speaks: bool
) -> None:
    checked, spoke = judged(threshold(35.0, above=above), scored(points), 0.0)
    assert (checked.above, spoke) == (after, speaks)


@pytest.mark.parametrize(
    ("own", "base", "speaks"),
    [(0.0, 35.0, False), (5.0, 40.0, True), (-5.0, 40.0, True), (4.9, 35.0, False)],
)
def test_a_step_is_what_the_account_moved_since_it_was_told(
    own: float, base: float, speaks: bool
) -> None:
    step = Alert(place=Place(1), handle="nasa", step=5.0, base=35.0, seen_at=NOW)
    checked, spoke = judged(step, scored(40.0), own)
    assert (checked.base, spoke) == (base, speaks)


def test_what_was_seen_is_remembered() -> None:
    later = replace(FACTS, as_of=NOW + timedelta(days=1))
    checked, _ = judged(threshold(35.0, above=True), replace(scored(40.0), facts=later), 0.0)
    assert checked.seen_at == later.as_of


async def kept(talk: Talk) -> Any:
    (row,) = await talk.rows(alert)
    return row


FAMOUS = 70_000
"""Mentions a week that bear out millions of followers."""


async def grown(
    talk: Talk, clock: Clock, world: FixedWorld, followers: int, mentions: int = 9
) -> list[Json]:
    """A day later @nasa has that many followers and mentions, it is asked for, and a run passes."""
    clock.forward(days=1)
    changes = {"followers": followers, "mentions_a_week": mentions}
    world.put(account(1, "nasa", clock(), **changes))
    await talk.say(talk.bob, talk.group, "/klout @nasa")
    return await talk.tick()


async def test_a_threshold_both_ways(talk: Talk, clock: Clock, world: FixedWorld) -> None:
    told = await talk.ask("/alert @nasa 60")
    assert "when it crosses 60, either way, by more than its margin." in told
    (up,) = await grown(talk, clock, world, 9_000_000, FAMOUS)
    assert "Now above 60, by more than its margin." in up["text"]
    assert await grown(talk, clock, world, 9_100_000, FAMOUS) == []
    (down,) = await grown(talk, clock, world, 2_500)
    assert "Now below 60, by more than its margin." in down["text"]


async def test_too_close_to_tell_at_first_it_speaks_once_it_is_sure(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    await talk.ask("/alert @nasa 51")
    assert (await kept(talk))["above"] is None
    assert await grown(talk, clock, world, 2_510) == []
    (up,) = await grown(talk, clock, world, 9_000_000, FAMOUS)
    assert "Now above 51, by more than its margin." in up["text"]


async def test_for_ones_own_handle_and_in_place_of_another(talk: Talk) -> None:
    assert (await talk.ask("/alert 40")).startswith("For instance")
    (told,) = await talk.say(talk.ada, talk.private, "/why @nasa")
    await talk.press(talk.ada, told, "That’s me")
    first = await talk.ask("/alert 40")
    assert first.startswith("@nasa · ")
    assert "when it crosses 40" in first
    assert "replaces" not in first
    assert "This alert replaces the one that was set" in await talk.ask("/alert ± 5")
    assert (await kept(talk))["step"] == 5.0


async def test_a_step(talk: Talk, clock: Clock, world: FixedWorld) -> None:
    assert "moved by 5 or more" in await talk.ask("/alert @nasa ±5")
    assert await grown(talk, clock, world, 2_600) == []
    (moved,) = await grown(talk, clock, world, 9_000_000, FAMOUS)
    assert re.search(r"\n[\d.]+ → [\d.]+ since 18 March\.\n\+[\d.]+ points: ", moved["text"])
    assert await grown(talk, clock, world, 9_100_000, FAMOUS) == []


async def test_at_most_once_a_day_and_nothing_is_read_for_it(
    talk: Talk, clock: Clock, world: FixedWorld, x: XServer
) -> None:
    await talk.ask("/alert @nasa ±1")
    x.requests.clear()
    for _ in range(3):
        clock.forward(days=1)
        assert await talk.tick() == []
    assert not x.requests
    assert len(await grown(talk, clock, world, 90_000, FAMOUS)) == 1
    # a second reading of the same day, as when its posts come later
    services = talk.application.services
    clock.forward(hours=1)
    reading = await services.reader.stored("nasa")
    assert reading is not None
    again = replace(reading.score, score=1.0, facts=replace(reading.score.facts, as_of=clock()))
    await services.reader._store.add(replace(reading, score=again), "nasa", Gathered(), Gathered())
    assert await talk.tick() == []
    assert len(await talk.rows(outbox)) == 1


@pytest.mark.parametrize("wish", ["±5", "± 5", "+-5", "+/-5"])
async def test_ways_to_write_a_step(talk: Talk, wish: str) -> None:
    await talk.ask(f"/alert @nasa {wish}")
    row = await kept(talk)
    assert (row["step"], row["threshold"]) == (5.0, None)


@pytest.mark.parametrize(
    "words",
    [
        "@nasa",
        "@nasa 5%",
        "@nasa -5",
        "@nasa 0",
        "@nasa 101",
        "@nasa 3 5",
        "@nasa <b>",
        "@nasa 1e9",
        "@nasa ٣٥",
        "@nasa @lea 35",
        "35",
        "@nasa " + "9" * 3_000,
    ],
)
async def test_nonsense_gets_a_hint(talk: Talk, words: str) -> None:
    assert (await talk.ask(f"/alert {words}")).startswith("For instance /alert @nasa 35")
    assert not await talk.rows(alert)


async def test_bare_off_and_instead(talk: Talk) -> None:
    assert (await talk.ask("/alert")).startswith("For instance")
    await talk.ask("/alert @nasa 35,5")
    await talk.ask("/alert @NASA ±2")
    assert (await kept(talk))["step"] == 2.0
    assert (await talk.ask("/alert")).startswith("Alerts here\n@nasa · ±2")
    await talk.press(talk.ada, talk.private, "✕ @nasa")
    assert talk.toast()["text"] == "No more alerts about @nasa."
    assert not await talk.rows(alert)
    await talk.ask("/alert @nasa 35")
    assert (await talk.ask("/alert @nasa off")) == "No more alerts about @nasa."
    assert (await talk.ask("/alert @nasa off")) == "There was no alert about @nasa."


async def test_who_has_no_score_gets_no_alert(talk: Talk) -> None:
    assert "no account @nobody on X" in await talk.ask("/alert @nobody 35")
    assert not await talk.rows(alert)


async def test_fifty_a_chat(talk: Talk, world: FixedWorld, clock: Clock) -> None:
    for number in range(51):
        world.put(account(10 + number, f"n{number:02}"))
    for number in range(50):
        await talk.ask(f"/alert @n{number:02} 35")
        clock.forward(minutes=15)  # nobody may have all of them read at once
    assert (await talk.ask("/alert @n50 35")).startswith("A chat can have 50 alerts.")
    assert "moved by 3" in await talk.ask("/alert @n00 ±3")
    assert len(await talk.rows(alert)) == 50
    assert (await talk.ask("/alert")).count("\n") == 50


async def test_a_group_is_its_administrators(talk: Talk) -> None:
    (refusal,) = await talk.say(talk.bob, talk.group, "/alert @nasa 35")
    assert refusal["text"].startswith("Only the administrators")
    (told,) = await talk.anonymously(talk.group, "/alert @nasa 35")
    assert "when it crosses 35" in told["text"]
    await talk.press(talk.bob, told, "No more alerts on @nasa")
    assert talk.toast()["text"].startswith("Only the administrators")
    assert len(await talk.rows(alert)) == 1
    await talk.press(talk.ada, told, "No more alerts on @nasa")
    assert not await talk.rows(alert)


async def test_a_topic_is_told_in_its_topic_and_in_french(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    topic = talk.telegram.topic(talk.group, "Espace")
    talk.group.members[talk.chloe.id] = "administrator"
    await talk.say(talk.chloe, talk.group, "/alert @nasa 60", topic=topic)
    clock.forward(days=1)
    world.put(account(1, "nasa", followers=9_000_000, mentions_a_week=FAMOUS))
    await talk.ask("/klout @nasa")
    (told,) = await talk.tick(talk.group)
    assert told["message_thread_id"] == topic.id
    assert "Now above" not in told["text"]
    assert "60" in told["text"]


async def test_f28_an_alert_that_cannot_be_written_holds_up_no_other(
    talk: Talk, clock: Clock, world: FixedWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talk.ask("/alert @nasa 60")
    await talk.say(talk.ada, talk.group, "/alert @nasa 60")
    original = MessageWriter.crossed

    async def poison(self: MessageWriter, place: Place, *args: Any, **how: Any) -> Any:
        if place.chat_id == talk.group.id:
            raise ValueError("a bug")
        return await original(self, place, *args, **how)

    monkeypatch.setattr(MessageWriter, "crossed", poison)
    (told,) = await grown(talk, clock, world, 9_000_000, FAMOUS)
    assert "Now above 60" in told["text"]
    assert await talk.tick() == []


async def test_an_account_that_nothing_reads_is_read_once_a_week(
    talk: Talk, clock: Clock, world: FixedWorld, x: XServer
) -> None:
    await talk.ask("/alert @nasa ±3")
    x.requests.clear()
    clock.forward(days=6)
    world.put(account(1, "nasa", followers=9_000_000, mentions_a_week=FAMOUS))
    assert await talk.tick() == []
    assert not x.requests
    clock.forward(days=1)
    (told,) = await talk.tick()
    assert re.search(r"\n[\d.]+ → [\d.]+ since 18 March\.\n\+[\d.]+ points: ", told["text"])
    x.requests.clear()
    clock.forward(days=6)
    assert await talk.tick() == []
    assert not x.requests


async def test_an_account_that_cannot_be_read_is_said_not_to_be(
    talk: Talk, clock: Clock, x: XServer
) -> None:
    await talk.ask("/alert @nasa ±3")
    x.fail("users", Fault(402, "{}"), times=99)
    clock.forward(days=9)
    assert await talk.tick() == []
    assert "@nasa · ±3 · not read since 18 March" in await talk.ask("/alert")


async def test_an_alert_repeats_no_digest_of_the_same_reading(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    await talk.ask("/follow @nasa")
    await talk.ask("/alert @nasa 60")
    clock.forward(days=7)
    world.put(account(1, "nasa", followers=9_000_000, mentions_a_week=FAMOUS))
    (told,) = await talk.tick()
    assert told["text"].startswith("What changed")
    assert "Now above 60, by more than its margin." in told["text"]
    assert await talk.tick() == []
    assert (await kept(talk))["above"] is True


async def test_a_deeper_reading_triggers_no_step(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    world.put(account(1, "nasa", protected=True))
    await talk.ask("/alert @nasa ±2")
    clock.forward(days=7)
    world.put(account(1, "nasa", clock(), recent=(), mentions_a_week=0))
    assert await talk.tick() == []


async def test_an_alert_that_expired_is_told_with_the_next_word(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    await talk.ask("/alert @nasa ±3")
    clock.forward(days=7)
    world.put(account(1, "nasa", followers=9_000_000, mentions_a_week=FAMOUS))
    talk.telegram.fail("sendMessage", 429, "Too Many Requests: retry after 259200", times=1)
    assert await talk.tick() == []
    clock.forward(days=4)
    assert await talk.tick() == []
    answer, late = await talk.say(talk.ada, talk.private, "/help")
    assert answer["text"]
    assert late["text"].startswith("I could not send an alert about this account in time. Now:")
    assert re.search(r"\n[\d.]+ → [\d.]+ since 18 March\.", late["text"])
    assert len(await talk.say(talk.ada, talk.private, "/help")) == 1


async def test_renamed_it_goes_by_its_new_name(talk: Talk, clock: Clock, world: FixedWorld) -> None:
    await talk.ask("/follow @nasa")
    await talk.ask("/alert @nasa 99")
    clock.forward(days=7)
    world.put(account(1, "nasa_new"))
    await talk.tick()
    assert "@nasa_new" in await talk.ask("/following")
    assert "@nasa_new · 99" in await talk.ask("/alert")
    assert (await talk.ask("/alert @nasa_new off")) == "No more alerts about @nasa_new."
    assert (await talk.ask("/unfollow @nasa_new")) == "No longer following @nasa_new."
    assert (await talk.ask("/following")).startswith("This chat follows nobody yet.")
