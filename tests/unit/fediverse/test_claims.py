"""What servers of the fediverse claim and refuse, and who may be shown."""

from datetime import timedelta

import pytest

from playground.networks.local_fediverse import FediverseServers
from playground.networks.people import FEDIVERSE, REFUSING, SOCIAL, Person
from scoring.reading.errors import (
    AccountSuspended,
    AccountUnreadable,
    QuotaSpent,
    RateLimited,
)
from scoring.reading.network_errors import (
    AccountMoved,
    CountsHidden,
    NotForStrangers,
    ServerRefuses,
    ServerUnreachable,
)
from scoring.reading.networks.consent import Consent, Reason
from scoring.reading.sources.fediverse import FediverseSource
from scoring.reading.sources.public_accounts import PublicAccount, shown_to_strangers
from tests.conftest import Clock
from tests.support.accounts import NOW
from tests.unit.fediverse.conftest import ADA, FINGER, LOOKUP, account_at, look_up

DOMAIN = "example.org"
EVIL = "evil.example.net"


async def test_a_domain_of_its_own_is_asked_first_and_the_server_agrees(
    source: FediverseSource, fediverse: FediverseServers
) -> None:
    fediverse.domains[ADA] = f"ada@{DOMAIN}"
    ada = await account_at(source, f"ada@{DOMAIN}")
    assert (ada.handle, ada.claimed_by) == (f"ada@{DOMAIN}", SOCIAL)
    assert fediverse.requests == [
        f"{DOMAIN}{FINGER}",
        f"{SOCIAL}{FINGER}",
        f"{SOCIAL}{LOOKUP}",
    ]


@pytest.mark.parametrize("status", [401, 403, 422])
async def test_a_servers_refusal_is_its_word(
    source: FediverseSource, fediverse: FediverseServers, status: int
) -> None:
    fediverse.refuse(REFUSING, status)
    refused = await look_up(source, f"any@{REFUSING}")
    assert isinstance(refused, ServerRefuses)
    assert (refused.server, refused.status) == (REFUSING, status)
    assert fediverse.requests == [f"{REFUSING}{FINGER}", f"{REFUSING}{LOOKUP}"]  # and that is all
    fediverse.answer(f"{SOCIAL}{FINGER}", status, {})
    assert isinstance(await look_up(source), ServerRefuses)


async def test_who_does_not_agree_is_not_for_strangers(source: FediverseSource) -> None:
    for user, reason in (
        ("ben", Reason.NO_WORD),
        ("shy", Reason.NOT_DISCOVERABLE),
        ("hush", Reason.NO_INDEX),
    ):
        with pytest.raises(NotForStrangers) as caught:
            shown_to_strangers(await account_at(source, f"{user}@{SOCIAL}"))
        assert caught.value.reasons == (reason,)


async def test_words_in_the_description_are_heeded(
    source: FediverseSource, fediverse: FediverseServers
) -> None:
    fediverse.spoil(ADA, note='<p>Hi <a href="/tags/nobot">#<span>nobot</span></a></p>')
    assert (await account_at(source)).consent.reasons == (Reason.NO_BOTS,)
    fediverse.spoil(ADA, memorial=True)
    assert (await account_at(source)).consent.consent is Consent.NEVER


async def test_suspended_and_moved_accounts_are_told(
    source: FediverseSource, fediverse: FediverseServers
) -> None:
    assert isinstance(await look_up(source, f"gina@{SOCIAL}"), AccountSuspended)
    moved = await look_up(source, f"old@{SOCIAL}")
    assert isinstance(moved, AccountMoved)
    assert moved.moved_to == ADA
    for said, to in (
        ({"acct": "eve@other.example.net", "url": "https://x.example"}, "eve@other.example.net"),
        ({"acct": "eve@127.0.0.1", "url": "https://127.0.0.1/@eve"}, ""),
        ("nonsense", ""),
    ):
        fediverse.spoil(ADA, moved=said)
        moved = await look_up(source)
        assert isinstance(moved, AccountMoved)
        assert moved.moved_to == to


async def test_notes_are_told(source: FediverseSource, fediverse: FediverseServers) -> None:
    fediverse.spoil(ADA, bot=True, limited=True, locked=True, group=False)
    assert (await account_at(source)).notes == {"bot", "limited"}


