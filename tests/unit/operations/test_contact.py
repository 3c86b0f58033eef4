"""The contact that servers read in the bot's requests."""

from contextlib import AsyncExitStack

import pytest
from aiohttp.test_utils import TestServer

from operations import public_networks
from operations.settings import Settings, SettingsError, load
from playground.networks.local_bluesky import BlueskyServer
from playground.networks.people import BLUESKY
from tests.conftest import Clock

TOKEN = "1:a"


@pytest.mark.parametrize("contact", ["https://example.org/bot", "mailto:ada@example.org"])
async def test_it_is_in_each_request(clock: Clock, contact: str) -> None:
    seen: list[str] = []
    app = BlueskyServer(BLUESKY, clock).application()

    async def note(request: object, response: object) -> None:
        del response
        seen.append(request.headers["User-Agent"])  # type: ignore[attr-defined]

    app.on_response_prepare.append(note)
    async with TestServer(app) as server, AsyncExitStack() as stack:
        settings = load(
            Settings,
            telegram_bot_token=TOKEN,
            bluesky_api_url=str(server.make_url("")).rstrip("/"),
            contact=contact,
        )
        source = public_networks.sources(settings, clock, stack)["bluesky"]
        await source.profiles(["ada.bsky.test"])
    assert seen
    assert all(f"(+{contact}; " in each for each in seen)


@pytest.mark.parametrize("contact", ["two words", "line\nbreak: x", "é", "x" * 201])
def test_what_fits_no_header_ends_the_start(contact: str) -> None:
    with pytest.raises(SettingsError, match="CONTACT"):
        load(Settings, telegram_bot_token=TOKEN, contact=contact)
