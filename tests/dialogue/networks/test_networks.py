"""Accounts of Bluesky and the fediverse, from the question to the answer."""

import re

import pytest

from operations.settings import Settings
from playground.networks.local_bluesky import BlueskyServer, Trouble
from playground.networks.local_fediverse import FediverseServers
from playground.networks.people import BLUESKY, NOTES, SOCIAL
from playground.telegram.server.wire import Json
from playground.x.server import XServer
from storage.engine import schema
from tests.conftest import Clock
from tests.dialogue.conftest import Talk
from tests.dialogue.networks.conftest import ADA, ADA_THERE, LONG, NAMES
from views.buttons import start_parameter

NETWORKS = {ADA: "Bluesky", ADA_THERE: "Fediverse"}


def data_of(message: Json) -> list[str]:
    """What the buttons under a message carry."""
    rows = message["reply_markup"]["inline_keyboard"]
    return [each["callback_data"] for row in rows for each in row if "callback_data" in each]


@pytest.mark.parametrize(
    ("name", "network", "page", "read"),
    [
        (ADA, "Bluesky", f"https://bsky.app/profile/{ADA}", "Read from Bluesky just now."),
        (
            ADA_THERE,
            "Fediverse",
            f"https://{SOCIAL}/@ada",
            f"Read from the fediverse just now; the figures are \u2068{SOCIAL}\u2069’s own.",
        ),
    ],
)
async def test_a_score_names_its_network_and_leads_to_its_page(
    talk: Talk, name: str, network: str, page: str, read: str
) -> None:
    (answer,) = await talk.say(talk.ada, talk.private, f"/klout @{name}")
    first, *_, last = answer["text"].split("\n")
    assert first == f"@{name} · 52/100 ± 6 · {network}"
    assert last == read
    assert [each["url"] for each in answer["entities"] if "url" in each] == [page]


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        (ADA, f"@{ADA} · 52/100 ± 6 · Bluesky", "Lu sur Bluesky à l’instant."),
        (
            ADA_THERE,
            f"@{ADA_THERE} · 52/100 ± 6 · Fédivers",
            f"Lu sur le Fédivers à l’instant ; les chiffres sont ceux de \u2068{SOCIAL}\u2069.",
        ),
    ],
)
async def test_a_score_in_french(talk: Talk, name: str, first: str, last: str) -> None:
    (answer,) = await talk.say(talk.chloe, talk.group, f"/klout @{name}")
    lines = answer["text"].split("\n")
    assert (lines[0], lines[-1].replace("\u202f", " ")) == (first, last)


@pytest.mark.usefixtures("hurried")
async def test_an_answer_says_what_kind_of_account_it_is(
    talk: Talk, fediverse: FediverseServers
) -> None:
    assert "A program posts here, by its own word." in await talk.ask("/klout @robot.bsky.test")
    assert "A program" not in await talk.ask(f"/klout @{ADA_THERE}")
    fediverse.spoil(f"mio@{NOTES}", isBot=True, isSilenced=True)
    for _ in range(2):  # read, and stored
        text = await talk.ask(f"/klout @mio@{NOTES}")
        assert "A program posts here, by its own word.\nIts server limits" in text


@pytest.mark.parametrize("name", NAMES)
async def test_it_is_read_once_a_day_and_costs_nothing(
    talk: Talk, x: XServer, bluesky: BlueskyServer, fediverse: FediverseServers, name: str
) -> None:
    await talk.ask(f"/klout @{name}")
    asked = len(bluesky.requests) + len(fediverse.requests)
    assert asked
    await talk.ask(f"/why @{name.upper()}")
    assert len(bluesky.requests) + len(fediverse.requests) == asked
    assert x.requests == [] == await talk.rows(schema.spending)


@pytest.mark.parametrize("name", NAMES)
async def test_it_is_explained_by_what_its_network_shows(talk: Talk, name: str) -> None:
    text = await talk.ask(f"/why @{name}")
    assert "Reactions: 8 reactions to a post; mentions were not counted" in text
    assert text.startswith(f"@{name} · 52/100 ± 6 · {NETWORKS[name]}\n")
    assert "\nCommunity: 2,500 followers.\n" in text
    assert not re.search(r"\blists?\b|\bon X\b|X’s", text)
    assert "reach on its network, not about a person’s worth" in await talk.ask("/method")
    assert "judged in" not in text  # the percentile's people are X's


@pytest.mark.parametrize("name", NAMES)
async def test_it_is_followed_and_stands_in_the_digest(
    talk: Talk, clock: Clock, bluesky: BlueskyServer, fediverse: FediverseServers, name: str
) -> None:
    assert (await talk.ask(f"/follow @{name}")).startswith(f"Following @{name}.")
    told = f"Nothing new since you were last told: @{name} 52."
    assert (await talk.ask("/digest")).split("\n\n")[1:] == [told]
    clock.forward(days=7, hours=1)
    bluesky.spoil(ADA, followersCount=9_000_000)
    fediverse.spoil(ADA_THERE, followers_count=9_000_000)
    (digest,) = await talk.tick()
    score, ends, receipt = digest["text"].partition(f"\n\n@{name} · ")[2].split("\n")[:3]
    assert re.fullmatch(rf"\d+/100 ± \d+ · {NETWORKS[name]}", score)
    assert re.fullmatch(r"51\.6 → [\d.]+ since 18 March\.", ends)
    assert "(+9,000,000 followers)" in receipt
    assert "is not answering" not in digest["text"]