@pytest.mark.parametrize(
    ("fields", "odd"),
    [
        ({"followers_count": 97_000_000_000}, "followers_count"),
        ({"followers_count": 20_000_001}, "followers_count"),
        ({"followers_count": -2}, "followers_count"),
        ({"followers_count": "9"}, "followers_count"),
        ({"followers_count": ...}, "followers_count"),
        ({"statuses_count": 97_000_000}, "statuses_count"),
        ({"statuses_count": -1}, "statuses_count"),
        ({"following_count": 1.5}, "following_count"),
        ({"created_at": "1997-01-01T00:00:00.000Z"}, "created_at"),
        ({"created_at": "2031-01-01T00:00:00.000Z"}, "created_at"),
        ({"created_at": "2020-01-01"}, "created_at"),
        ({"created_at": None}, "created_at"),
        ({"username": "eve"}, "acct"),
        ({"acct": f"ada@{EVIL}"}, "acct"),
        ({"uri": f"https://{SOCIAL}/users/eve"}, "uri"),
        ({"id": "../../../admin"}, "id"),
        ({"id": "1?x=1"}, "id"),
        ({"id": 5}, "id"),
        ({"id": "1" * 65}, "id"),
    ],
)
async def test_an_impossible_claim_is_refused_by_its_field(
    source: FediverseSource, fediverse: FediverseServers, fields: dict[str, object], odd: str
) -> None:
    fediverse.spoil(ADA, **fields)
    found = await look_up(source)
    assert isinstance(found, AccountUnreadable)
    assert found.fields == (odd,)


@pytest.mark.parametrize("fields", [{"followers_count": 20_000_000}, {"uri": ...}, {"note": None}])
async def test_a_possible_claim_is_not(
    source: FediverseSource, fediverse: FediverseServers, fields: dict[str, object]
) -> None:
    fediverse.spoil(ADA, **fields)
    assert (await account_at(source)).followers in {2500, 20_000_000}


@pytest.mark.parametrize(
    "fields",
    [
        {"followers_count": -1},
        {"followers_count": 0, "pleroma": {"hide_followers_count": True}},
    ],
)
async def test_a_hidden_count_is_unknown_and_not_none(
    source: FediverseSource, fediverse: FediverseServers, fields: dict[str, object]
) -> None:
    fediverse.spoil(ADA, **fields)
    ada = await account_at(source)
    assert ada.followers is None
    with pytest.raises(CountsHidden):
        shown_to_strangers(ada)
    fediverse.spoil(ADA, following_count=-1, pleroma={"hide_followers_count": False})
    ada = await account_at(source)
    assert (ada.followers, ada.following) == (2500, None)


async def test_another_software_is_not_understood(
    source: FediverseSource, fediverse: FediverseServers
) -> None:
    fediverse.install(SOCIAL, "wordpress")
    with pytest.raises(ServerUnreachable):
        await look_up(source)


async def test_trouble_of_a_server_is_an_error_of_the_source(
    source: FediverseSource, fediverse: FediverseServers
) -> None:
    fediverse.answer(f"{SOCIAL}{LOOKUP}", 503, {"error": "Remote data could not be fetched"})
    with pytest.raises(ServerUnreachable):
        await look_up(source)
    fediverse.answer(f"{SOCIAL}{LOOKUP}", 429, {}, **{"Retry-After": "60"})
    with pytest.raises(RateLimited) as caught:
        await look_up(source)
    assert caught.value.until == NOW + timedelta(seconds=60)


async def test_one_person_has_few_new_servers_asked_in_an_hour(
    source: FediverseSource, fediverse: FediverseServers, clock: Clock
) -> None:
    for number in range(5):
        await source.profiles([f"a@s{number}.example.org"], person=1)
    with pytest.raises(QuotaSpent):
        await source.profiles([ADA], person=1)
    assert len(fediverse.requests) == 5
    assert isinstance((await source.profiles([ADA], person=2))[ADA], PublicAccount)
    assert isinstance((await source.profiles([ADA], person=1))[ADA], PublicAccount)  # known now
    clock.forward(hours=1)
    await source.profiles(["a@s6.example.org"], person=1)


async def test_one_name_at_a_time(source: FediverseSource) -> None:
    with pytest.raises(ValueError, match="one name"):
        await source.profiles([ADA, f"ben@{SOCIAL}"])
    assert await source.profiles([]) == {}


def test_made_up_people_live_on_no_real_server() -> None:
    people: tuple[Person, ...] = FEDIVERSE
    assert all(each.host.endswith((".example.org", ".example.net")) for each in people)
