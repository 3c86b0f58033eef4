"""`/compare` in a group and in private."""

import pytest

from playground.telegram.server.wire import Json
from playground.x.accounts import FixedWorld
from playground.x.server import XServer
from tests.dialogue.conftest import Talk
from tests.support.accounts import account

pytestmark = pytest.mark.usefixtures("hurried")


@pytest.fixture(autouse=True)
def more_people(world: FixedWorld) -> None:
    world.put(account(3, "esa", followers=45_000, listed=930, mentions_a_week=300))
    world.put(account(4, "nasa_too", followers=2_600))


def lines(message: Json) -> list[str]:
    """One for each account: its place and handle."""
    return [" ".join(line.split()[:2]) for line in message["text"].split("\n") if "/100 ± " in line]


async def test_the_highest_first_with_shared_places_and_who_leads(talk: Talk) -> None:
    (answer,) = await talk.say(talk.ada, talk.group, "/compare @lea @nasa @esa @nasa_too")
    assert lines(answer) == ["1. @esa", "=2. @nasa_too", "=2. @nasa", "4. @lea"]
    assert "Between the first two:\nAbout " in answer["text"]
    assert "people would pick @esa" in answer["text"]
    assert "Leading in each part: community @esa" in answer["text"]


async def test_a_tie_is_called_one(talk: Talk) -> None:
    (answer,) = await talk.say(talk.ada, talk.group, "/compare @nasa @nasa_too")
    assert lines(answer) == ["=1. @nasa_too", "=1. @nasa"]
    assert "Between the first two" not in answer["text"]
    assert "Too close to call: about 5 in 10 people would pick @nasa_too." in answer["text"]


async def test_ten_at_most(talk: Talk, world: FixedWorld) -> None:
    for number in range(10, 21):
        world.put(account(number, f"user{number}"))
    names = " ".join(f"@user{number}" for number in range(10, 21))
    (answer,) = await talk.say(talk.ada, talk.group, f"/compare {names}")
    assert len(lines(answer)) == 10
    assert answer["text"].endswith("I answer for 10 at a time; 1 was left out.")


async def test_one_alone_is_asked_a_second_for(talk: Talk) -> None:
    (question,) = await talk.say(talk.ada, talk.group, "/compare @nasa")
    assert question["text"] == "Who should I compare @nasa with? Send me a handle."
    (answer,) = await talk.say(talk.ada, talk.group, "esa", reply_to=question)
    assert lines(answer) == ["1. @esa", "2. @nasa"]


async def test_the_second_may_be_several_and_is_never_the_first_again(talk: Talk) -> None:
    (question,) = await talk.say(talk.ada, talk.group, "/compare @nasa")
    (again,) = await talk.say(talk.ada, talk.group, "@NASA 1/2", reply_to=question)
    assert again["text"].endswith("Who should I compare @nasa with? Send me a handle.")
    (answer,) = await talk.say(talk.ada, talk.group, "@nasa, @esa, @lea", reply_to=again)
    assert lines(answer) == ["1. @esa", "2. @nasa", "3. @lea"]


async def test_bare_it_takes_those_who_joined_here_and_nobody_else(talk: Talk) -> None:
    other = talk.telegram.group("Others", [talk.ada, talk.bob])
    await talk.say(talk.ada, other, "/join @nasa_too")
    await talk.say(talk.ada, talk.group, "/klout @nasa_too")
    await talk.say(talk.ada, talk.group, "/join @nasa")
    (question,) = await talk.say(talk.ada, talk.group, "/compare")
    assert question["text"].startswith(
        "Which accounts would you like to compare?"
    )  # one alone is nobody to compare
    await talk.say(talk.bob, talk.group, "/join @lea")
    (answer,) = await talk.say(talk.chloe, talk.group, "/compare")
    assert lines(answer) == ["1. @nasa", "2. @lea"]
    (answer,) = await talk.say(talk.ada, talk.group, "@esa @lea", reply_to=question)
    assert lines(answer) == ["1. @esa", "2. @lea"]


async def test_as_a_reply_to_somebody_who_joined_it_is_about_the_two(talk: Talk) -> None:
    for person, handle in ((talk.ada, "nasa"), (talk.bob, "lea"), (talk.chloe, "esa")):
        await talk.say(person, talk.group, f"/join @{handle}")
    talk.telegram.say(talk.bob, talk.group, "what now?")
    said = talk.telegram.history(talk.group)[-1]
    (answer,) = await talk.say(talk.ada, talk.group, "/compare", reply_to=said)
    assert lines(answer) == ["1. @nasa", "2. @lea"]
    await talk.say(talk.bob, talk.group, "/leave")
    (answer,) = await talk.say(talk.ada, talk.group, "/compare", reply_to=said)
    assert answer["text"].startswith(
        "Which accounts would you like to compare?"
    )  # not others in his place


async def test_in_private_it_asks(talk: Talk) -> None:
    assert (await talk.ask("/compare")).startswith("Which accounts would you like to compare?")


async def test_who_has_no_score_gets_a_sentence_and_the_others_are_compared(
    talk: Talk, world: FixedWorld
) -> None:
    world.put(account(9, "gone", suspended=True))
    (answer,) = await talk.say(talk.ada, talk.group, "/compare @gone @nasa @esa @jean-luc")
    assert lines(answer) == ["1. @esa", "2. @nasa"]
    assert "X has suspended @gone" in answer["text"]
    assert "jean-luc" in answer["text"]
    (answer,) = await talk.say(talk.ada, talk.group, "/compare @gone @nobody")
    assert lines(answer) == []


async def test_an_account_under_two_names_is_compared_with_nobody_twice(
    talk: Talk, x: XServer
) -> None:
    (answer,) = await talk.say(talk.ada, talk.group, "/compare @nasa @NASA @esa")
    assert lines(answer) == ["1. @esa", "2. @nasa"]
    assert len([path for path in x.requests if path.endswith("/by")]) <= 2
