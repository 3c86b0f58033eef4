"""`@bot nasa` in any chat: what is stored, as one types."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from playground.telegram.server.wire import Json
from playground.telegram.server.world import Chat, Person
from playground.x.accounts import FixedWorld
from playground.x.server import XServer
from scoring.reading.reader import Reader
from tests.conftest import Clock
from tests.dialogue.conftest import Talk, prove
from tests.support.accounts import account

pytestmark = pytest.mark.usefixtures("hurried")


@pytest.fixture
def strangers(talk: Talk) -> Chat:
    return talk.telegram.group("Strangers", [talk.ada, talk.bob], with_bot=False)


async def typed(talk: Talk, person: Person, text: str, chat: Chat | None = None) -> Json:
    """What the bot answers to a query."""
    asked = talk.telegram.type_inline(person, chat or talk.group, text)
    await talk.feed(talk.group, asked)
    (answer,) = [
        call.params
        for call in talk.telegram.sent("answerInlineQuery")
        if call.params["inline_query_id"] == asked["inline_query"]["id"]
    ]
    return {**answer}


def titles(answer: Json) -> list[str]:
    return [result["title"].split()[0] for result in answer["results"]]


def offered(answer: Json) -> str | None:
    """Where the button above the results leads."""
    button = answer.get("button")
    return button["start_parameter"] if button else None


async def test_it_becomes_a_card_with_the_score_on_its_first_line(
    talk: Talk, strangers: Chat
) -> None:
    card = await talk.ask("/klout @nasa")
    answer = await typed(talk, talk.ada, "nasa", strangers)
    (result,) = answer["results"]
    assert result["title"] == card.split("\n")[0]
    assert result["description"] == "Name of nasa"
    assert answer["is_personal"] is True
    message = talk.telegram.choose_inline(talk.ada, answer["inline_query_id"], result["id"])
    assert message["text"] == card
    buttons = [one for row in message["reply_markup"]["inline_keyboard"] for one in row]
    assert [one["text"] for one in buttons] == ["Why?", "Ask in private"]
    assert buttons[1]["url"] == "https://t.me/klout_bot?start=k_nasa"


async def test_why_unfolds_in_place_and_folds_again(
    talk: Talk, strangers: Chat, x: XServer
) -> None:
    card = await talk.ask("/klout @nasa")
    asked = len(x.requests)
    answer = await typed(talk, talk.ada, "nasa", strangers)
    chosen = talk.telegram.choose_inline(
        talk.ada, answer["inline_query_id"], answer["results"][0]["id"]
    )
    for button, unfolded in (("Why?", True), ("Show less", False)):
        await talk.press(talk.bob, strangers, button)
        shown = talk.telegram.history(strangers)[-1]
        assert shown["message_id"] == chosen["message_id"]
        assert shown["text"].startswith(card)
        assert (len(shown["text"]) > len(card)) is unfolded
    assert len(x.requests) == asked


@pytest.mark.parametrize("text", ["na", "@na", "NA", " nasa ", "https://x.com/nasa"])
async def test_ways_to_type_it(talk: Talk, text: str) -> None:
    await talk.ask("/klout @nasa @lea")
    assert titles(await typed(talk, talk.ada, text)) == ["@nasa"]


async def test_a_beginning_finds_several_and_an_exact_hit_comes_first(
    talk: Talk, world: FixedWorld
) -> None:
    for number, handle in enumerate(["na_sa", "nasa_hq", "NasaJPL", "esa"], start=10):
        world.put(account(number, handle))
    await talk.ask("/klout @nasa @na_sa @nasa_hq @NasaJPL @esa")
    answer = await typed(talk, talk.ada, "nasa")
    assert titles(answer) == ["@nasa", "@nasa_hq", "@NasaJPL"]
    assert offered(answer) is None
    world.put(account(10, "another"))  # @na_sa renamed: still found by what it was called
    talk.application.services.clock.forward(days=1)  # type: ignore[attr-defined]
    await talk.ask("/klout @na_sa")
    assert titles(await typed(talk, talk.ada, "na_sa")) == ["@another"]
    assert titles(await typed(talk, talk.ada, "na_s")) == []


async def test_no_more_than_a_phone_shows(talk: Talk, world: FixedWorld) -> None:
    for number in range(10, 24):
        world.put(account(number, f"user{number}"))
    for start in (10, 15, 20):
        await talk.ask("/klout " + " ".join(f"@user{n}" for n in range(start, min(24, start + 5))))
    assert len((await typed(talk, talk.ada, "user"))["results"]) == 10


async def test_an_account_without_a_reading_leads_to_the_private_chat(
    talk: Talk, x: XServer
) -> None:
    answer = await typed(talk, talk.ada, "@nasa")
    assert answer["results"] == []
    assert answer["button"] == {
        "text": "Score @nasa in a private chat",
        "start_parameter": "k_nasa",
    }
    assert x.requests == []
    assert (await talk.ask(f"/start {offered(answer)}")).startswith("@nasa · ")


@pytest.mark.parametrize("text", ["", "  ", "jean-luc", "what is going on here then", "é" * 256])
async def test_nothing_typed_offers_ones_own_and_the_example(talk: Talk, text: str) -> None:
    answer = await typed(talk, talk.bob, text)
    assert (titles(answer), offered(answer)) == ([], "k_nasa")
    await talk.ask("/klout @nasa")
    await talk.ask("/klout")
    (prompt,) = talk.telegram.history(talk.private)[-1:]
    await talk.say(talk.ada, talk.private, "@lea", reply_to=prompt)
    await talk.press(talk.ada, talk.private, "That’s me")
    assert titles(await typed(talk, talk.ada, text)) == ["@lea", "@nasa"]
    assert titles(await typed(talk, talk.bob, text)) == ["@nasa"]


async def test_in_the_persons_language(talk: Talk) -> None:
    await talk.ask("/klout @nasa")
    answer = await typed(talk, talk.chloe, "nasa")
    assert "communauté" in answer["results"][0]["input_message_content"]["message_text"]


async def test_what_is_hidden_is_offered_to_its_owner_neither(
    talk: Talk, world: FixedWorld, strangers: Chat
) -> None:
    await prove(talk, world, talk.ada, "nasa")
    answer = await typed(talk, talk.bob, "nasa", strangers)
    talk.telegram.choose_inline(talk.bob, answer["inline_query_id"], answer["results"][0]["id"])
    await talk.ask("/hide @nasa")
    for person in (talk.ada, talk.bob):  # what the owner chose would be posted for others
        for text in ("na", "nasa", ""):
            assert titles(await typed(talk, person, text)) == []
    for presser in (talk.ada, talk.bob):  # an earlier message stays, and unfolds no more
        before = talk.telegram.history(strangers)[-1]["text"]
        await talk.press(presser, strangers, "Why?")
        assert talk.toast()["show_alert"]
        assert talk.telegram.history(strangers)[-1]["text"] == before


async def test_the_hidden_new_owner_of_a_handle_is_not_found_by_its_old_one(
    talk: Talk, world: FixedWorld, clock: Clock
) -> None:
    await talk.ask("/klout @nasa")
    world.put(account(1, "elsewhere"))
    world.put(account(7, "nasa"))
    clock.forward(days=1)
    await prove(talk, world, talk.ada, "nasa")
    await talk.ask("/hide @nasa")
    assert titles(await typed(talk, talk.bob, "nasa")) == []


async def test_too_late_is_no_error(
    talk: Talk, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    asked = talk.telegram.type_inline(talk.ada, talk.group, "nasa")
    clock.forward(seconds=60)
    await talk.feed(talk.group, asked)
    assert len(talk.telegram.sent("answerInlineQuery")) == 1
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    talk.telegram.violations.clear()  # it may be too late: that was the point


async def test_a_bug_while_typing_is_logged_and_not_shown(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        raise LookupError

    monkeypatch.setattr(Reader, "offered", broken)
    await talk.feed(talk.group, talk.telegram.type_inline(talk.ada, talk.group, "nasa"))
    assert [call.method for call in talk.telegram.sent()] == ["getMe"]
    assert [record for record in caplog.records if record.levelname == "ERROR"]


async def test_a_newer_query_takes_the_place_of_the_earlier_one(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talk.ask("/klout @nasa")
    slow = asyncio.Event()
    stored = Reader.offered

    async def waits(reader: Reader, handle: str) -> Any:
        if handle == "na":
            slow.set()
            await asyncio.Event().wait()
        return await stored(reader, handle)

    monkeypatch.setattr(Reader, "offered", waits)
    asked = [talk.telegram.type_inline(talk.ada, talk.group, text) for text in ("na", "nasa")]
    for update in asked:
        await talk.arrive(update)
        await slow.wait()
    await talk.receiving.drained()
    (answer,) = talk.telegram.sent("answerInlineQuery")
    assert answer.params["inline_query_id"] == asked[1]["inline_query"]["id"]


async def test_twenty_people_typing_cost_nothing_and_get_at_most_one_answer_a_query(
    talk: Talk, x: XServer, world: FixedWorld
) -> None:
    handle = "observatories"
    world.put(replace(account(9, handle)))
    await talk.ask(f"/klout @{handle}")
    asked_of_x, people = len(x.requests), [talk.telegram.person(f"P{n}") for n in range(20)]
    group = talk.telegram.group("Typists", people)
    queries: dict[str, tuple[Person, str]] = {}
    for length in range(1, 11):  # ten keystrokes each, everybody's at once
        updates = [talk.telegram.type_inline(one, group, handle[:length]) for one in people]
        for one, update in zip(people, updates, strict=True):
            queries[update["inline_query"]["id"]] = (one, handle[:length])
            await talk.arrive(update)
    await talk.receiving.drained()
    assert len(x.requests) == asked_of_x
    answered = [call.params["inline_query_id"] for call in talk.telegram.sent("answerInlineQuery")]
    assert len(answered) == len(set(answered)) <= len(queries)
    last = {queries[name][0].id for name in answered if queries[name][1] == handle[:10]}
    assert last == {one.id for one in people}
