"""A person proves that an account is theirs by a code in its bio."""

import re
from dataclasses import replace

import pytest

from playground.telegram.server.world import Person
from playground.x.accounts import FixedWorld
from playground.x.server import Fault, XServer
from scoring.reading.budget import PRICES
from storage.engine.schema import claim
from tests.conftest import Clock
from tests.dialogue.conftest import Talk, prove
from tests.support.accounts import account

pytestmark = pytest.mark.usefixtures("hurried")

READY = "It is there"


async def code(talk: Talk, person: Person, handle: str = "nasa") -> str:
    (told,) = await talk.say(person, talk.telegram.private_chat(person), f"/prove @{handle}")
    (found,) = re.findall(r"klout-[0-9a-f]{6}", told["text"])
    return str(found)


async def press(talk: Talk, person: Person) -> str:
    """What the message under the button says after a press."""
    private = talk.telegram.private_chat(person)
    await talk.press(person, private, READY)
    return str(talk.telegram.history(private)[-1]["text"])


def bio(world: FixedWorld, text: str, clock: Clock, handle: str = "nasa") -> None:
    found = world.by_handle(handle, clock())
    assert found
    world.put(replace(found, bio=text))


async def proved(talk: Talk) -> list[tuple[int, int]]:
    rows = await talk.rows(claim)
    return [(row["person_id"], row["account_id"]) for row in rows if row["proved_at"]]


async def test_the_right_code(talk: Talk, world: FixedWorld, clock: Clock) -> None:
    bio(world, f"Exploring.\n{await code(talk, talk.ada)}", clock)
    assert (await press(talk, talk.ada)).startswith("@nasa is yours.")
    assert await proved(talk) == [(talk.ada.id, 1)]


@pytest.mark.parametrize("text", ["", "klout-", "klout-000000", "Klout"])
async def test_a_wrong_code(talk: Talk, world: FixedWorld, clock: Clock, text: str) -> None:
    await code(talk, talk.ada)
    bio(world, text, clock)
    await press(talk, talk.ada)
    assert talk.toast()["text"].startswith("I do not see the code in the bio yet.")
    assert await proved(talk) == []
    answer = await talk.ask("/hide @nasa")
    assert answer.startswith("I cannot know yet that @nasa is yours")
    assert (await talk.ask("/klout @nasa")).startswith("@nasa · ")


async def test_another_persons_code_is_a_wrong_code(
    talk: Talk, world: FixedWorld, clock: Clock
) -> None:
    await code(talk, talk.bob)
    bio(world, await code(talk, talk.ada), clock)
    await press(talk, talk.bob)
    assert await proved(talk) == []


async def test_each_look_costs_exactly_one_profile_and_there_is_one_in_two_minutes(
    talk: Talk, world: FixedWorld, clock: Clock, x: XServer
) -> None:
    told = await code(talk, talk.ada)
    clock.forward(days=1)  # X charges an account once a UTC day
    asked, paid = len(x.requests), x.bill
    await press(talk, talk.ada)
    assert (len(x.requests), x.bill) == (asked + 1, paid + PRICES["user"])
    bio(world, told, clock)
    await press(talk, talk.ada)
    assert talk.toast()["text"].startswith("I looked just now.")
    assert len(x.requests) == asked + 1
    clock.forward(minutes=2)
    assert (await press(talk, talk.ada)).startswith("@nasa is yours.")
    assert len(x.requests) == asked + 2


async def test_the_code_stays_the_same_however_often_it_is_asked_for(talk: Talk) -> None:
    assert await code(talk, talk.ada) == await code(talk, talk.ada)
    assert await code(talk, talk.ada) != await code(talk, talk.bob)


async def test_a_handle_taken_over_by_another_account_proves_nothing(
    talk: Talk, world: FixedWorld
) -> None:
    told = await code(talk, talk.ada)
    world.put(account(1, "elsewhere"))
    world.put(account(8, "nasa", bio=told))
    await press(talk, talk.ada)
    assert await proved(talk) == []


