"""An account that asks not to be shown: its proven owner's word counts more than its profile."""

import re

import pytest

from playground.networks.local_bluesky import BlueskyServer
from playground.networks.local_fediverse import FediverseServers
from playground.networks.people import SOCIAL
from storage.engine import schema
from tests.conftest import Clock
from tests.dialogue.conftest import Talk

pytestmark = pytest.mark.usefixtures("hurried")

SHY = "shy.bsky.test"
SHY_THERE = f"shy@{SOCIAL}"
BEN_THERE = f"ben@{SOCIAL}"
ASKS_NOT = "asks not to be shown to people whom it does not know"


async def prove(talk: Talk, bluesky: BlueskyServer, fediverse: FediverseServers, name: str) -> str:
    """Ada proves an account; what she is told at the end."""
    told = await talk.ask(f"/prove @{name}")
    (code,) = re.findall(r"klout-[0-9a-f]{6}", told)
    bluesky.spoil(name, description=code)
    fediverse.spoil(name, note=f"<p>{code}</p>")
    await talk.press(talk.ada, talk.private, "It is there")
    return str(talk.telegram.history(talk.private)[-1]["text"])


async def bob_asks(talk: Talk, name: str) -> str:
    (answer,) = await talk.say(talk.bob, talk.telegram.private_chat(talk.bob), f"/klout @{name}")
    return str(answer["text"])


@pytest.mark.parametrize("name", [SHY, SHY_THERE, BEN_THERE])
async def test_it_is_shown_to_its_owner_alone(
    talk: Talk, bluesky: BlueskyServer, fediverse: FediverseServers, clock: Clock, name: str
) -> None:
    assert "not" in await bob_asks(talk, name)
    told = await prove(talk, bluesky, fediverse, name)
    assert told.startswith(f"@{name} is yours. It asks not to be shown")
    for _ in range(2):
        assert (await talk.ask(f"/klout @{name}")).startswith(f"@{name} · ")
        assert (await bob_asks(talk, name)).startswith(f"Whoever @{name} belongs to")
        (answer,) = await talk.say(talk.ada, talk.group, f"/klout @{name}")
        assert answer["text"].startswith(f"Whoever @{name} belongs to")
        clock.forward(days=2)


async def test_it_is_shown_to_everybody_once_its_owner_asks_for_it(
    talk: Talk, bluesky: BlueskyServer, fediverse: FediverseServers, clock: Clock
) -> None:
    await prove(talk, bluesky, fediverse, SHY)
    assert (await talk.ask(f"/hide @{SHY} off")).startswith("Done: I answer everybody")
    for _ in range(2):
        assert (await bob_asks(talk, SHY)).startswith(f"@{SHY} · ")
        clock.forward(days=2)
    assert (await talk.ask(f"/hide @{SHY}")).startswith("Done: I show")
    assert (await bob_asks(talk, SHY)).startswith(f"Whoever @{SHY} belongs to")
    assert (await talk.ask(f"/klout @{SHY}")).startswith(f"@{SHY} · ")


async def test_an_owner_who_said_nothing_hides_or_shows_it_after_a_later_opt_out(
    talk: Talk, bluesky: BlueskyServer, fediverse: FediverseServers, clock: Clock
) -> None:
    name = "star.bsky.test"
    assert "On a board it is yours alone" in await prove(talk, bluesky, fediverse, name)
    assert (await bob_asks(talk, name)).startswith(f"@{name} · ")
    clock.forward(days=2)
    bluesky.spoil(name, description="#nobot")
    assert ASKS_NOT in await bob_asks(talk, name)
    assert await talk.rows(schema.snapshot) == []
    await talk.ask(f"/hide @{name}")
    assert (await talk.ask(f"/klout @{name}")).startswith(f"@{name} · ")
    assert (await bob_asks(talk, name)).startswith(f"Whoever @{name} belongs to")


async def test_nothing_of_it_stays_when_its_owner_is_forgotten(
    talk: Talk, bluesky: BlueskyServer, fediverse: FediverseServers
) -> None:
    await prove(talk, bluesky, fediverse, SHY)
    await talk.ask(f"/klout @{SHY}")
    await talk.ask("/forget_me")
    await talk.press(talk.ada, talk.private, "Erase it all")
    assert await talk.rows(schema.snapshot) == await talk.rows(schema.claim) == []
    assert ASKS_NOT in await bob_asks(talk, SHY)


async def test_a_code_alone_shows_and_stores_no_figures(talk: Talk) -> None:
    await talk.ask(f"/prove @{SHY}")
    assert ASKS_NOT in await talk.ask(f"/klout @{SHY}")
    assert await talk.rows(schema.snapshot) == []
    assert [row["name"] for row in await talk.rows(schema.account)] == [""]


@pytest.mark.parametrize("name", ["ben.social.example.org.ap.brid.gy", f"gina@{SOCIAL}"])
async def test_what_has_no_owner_of_its_own_is_not_proved(talk: Talk, name: str) -> None:
    await talk.ask(f"/prove @{name}")
    assert await talk.rows(schema.claim) == []


async def test_a_bare_question_lists_all_accounts_that_a_person_proved(
    talk: Talk, bluesky: BlueskyServer, fediverse: FediverseServers
) -> None:
    await talk.ask("/why @nasa")
    await talk.press(talk.ada, talk.private, "That’s me")
    await prove(talk, bluesky, fediverse, f"ada@{SOCIAL}")
    await prove(talk, bluesky, fediverse, "star.bsky.test")
    text = await talk.ask("/klout")
    points = [int(found) for found in re.findall(r" · (\d+)/100", text)]
    assert len(points) == 3
    assert points == sorted(points, reverse=True)
    (told,) = await talk.say(talk.ada, talk.group, "/klout")
    assert "star.bsky.test" not in told["text"]


async def test_a_second_proof_shows_it_to_nobody_else(
    talk: Talk, bluesky: BlueskyServer, fediverse: FediverseServers, clock: Clock
) -> None:
    await prove(talk, bluesky, fediverse, SHY)
    await talk.ask(f"/klout @{SHY}")
    private = talk.telegram.private_chat(talk.chloe)
    (told,) = await talk.say(talk.chloe, private, f"/prove @{SHY}")
    (code,) = re.findall(r"klout-[0-9a-f]{6}", told["text"])
    bluesky.spoil(SHY, description=code)
    clock.forward(minutes=5)
    await talk.press(talk.chloe, private, "C’est fait")
    for _ in range(2):
        assert (await bob_asks(talk, SHY)).startswith(f"Whoever @{SHY} belongs to")
        clock.forward(days=2)


async def test_a_digest_that_waits_is_taken_back_from_an_account_that_opts_out(
    talk: Talk, bluesky: BlueskyServer, clock: Clock
) -> None:
    name = "star.bsky.test"
    await talk.ask(f"/follow @{name}")
    clock.forward(days=7)
    bluesky.spoil(name, followersCount=9_000_000)
    talk.telegram.fail("sendMessage", 429, "Too Many Requests: retry after 3600")
    talk.telegram.fail("sendPhoto", 429, "Too Many Requests: retry after 3600")
    await talk.tick()
    bluesky.spoil(name, description="#nobot")
    clock.forward(days=1)
    assert ASKS_NOT in await bob_asks(talk, name)
    told = [each.get("text", "") + each.get("caption", "") for each in await talk.tick()]
    assert not [text for text in told if "/100" in text or " → " in text]
