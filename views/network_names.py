"""Networks in words."""

from collections.abc import Mapping
from typing import Final

from scoring.reading.names import Network
from views.wording import Wording

EXAMPLES: Final[Mapping[Network, str]] = {
    "x": "@nasa",
    "bluesky": "@alice.bsky.social",
    "fediverse": "@alice@mastodon.social",
}
"""How an account of each network is written."""


def label(network: Network, wording: Wording) -> str:
    """Return a network's name, as it stands alone."""
    return {"x": "X", "bluesky": "Bluesky", "fediverse": wording.gettext("Fediverse")}[network]


def aside(network: Network, wording: Wording) -> str:
    """Return what stands behind an account's score: " · Bluesky"."""
    return f" · {label(network, wording)}"


def inside(network: Network, wording: Wording) -> str:
    """Return a network's name, as it stands behind "on"."""
    return {"x": "X", "bluesky": "Bluesky", "fediverse": wording.gettext("the fediverse")}[network]


def speaker(network: Network, wording: Wording) -> str:
    """Return who answers for a network's accounts, as a sentence begins with it."""
    return {"x": "X", "bluesky": "Bluesky", "fediverse": wording.gettext("Its server")}[network]


def ways(networks: tuple[Network, ...], wording: Wording) -> str:
    """Return how the accounts of some networks are written, each with its network."""
    return ", ".join(
        f"<code>{EXAMPLES[network]}</code> ({label(network, wording)})" for network in networks
    )
