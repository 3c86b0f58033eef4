"""A local Bluesky, and the source that reads it."""

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestServer

from playground.networks.local_bluesky import BlueskyServer
from playground.networks.people import BLUESKY
from scoring.reading.sources.bluesky import BlueskySource
from tests.conftest import Clock


@pytest.fixture
def bluesky(clock: Clock) -> BlueskyServer:
    return BlueskyServer(BLUESKY, clock)


@pytest.fixture
async def source(bluesky: BlueskyServer, clock: Clock) -> AsyncIterator[BlueskySource]:
    async with TestServer(bluesky.application()) as server:
        url = str(server.make_url("")).rstrip("/")
        source = BlueskySource(url, clock, "klout-tests (+https://example.org)", pace=1000)
        yield source
        await source.close()
