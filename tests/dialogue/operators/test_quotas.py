"""What a person is told once their quota of accounts is spent."""

import re

import pytest

from playground.x.accounts import FixedWorld
from playground.x.server import XServer
from tests.conftest import Clock
from tests.dialogue.conftest import Talk
from tests.support.accounts import account


@pytest.fixture(autouse=True)
def many(world: FixedWorld) -> None:
    for number in range(60):
        world.put(account(10 + number, f"n{number:02}", posts=0, recent=()))


def names(first: int, last: int) -> str:
    return " ".join(f"@n{number:02}" for number in range(first, last))


async def test_ten_handles_count_as_ten_and_what_is_known_is_still_shown(
    talk: Talk, x: XServer, clock: Clock
) -> None:
    await talk.ask(f"/compare {names(0, 10)}")
    await talk.ask(f"/compare {names(10, 20)}")
    requests = len(x.requests)
    told = await talk.ask("/klout @nasa")
    assert told.startswith("That was a lot of accounts, and each one costs money to read.")
    assert "I read the next from 18 March, 12:15 UTC" in told
    assert (await talk.ask("/klout @n03")).startswith("@n03 · ")
    assert len(x.requests) == requests
    (other,) = await talk.say(talk.bob, talk.telegram.private_chat(talk.bob), "/klout @nasa")
    assert other["text"].startswith("@nasa · ")
    clock.forward(minutes=15)
    assert (await talk.ask("/klout @n30")).startswith("@n30 · ")


async def test_it_is_said_in_french(talk: Talk) -> None:
    private = talk.telegram.private_chat(talk.chloe)
    for first in (0, 10):
        await talk.say(talk.chloe, private, f"/compare {names(first, first + 10)}")
    (told,) = await talk.say(talk.chloe, private, "/klout @nasa")
    assert "Je lirai le prochain à partir du 18 mars, 12:15 UTC" in told["text"]


async def test_what_is_followed_is_followed_and_read_later(
    talk: Talk, clock: Clock, x: XServer
) -> None:
    for first in (0, 10):
        await talk.ask(f"/compare {names(first, first + 10)}")
    told = await talk.ask("/follow @nasa")
    assert "@nasa" in told
    assert "That was a lot of accounts" in told
    clock.forward(days=7)
    (digest,) = await talk.tick()
    assert re.search(r"^New here: @nasa \d+\.$", digest["text"], re.MULTILINE)
    assert x.requests.count("/2/users/by") == 3


async def test_a_group_has_its_own(talk: Talk) -> None:
    people = [talk.telegram.person(f"P{number}", "en") for number in range(3)]
    group = talk.telegram.group("Loud", people)
    for person, first in zip(people[:2], (0, 20), strict=True):
        for start in (first, first + 10):
            await talk.say(person, group, f"/compare {names(start, start + 10)}")
    (told,) = await talk.say(people[2], group, "/klout @nasa")
    assert "I read the next from 18 March, 12:05 UTC" in told["text"]


async def test_forgetting_a_person_does_not_refill_their_quota(talk: Talk, x: XServer) -> None:
    for first in (0, 10):
        await talk.ask(f"/compare {names(first, first + 10)}")
    requests = len(x.requests)
    await talk.forget()
    assert (await talk.ask("/klout @nasa")).startswith("That was a lot of accounts")
    assert len(x.requests) == requests


async def test_a_look_at_a_bio_counts_too(talk: Talk, x: XServer) -> None:
    await talk.ask("/klout @n00")
    (code,) = await talk.say(talk.ada, talk.private, "/prove @n00")
    await talk.ask(f"/compare {names(1, 11)}")
    await talk.ask(f"/compare {names(11, 20)}")
    requests = len(x.requests)
    (told,) = await talk.press(talk.ada, code, "It is there")
    assert told["text"].startswith("That was a lot of accounts")
    assert len(x.requests) == requests
