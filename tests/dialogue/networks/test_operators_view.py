"""What operators see of the networks without a key."""

import pytest

from operations.settings import Settings
from playground.networks.local_bluesky import BlueskyServer, Trouble
from tests.conftest import Clock
from tests.dialogue.conftest import Talk
from tests.dialogue.networks.conftest import ADA, ADA_THERE

pytestmark = pytest.mark.usefixtures("hurried")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"admin_ids": "210000001"})


async def test_they_see_how_each_network_answered(
    talk: Talk, bluesky: BlueskyServer, clock: Clock
) -> None:
    assert "Bluesky: not asked since I started." in await talk.ask("/health")
    await talk.ask(f"/klout @{ADA}")
    await talk.ask(f"/klout @{ADA_THERE}")
    told = await talk.ask("/health")
    assert "X: lets me read." in told
    assert "Bluesky: answered just now.\nFediverse: answered just now." in told
    bluesky.fail(Trouble(502))
    clock.forward(hours=1)
    await talk.ask("/klout @star.bsky.test")
    assert "Bluesky: gave no usable answer just now." in await talk.ask("/health")


async def test_they_see_what_costs_nothing_and_whose_accounts_are_known(talk: Talk) -> None:
    await talk.ask(f"/klout @{ADA} @{ADA_THERE} @nasa")
    told = await talk.ask("/spend")
    assert "Reading Bluesky costs nothing.\nReading the fediverse costs nothing." in told
    told = await talk.ask("/stats")
    assert "accounts known: 3\non X: 1\non Bluesky: 1\non the fediverse: 1" in told