async def test_a_renamed_account_is_still_the_same(
    talk: Talk, world: FixedWorld, clock: Clock
) -> None:
    await prove(talk, world, talk.ada, "nasa")
    await talk.ask("/hide @nasa")
    renamed = world.by_handle("nasa", clock())
    assert renamed
    world.put(replace(renamed, handle="nasa2"))
    clock.forward(days=1)
    (answer,) = await talk.say(talk.bob, talk.telegram.private_chat(talk.bob), "/klout @nasa2")
    assert answer["text"].startswith("Whoever @nasa2 belongs to")
    assert (await talk.ask("/hide @nasa2 off")).startswith("Done: I answer everybody")


async def test_the_last_proof_owns_the_account_and_ends_the_former_owners_hiding(
    talk: Talk, world: FixedWorld
) -> None:
    await prove(talk, world, talk.bob, "nasa")
    await talk.say(talk.bob, talk.telegram.private_chat(talk.bob), "/hide @nasa")
    await prove(talk, world, talk.ada, "nasa")
    assert [row["person_id"] for row in await talk.rows(claim)] == [talk.ada.id]
    assert (await talk.ask("/klout @nasa")).startswith("@nasa · ")
    private = talk.telegram.private_chat(talk.bob)
    (answer,) = await talk.say(talk.bob, private, "/hide @nasa")
    assert answer["text"].startswith("I cannot know yet")


async def test_forgotten_nothing_is_hidden_any_more(talk: Talk, world: FixedWorld) -> None:
    await prove(talk, world, talk.ada, "nasa")
    assert "You hide" not in await talk.ask("/forget_me")
    await talk.ask("/hide @nasa")
    shown = "You hide @nasa. With your proof gone that ends, and I answer everybody again."
    assert shown in await talk.ask("/forget_me")
    await talk.forget()
    assert await talk.rows(claim) == []
    (answer,) = await talk.say(talk.bob, talk.group, "/klout @nasa")
    assert answer["text"].startswith("@nasa · ")


async def test_a_hidden_account_stays_off_its_board_when_its_readings_are_erased(
    talk: Talk, world: FixedWorld
) -> None:
    await prove(talk, world, talk.ada, "nasa")
    await talk.say(talk.ada, talk.group, "/join @nasa")
    await talk.say(talk.bob, talk.group, "/join @lea")
    await talk.ask("/hide @nasa")
    await talk.application.services.stores.readings.erase(1)
    (told,) = await talk.say(talk.bob, talk.group, "/board")
    assert "nasa" not in told["text"].lower()
    assert "@lea" in told["text"]


async def test_another_persons_button_reads_nothing(talk: Talk, x: XServer) -> None:
    await talk.say(talk.ada, talk.group, "/prove @nasa")
    asked = len(x.requests)
    await talk.press(talk.bob, talk.group, READY)
    assert talk.toast()["text"].startswith("You have not asked me for a code for @nasa: ")
    assert len(x.requests) == asked


@pytest.mark.parametrize("argument", ["", "no-handle", "missing", "lea", "a" * 40])
async def test_forged_buttons_read_nothing(talk: Talk, x: XServer, argument: str) -> None:
    await talk.say(talk.ada, talk.private, "/prove @nasa")
    message = talk.telegram.history(talk.private)[-1]
    asked = len(x.requests)
    data = f"1|prove|{argument}"
    message["reply_markup"]["inline_keyboard"][0][0]["callback_data"] = data
    await talk.press(talk.ada, message, data)
    assert len(x.requests) == asked
    assert talk.toast()["text"]
    assert await proved(talk) == []


async def test_when_x_does_not_answer_it_is_said(talk: Talk, x: XServer) -> None:
    await code(talk, talk.ada)
    x.fail("users", Fault(503), times=9)
    assert (await press(talk, talk.ada)).startswith("X is not answering right now.")
    assert await proved(talk) == []


@pytest.mark.parametrize("command", ["/prove", "/hide", "/hide off"])
async def test_bare_it_says_how(talk: Talk, command: str) -> None:
    assert "@handle" in await talk.ask(command)


async def test_only_the_proven_owner_hides_an_account(talk: Talk, world: FixedWorld) -> None:
    await prove(talk, world, talk.ada, "nasa")
    for command in ("/hide @nasa", "/hide @nasa off", "/hide @lea"):
        (answer,) = await talk.say(talk.bob, talk.group, command)
        assert answer["text"].startswith("I cannot know yet")
    (answer,) = await talk.say(talk.bob, talk.group, "/klout @nasa")
    assert answer["text"].startswith("@nasa · ")
