"""What becomes of accounts of the free networks when these refuse, rename or go silent."""

import asyncio
from datetime import timedelta

import pytest

from playground.networks.local_bluesky import BlueskyServer, Trouble
from playground.networks.local_fediverse import FediverseServers
from playground.networks.people import BLUESKY, FEDIVERSE, SOCIAL
from scoring.reading.errors import AccountError, TakesLonger
from scoring.reading.network_errors import NotForStrangers
from scoring.reading.networks.consent import Reason
from scoring.reading.requester import Requester
from scoring.reading.sources.bluesky import BlueskySource
from scoring.reading.sources.fediverse import FediverseSource
from services.batch_read import read_batch
from storage.engine import schema
from tests.conftest import Clock
from tests.dialogue.conftest import Talk
from tests.dialogue.networks.conftest import ADA, ADA_THERE

DID = BLUESKY[0].did
OPT_OUT = {
    "src": DID,
    "uri": f"at://{DID}/app.bsky.actor.profile/self",
    "cts": "2026-03-19",
    "val": "!no-unauthenticated",
}
EVIL = "evil.example.org"


async def test_an_opt_out_that_comes_during_a_read_holds(
    talk: Talk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talk.ask(f"/klout @{ADA}")
    clock.forward(days=1)
    posts = BlueskySource.recent_posts
    store = talk.application.services.stores.readings

    async def opted_out_meanwhile(*given: object) -> object:
        (account,) = await talk.rows(schema.account)
        refusal = NotForStrangers(ADA, [Reason.LOGGED_IN_ONLY])
        await store.forget(account["id"], refusal, clock())
        return await posts(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(BlueskySource, "recent_posts", opted_out_meanwhile)
    assert "asks not to be shown" in await talk.ask(f"/klout @{ADA}")
    for table in (schema.account, schema.handle, schema.snapshot, schema.post):
        assert await talk.rows(table) == []
    assert len(await talk.rows(schema.absent)) == 1


async def test_two_reads_and_an_opt_out_at_once_leave_nothing(talk: Talk, clock: Clock) -> None:
    services = talk.application.services
    reading = await services.reader.read(ADA, Requester("klout"))
    clock.forward(days=1)
    refusal = NotForStrangers(ADA, [Reason.LOGGED_IN_ONLY])
    nothing = await services.stores.readings.gathered(reading.account_id, clock(), clock())
    add = services.stores.readings.add
    told = await asyncio.gather(
        add(reading, ADA, nothing, nothing),
        services.stores.readings.forget(reading.account_id, refusal, clock()),
        add(reading, ADA, nothing, nothing),
        return_exceptions=True,
    )
    assert all(each is None or isinstance(each, AccountError) for each in told)
    assert await talk.rows(schema.snapshot) == []


async def test_a_claim_without_proof_keeps_nothing_of_an_account_that_opted_out(
    talk: Talk, bluesky: BlueskyServer, clock: Clock
) -> None:
    await talk.ask(f"/prove @{ADA}")
    await talk.ask(f"/klout @{ADA}")
    bluesky.spoil(ADA, labels=[OPT_OUT])
    clock.forward(days=1)
    assert "asks not to be shown" in await talk.ask(f"/klout @{ADA}")
    assert await talk.rows(schema.account) == await talk.rows(schema.claim) == []


async def test_a_refusal_is_kept_under_the_name_that_people_type(
    talk: Talk, bluesky: BlueskyServer
) -> None:
    bluesky.spoil(ADA, labels=[OPT_OUT])
    assert "asks not to be shown" in await talk.ask(f"/klout {DID}")
    asked = len(bluesky.requests)
    assert "asks not to be shown" in await talk.ask(f"/klout {DID}")
    assert "asks not to be shown" in await talk.ask(f"/klout @{ADA}")
    assert len(bluesky.requests) == asked


async def test_what_its_network_refuses_is_not_offered_inline(
    talk: Talk, fediverse: FediverseServers, clock: Clock
) -> None:
    await talk.ask(f"/klout @{ADA_THERE}")
    await talk.feed(talk.private, talk.telegram.type_inline(talk.bob, talk.group, ADA_THERE))
    assert talk.telegram.sent("answerInlineQuery")[-1].params["results"] != "[]"
    clock.forward(days=1)
    fediverse.refuse(SOCIAL, 401)
    assert "shows accounts to its own people only" in await talk.ask(f"/klout @{ADA_THERE}")
    for typed in (ADA_THERE, "ada@"):
        await talk.feed(talk.private, talk.telegram.type_inline(talk.bob, talk.group, typed))
        assert talk.telegram.sent("answerInlineQuery")[-1].params["results"] in ("[]", [])


async def test_posts_that_are_refused_are_asked_for_once_an_hour(
    talk: Talk, fediverse: FediverseServers, clock: Clock
) -> None:
    ada = next(each for each in FEDIVERSE if each.handle == "ada")
    fediverse.answer(f"{SOCIAL}/api/v1/accounts/{ada.number}/statuses", 401, {"error": "x"})
    await talk.ask(f"/klout @{ADA_THERE}")
    asked = len(fediverse.requests)
    for _ in range(5):
        await talk.ask(f"/klout @{ADA_THERE}")
    assert len(fediverse.requests) == asked
    clock.forward(hours=1)
    await talk.ask(f"/klout @{ADA_THERE}")
    assert len(fediverse.requests) > asked


async def test_a_network_that_asks_to_wait_is_left_alone_until_then(
    talk: Talk, bluesky: BlueskyServer, clock: Clock
) -> None:
    bluesky.fail(Trouble(429, "{}", headers=(("Retry-After", "600"),)))
    for _ in range(4):
        assert "Bluesky asks us to slow down" in await talk.ask(f"/klout @{ADA}")
    assert len(bluesky.requests) == 1
    clock.forward(minutes=10, seconds=1)
    assert (await talk.ask(f"/klout @{ADA}")).startswith(f"@{ADA} · 52/100")


async def test_a_press_names_the_network_that_does_not_answer(
    talk: Talk, bluesky: BlueskyServer
) -> None:
    (told,) = await talk.say(talk.ada, talk.private, f"/prove @{ADA}")
    bluesky.fail(Trouble(502, "<html>", "text/html"))
    await talk.press(talk.ada, told, "It is there")
    assert "Bluesky is not answering right now." in str(talk.telegram.history(talk.private)[-1])


async def test_servers_that_another_server_names_count_against_the_limit(
    talk: Talk, fediverse: FediverseServers
) -> None:
    for number in range(8):
        victim = f"victim{number}.example.net"
        link = {"rel": "self", "type": "application/activity+json"}
        fediverse.answer(
            f"{EVIL}/.well-known/webfinger",
            200,
            {
                "subject": f"acct:u{number}@{EVIL}",
                "links": [link | {"href": f"https://{victim}/users/u"}],
            },
        )
        fediverse.answer(f"{victim}/.well-known/webfinger", 404, {})
        await talk.ask(f"/klout @u{number}@{EVIL}")
    victims = {each.partition("/")[0] for each in fediverse.requests} - {EVIL}
    assert len(victims) == 4  # with the one that was typed, five an hour


async def test_an_alert_whose_reading_is_damaged_is_checked_once(talk: Talk, clock: Clock) -> None:
    await talk.ask("/alert @nasa 35")
    await talk.ask("/alert @lea 35")
    clock.forward(days=1, hours=2)
    await talk.ask("/klout @nasa")
    async with talk.application.services.stores.transaction() as tx:
        await tx.execute(schema.snapshot.update().values(receipt='{"formula": "2099.1"}'))
    seen = {row["key"]: row["seen_at"] for row in await talk.rows(schema.alert)}
    await talk.tick()
    clock.forward(minutes=1)
    await talk.tick()
    after = {row["key"]: row["seen_at"] for row in await talk.rows(schema.alert)}
    assert after["nasa"] - seen["nasa"] >= timedelta(days=1)
    assert after["lea"] == seen["lea"]


async def test_a_slow_server_holds_up_no_other_account(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    profiles = FediverseSource.profiles
    let_go = asyncio.Event()

    async def slow(source: FediverseSource, names: list[str], person: int | None = None) -> object:
        if names == ["slow@social.example.org"]:
            await let_go.wait()
        return await profiles(source, names, person)

    monkeypatch.setattr(FediverseSource, "profiles", slow)
    names = ["slow@social.example.org", "nasa"]
    reader = talk.application.services.reader
    collected = await read_batch(reader, names, Requester("digest"), patience=0.05)
    assert collected.unread == {"slow@social.example.org"}
    assert isinstance(collected.problems["slow@social.example.org"], TakesLonger)
    let_go.set()
    assert await reader.stored("nasa")
