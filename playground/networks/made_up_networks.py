"""Made-up accounts beside the real ones of a network: the demo shows both."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Final

from playground.networks.living import Living
from playground.networks.local_bluesky import BlueskyServer
from playground.networks.local_fediverse import FediverseServers
from playground.networks.people import BLUESKY, FEDIVERSE, REFUSING, SOCIAL
from playground.networks.reach import local_reach
from playground.serving import served
from scoring.reading.names import Network
from scoring.reading.public_fetching import PublicSource
from scoring.reading.sources.bluesky import BlueskySource
from scoring.reading.sources.fediverse import FediverseSource
from scoring.reading.sources.public_accounts import OwnPosts, PublicAccount, Result
from scoring.reading.strangers.limits import NewServers
from scoring.reading.strangers.servers import StrangersServers

SUGGESTED: Final[Mapping[str, Mapping[str, str]]] = {
    "ada.bsky.test": {"en": "on Bluesky", "fr": "sur Bluesky"},
    "shy.bsky.test": {
        "en": "on Bluesky, asks not to be shown",
        "fr": "sur Bluesky, demande à ne pas être montré",
    },
    f"ada@{SOCIAL}": {"en": "on the fediverse", "fr": "sur le Fédivers"},
    f"any@{REFUSING}": {
        "en": "on a server of the fediverse that shows nothing to strangers",
        "fr": "sur un serveur du Fédivers qui ne montre rien aux inconnus",
    },
    f"old@{SOCIAL}": {
        "en": "on the fediverse, moved elsewhere",
        "fr": "sur le Fédivers, a déménagé",
    },
    f"ben.{SOCIAL}.ap.brid.gy": {
        "en": "on Bluesky, a bridge’s copy of an account of the fediverse",
        "fr": "sur Bluesky, la copie par un pont d’un compte du Fédivers",
    },
}
"""Made-up accounts that are worth a try, and what each shows, by language."""

_NAME: Final = "klout-demo"


class MadeUpFirst:
    """Reads some accounts from a local network, and all others from the real one.

    Args:
        local: reads the made-up accounts.
        names: their names, in lower case.
        real: reads all others; None where none is read.
    """

    def __init__(
        self, local: PublicSource, names: Collection[str], real: PublicSource | None
    ) -> None:
        self._local = local
        self._names = frozenset(names)
        self._real = real or local
        self._ids: set[str] = set()
        self.most_profiles = local.most_profiles

    async def profiles(
        self, names: Sequence[str], person: int | None = None
    ) -> Mapping[str, Result]:
        """Look up each name where it is."""
        made_up = [name for name in names if name.lower() in self._names]
        real = [name for name in names if name.lower() not in self._names]
        found = dict(await self._local.profiles(made_up, person)) if made_up else {}
        self._ids |= {each.id for each in found.values() if isinstance(each, PublicAccount)}
        return found | (dict(await self._real.profiles(real, person)) if real else {})

    async def recent_posts(
        self, account: PublicAccount, now: datetime, since: datetime | None = None
    ) -> OwnPosts:
        """Read an account's posts where it is."""
        source = self._local if account.id in self._ids else self._real
        return await source.recent_posts(account, now, since)


async def beside(
    real: Mapping[Network, PublicSource], clock: Callable[[], datetime], stack: AsyncExitStack
) -> dict[Network, PublicSource]:
    """Serve the made-up people; return sources that read them beside the real accounts.

    Args:
        real: the sources of real accounts.
        clock: the time, aware, UTC.
        stack: ends what is served.
    """
    life = Living(clock())
    bluesky_url = await stack.enter_async_context(
        served(BlueskyServer(BLUESKY, clock, life).application(), 0)
    )
    bluesky = BlueskySource(bluesky_url, clock, _NAME)
    stack.push_async_callback(bluesky.close)
    fediverse_url = await stack.enter_async_context(
        served(FediverseServers(FEDIVERSE, clock, life).application(), 0)
    )
    servers = StrangersServers(clock, _NAME, reach=local_reach(int(fediverse_url.split(":")[-1])))
    stack.push_async_callback(servers.close)
    fediverse = FediverseSource(servers, clock, NewServers(clock))
    made_up: dict[Network, tuple[PublicSource, Iterable[str]]] = {
        "bluesky": (bluesky, (name for each in BLUESKY for name in (each.handle, each.did))),
        "fediverse": (fediverse, (f"{each.handle}@{each.host}" for each in FEDIVERSE)),
    }
    return {
        network: MadeUpFirst(local, set(names), real.get(network))
        for network, (local, names) in made_up.items()
        if network in real
    }