async def test_two_networks_are_compared_with_a_word_on_what_that_means(talk: Talk) -> None:
    text = await talk.ask(f"/compare @{ADA} @nasa")
    assert "They are on different networks" in text
    assert "They are on different networks" not in await talk.ask("/compare @nasa @lea")


async def test_a_comparison_is_drawn_by_its_links(talk: Talk, patient: None) -> None:
    del patient
    (answer,) = await talk.say(talk.ada, talk.private, f"/compare @{ADA} @{ADA_THERE} @nasa")
    (picture,) = await talk.press(talk.ada, answer, "Picture")
    assert "photo" in picture


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("shy.bsky.test", "asks not to be shown to people whom it does not know"),
        ("frank.bsky.test", "Its owner has deactivated @frank.bsky.test"),
        ("gina.bsky.test", "Bluesky has suspended @gina.bsky.test"),
        ("missing.bsky.test", "There is no account @missing.bsky.test on Bluesky."),
        ("ben.social.example.org.ap.brid.gy", "a bridge’s copy of"),
        (f"ben@{SOCIAL}", "has not agreed to be shown"),
        (f"shy@{SOCIAL}", "asks not to be shown to people whom it does not know"),
        (f"gina@{SOCIAL}", "Its server has suspended"),
        (f"old@{SOCIAL}", f"has moved to @{ADA_THERE}"),
        (f"missing@{SOCIAL}", "on the fediverse."),
        ("any@refusing.example.net", "shows accounts to its own people only"),
    ],
)
async def test_who_has_no_score_gets_a_sentence_twice(
    talk: Talk, bluesky: BlueskyServer, name: str, sentence: str
) -> None:
    assert sentence in await talk.ask(f"/klout @{name}")
    asked = len(bluesky.requests)
    assert sentence in await talk.ask(f"/klout @{name}")
    assert len(bluesky.requests) == asked  # the refusal is kept for a day
    assert await talk.rows(schema.account) == []


async def test_a_network_that_does_not_answer_leaves_what_is_known(
    talk: Talk, bluesky: BlueskyServer, clock: Clock
) -> None:
    await talk.ask(f"/klout @{ADA}")
    clock.forward(days=1)
    bluesky.fail(Trouble(502, "<html>", "text/html"))
    text = await talk.ask(f"/klout @{ADA}")
    assert text.startswith(f"@{ADA} · 52/100")
    assert "Bluesky is not answering right now." in text


async def test_a_later_opt_out_deletes_what_was_stored(
    talk: Talk, bluesky: BlueskyServer, clock: Clock
) -> None:
    (answer,) = await talk.say(talk.ada, talk.private, f"/klout @{ADA}")
    assert await talk.rows(schema.post)
    await talk.application.services.pictures.keep("ab", "a file", clock(), handles=[ADA.upper()])
    did = BLUESKY[0].did
    label = {"src": did, "uri": f"at://{did}/app.bsky.actor.profile/self", "cts": "2026-03-19"}
    bluesky.spoil(ADA, labels=[label | {"val": "!no-unauthenticated"}])
    clock.forward(days=1)
    assert "asks not to be shown" in await talk.ask(f"/klout @{ADA}")
    for table in (schema.account, schema.handle, schema.snapshot, schema.post, schema.picture):
        assert await talk.rows(table) == []
    assert await talk.rows(schema.post_span) == []
    await talk.press(talk.ada, answer, "Why?")
    assert "no longer" in talk.toast()["text"] or talk.toast()["show_alert"]


async def test_a_long_handle_fits_a_button(talk: Talk) -> None:
    (answer,) = await talk.say(talk.ada, talk.private, f"/klout @{LONG}")
    assert all(len(data.encode()) <= 64 for data in data_of(answer))
    (followed,) = await talk.press(talk.ada, answer, "Follow")
    assert followed["text"].startswith(f"Following @{LONG}.")
    await talk.press(talk.ada, answer, "Why?")
    shown = talk.telegram.history(talk.private)
    assert any("The three parts add up" in each.get("text", "") for each in shown)


