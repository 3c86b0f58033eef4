"""`bot.py check-networks`: what each network without a key answers for a well-known account."""

from contextlib import AsyncExitStack

from operations import public_networks
from operations.assembly import utc_now
from operations.settings import Settings
from scoring.reading.errors import ScoringError
from scoring.reading.names import Network
from scoring.reading.public_fetching import PublicSource


async def check(settings: Settings) -> tuple[list[str], bool]:
    """Ask each network for one account and its posts; X is left out, as it charges for that.

    Returns:
        A line for each network, and whether all of them answered.
    """
    async with AsyncExitStack() as stack:
        found = public_networks.sources(settings, utc_now, stack)
        results = [await _line(network, source) for network, source in found.items()]
    return [line for line, _ in results], all(answered for _, answered in results)


async def _line(network: Network, source: PublicSource) -> tuple[str, bool]:
    name = public_networks.EXAMPLES[network]
    try:
        result = (await source.profiles([name]))[name]
        if isinstance(result, ScoringError):
            raise result
        posts = await source.recent_posts(result, utc_now())
    except ScoringError as error:
        return f"{network}: @{name} cannot be read ({type(error).__name__}: {error}).", False
    followers = "an unknown number of" if result.followers is None else f"{result.followers:,}"
    told = f"{followers} followers, {len(posts.posts)} posts in {posts.days:.1f} days"
    return f"{network}: @{name} has {told}; it may be shown: {result.consent.consent.value}.", True
