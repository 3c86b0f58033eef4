"""The networks that need no key, as the settings choose them."""

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import datetime
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from operations.network import route
from operations.settings import Settings
from operations.version import version
from scoring.reading.names import Network
from scoring.reading.public_fetching import PublicSource
from scoring.reading.sources.bluesky import BlueskySource
from scoring.reading.sources.fediverse import FediverseSource
from scoring.reading.strangers.limits import NewServers
from scoring.reading.strangers.servers import Reach, StrangersServers


def sources(
    settings: Settings,
    clock: Callable[[], datetime],
    stack: AsyncExitStack,
    reach: Reach | None = None,
) -> dict[Network, PublicSource]:
    """Return the sources by network.

    Args:
        settings: which networks, and where Bluesky is.
        clock: the time, aware, UTC.
        stack: closes them.
        reach: where requests to servers of the fediverse may lead; None for the Internet.
    """
    found: dict[Network, PublicSource] = {}
    if "bluesky" in settings.read_networks:
        way = route(settings, settings.bluesky_api_url)
        bluesky = BlueskySource(
            settings.bluesky_api_url,
            clock,
            _user_agent(settings),
            proxy=way.proxy,
            certificates=way.certificates,
        )
        stack.push_async_callback(bluesky.close)
        found["bluesky"] = bluesky
    if "fediverse" in settings.read_networks:
        ours = urlsplit(settings.webhook_url or "").hostname
        servers = StrangersServers(
            clock, _user_agent(settings), blocked=frozenset([ours] if ours else []), reach=reach
        )
        stack.push_async_callback(servers.close)
        found["fediverse"] = FediverseSource(servers, clock, NewServers(clock))
    return found


EXAMPLES: Final[Mapping[Network, str]] = MappingProxyType(
    {"x": "nasa", "bluesky": "bsky.app", "fediverse": "mastodon@mastodon.social"}
)
"""A well-known account of each network."""


def example(settings: Settings) -> str:
    """Return a well-known account of the first network that is read."""
    return EXAMPLES[settings.read_networks[0]]


def _user_agent(settings: Settings) -> str:
    """Return by what name the bot asks: a server's log shows who it was, and whom to write to."""
    why = "a bot for Telegram; reads an account when a person asks"
    told = f"+{settings.contact}; {why}" if settings.contact else why
    return f"open-klout/{version()} ({told})"
