"""What a real Mastodon answered, replayed: each answer gives the right result or error."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from aiohttp.test_utils import TestServer

from playground.networks.local_fediverse import FediverseServers
from playground.networks.people import FEDIVERSE, SOCIAL
from playground.networks.reach import local_reach
from scoring.reading.errors import HandleNotFound
from scoring.reading.network_errors import ServerRefuses, ServerUnreachable
from scoring.reading.networks.consent import Consent, Reason, Verdict
from scoring.reading.networks.identifiers import Address
from scoring.reading.sources import mastodon_items
from scoring.reading.sources.fediverse import FediverseSource
from scoring.reading.sources.public_accounts import PublicAccount, Result, own_posts
from scoring.reading.sources.webfinger import Home
from scoring.reading.strangers.limits import NewServers
from scoring.reading.strangers.retry_times import retry_time
from scoring.reading.strangers.servers import StrangersServers
from tests.conftest import Clock
from tests.support.accounts import NOW
from tests.support.recordings import mastodon, with_mastodon

pytestmark = with_mastodon

ANSWERS: Final = mastodon()
THEN: Final = datetime(2026, 8, 1, 14, 0, tzinfo=UTC)
"""Just after the answers were recorded."""

USER: Final = "mastodonpy_test"


def here(name: str) -> Any:
    """A recorded body, as if its server were the local one."""
    text = json.dumps(ANSWERS[name]["body"]).replace("http://localhost:3000", f"https://{SOCIAL}")
    return json.loads(text)


def home(account: dict[str, Any]) -> Home:
    return Home(Address(account["username"], SOCIAL), SOCIAL, account["uri"])


@pytest.fixture
async def servers() -> AsyncIterator[tuple[FediverseServers, FediverseSource]]:
    clock = Clock(THEN)
    fediverse = FediverseServers((), clock)
    link = {
        "rel": "self",
        "type": "application/activity+json",
        "href": here("account_found")["uri"],
    }
    finger = {"subject": f"acct:{USER}@{SOCIAL}", "links": [link]}
    fediverse.answer(f"{SOCIAL}/.well-known/webfinger", 200, finger)
    async with TestServer(fediverse.application()) as server:
        assert server.port
        asked = StrangersServers(clock, "klout-tests", reach=local_reach(server.port))
        yield fediverse, FediverseSource(asked, clock, NewServers(clock))
        await asked.close()


async def _replayed(servers: tuple[FediverseServers, FediverseSource], name: str) -> Result:
    fediverse, source = servers
    fediverse.answer(f"{SOCIAL}/api/v1/accounts/lookup", ANSWERS[name]["status"], here(name))
    return (await source.profiles([f"{USER}@{SOCIAL}"]))[f"{USER}@{SOCIAL}"]


async def test_an_account_is_read(servers: tuple[FediverseServers, FediverseSource]) -> None:
    found = await _replayed(servers, "account_found")
    assert isinstance(found, PublicAccount)
    assert (found.name, found.bio) == ("John Lennon", "I walk funny")
    assert found.notes == frozenset()
    assert (found.followers, found.following, found.posts) == (0, 0, 0)
    assert found.created_at == datetime(2026, 8, 1, tzinfo=UTC)
    assert found.consent == Verdict(Consent.OWNER, (Reason.NO_WORD,))  # discoverable is null


async def test_a_missing_account_and_a_refusal_are_told_apart(
    servers: tuple[FediverseServers, FediverseSource],
) -> None:
    assert isinstance(await _replayed(servers, "account_missing"), HandleNotFound)
    assert isinstance(await _replayed(servers, "not_logged_in"), ServerRefuses)


async def test_a_page_of_statuses_is_read(
    servers: tuple[FediverseServers, FediverseSource],
) -> None:
    fediverse, source = servers
    page = here("statuses_page")
    account = mastodon_items.account_of(page[0]["account"], home(page[0]["account"]), THEN)
    path = f"{SOCIAL}/api/v1/accounts/{page[0]['account']['id']}/statuses"
    fediverse.answer(path, 200, page)
    window = await source.recent_posts(account, THEN)
    assert [post.id for post in window.posts] == [f"{SOCIAL}/{each['id']}" for each in page]
    assert window.posts[0].created_at == datetime(2026, 8, 1, 13, 52, 34, 108000, UTC)
    assert (account.posts, window.left_out) == (11, 0)


def test_a_batch_holds_accounts_like_any_other() -> None:
    batch = here("accounts_batch")
    read = [mastodon_items.account_of(each, home(each), THEN) for each in batch]
    assert [each.consent.consent for each in read] == [Consent.OWNER, Consent.SHOWN]
    page = mastodon_items.page_of([], read[0], THEN)
    assert own_posts(page, read[0], THEN, datetime(2026, 7, 1, tzinfo=UTC)).posts == ()


@pytest.mark.parametrize(
    ("software", "asks_misskeys_page"), [("mastodon", False), ("misskey", True)]
)
async def test_what_a_server_says_that_it_runs_is_read(
    servers: tuple[FediverseServers, FediverseSource], *, software: str, asks_misskeys_page: bool
) -> None:
    fediverse, source = servers
    nodeinfo = here("nodeinfo")
    nodeinfo["software"]["name"] = software
    fediverse.answer(f"{SOCIAL}/.well-known/nodeinfo", 200, here("nodeinfo_links"))
    fediverse.answer(f"{SOCIAL}/nodeinfo/2.0", 200, nodeinfo)
    fediverse.answer(f"{SOCIAL}/api/v1/accounts/lookup", 404, {})
    fediverse.answer(f"{SOCIAL}/api/users/show", 500, {})
    with pytest.raises(ServerUnreachable):
        await source.profiles([f"{USER}@{SOCIAL}"])
    assert f"{SOCIAL}/nodeinfo/2.0" in fediverse.requests
    assert (f"{SOCIAL}/api/users/show" in fediverse.requests) is asks_misskeys_page


def test_the_end_of_a_rate_limit_is_read() -> None:
    headers = {
        name.replace("x-ratelimit", "X-RateLimit").replace("-reset", "-Reset"): value
        for name, value in ANSWERS["statuses_page"]["headers"].items()
    }
    now = datetime(2026, 8, 1, 13, 52, tzinfo=UTC)
    assert retry_time(headers, now) == datetime(2026, 8, 1, 13, 55, 0, 212100, UTC)


async def test_a_local_server_writes_what_a_real_one_wrote() -> None:
    application = FediverseServers(FEDIVERSE, Clock(NOW)).application()
    async with TestServer(application) as server:
        assert server.port
        asked = StrangersServers(Clock(NOW), "klout-tests", reach=local_reach(server.port))
        local = (await asked.get(SOCIAL, "/api/v1/accounts/lookup", {"acct": "ada"})).body
        assert isinstance(local, dict)
        path = f"/api/v1/accounts/{local['id']}/statuses"
        statuses = (await asked.get(SOCIAL, path, {"limit": "1"})).body
        await asked.close()
    assert isinstance(statuses, list)
    for fake, real in ((local, here("account_found")), (statuses[0], here("statuses_page")[0])):
        assert {name: type(value) for name, value in fake.items() if value is not None} == {
            name: type(real[name]) if real[name] is not None else type(fake[name])
            for name in fake
            if fake[name] is not None
        }