@pytest.mark.parametrize("name", NAMES)
async def test_its_history_alert_receipt_and_board(talk: Talk, patient: None, name: str) -> None:
    del patient
    (chart,) = await talk.say(talk.ada, talk.private, f"/history @{name}")
    assert "photo" in chart
    assert f"@{name}" in await talk.ask(f"/alert @{name} 35")
    (receipt,) = await talk.say(talk.ada, talk.private, f"/receipt @{name}")
    assert "document" in receipt
    await talk.say(talk.ada, talk.group, f"/join @{name}")
    (board,) = await talk.say(talk.bob, talk.group, "/board")
    assert f"@{name} · 52/100" in board["text"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("@bob@gmail.com", "is a mail address"),
        ("@a_name_that_is_too_long", "is too long for a handle on X"),
        ("https://mastodon.social", "is a server of the fediverse"),
        ("https://threads.net/@zuck", "is on a network that I do not read"),
    ],
)
async def test_what_names_no_account_is_told_why(talk: Talk, typed: str, sentence: str) -> None:
    assert sentence in await talk.ask(f"/klout {typed}")


@pytest.mark.parametrize("name", NAMES)
async def test_inline_and_guests_lead_to_it(talk: Talk, name: str) -> None:
    await talk.ask(f"/klout @{name}")
    parameter = start_parameter(name)
    (answer,) = await talk.say(
        talk.bob, talk.telegram.private_chat(talk.bob), f"/start {parameter}"
    )
    assert answer["text"].startswith(f"@{name} · ")


@pytest.mark.parametrize("name", NAMES)
async def test_a_prompt_about_it_is_recognised(talk: Talk, name: str) -> None:
    (answer,) = await talk.say(talk.ada, talk.private, f"/klout @{name}")
    (question,) = await talk.press(talk.ada, answer, "Compare")
    (compared,) = await talk.say(talk.ada, talk.private, "@nasa", reply_to=question)
    assert "They are on different networks" in compared["text"]


async def test_trouble_at_one_network_stops_no_other(
    talk: Talk, bluesky: BlueskyServer, clock: Clock
) -> None:
    await talk.ask(f"/follow @{ADA} @{ADA_THERE} @nasa")
    clock.forward(days=1)
    for _ in range(9):
        bluesky.fail(Trouble(429, "{}"))
    await talk.ask("/digest")
    day = clock().date()
    read = [
        row["account_id"] for row in await talk.rows(schema.snapshot) if row["as_of"].date() == day
    ]
    assert len(read) == 2


async def test_an_account_is_proved_by_its_description_and_hidden(
    talk: Talk, bluesky: BlueskyServer
) -> None:
    (told,) = await talk.say(talk.ada, talk.private, f"/prove @{ADA}")
    (code,) = re.findall(r"klout-[0-9a-f]{6}", told["text"])
    bluesky.spoil(ADA, description=f"I count ships. {code}")
    await talk.press(talk.ada, told, "It is there")
    await talk.ask(f"/hide @{ADA}")
    (others,) = await talk.say(talk.bob, talk.group, f"/klout @{ADA}")
    assert "52/100" not in others["text"]
    assert "52/100" in await talk.ask(f"/klout @{ADA}")


class TestWithoutX:
    """A bot whose operator has a Telegram token and nothing else."""

    @pytest.fixture
    async def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"x_bearer_token": None})

    async def test_x_is_not_asked_and_the_ways_to_write_others_are_told(
        self, talk: Talk, x: XServer
    ) -> None:
        for typed in ("nasa", "@nasa", "https://x.com/nasa"):
            assert await talk.ask(f"/klout {typed}") == (
                "This bot does not read X, so I cannot score @nasa. Write accounts of the networks"
                " that it reads like this: @alice.bsky.social (Bluesky), @alice@mastodon.social"
                " (Fediverse)."
            )
        assert not x.requests

    async def test_other_networks_are_read(self, talk: Talk) -> None:
        assert (await talk.ask(f"/klout @{ADA}")).startswith(f"@{ADA} · 52/100")

    async def test_hints_name_an_account_that_can_be_read(self, talk: Talk) -> None:
        assert "@bsky.app" in await talk.ask("/start")


@pytest.mark.usefixtures("hurried")
async def test_a_mail_address_in_a_sentence_is_told_to_no_server(
    talk: Talk, fediverse: FediverseServers
) -> None:
    assert "I did not understand" in await talk.ask(f"Write to ada@{SOCIAL} about it")
    assert fediverse.requests == []
    assert (await talk.ask(f"ada@{SOCIAL}")).startswith(f"@ada@{SOCIAL} · ")
    assert (await talk.ask(f"and of @ada@{SOCIAL} today")).startswith(f"@ada@{SOCIAL} · ")


@pytest.mark.parametrize("name", NAMES)
async def test_a_goal_names_what_its_network_has(talk: Talk, name: str) -> None:
    text = await talk.ask(f"/goal @{name} 90")
    assert "community, with twice the followers:" in text
    assert text.startswith(f"@{name} · 52/100 ± 6 · {NETWORKS[name]} → 90\n")
    assert "points to go, which is more than its margin." in text
    assert text.endswith(
        "bring nothing.\nA score must not be used to judge a candidate: /method says why."
    )
    assert not re.search(r"\blists?\b|mention|X’s", text)
