"""Local servers of the fediverse, and the source that reads them."""

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestServer

from playground.networks.local_fediverse import FediverseServers
from playground.networks.people import FEDIVERSE, SOCIAL
from playground.networks.reach import local_reach
from scoring.reading.sources.fediverse import FediverseSource
from scoring.reading.sources.public_accounts import PublicAccount, Result
from scoring.reading.strangers.limits import NewServers
from scoring.reading.strangers.servers import StrangersServers
from tests.conftest import Clock

ADA = f"ada@{SOCIAL}"
FINGER = "/.well-known/webfinger"
LOOKUP = "/api/v1/accounts/lookup"


@pytest.fixture
def fediverse(clock: Clock) -> FediverseServers:
    return FediverseServers(FEDIVERSE, clock)


@pytest.fixture
async def port(fediverse: FediverseServers) -> AsyncIterator[int]:
    async with TestServer(fediverse.application()) as server:
        assert server.port
        yield server.port


@pytest.fixture
async def source(port: int, clock: Clock) -> AsyncIterator[FediverseSource]:
    servers = StrangersServers(clock, "klout-tests", reach=local_reach(port))
    yield FediverseSource(servers, clock, NewServers(clock))
    await servers.close()


async def look_up(source: FediverseSource, name: str = ADA) -> Result:
    return (await source.profiles([name]))[name.lower()]


async def account_at(source: FediverseSource, name: str = ADA) -> PublicAccount:
    found = await look_up(source, name)
    assert isinstance(found, PublicAccount)
    return found
