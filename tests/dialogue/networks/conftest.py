"""A local Bluesky and local servers of the fediverse beside X."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestServer

from operations.settings import Settings
from playground.networks.local_bluesky import BlueskyServer
from playground.networks.local_fediverse import FediverseServers
from playground.networks.people import BLUESKY, FEDIVERSE, SOCIAL
from playground.networks.reach import local_reach
from scoring.reading.strangers.servers import Reach
from tests.conftest import Clock

ADA = "ada.bsky.test"
ADA_THERE = f"ada@{SOCIAL}"
NAMES = (ADA, ADA_THERE)
LONG = "a-handle-that-is-too-long-for-any-button.bsky.test"

PEOPLE = (*BLUESKY, replace(BLUESKY[0], handle=LONG, about="a long handle"))


@pytest.fixture
def bluesky(clock: Clock) -> BlueskyServer:
    return BlueskyServer(PEOPLE, clock)


@pytest.fixture
def fediverse(clock: Clock) -> FediverseServers:
    return FediverseServers(FEDIVERSE, clock)


@pytest.fixture
async def settings(settings: Settings, bluesky: BlueskyServer) -> AsyncIterator[Settings]:
    async with TestServer(bluesky.application()) as server:
        url = str(server.make_url("")).rstrip("/")
        everywhere = {"networks": "x,bluesky,fediverse", "bluesky_api_url": url}
        yield settings.model_copy(update=everywhere)


@pytest.fixture
async def reach(fediverse: FediverseServers) -> AsyncIterator[Reach]:
    async with TestServer(fediverse.application()) as server:
        assert server.port
        yield local_reach(server.port)
