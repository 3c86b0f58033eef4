"""Where an account of the fediverse lives: both servers have to say so."""

import pytest

from playground.networks.local_fediverse import FediverseServers
from playground.networks.people import SOCIAL
from scoring.reading.errors import (
    AccountUnreadable,
    HandleNotFound,
)
from scoring.reading.network_errors import (
    BridgedCopy,
)
from scoring.reading.sources.fediverse import FediverseSource
from scoring.reading.sources.public_accounts import shown_to_strangers
from tests.conftest import Clock
from tests.unit.fediverse.conftest import ADA, FINGER, LOOKUP, account_at, look_up

DOMAIN = "example.org"
EVIL = "evil.example.net"


async def test_an_account_is_asked_for_at_home(
    source: FediverseSource, fediverse: FediverseServers
) -> None:
    ada = await account_at(source, f"@Ada@{SOCIAL.upper()}")
    assert (ada.handle, ada.name, ada.bio) == (ADA, "Ada", "Ships & sums")
    assert (ada.followers, ada.following, ada.posts) == (2500, 300, 4000)
    assert (ada.claimed_by, ada.id.partition("/")[0]) == (SOCIAL, SOCIAL)
    assert shown_to_strangers(ada) is ada
    assert fediverse.requests == [f"{SOCIAL}{FINGER}", f"{SOCIAL}{LOOKUP}"]


async def test_a_home_is_remembered_for_two_weeks(
    source: FediverseSource, fediverse: FediverseServers, clock: Clock
) -> None:
    for days, fingers in ((0, 1), (13, 1), (2, 2)):
        clock.forward(days=days)
        await account_at(source)
        assert fediverse.requests.count(f"{SOCIAL}{FINGER}") == fingers


async def test_a_domain_that_sends_on_is_followed_once(
    source: FediverseSource, fediverse: FediverseServers
) -> None:
    fediverse.domains[ADA] = f"ada@{DOMAIN}"
    there = f"https://{SOCIAL}{FINGER}?resource=acct:ada@{DOMAIN}"
    fediverse.answer(f"{DOMAIN}{FINGER}", 302, {}, Location=there)
    assert (await account_at(source, f"ada@{DOMAIN}")).handle == f"ada@{DOMAIN}"
    assert fediverse.requests == [
        f"{DOMAIN}{FINGER}",
        f"{SOCIAL}{FINGER}",
        f"{SOCIAL}{LOOKUP}",
    ]


async def test_the_servers_own_name_for_an_account_is_its_canonical_one(
    source: FediverseSource, fediverse: FediverseServers
) -> None:
    fediverse.domains[ADA] = f"ada@{DOMAIN}"
    assert (await account_at(source)).handle == f"ada@{DOMAIN}"


def _finger(subject: str, actor: str) -> dict[str, object]:
    link = {"rel": "self", "type": "application/activity+json", "href": actor}
    return {"subject": f"acct:{subject}", "links": [link]}


ACTOR = f"https://{SOCIAL}/users/ada"


async def test_no_server_passes_anothers_account_off_as_its_own(
    source: FediverseSource, fediverse: FediverseServers
) -> None:
    fediverse.answer(f"{EVIL}{FINGER}", 200, _finger(f"me@{EVIL}", ACTOR))
    assert isinstance(await look_up(source, f"me@{EVIL}"), HandleNotFound)
    assert f"{SOCIAL}{LOOKUP}" not in fediverse.requests


@pytest.mark.parametrize(
    ("finger", "error"),
    [
        (_finger(ADA, f"https://{EVIL}/users/me"), AccountUnreadable),  # another self
        (_finger(f"nemo@{SOCIAL}", ACTOR), HandleNotFound),
        (_finger("nonsense", ACTOR), AccountUnreadable),
        (_finger("me@127.0.0.1", ACTOR), AccountUnreadable),
        (_finger(f"me@{EVIL}", "https://127.0.0.1/users/me"), HandleNotFound),
        (_finger(f"me@{EVIL}", f"http://{SOCIAL}/users/ada"), HandleNotFound),
        (_finger(f"me@{EVIL}", f"https://{SOCIAL}:8443/users/ada"), HandleNotFound),
        ({"subject": f"acct:me@{EVIL}", "links": []}, HandleNotFound),
        ({"subject": f"acct:me@{EVIL}", "links": [5, {"rel": "self"}]}, HandleNotFound),
        ({"subject": f"acct:me@{EVIL}"}, HandleNotFound),
        ([], HandleNotFound),
    ],
)
async def test_a_server_that_misleads_about_an_account_is_not_believed(
    source: FediverseSource, fediverse: FediverseServers, finger: object, error: type
) -> None:
    fediverse.answer(f"{EVIL}{FINGER}", 200, finger)
    assert type(await look_up(source, f"me@{EVIL}")) is error
    assert not [page for page in fediverse.requests if page.endswith(LOOKUP)]


async def test_another_name_that_its_own_server_confirms_is_theaccount_at(
    source: FediverseSource, fediverse: FediverseServers
) -> None:
    fediverse.answer(f"{EVIL}{FINGER}", 200, _finger(ADA, ACTOR))
    assert (await account_at(source, f"me@{EVIL}")).handle == ADA


@pytest.mark.parametrize("status", [404, 410, 400])
async def test_an_unknown_account_is_told_as_one(
    source: FediverseSource, fediverse: FediverseServers, status: int
) -> None:
    fediverse.answer(f"{SOCIAL}{FINGER}", status, {})
    assert isinstance(await look_up(source), HandleNotFound)


async def test_an_account_that_only_webfinger_knows_is_unknown(
    source: FediverseSource, fediverse: FediverseServers
) -> None:
    fediverse.answer(f"{SOCIAL}{LOOKUP}", 404, {"error": "Record not found"})
    assert isinstance(await look_up(source), HandleNotFound)


@pytest.mark.parametrize("name", ["nonsense", "@a", "ada@127.0.0.1", "ada@localhost", "", "a@b@c"])
async def test_a_name_of_bad_syntax_is_never_asked_for(
    source: FediverseSource, fediverse: FediverseServers, name: str
) -> None:
    assert isinstance(await look_up(source, name), HandleNotFound)
    assert fediverse.requests == []


async def test_a_bridged_copy_is_never_asked_for(
    source: FediverseSource, fediverse: FediverseServers
) -> None:
    copy = await look_up(source, "alice.bsky.test@bsky.brid.gy")
    assert isinstance(copy, BridgedCopy)
    assert copy.original == "alice.bsky.test"
    assert fediverse.requests == []
