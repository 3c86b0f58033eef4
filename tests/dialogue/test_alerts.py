"""Alerts: what is asked for, when they speak, and that nothing is read for them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from delivery.alerts import judged
from handlers.letters import Letters
from playground.telegram.wire import Json
from playground.x.accounts import FixedWorld
from playground.x.server import XServer
from scoring.facts import Facts
from scoring.score import Score
from storage.alerts import Alert
from storage.places import Place
from storage.schema import alert, outbox
from tests.accounts import NOW, account
from tests.conftest import Clock
from tests.dialogue.conftest import Talk

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
    checked, spoke = judged(threshold(35.0, above=above), scored(points))
    assert (checked.above, spoke) == (after, speaks)


@pytest.mark.parametrize(
    ("points", "base", "speaks"),
    [(35.0, 35.0, False), (40.0, 40.0, True), (30.0, 30.0, True), (39.9, 35.0, False)],
)
def test_a_step_is_counted_from_where_it_was_last_told(
    points: float, base: float, speaks: bool
) -> None:
    step = Alert(place=Place(1), handle="nasa", step=5.0, base=35.0, seen_at=NOW)
    checked, spoke = judged(step, scored(points))
    assert (checked.base, spoke) == (base, speaks)


def test_what_was_seen_is_remembered() -> None:
    later = replace(FACTS, as_of=NOW + timedelta(days=1))
    checked, _ = judged(threshold(35.0, above=True), replace(scored(40.0), facts=later))
    assert checked.seen_at == later.as_of


async def kept(talk: Talk) -> Any:
    (row,) = await talk.rows(alert)
    return row


async def grown(talk: Talk, clock: Clock, world: FixedWorld, followers: int) -> list[Json]:
    """A day later @nasa has that many followers, somebody asks, and the run goes by."""
    clock.forward(days=1)
    world.put(account(1, "nasa", followers=followers))
    await talk.say(talk.bob, talk.group, "/klout @nasa")
    return await talk.tick()


async def test_a_threshold_both_ways(talk: Talk, clock: Clock, world: FixedWorld) -> None:
    told = await talk.ask("/alert @nasa 60")
    assert "when it crosses 60, either way, by more than its margin." in told
    (up,) = await grown(talk, clock, world, 9_000_000)
    assert "Now above 60, by more than its margin." in up["text"]
    assert await grown(talk, clock, world, 9_100_000) == []
    (down,) = await grown(talk, clock, world, 2_500)
    assert "Now below 60, by more than its margin." in down["text"]


async def test_too_close_to_tell_at_first_it_speaks_once_it_is_sure(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    await talk.ask("/alert @nasa 51")
    assert (await kept(talk))["above"] is None
    assert await grown(talk, clock, world, 2_510) == []
    (up,) = await grown(talk, clock, world, 9_000_000)
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
    (moved,) = await grown(talk, clock, world, 9_000_000)
    assert "points since you were last told." in moved["text"]
    assert await grown(talk, clock, world, 9_100_000) == []


async def test_at_most_once_a_day_and_nothing_is_read_for_it(
    talk: Talk, clock: Clock, world: FixedWorld, x: XServer
) -> None:
    await talk.ask("/alert @nasa ±1")
    x.requests.clear()
    for _ in range(3):
        clock.forward(days=1)
        assert await talk.tick() == []
    assert not x.requests
    assert len(await grown(talk, clock, world, 90_000)) == 1
    # a second reading of the same day, as when its posts come later
    services = talk.application.services
    clock.forward(hours=1)
    reading = await services.reader.stored("nasa")
    assert reading is not None
    again = replace(reading.score, score=1.0, facts=replace(reading.score.facts, as_of=clock()))
    await services.reader._store.add(replace(reading, score=again), "nasa")
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
    await talk.press(talk.bob, told, "No more alerts")
    assert talk.toast()["text"].startswith("Only the administrators")
    assert len(await talk.rows(alert)) == 1
    await talk.press(talk.ada, told, "No more alerts")
    assert not await talk.rows(alert)


async def test_a_topic_is_told_in_its_topic_and_in_french(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    topic = talk.telegram.topic(talk.group, "Espace")
    talk.group.members[talk.chloe.id] = "administrator"
    await talk.say(talk.chloe, talk.group, "/alert @nasa 60", topic=topic)
    clock.forward(days=1)
    world.put(account(1, "nasa", followers=9_000_000))
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
    original = Letters.crossed

    async def poison(self: Letters, place: Place, *args: Any, **how: Any) -> Any:
        if place.chat_id == talk.group.id:
            raise ValueError("a bug")
        return await original(self, place, *args, **how)

    monkeypatch.setattr(Letters, "crossed", poison)
    (told,) = await grown(talk, clock, world, 9_000_000)
    assert "Now above 60" in told["text"]
    assert await talk.tick() == []
