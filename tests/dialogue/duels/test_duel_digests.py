"""What a group said in duels, in its digests."""

import pytest

from playground.x.accounts import FixedWorld
from tests.conftest import Clock
from tests.dialogue.conftest import Talk
from tests.dialogue.duels.playing import begin, now, one, read, vote_for
from tests.support.accounts import account

pytestmark = pytest.mark.usefixtures("hurried")

WEEK = "Duels: you and the formula agreed 1 of 1 times."


async def played(talk: Talk, world: FixedWorld) -> None:
    """A group follows two accounts, of which the formula names one, and names the same."""
    world.put(account(3, "esa", followers=200_000, listed=5_000))
    await read(talk, "nasa", "esa")
    await talk.say(talk.ada, talk.group, "/follow @nasa @esa")
    message = await begin(talk, talk.ada, talk.group)
    for person in (talk.ada, talk.bob, talk.chloe):
        await vote_for(talk, person, message, "@esa")


async def test_the_digest_of_a_group_that_plays_has_a_line(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    await played(talk, world)
    clock.forward(days=6, hours=23)
    (told,) = await talk.tick(talk.group)
    assert WEEK in told["text"]


async def test_a_digest_on_request_has_the_line_too(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    await played(talk, world)
    assert WEEK in await one(talk, talk.ada, "/digest")
    await talk.ask("/follow @nasa @esa")
    assert "Duels: " not in await talk.ask("/digest")  # what a group said stays there
    clock.forward(days=8)
    assert "Duels: " not in await one(talk, talk.ada, "/digest")


async def test_the_whole_of_a_digest_that_is_cut_short_has_the_line(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    await played(talk, world)
    names = [f"n{number:02}" for number in range(10)]
    for number, name in enumerate(names, 10):
        world.put(account(number, name, followers=1_000 - number))
    for some in (names[:5], names[5:]):
        await talk.say(talk.ada, talk.group, "/follow @" + " @".join(some))
    clock.forward(days=6, hours=23)
    for number, name in enumerate(names, 10):
        world.put(account(number, name, followers=40_000 + number, listed=400))
    (told,) = await talk.tick(talk.group)
    assert "Duels: " not in told["text"]
    await talk.press(talk.ada, told, "All of it")
    assert WEEK in now(talk, told)["text"]
